"""A photo dropped anywhere on the Explore workspace."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QWidget

from desktop.views.canvas_drop import payload_of
from desktop.views.drop_hint import DropHint


class PhotoDrop(QObject):
    """Watches a workspace; what is neither a file nor a picture is left to others."""

    file_dropped = Signal(object)
    """A path; whether it is a photo, the engine decides."""
    image_dropped = Signal(QImage)

    def __init__(self, space: QWidget) -> None:
        super().__init__(space)
        self.hint = DropHint("Look for this photo among the generator’s pictures", "photo", space)
        self.is_welcome = True
        """Whether there is a generator to look in."""
        space.setAcceptDrops(True)
        space.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if self.is_welcome and _has_photo(event.mimeData()):
                event.acceptProposedAction()
                self.hint.appear()
                return True
        elif event.type() == QEvent.Type.DragLeave:
            self.hint.hide()
        elif event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.hint.hide()
            event.acceptProposedAction()
            self._take(event.mimeData())
            return True
        return super().eventFilter(watched, event)

    def _take(self, mime: QMimeData) -> None:
        payload = payload_of(mime)
        if payload is not None and payload.kind == "files":
            self.file_dropped.emit(Path(payload.items[0]))
        elif payload is not None and payload.kind == "image":
            image = mime.imageData()
            if isinstance(image, QImage) and not image.isNull():  # the other program may not deliver what it offered
                self.image_dropped.emit(image)


def _has_photo(mime: QMimeData) -> bool:
    payload = payload_of(mime)
    return payload is not None and payload.kind in ("files", "image")
