"""Every picture made in this sitting, so that the artist can go back to any of them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from desktop.state.frames import encoded
from engine.api.recipe import Recipe

THUMBNAIL_EDGE = 192
MAX_RESULTS = 200
JPEG_QUALITY = 95


class Picture:
    """What the canvas showed: pixels at first, a JPEG once `compress` has run. Two hundred of them as pixels would take gigabytes."""

    def __init__(self, image: QImage) -> None:
        self._image: QImage | None = image
        self._jpeg = b""

    @property
    def image(self) -> QImage:
        image = self._image
        return QImage.fromData(self._jpeg) if image is None else image

    def compress(self) -> None:
        """May run in any thread, once."""
        self._jpeg = encoded(self.image, "jpeg", JPEG_QUALITY)
        self._image = None  # last: there is a picture at all times


@dataclass(frozen=True)
class Caption:
    """A picture in words: its styles, and in `details` how they are set where that is not the usual way ("80 % · 1.50×")."""

    title: str
    details: str = ""

    def __str__(self) -> str:
        return f"{self.title}, {self.details}" if self.details else self.title


@dataclass(frozen=True, eq=False)
class Result:
    """A recipe as it looked; `thumbnail` has a long edge of `THUMBNAIL_EDGE` pixels."""

    key: str
    recipe: Recipe
    caption: Caption
    thumbnail: QImage
    picture: Picture


class Results(QObject):
    """Results, oldest first. Those of one search along a slider follow each other into the same place, so that a search for the
    right strength leaves one result and not thirty."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._results: list[Result] = []
        self._last_search: str | None = None

    @property
    def all(self) -> tuple[Result, ...]:
        return tuple(self._results)

    def add(self, recipe: Recipe, picture: QImage, caption: Caption, search: str | None = None) -> Result:
        """Keep a finished picture. `search` names the search that it is a step of (None: a change that stands by itself)."""
        if search is not None and search == self._last_search and self._results:
            self._results.pop()
        self._last_search = search
        result = Result(str(next(self._numbers)), recipe, caption, _thumbnail(picture), Picture(picture))
        self._results.append(result)
        del self._results[:-MAX_RESULTS]
        self.changed.emit()
        return result

    def of(self, recipe: Recipe) -> Result | None:
        """The picture of this recipe, where it is kept."""
        return next((known for known in reversed(self._results) if known.recipe == recipe), None)

    def keep_last(self) -> None:
        """The last result is worth keeping (it was exported): the next one of the same search does not replace it."""
        self._last_search = None

    def find(self, key: str) -> Result | None:
        return next((result for result in self._results if result.key == key), None)

    def clear(self) -> None:
        self._results.clear()
        self._last_search = None
        self.changed.emit()


def _thumbnail(picture: QImage) -> QImage:
    size = picture.size().scaled(THUMBNAIL_EDGE, THUMBNAIL_EDGE, Qt.AspectRatioMode.KeepAspectRatio)
    return picture.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
