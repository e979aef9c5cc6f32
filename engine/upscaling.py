"""A picture enlarged by a network, a window at a time: the same pixels however it is cut.

A window sees as much of its surroundings as its pixels depend on; beyond the picture's edge that is the picture mirrored. All windows of a
picture have one shape where the picture is large enough, so that their sums are added up in one order.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api.errors import BadRequest, UnknownModel
from engine.api.events import Progress
from engine.api.upscaling import ENLARGING, PRINT_SCALE, SCALES, enlarges_by_network
from engine.context import Context, Step
from engine.imaging.depth import to_sixteen
from engine.imaging.picture import Picture, Samples, to_uint8
from engine.imaging.windows import ArrayRaster, Floats, Raster, Rect, around_indices, mirrored, unit
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
    rows, columns = _seen(model, source.shape, rect, side)
    around = around_indices(rows, columns)
    samples = unit(source.read(around))
    window = samples[rows - around.top][:, columns - around.left]
    picture = yield from model.tile_steps(torch.from_numpy(np.ascontiguousarray(window)).permute(2, 0, 1)[None])
    edge, ratio = model.halo * model.scale, model.scale // scale
    inner = picture[..., edge : edge + rect.height * model.scale, edge : edge + rect.width * model.scale].clamp(0, 1)
    return (inner if ratio == 1 else F.avg_pool2d(inner, ratio))[0]


def enlarge_tiles(
    model: Upscaler, source: Raster, area: Rect, scale: int, side: int, put: Callable[[Rect, Floats], Progress | None]
) -> Generator[Step, Any, None]:
    """A rectangle of the source, tile by tile: `put` takes the place of each in the enlarged picture with its pixels (h, w, 3) in 0..1, and
    answers what there is to tell."""
    for rect in tiles(area, side):
        colour = yield from enlarged(model, source, rect, scale, side)
        yield put(rect.times(scale), colour.permute(1, 2, 0).numpy())


def _seen(model: Upscaler, shape: tuple[int, int, int], rect: Rect, side: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The rows and columns of a picture that a rectangle's window is made of. Windows are of one shape, whatever the rectangle: their last
    rows and columns lie beyond the picture where it is a smaller one."""
    height, width, _ = shape
    rows = mirrored(rect.top - model.halo, rect.top + min(side, height) + model.halo, height)
    columns = mirrored(rect.left - model.halo, rect.left + min(side, width) + model.halo, width)
    return rows, columns


# ---- for prints ----


def print_upscaler(ratio: float, context: Context) -> Upscaler | None:
    """The house's for what a print enlarges by `ratio`; None where a filter is to do it, also because no such network is installed."""
    if not enlarges_by_network(ratio):
        return None
    try:
        return context.models.house_upscaler("faithful", PRINT_SCALE)
    except UnknownModel:
        return None


def squares(model: Upscaler, shape: tuple[int, int, int], rect: Rect) -> Rect:
    """The smallest rectangle around another that whole squares of the network make up: they lie at the same places for every window of a
    picture (`shape`) that they are made for, so that every window has the same pixels. None are smaller when memory is short."""
    height, width, _ = shape
    left, top = rect.left // model.tile * model.tile, rect.top // model.tile * model.tile
    right, bottom = (-(-end // model.tile) * model.tile for end in (rect.right, rect.bottom))
    return Rect(left, top, min(width, right), min(height, bottom))


def seen_by(model: Upscaler, shape: tuple[int, int, int], area: Rect) -> Rect:
    """What of a picture the squares of an area are made of."""
    lines = [_seen(model, shape, rect, model.tile) for rect in tiles(area, model.tile)]
    return around_indices(np.concatenate([rows for rows, _ in lines]), np.concatenate([columns for _, columns in lines]))


def enlarged_squares(model: Upscaler, source: Raster, area: Rect, scale: int) -> Generator[Step, Any, Samples]:
    """(scale h, scale w, 3) uint16: an area of whole squares, enlarged; each tells its pixels of the source as progress."""
    samples = np.empty((area.height * scale, area.width * scale, 3), np.uint16)

    def put(place: Rect, colour: Floats) -> Progress:
        samples[place.within(area.times(scale))] = to_sixteen(colour)
        return Progress(place.width * place.height / scale**2 * ENLARGING, 0, "enlarging")

    yield from enlarge_tiles(model, source, area, scale, model.tile, put)
    return samples


# ---- of generated pictures ----


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
    scale, area = model.scale, Rect(0, 0, picture.width, picture.height)
    pixels = np.empty((picture.height * scale, picture.width * scale, 3), picture.pixels.dtype)

    def put(place: Rect, colour: Floats) -> None:
        sixteen = to_sixteen(colour)
        pixels[place.within(area.times(scale))] = sixteen if picture.bits == 16 else to_uint8(sixteen)

    yield from enlarge_tiles(model, ArrayRaster(picture.pixels), area, scale, tile_side(model, context), put)
    return Picture(pixels)
