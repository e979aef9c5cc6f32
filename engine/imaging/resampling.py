"""Resampling with Lanczos filters, 8 and 16 bits, with or without alpha."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.imaging.picture import Picture, Samples

# Beyond this ratio Pillow first halves by box averages: much faster for a thumbnail of a print, with no visible difference.
_REDUCING_GAP = 3.0


def resize(pixels: Samples, width: int, height: int) -> Samples:
    """Samples (H, W) or (H, W, C), uint8 or uint16, resampled to (height, width[, C]) of the same type.

    Every channel is resampled by itself: colours with alpha go through `resize_picture`. Raises ValueError for a size
    below 1.
    """
    if width < 1 or height < 1:
        raise ValueError(f"cannot resize to {width} × {height}")
    if pixels.shape[:2] == (height, width):
        return pixels
    if pixels.dtype == np.uint8 and (pixels.ndim == 2 or pixels.shape[2] == 3):
        image = Image.fromarray(pixels.astype(np.uint8, copy=False))
        return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP))
    return _rounded(_resize_float(pixels, width, height), pixels.dtype)


def resize_picture(picture: Picture, width: int, height: int) -> Picture:
    """The picture at another size; colours are weighted by alpha, so that hidden ones do not bleed into the edges."""
    if picture.alpha is None:
        return Picture(resize(picture.pixels, width, height))
    if (picture.width, picture.height) == (width, height):
        return picture
    opacity = picture.alpha.astype(np.float32) / np.iinfo(picture.alpha.dtype).max
    weight = _resize_float(opacity, width, height)
    colour = _resize_float(picture.pixels * opacity[..., None], width, height)
    visible = (weight > 0)[..., None]
    pixels = np.divide(colour, weight[..., None], out=np.zeros_like(colour), where=visible)
    return Picture(_rounded(pixels, picture.pixels.dtype), resize(picture.alpha, width, height))


def colours_spread(picture: Picture) -> Picture:
    """The picture with the colours of visible pixels under those that are wholly transparent: what looks at neighbours then sees no colour
    that nobody was meant to see."""
    if picture.alpha is None or picture.alpha.all() or not picture.alpha.any():
        return picture
    small = colours_spread(resize_picture(picture, max(1, picture.width // 2), max(1, picture.height // 2)))
    hidden = (picture.alpha == 0)[..., None]
    return Picture(np.where(hidden, resize(small.pixels, picture.width, picture.height), picture.pixels), picture.alpha)


def fitted_size(width: int, height: int, long_edge: int) -> tuple[int, int]:
    """(width, height) scaled down, never up, to a long edge of at most `long_edge`, each at least 1."""
    scale = min(1.0, long_edge / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _resize_float(samples: npt.NDArray[np.generic], width: int, height: int) -> npt.NDArray[np.float32]:
    planes = samples[..., None] if samples.ndim == 2 else samples
    resized = np.empty((height, width, planes.shape[2]), np.float32)
    for channel in range(planes.shape[2]):
        image = Image.fromarray(planes[..., channel].astype(np.float32))
        resized[..., channel] = np.asarray(image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP))
    return resized[..., 0] if samples.ndim == 2 else resized


def _rounded(values: npt.NDArray[np.float32], dtype: np.dtype[np.unsignedinteger]) -> Samples:
    rounded: Samples = np.clip(np.rint(values), 0, np.iinfo(dtype).max).astype(dtype)
    return rounded
