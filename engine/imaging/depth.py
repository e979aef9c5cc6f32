"""From floats to the samples of a file: 16 bits rounded, 8 bits dithered."""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.imaging.picture import Samples
from engine.imaging.windows import Floats, Rect

_SIDE = 512
_CERTAIN = 1 / 64
"""Values this near to a level, in levels, keep it: a picture of 8 bits comes out as it went in."""


def to_sixteen(values: Floats) -> Samples:
    """0..1 as uint16, rounded to the nearest."""
    return (np.clip(values, 0, 1) * np.float32(65535) + np.float32(0.5)).astype(np.uint16)


def to_eight(sixteen: Samples, rect: Rect, *, dither: bool) -> Samples:
    """uint16 samples (h, w, C) of the rectangle of a picture as uint8.

    Dithered, what lies between two levels becomes one or the other by a pattern that depends on the place in the picture alone, so
    that soft skies have no steps.
    """
    levels = sixteen.astype(np.float32)
    levels /= np.float32(257)
    levels += _thresholds(rect)[..., None] if dither else np.float32(0.5)
    return levels.astype(np.uint8)  # cut off: never above 255 + 63/64


def _thresholds(rect: Rect) -> Floats:
    rows = np.arange(rect.top, rect.bottom) % _SIDE
    columns = np.arange(rect.left, rect.right) % _SIDE
    thresholds: Floats = _pattern()[rows[:, None], columns]
    return thresholds


@cache
def _pattern() -> Floats:
    """Interleaved gradient noise (Jimenez 2014, "Next generation post processing in Call of Duty"): near places get values far apart."""
    y, x = np.mgrid[:_SIDE, :_SIDE].astype(np.float64)
    noise = (52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1)) % 1
    pattern: Floats = (_CERTAIN + noise * (1 - 2 * _CERTAIN)).astype(np.float32)
    return pattern
