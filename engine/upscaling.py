"""A picture enlarged by a network, a window at a time: the same pixels however it is cut.

A window sees as much of its surroundings as its pixels depend on; beyond the picture's edge that is the picture mirrored. All windows of a
picture have one shape where the picture is large enough, so that their sums are added up in one order.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api.errors import BadRequest, UnknownModel
from engine.api.upscaling import SCALES
from engine.context import Context, Step
from engine.imaging.depth import to_sixteen
from engine.imaging.picture import Picture, to_uint8
from engine.imaging.windows import ArrayRaster, Raster, Rect, mirrored, unit
from engine.models.upscaler import Upscaler


def check_scale(model: Upscaler, scale: int) -> None:
    """Raise BadRequest where a network cannot enlarge by as much."""
    if model.scale % scale:
        raise BadRequest(f"The scale {scale}", f"{model.name} enlarges by {model.scale}; choose another model or scale")


def tile_side(model: Upscaler, context: Context) -> int:
    """Of the squares that are enlarged at once."""
    return max(16, int(model.tile * context.tile_scale))


def tiles(area: Rect, side: int) -> Iterator[Rect]:
    """Squares that cover a rectangle, row by row."""
    for top in range(area.top, area.bottom, side):
        for left in range(area.left, area.right, side):
            yield Rect(left, top, min(left + side, area.right), min(top + side, area.bottom))


def enlarged(model: Upscaler, source: Raster, rect: Rect, scale: int, side: int) -> Generator[Step, Any, Tensor]:
    """(3, scale h, scale w) in 0..1: a rectangle of the source, at most `side` pixels high and wide, enlarged.

    Of a network that enlarges by more than that, means over squares of pixels are taken.
    """
    height, width, _ = source.shape
    # Of one shape, whatever the rectangle: its last rows and columns lie beyond the picture where the rectangle is a smaller one.
    side_x, side_y = (min(side, length) for length in (width, height))
    rows = mirrored(rect.top - model.halo, rect.top + side_y + model.halo, height)
    columns = mirrored(rect.left - model.halo, rect.left + side_x + model.halo, width)
    top, left = int(rows.min()), int(columns.min())
    samples = unit(source.read(Rect(left, top, int(columns.max()) + 1, int(rows.max()) + 1)))
    window = samples[rows - top][:, columns - left]
    picture = yield from model.tile_steps(torch.from_numpy(np.ascontiguousarray(window)).permute(2, 0, 1)[None])
    edge, ratio = model.halo * model.scale, model.scale // scale
    inner = picture[..., edge : edge + rect.height * model.scale, edge : edge + rect.width * model.scale].clamp(0, 1)
    return (inner if ratio == 1 else F.avg_pool2d(inner, ratio))[0]


def crisp_upscaler(context: Context) -> Upscaler | None:
    """The house's that makes contours of a small picture's steps; None where it is not installed."""
    try:
        return context.models.house_upscaler("crisp", max(SCALES))
    except UnknownModel:
        return None


def enlarged_still(picture: Picture, key: str, context: Context) -> Generator[Step, Any, Picture]:
    """A generator's picture, which `key` stands for, four times as wide, where the crisp upscaler is there. Generators paint 64 to 256 px a
    side, and styles and paper need contours; a filter makes them soft."""
    model = crisp_upscaler(context)
    if model is None:
        return picture
    cache, name = context.models.cache, ("enlarged still", model.fingerprint, key)
    known = cache.get(name, np.ndarray)
    if known is None:
        known = cache.put(name, (yield from enlarged_picture(model, picture, context)).pixels)
    return Picture(known)


def enlarged_picture(model: Upscaler, picture: Picture, context: Context) -> Generator[Step, Any, Picture]:
    """A small picture without alpha, enlarged by the model's own scale; as many bits a sample."""
    scale = model.scale
    pixels = np.empty((picture.height * scale, picture.width * scale, 3), picture.pixels.dtype)
    source = ArrayRaster(picture.pixels)
    side = tile_side(model, context)
    for rect in tiles(Rect(0, 0, picture.width, picture.height), side):
        colour = yield from enlarged(model, source, rect, scale, side)
        window = (slice(rect.top * scale, rect.bottom * scale), slice(rect.left * scale, rect.right * scale))
        sixteen = to_sixteen(colour.permute(1, 2, 0).numpy())
        pixels[window] = sixteen if picture.bits == 16 else to_uint8(sixteen)
        yield None
    return Picture(pixels)
