"""The engine's pixels as Qt's images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:  # numpy comes with the engine: the window does not wait for it
    import numpy as np


def to_image(pixels: np.ndarray) -> QImage:
    """An image of its own from a frame's (H, W, 4) uint8 premultiplied blue-green-red-alpha."""
    height, width, _ = pixels.shape
    data = pixels.tobytes()
    # The QImage only borrows the bytes; the copy owns its own.
    return QImage(data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
