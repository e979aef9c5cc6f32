"""Every picture made in this sitting, so that the artist can go back to any of them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Qt, Signal
from PySide6.QtGui import QImage, QImageWriter

from engine.api.recipe import Recipe

THUMBNAIL_EDGE = 192
MAX_RESULTS = 200
JPEG_QUALITY = 95


@dataclass(frozen=True, eq=False)
class Result:
    """A recipe as it looked; `thumbnail` has a long edge of `THUMBNAIL_EDGE` pixels, `encoded` is what the canvas showed, as JPEG."""

    key: str
    recipe: Recipe
    caption: str
    thumbnail: QImage
    encoded: bytes

    @property
    def picture(self) -> QImage:
        """As the canvas showed it."""
        return QImage.fromData(self.encoded)


class Results(QObject):
    """Results, oldest first. Those of one slider follow each other into the same place, so that a search for the right strength
    leaves one result and not thirty."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._results: list[Result] = []
        self._last_gesture: str | None = None

    @property
    def all(self) -> tuple[Result, ...]:
        return tuple(self._results)

    def add(self, recipe: Recipe, picture: QImage, caption: str, gesture: str | None = None) -> None:
        """Keep a finished picture. `gesture` names the control that made it (None: a change that stands by itself)."""
        if any(known.recipe == recipe for known in self._results):
            return
        if gesture is not None and gesture == self._last_gesture and self._results:
            self._results.pop()
        self._last_gesture = gesture
        self._results.append(Result(str(next(self._numbers)), recipe, caption, _thumbnail(picture), _encoded(picture)))
        del self._results[:-MAX_RESULTS]
        self.changed.emit()

    def keep_last(self) -> None:
        """The last result is worth keeping (it was exported): the next one of the same control does not replace it."""
        self._last_gesture = None

    def find(self, key: str) -> Result | None:
        return next((result for result in self._results if result.key == key), None)

    def clear(self) -> None:
        self._results.clear()
        self._last_gesture = None
        self.changed.emit()


def _thumbnail(picture: QImage) -> QImage:
    size = picture.size().scaled(THUMBNAIL_EDGE, THUMBNAIL_EDGE, Qt.AspectRatioMode.KeepAspectRatio)
    return picture.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _encoded(picture: QImage) -> bytes:
    """Two hundred pictures are kept: as pixels they would take gigabytes."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"jpeg"))
    writer.setQuality(JPEG_QUALITY)
    writer.write(picture)
    return bytes(buffer.data().data())
