"""A spot of a print, without the rest of it: of each level only what the spot is made of.

The samples are those that `printing` would put there: each depends on its place in the picture alone.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np

from engine import render
from engine.api.recipe import Layer
from engine.context import Context, Step
from engine.imaging.depth import to_sixteen
from engine.imaging.windows import Cutout, Enlarged, Raster, Rect
from engine.printing import Painted, Plan, first_level, kernel_of, mask_windows, photo_windows, refined


def painted_at(rect: Rect, layer: Layer, levels: Plan, width: int, height: int, context: Context) -> Generator[Step, Any, Painted]:
    """As `printing.painted` with the preview's statistics, of which only the windows inside `rect` may be asked for."""
    photo, alpha = yield from photo_windows(layer, width, height, context)
    if not layer.mix or layer.strength <= 0:
        return Painted(layer, photo, alpha, None, None)
    raster: Raster = yield from first_level(layer, *levels.sizes[0], None, context)
    for size, part in zip(levels.sizes[1:], _parts(rect, levels, width, height), strict=True):
        raster = yield from _painted_part(part, layer, size, Enlarged.stretched(raster, *size), context)
    mask = yield from mask_windows(layer, width, height, context)
    return Painted(layer, photo, alpha, Enlarged.stretched(raster, width, height), mask)


def _parts(rect: Rect, levels: Plan, width: int, height: int) -> list[Rect]:
    """What of each level but the first is needed, the first one first."""
    parts: list[Rect] = []
    size = (width, height)
    for level in reversed(levels.sizes[1:]):
        rect = Enlarged.stretched(Cutout.empty(*level), *size).needed(rect)
        parts.insert(0, rect)
        size = level
    return parts


def _painted_part(part: Rect, layer: Layer, size: tuple[int, int], before: Enlarged, context: Context) -> Generator[Step, Any, Cutout]:
    content = yield from render.extended_photo(layer.source, *size, context)
    look = yield from render.look_at(layer, *size, content, context)
    look = replace(look, features_key=None, compiled=False)  # compiling takes longer than so few pixels
    picture = yield from refined(look, before, part, kernel_of(size[0] / before.columns.source), context)
    samples = to_sixteen(np.ascontiguousarray(picture.permute(1, 2, 0).numpy()))
    return Cutout(size[1], size[0], part, samples)
