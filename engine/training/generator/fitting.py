"""A picture of any aspect as a square."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.training.generator.dataset import Fit, Pixels

_CENTRE_BONUS = 0.05  # how much less detail the middle may have and still be taken
_DETAIL_EDGE = 128  # detail is looked for in a picture of this short side: brush texture should not outweigh a face


def fitted(image: Image.Image, size: int, fit: Fit) -> Pixels:
    """An RGB image as uint8 (3, size, size)."""
    if fit == "pad":
        square = _padded(image, size)
    else:
        left, top, side = _smart_square(image) if fit == "smart" else _centre_square(image)
        square = image.resize((size, size), Image.Resampling.LANCZOS, (left, top, left + side, top + side))
    return np.ascontiguousarray(np.asarray(square).transpose(2, 0, 1))


def _centre_square(image: Image.Image) -> tuple[float, float, float]:
    """(left, top, side)."""
    side = min(image.size)
    return (image.width - side) / 2, (image.height - side) / 2, side


def _smart_square(image: Image.Image) -> tuple[float, float, float]:
    """The square with most detail along the longer side; of equal ones that nearest the middle."""
    side = min(image.size)
    if image.width == image.height:
        return 0, 0, side
    scale = min(1.0, _DETAIL_EDGE / side)
    small = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.BOX)
    detail = _detail(np.asarray(small.convert("L"), np.float32))
    along = detail.sum(0) if image.width > image.height else detail.sum(1)
    window = min(small.size)
    sums = np.convolve(along, np.ones(window, np.float32), "valid")
    from_middle = np.abs(np.linspace(-1, 1, len(sums)) if len(sums) > 1 else np.zeros(1))
    best = int(np.argmax(sums * (1 - _CENTRE_BONUS * from_middle) - 1e-6 * from_middle))
    start = best / max(1, len(sums) - 1) * (max(image.size) - side)
    return (start, 0, side) if image.width > image.height else (0, start, side)


def _detail(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How much the brightness changes at each pixel; its root, so that one hard edge does not outweigh a whole figure."""
    down, across = (np.abs(np.gradient(grey, axis=axis)) if grey.shape[axis] > 1 else np.zeros_like(grey) for axis in (0, 1))
    detail: npt.NDArray[np.float32] = np.sqrt(across + down)
    return detail


def _padded(image: Image.Image, size: int) -> Image.Image:
    """The whole picture, on a ground of the median colour of its own rim: paper stays paper."""
    scale = size / max(image.size)
    width, height = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    small = image.resize((width, height), Image.Resampling.LANCZOS)
    pixels = np.asarray(small)
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    red, green, blue = (int(value) for value in np.median(rim, axis=0))
    square = Image.new("RGB", (size, size), (red, green, blue))
    square.paste(small, ((size - width) // 2, (size - height) // 2))
    return square
