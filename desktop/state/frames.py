"""The engine's pixels as Qt's images."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage


def to_image(pixels: np.ndarray) -> QImage:
    """An image of its own from a frame's (H, W, 4) uint8 premultiplied blue-green-red-alpha."""
    pixels = np.ascontiguousarray(pixels)
    height, width, _ = pixels.shape
    # The QImage only borrows the array's memory; the copy owns its own.
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_ARGB32_Premultiplied).copy()
