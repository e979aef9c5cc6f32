"""A recipe at any size in bounded memory: painted where the strokes are decided, enlarged, and refined by what the photo holds.

The network paints strokes of a certain number of pixels. Run at 16384 px it would paint microscopic ones, and another picture than
the one on the screen. So a layer is painted in levels:

- The first has the long edge of the preview (`LOOK_EDGE`). It is the preview: strokes, colours, composition.
- Every further one is up to twice as large: the one before, enlarged, and what the network paints at this size that is too fine for the
  one before. It sees finer contours of the photo there, so that edges are sharp and strokes have finer strokes in them.
- The last has the size of the print, or that of the photo where the print is larger: beyond that the photo has nothing to tell.

A print larger than the photo enlarges the last level, and the photo itself where that is seen. From twice the size on, the house's
faithful network does the first doubling, and a cubic kernel the rest; below that, or without the network, the kernel does it all:

- Measured on photos reduced by a ratio and enlarged again, the kernel is nearer up to 1.75 (by 6 dB at 1.25), the network from 2 on where a
  photo is sharp (0.7 dB at 2.7 and at 4). A network for four times, reduced to the print's size, is nowhere nearer than doubling.
- The painter's last layer leaves a grid of two pixels, 30 dB above what else is so fine: at 100 % a weave, enlarged stripes, which
  the network takes for contours. So levels are read without it (`Gridless`). The first keeps it, unless the network enlarges just that:
  it is the preview, whose grid is a mean of 3 ΔE, and a print scaled down should be the preview.

Levels stand in scratch files in strips, so that memory does not grow with the print and what is finished survives a crash.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from engine import render
from engine.api.events import Progress
from engine.api.recipe import CROSSFADE, LOOK_EDGE, BlobId, Layer, Recipe
from engine.api.upscaling import ENLARGING, PRINT_SCALE
from engine.compositing import over, with_colours_of
from engine.context import Context, Step, Wait
from engine.device import trim_memory
from engine.imaging.depth import to_sixteen
from engine.imaging.picture import Samples
from engine.imaging.strips import Layout, Strips
from engine.imaging.windows import ArrayRaster, Enlarged, Gridless, Raster, Rect
from engine.models.stylizer import HALO
from engine.models.upscaler import Upscaler
from engine.nets.stylizer import STRIDE, Moments
from engine.sources import own_size, photo_rasters
from engine.upscaling import enlarged_squares, print_upscaler

MARGIN = STRIDE
"""Pixels around a tile that the split into coarse and fine needs; a multiple of `STRIDE`, and more than the filter reaches."""

REACH = 4
"""Pixels that the filter reaches to either side."""

BLUR = 0.55
"""The standard deviation of the filter, in pixels of the level before: what that level can show passes it."""

LEVEL_ROWS = render.TILE - 2 * MARGIN
"""Rows of a level's strip: with all margins a tile has the size that the network is compiled for."""

PAINTED_AS = 3
"""Counts the ways in which levels were ever painted and put together: strips of another way are no part of the same print."""

OpenStrips: TypeAlias = Callable[[str, int, int, int], Generator[Step, Any, Strips]]
"""(name, width, height, rows of a strip) -> the scratch file of a level, with what of it is finished."""


@dataclass(frozen=True, eq=False)
class Finer:
    """What a network enlarges on its way to the print, to width x height."""

    model: Upscaler
    width: int
    height: int

    @property
    def scale(self) -> int:
        return PRINT_SCALE

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True)
class Plan:
    """What one layer is made of. `sizes`: (width, height) of the whole picture of each level, the first one first; none where no network
    paints. What a network enlarges before the print does it, of the last level and of the photo itself, as far as they are."""

    sizes: tuple[tuple[int, int], ...]
    painting: Finer | None = None
    photo: Finer | None = None

    @property
    def enlarged(self) -> tuple[Finer, ...]:
        return tuple(each for each in (self.painting, self.photo) if each is not None)

    @property
    def bytes(self) -> int:
        """Of all scratch files."""
        return 6 * (sum(width * height for width, height in self.sizes[1:]) + sum(each.pixels for each in self.enlarged))

    def read(self, level: Raster, number: int) -> Raster:
        """A level as what is made of it sees it: without the painter's grid, but for the first one where more is painted, or nothing."""
        return Gridless(level) if number or (self.painting is not None and len(self.sizes) == 1) else level

    @property
    def work(self) -> float:
        """In pixels that the network paints."""
        enlarging = sum(each.pixels / each.scale**2 for each in self.enlarged)
        return sum(width * height for width, height in self.sizes[1:]) + ENLARGING * enlarging


def plan(layer: Layer, recipe: Recipe, width: int, height: int, context: Context) -> Generator[Step, Any, Plan]:
    """How a layer is made for a print of width x height."""
    sizes = _levels(layer, recipe, width, height) if layer.is_painted else ()
    photo = None
    if layer.shows_photo:
        photo = _finer(*(yield from own_size(layer.source, width, height, context)), width, height, context)
    return Plan(sizes, _finer(*sizes[-1], width, height, context) if sizes else None, photo)


def _finer(own_width: int, own_height: int, width: int, height: int, context: Context) -> Finer | None:
    ratio = max(width / own_width, height / own_height)
    model = print_upscaler(ratio, context)
    return None if model is None else Finer(model, own_width * PRINT_SCALE, own_height * PRINT_SCALE)


def _levels(layer: Layer, recipe: Recipe, width: int, height: int) -> tuple[tuple[int, int], ...]:
    source = layer.source
    scale = max(width / source.width, height / source.height)
    edge = max(width, height)
    first = min(edge, LOOK_EDGE, max(recipe.native_size))
    last = min(edge, max(LOOK_EDGE, first, round(edge / scale)))
    steps = max(0, math.ceil(math.log2(last / first) - 1e-9))
    edges = [first * (last / first) ** (step / steps) for step in range(steps)] + [last] if steps else [first]
    return tuple((max(1, round(width * each / edge)), max(1, round(height * each / edge))) for each in edges)


@dataclass(frozen=True, eq=False)
class Painted:
    """A layer, ready to give any window of the print."""

    layer: Layer
    photo: Enlarged
    alpha: Enlarged | None
    painting: Enlarged | None
    mask: Enlarged | None


def painted(
    layer: Layer, levels: Plan, width: int, height: int, open_strips: OpenStrips, native: bool, context: Context
) -> Generator[Step, Any, Painted]:
    """Paint a layer's levels, and gather what else its windows need. `native`: the statistics of the largest level, not of the proxy."""
    colour, alpha = yield from photo_rasters(layer.source, width, height, context)
    if levels.photo is not None:
        colour = yield from _enlarge(colour, levels.photo, "photo", open_strips, context)
    photo = Enlarged.covering(colour, width, height)
    opacity = None if alpha is None else Enlarged.covering(alpha, width, height)
    if not levels.sizes:
        return Painted(layer, photo, opacity, None, None)
    moments = None
    if native:
        moments = yield from streamed_moments(layer, *levels.sizes[-1], context)
    raster = levels.read((yield from first_level(layer, *levels.sizes[0], moments, context)), 0)
    for number, size in enumerate(levels.sizes[1:], 1):
        strips = yield from open_strips(f"level-{number}", *size, LEVEL_ROWS)
        yield from _paint(strips, Enlarged.stretched(raster, *size), layer, moments, context)
        raster = levels.read(strips, number)
    if levels.painting is not None:
        raster = yield from _enlarge(raster, levels.painting, "painting", open_strips, context)
    mask = yield from mask_windows(layer, width, height, context)
    return Painted(layer, photo, opacity, Enlarged.stretched(raster, width, height), mask)


def composite(layers: list[Painted], rect: Rect) -> Generator[Step, Any, tuple[Tensor, Tensor]]:
    """Colour (3, h, w) and alpha (1, h, w) of a rectangle of the print, layers from the bottom up."""
    colour, alpha = torch.zeros(3, rect.height, rect.width), torch.zeros(1, rect.height, rect.width)
    for each in layers:
        above, above_alpha = yield from _layer(each, rect)
        if each is layers[0] and each.layer.opacity == 1 and each.alpha is None:
            colour, alpha = above, above_alpha  # what `over` would make of it, to the last bit
        else:
            colour, alpha = over(colour, alpha, above, above_alpha * each.layer.opacity, each.layer.blend)
        yield None
    return colour, alpha


def _layer(each: Painted, rect: Rect) -> Generator[Step, Any, tuple[Tensor, Tensor]]:
    layer = each.layer
    alpha = torch.ones(1, rect.height, rect.width) if each.alpha is None else _planes(each.alpha, rect)
    if each.painting is None:
        return _planes(each.photo, rect), alpha
    picture = _planes(each.painting, rect)
    yield None
    if not layer.shows_photo:
        return picture, alpha
    photo = _planes(each.photo, rect)
    if layer.keep_colors:
        picture = with_colours_of(photo, picture)
    amount = torch.tensor(min(1.0, layer.strength / CROSSFADE))
    if each.mask is not None:
        amount = amount * _planes(each.mask, rect)
    return torch.lerp(photo, picture, amount), alpha


# ---- levels ----


def first_level(layer: Layer, width: int, height: int, moments: Moments | None, context: Context) -> Generator[Step, Any, ArrayRaster]:
    """The preview's own pixels, with 16 bits."""
    look = (yield from render.prepare(layer, width, height, context)).look
    assert look is not None
    if moments is not None:
        look = replace(look, moments=moments)
    pixels = np.empty((height, width, 3), np.uint16)
    for rect in render.tiles_of(width, height, context.tile_scale):
        picture = yield from render.stylized(look, rect, context)
        pixels[rect.top : rect.bottom, rect.left : rect.right] = to_sixteen(picture.permute(1, 2, 0).numpy())
        yield None
    return ArrayRaster(pixels)


def _paint(strips: Strips, before: Enlarged, layer: Layer, moments: Moments | None, context: Context) -> Generator[Step, Any, None]:
    """Paint the strips of a level that are not there yet."""
    if strips.done == strips.layout.count:
        return
    height, width, _ = strips.shape
    content = yield from render.extended_photo(layer.source, width, height, context)
    look = yield from render.look_at(layer, width, height, content, context)
    look = replace(look, features_key=None, moments=moments or look.moments)
    kernel = kernel_of(width / before.columns.source)
    side = max(STRIDE * 8, int(LEVEL_ROWS * context.tile_scale) // STRIDE * STRIDE)
    for index in range(strips.layout.count):
        if strips.has(index):
            continue
        strip = strips.layout.strip(index)
        samples = np.empty((strip.height, width, 3), np.uint16)
        for top in range(strip.top, strip.bottom, side):
            for left in range(0, width, side):
                rect = Rect(left, top, min(left + side, width), min(top + side, strip.bottom))
                picture = yield from refined(look, before, rect, kernel, context)
                samples[top - strip.top : rect.bottom - strip.top, rect.left : rect.right] = to_sixteen(picture.permute(1, 2, 0).numpy())
                yield Progress(rect.width * rect.height, 0, "painting")
        yield Wait(context.io.submit(strips.write, index, samples))
        trim_memory()  # what tiles of several sizes leave behind grows from strip to strip


def _enlarge(raster: Raster, finer: Finer, name: str, open_strips: OpenStrips, context: Context) -> Generator[Step, Any, Strips]:
    """A raster enlarged by the network, a row of squares at a time."""
    strips = yield from open_strips(f"{name}-enlarged", finer.width, finer.height, finer.model.tile * finer.scale)
    for index in range(strips.layout.count):
        if strips.has(index):
            continue
        area = strips.layout.strip(index).source(finer.scale)
        samples = yield from enlarged_squares(finer.model, raster, area, finer.scale)
        yield Wait(context.io.submit(strips.write, index, samples))
        trim_memory()
    return strips


def refined(look: render.Look, before: Enlarged, rect: Rect, kernel: list[float], context: Context) -> Generator[Step, Any, Tensor]:
    """(3, h, w): the level before, and of the network's picture what is finer than that."""
    picture = yield from render.stylized(look, rect.grown(MARGIN), context)
    coarse = _blurred(picture[:, MARGIN - REACH : REACH - MARGIN, MARGIN - REACH : REACH - MARGIN], kernel)
    yield None
    fine = picture[:, MARGIN:-MARGIN, MARGIN:-MARGIN] - coarse
    return _planes(before, rect) + fine


def kernel_of(ratio: float) -> list[float]:
    """Weights at distances of 0 to `REACH` pixels."""
    weights = [math.exp(-(distance**2) / (2 * (BLUR * ratio) ** 2)) for distance in range(REACH + 1)]
    total = weights[0] + 2 * sum(weights[1:])
    return [weight / total for weight in weights]


def _blurred(picture: Tensor, kernel: list[float]) -> Tensor:
    """(3, h, w) without its outer `REACH` pixels. Sums of shifted pictures: a convolution of so few channels takes five times as long."""
    for axis in (1, 2):
        length = picture.shape[axis] - 2 * REACH
        total = picture.narrow(axis, REACH, length) * kernel[0]
        for distance, weight in enumerate(kernel[1:], 1):
            sides = picture.narrow(axis, REACH - distance, length) + picture.narrow(axis, REACH + distance, length)
            total.add_(sides.mul_(weight))
        picture = total
    return picture


def streamed_moments(layer: Layer, width: int, height: int, context: Context) -> Generator[Step, Any, Moments]:
    """The statistics of a layer's photo at width x height, exact, tile by tile: in double precision, merged as by Chan, Golub and
    LeVeque (1979)."""
    model = context.models.stylizer()
    key = ("native moments", model.fingerprint, layer.source.key, width, height)
    known = context.models.cache.get(key, Tensor)
    if known is not None:
        return Moments(known[0], known[1])
    whole = yield from render.extended_photo(layer.source, width, height, context)
    rows, columns = whole.shape[:2]
    count, mean, squares = 0, torch.zeros(1), torch.zeros(1)
    for rect in render.tiles_of(columns, rows, context.tile_scale):
        top, left = max(0, rect.top - HALO), max(0, rect.left - HALO)
        window = whole.read(Rect(left, top, min(columns, rect.right + HALO), min(rows, rect.bottom + HALO)))
        features = yield from model.encode_steps(render.floats(window))
        y, x = (rect.top - top) // STRIDE, (rect.left - left) // STRIDE
        inner = features[0, :, y : y + rect.height // STRIDE, x : x + rect.width // STRIDE].double().flatten(1).cpu()
        variance, average = torch.var_mean(inner, 1, correction=0)
        added, total = inner.shape[1], count + inner.shape[1]
        squares = squares + variance * added + (average - mean) ** 2 * (count * added / total)
        mean = mean + (average - mean) * (added / total)
        count = total
        yield Progress(0, 0, "measuring")
    std = (squares / max(1, count - 1) + 1e-5).sqrt()
    shape = (1, -1, 1, 1)
    moments = torch.stack([mean.float().view(shape), std.float().view(shape)]).to(model.device)
    context.models.cache.put(key, moments)
    return Moments(moments[0], moments[1])


# ---- what windows are cut from ----


def mask_windows(layer: Layer, width: int, height: int, context: Context) -> Generator[Step, Any, Enlarged | None]:
    """The layer's mask at the print's size, where it has one."""
    if layer.mask is None:
        return None
    shades = yield Wait(context.io.submit(_shades, context, layer.mask, width, height))
    return Enlarged.stretched(ArrayRaster(shades), width, height)


def _shades(context: Context, blob: BlobId, width: int, height: int) -> Samples:
    """(h, w, 1) of a mask, no larger than the print."""
    picture = context.blobs.picture(blob)
    if picture.width > width or picture.height > height:
        picture = render.stretched(context, blob, min(picture.width, width), min(picture.height, height))
    shades: Samples = picture.pixels.max(2, keepdims=True)
    return shades


def _planes(source: Enlarged, rect: Rect) -> Tensor:
    """(C, h, w)"""
    return torch.from_numpy(source.window(rect)).permute(2, 0, 1)


def level_layout(key: str, width: int, height: int, rows: int) -> Layout:
    """Strips of a level: 16 bits, so that what is painted is not rounded twice."""
    return Layout(key, width, height, 3, 16, rows)
