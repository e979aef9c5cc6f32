"""Pictures between the engine, Qt and files: the engine's pixels as an image, an image as the bytes of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

if TYPE_CHECKING:  # numpy comes with the engine: the window does not wait for it
    import numpy as np


def to_image(pixels: np.ndarray) -> QImage:
    """An image of its own from a frame's (H, W, 4) uint8 premultiplied blue-green-red-alpha."""
    height, width, _ = pixels.shape
    data = pixels.data if pixels.flags.c_contiguous else pixels.tobytes()
    # The QImage only borrows the pixels; the copy owns its own.
    return QImage(data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


def encoded(image: QImage, format: Literal["png", "jpeg"], quality: int = -1) -> bytes:
    """The image as the bytes of a file; `quality` 0…100, or -1 for Qt's own choice.

    A large picture takes a tenth of a second and more, without Python's lock: run it in a worker thread.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(format.encode()))
    writer.setQuality(quality)
    writer.write(image)
    return bytes(buffer.data().data())
