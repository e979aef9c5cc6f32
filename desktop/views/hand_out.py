"""The picture handed to other programs: by the clipboard, or dragged out of the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, QTemporaryDir, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QWidget

from desktop.state.frames import encoded

DRAG_PICTURE = QSize(160, 160)


class HandOut:
    """Keeps the files of dragged pictures until the studio closes: the other program may read them late."""

    def __init__(self) -> None:
        self._folder: QTemporaryDir | None = None
        self._copied = 0

    def copy(self, image: QImage) -> None:
        QGuiApplication.clipboard().setImage(image)
        self._copied = QGuiApplication.clipboard().image().cacheKey()

    def improve_copy(self, image: QImage) -> bool:
        """Put a finer picture in the place of the copied one; False where something else has been copied since, anywhere."""
        if QGuiApplication.clipboard().image().cacheKey() != self._copied:
            return False
        self.copy(image)
        return True

    def drag(self, source: QWidget, image: QImage, name: str) -> None:
        """Start a drag of the image, as a picture and as a PNG file; returns when it has ended."""
        drag = QDrag(source)
        drag.setMimeData(self.mime_data(image, name))
        drag.setPixmap(QPixmap.fromImage(image.scaled(DRAG_PICTURE, Qt.AspectRatioMode.KeepAspectRatio, _SMOOTH)))
        drag.exec(Qt.DropAction.CopyAction)

    def mime_data(self, image: QImage, name: str) -> QMimeData:
        """Both forms of the picture, so that any program finds one that it takes."""
        if self._folder is None:
            self._folder = QTemporaryDir()
        file = Path(self._folder.path()) / f"{name or 'picture'}.png"
        file.write_bytes(encoded(image, "png"))
        data = QMimeData()
        data.setImageData(image)
        data.setUrls([QUrl.fromLocalFile(str(file))])
        return data


_SMOOTH = Qt.TransformationMode.SmoothTransformation
