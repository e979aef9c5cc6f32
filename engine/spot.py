"""A spot of a print, without the rest of it: of each level only what the spot is made of.

The samples are those that `printing` would put there: each depends on its place in the picture alone.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np

from engine import render
from engine.api.errors import BadRequest
from engine.api.limits import print_budget
from engine.api.proofing import Spot
from engine.api.recipe import Layer
from engine.context import Context, Step
from engine.imaging.decoding import check_size
from engine.imaging.depth import to_sixteen
from engine.imaging.windows import Cutout, Enlarged, Gridless, Raster, Rect
from engine.printing import Finer, Painted, Plan, first_level, kernel_of, mask_windows, refined
from engine.sources import photo_rasters
from engine.upscaling import enlarged_squares, seen_by, squares


def checked_rect(spot: Spot, width: int, height: int, subject: str) -> Rect:
    """A spot of a picture of width x height. Raises ImageTooLarge where no such picture is made, BadRequest where the spot lies outside."""
    check_size(width, height, print_budget(), subject)
    rect = Rect(spot.left, spot.top, spot.left + spot.width, spot.top + spot.height)
    if not (0 <= rect.left < rect.right <= width and 0 <= rect.top < rect.bottom <= height):
        raise BadRequest("The spot", f"it lies outside the picture of {width} × {height} pixels")
    return rect


def painted_at(rect: Rect, layer: Layer, levels: Plan, width: int, height: int, context: Context) -> Generator[Step, Any, Painted]:
    """As `printing.painted` with the preview's statistics, of which only the windows inside `rect` may be asked for."""
    colour, alpha = yield from photo_rasters(layer.source, width, height, context)
    if levels.photo is not None:
        needed = Enlarged.covering(_empty(levels.photo), width, height).needed(rect)
        colour = yield from _enlarged_part(needed, colour, levels.photo)
    photo = Enlarged.covering(colour, width, height)
    opacity = None if alpha is None else Enlarged.covering(alpha, width, height)
    if not levels.sizes:
        return Painted(layer, photo, opacity, None, None)
    raster = levels.read((yield from first_level(layer, *levels.sizes[0], None, context)), 0)
    last, parts = _parts(rect, levels, width, height)
    for number, (size, part) in enumerate(zip(levels.sizes[1:], parts, strict=True), 1):
        painting = yield from _painted_part(part, layer, size, Enlarged.stretched(raster, *size), context)
        raster = levels.read(painting, number)
    if levels.painting is not None:
        raster = yield from _enlarged_part(last, raster, levels.painting)
    mask = yield from mask_windows(layer, width, height, context)
    return Painted(layer, photo, opacity, Enlarged.stretched(raster, width, height), mask)


def _parts(rect: Rect, levels: Plan, width: int, height: int) -> tuple[Rect, list[Rect]]:
    """What is needed of what the print is cut from, and of each level but the first, the first one first."""
    finer, size = levels.painting, (width, height)
    if finer is not None:
        rect = Enlarged.stretched(_empty(finer), *size).needed(rect)
    last = rect
    parts: list[Rect] = []
    for level in reversed(levels.sizes[1:]):
        if finer is not None:
            seen = seen_by(finer.model, (level[1], level[0], 3), _area(rect, finer, level))
            finer = None
        else:
            seen = Enlarged.stretched(Cutout.empty(*level), *size).needed(rect)
        seen = seen.grown(Gridless.REACH)
        rect = Rect(max(0, seen.left), max(0, seen.top), min(level[0], seen.right), min(level[1], seen.bottom))
        parts.insert(0, rect)
        size = level
    return last, parts


def _empty(finer: Finer) -> Cutout:
    return Cutout.empty(finer.width, finer.height)


def _area(needed: Rect, finer: Finer, size: tuple[int, int]) -> Rect:
    """The network's squares, in pixels of what it enlarges (`size`), that a rectangle of what it makes is cut from."""
    return squares(finer.model, (size[1], size[0], 3), needed.source(finer.scale))


def _enlarged_part(needed: Rect, raster: Raster, finer: Finer) -> Generator[Step, Any, Cutout]:
    height, width, _ = raster.shape
    area = _area(needed, finer, (width, height))
    samples = yield from enlarged_squares(finer.model, raster, area, finer.scale)
    return Cutout(finer.height, finer.width, area.times(finer.scale), samples)


def _painted_part(part: Rect, layer: Layer, size: tuple[int, int], before: Enlarged, context: Context) -> Generator[Step, Any, Cutout]:
    content = yield from render.extended_photo(layer.source, *size, context)
    look = yield from render.look_at(layer, *size, content, context)
    look = replace(look, features_key=None, compiled=False)  # compiling takes longer than so few pixels
    picture = yield from refined(look, before, part, kernel_of(size[0] / before.columns.source), context)
    samples = to_sixteen(np.ascontiguousarray(picture.permute(1, 2, 0).numpy()))
    return Cutout(size[1], size[0], part, samples)
