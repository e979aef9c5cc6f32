"""A recipe, evaluated at any size: `prepare` once (global statistics and codes), then any rectangle of its pixels.

Everything here is a generator that yields between the layers of the networks and awaits the I/O worker for decoding and
resampling, so that a render never keeps the engine from something more urgent.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.api.events import Progress
from engine.api.recipe import CROSSFADE, LOOK_EDGE, BlobId, GalleryStyle, Layer, PictureStyle, Recipe, Source, Style
from engine.compositing import over, with_colours_of
from engine.context import Context, Step, Wait
from engine.imaging import large
from engine.imaging.picture import Picture, to_uint8
from engine.imaging.resampling import resize_picture
from engine.imaging.windows import ArrayRaster, Enlarged, Mirrored, Raster, Rect
from engine.models.accelerated import SIDE
from engine.models.codes import bracket, natural_edge
from engine.models.stylizer import HALO, StylizerModel
from engine.nets.stylizer import STRIDE, Moments
from engine.sources import Rendering, at_long_edge, photo_at, photo_rasters, strips_of

MARGIN = 16
"""Pixels by which a picture is mirrored beyond its edges before it enters the network; a multiple of `STRIDE`."""

TILE = SIDE - 2 * HALO
"""Side of the square of pixels that is rendered at once, less its halo."""

COMPILED_FROM = 64
"""How many full tiles a picture must have for compiling the network to pay. It takes as long as 40 to 75 tiles win by it, and 0.7 GB.
The size alone decides, and not what is compiled already: the same picture is made of the same pixels every time."""

WHOLE = 1280 * 1280
"""Pictures up to this many pixels are rendered in one piece, and their features kept for the next change of style."""


@dataclass(frozen=True)
class Look:
    """What a stylizer needs for one layer, at any place of the picture."""

    model: StylizerModel
    moments: Moments
    code: Tensor
    extended: Raster
    """The photo mirrored beyond its edges, (H, W, 3); H and W are multiples of `STRIDE`."""
    features_key: tuple[object, ...] | None
    """Under which name the features of the whole picture are kept; None where it is rendered in tiles."""
    compiled: bool = False
    """Whether tiles are so many that the network is compiled for them."""


@dataclass(frozen=True)
class Prepared:
    """A layer, ready to give any of its pixels at one size."""

    layer: Layer
    photo: Picture
    look: Look | None
    mask: np.ndarray | None = None
    """(H, W) uint8: how much of the style shows."""


def render(recipe: Recipe, size: tuple[int, int], context: Context) -> Rendering:
    """The whole picture at `size` (width, height). It has 16 bits where the bottom photo has, and alpha where that has."""
    width, height = size
    layers = []
    for layer in recipe.shown:
        layers.append((yield from prepare(layer, width, height, context)))
    deep = any(prepared.photo.bits == 16 for prepared in layers[:1])
    levels, dtype = (65535, np.uint16) if deep else (255, np.uint8)
    pixels = np.empty((height, width, 3), dtype)
    alpha = np.empty((height, width), dtype)
    tiles = list(tiles_of(width, height, context.tile_scale))
    for done, rect in enumerate(tiles):
        colour, opacity = yield from composite(layers, rect, context)
        pixels[rect.top : rect.bottom, rect.left : rect.right] = _quantised(colour, levels, dtype)
        alpha[rect.top : rect.bottom, rect.left : rect.right] = _quantised(opacity, levels, dtype)[..., 0]
        yield Progress(done + 1, len(tiles), "rendering")
    opaque = bool((alpha == levels).all())
    return Picture(pixels, None if opaque else alpha)


def tiles_of(width: int, height: int, scale: float = 1.0) -> Iterator[Rect]:
    """Rectangles that cover the picture, row by row; `scale` < 1 makes them smaller."""
    if width * height <= WHOLE * scale:
        yield Rect(0, 0, width, height)
        return
    side = max(STRIDE * 8, int(TILE * scale) // STRIDE * STRIDE)
    for top in range(0, height, side):
        for left in range(0, width, side):
            yield Rect(left, top, min(left + side, width), min(top + side, height))


def composite(layers: list[Prepared], rect: Rect, context: Context) -> Generator[Step, Any, tuple[Tensor, Tensor]]:
    """Colour (3, h, w) and alpha (1, h, w) of a rectangle, layers from the bottom up."""
    shape = (rect.bottom - rect.top, rect.right - rect.left)
    colour, alpha = torch.zeros(3, *shape), torch.zeros(1, *shape)
    for prepared in layers:
        above, above_alpha = yield from layer_pixels(prepared, rect, context)
        colour, alpha = over(colour, alpha, above, above_alpha * prepared.layer.opacity, prepared.layer.blend)
        yield None
    return colour, alpha


def layer_pixels(prepared: Prepared, rect: Rect, context: Context) -> Generator[Step, Any, tuple[Tensor, Tensor]]:
    """Colour (3, h, w) and alpha (1, h, w) of one layer by itself."""
    photo, layer = prepared.photo, prepared.layer
    window = (slice(rect.top, rect.bottom), slice(rect.left, rect.right))
    colour = floats(photo.pixels[window])[0]
    alpha = torch.ones(1, *colour.shape[1:]) if photo.alpha is None else floats(photo.alpha[window][..., None])[0]
    if prepared.look is not None:
        picture = yield from stylized(prepared.look, rect, context)
        if layer.keep_colors:
            picture = with_colours_of(colour, picture)
        amount = torch.tensor(min(1.0, layer.strength / CROSSFADE))
        if prepared.mask is not None:
            amount = amount * floats(prepared.mask[window][..., None])[0]
        colour = torch.lerp(colour, picture, amount)
    return colour, alpha


def stylized(look: Look, rect: Rect, context: Context) -> Generator[Step, Any, Tensor]:
    """The network's picture of a rectangle, (3, h, w) in 0..1: the same pixels however the picture is cut into tiles."""
    height, width = look.extended.shape[:2]
    left, top = _down(rect.left + MARGIN - HALO), _down(rect.top + MARGIN - HALO)
    right = min(width, _up(rect.right + MARGIN + HALO))
    bottom = min(height, _up(rect.bottom + MARGIN + HALO))
    window = look.extended.read(Rect(left, top, right, bottom))
    if look.features_key is None:
        picture = yield from look.model.tile_steps(floats(window), look.code, look.moments, compiled=look.compiled)
    else:
        features = context.models.cache.get(look.features_key, Tensor)
        if features is None:
            features = yield from look.model.encode_steps(floats(window))
            context.models.cache.put(look.features_key, features)
        yield None
        picture = yield from look.model.decode_steps(features, look.code, look.moments)
    y, x = rect.top + MARGIN - top, rect.left + MARGIN - left
    return picture[0, :, y : y + rect.bottom - rect.top, x : x + rect.right - rect.left].clamp(0, 1)


def prepare(layer: Layer, width: int, height: int, context: Context) -> Generator[Step, Any, Prepared]:
    """Gather what a layer needs at this size: its photo, cut to the picture's shape, the statistics and the codes."""
    photo = yield from photo_at(layer.source, width, height, context)
    if not layer.is_painted:
        return Prepared(layer, photo, None)
    look = yield from look_at(layer, width, height, ArrayRaster(extended(photo.pixels)), context)
    mask = None
    if layer.mask is not None:
        shades = yield Wait(context.io.submit(stretched, context, layer.mask, width, height))
        mask = to_uint8(shades.pixels.max(2))
    return Prepared(layer, photo, look, mask)


def look_at(layer: Layer, width: int, height: int, content: Raster, context: Context) -> Generator[Step, Any, Look]:
    """What a stylizer needs for a layer that is painted; `content` as in `Look.extended`."""
    model = context.models.stylizer()
    moments = yield from content_moments(layer.source, model, context)
    code = yield from mixed_code(layer, max(width, height), model, context)
    whole = len(list(tiles_of(width, height, context.tile_scale))) == 1
    key = ("features", model.fingerprint, layer.source.key, width, height) if whole else None
    compiled = (width // TILE) * (height // TILE) >= COMPILED_FROM
    return Look(model, moments, code, content, key, compiled)


def extended_photo(source: Source, width: int, height: int, context: Context) -> Generator[Step, Any, Raster]:
    """A photo at this size, mirrored beyond its edges; one that is too large to be held is read window by window."""
    if width * height > large.STREAMED_FROM and (yield from strips_of(source, context)) is not None:
        colour, _ = yield from photo_rasters(source, width, height, context)
        return Mirrored(Enlarged.covering(colour, width, height), MARGIN, STRIDE)
    return ArrayRaster(extended((yield from photo_at(source, width, height, context)).pixels))


def extended(pixels: np.ndarray) -> np.ndarray:
    """(H, W, C) mirrored by `MARGIN` at every edge, and on to a multiple of `STRIDE` at the right and the bottom."""
    height, width = pixels.shape[:2]
    return np.pad(pixels, ((MARGIN, MARGIN + -height % STRIDE), (MARGIN, MARGIN + -width % STRIDE), (0, 0)), mode="reflect")


def stretched(context: Context, blob: BlobId, width: int, height: int) -> Picture:
    """A blob's picture at exactly width x height."""
    return resize_picture(context.blobs.picture(blob), width, height)


def content_moments(source: Source, model: StylizerModel, context: Context) -> Generator[Step, Any, Moments]:
    """The statistics of a content, from its proxy: the same at every size that it is rendered at."""
    key = ("moments", model.fingerprint, source.key)
    known = context.models.cache.get(key, Tensor)
    if known is None:
        proxy = floats((yield from at_long_edge(source, LOOK_EDGE, context, enlarge=False)).pixels)
        features = yield from model.encode_steps(floats(extended(_pixels(proxy))))
        moments = Moments.of(features)
        known = context.models.cache.put(key, torch.stack([moments.mean, moments.std]))
    return Moments(known[0], known[1])


def mixed_code(layer: Layer, long_edge: int, model: StylizerModel, context: Context) -> Generator[Step, Any, Tensor]:
    """The code of a layer's mix at its strength: between the photo's own code, which changes nothing, and the styles'."""
    look_edge = min(LOOK_EDGE, max(layer.source.width, layer.source.height))
    codes = []
    for use in layer.mix:
        source_edge = yield from style_source_edge(use.style, context)
        edge = natural_edge(look_edge, source_edge) * layer.style_scale * long_edge / look_edge
        code = yield from style_code(use.style, edge, model, context)
        codes.append(code * use.weight)
    mixed = torch.stack(codes).sum(0)
    if layer.strength >= 1:
        return mixed
    own = yield from picture_code(layer.source, min(long_edge, LOOK_EDGE), model, context)
    return torch.lerp(own, mixed, layer.strength)


def style_source_edge(style: Style, context: Context) -> Generator[Step, Any, int]:
    """The long edge in pixels of the picture that a style is taken from."""
    if isinstance(style, GalleryStyle):
        return context.models.gallery_codes.source_edge(style.id)
    strips = yield from strips_of(style, context)
    if strips is not None:
        return max(strips.layout.width, strips.layout.height)
    picture: Picture = yield Wait(context.io.submit(context.blobs.picture, style.blob, style.name))
    return picture.long_edge


def style_code(style: Style, edge: float, model: StylizerModel, context: Context) -> Generator[Step, Any, Tensor]:
    """The code (1, code_size) of a style looked at with a long edge of `edge` px."""
    if isinstance(style, GalleryStyle):
        return context.models.gallery_codes.at(style.id, edge, model.fingerprint)
    return (yield from picture_code(style, edge, model, context))


def picture_code(picture: Source | PictureStyle, edge: float, model: StylizerModel, context: Context) -> Generator[Step, Any, Tensor]:
    """The code of any picture, made at the sizes around `edge` and remembered."""
    parts = []
    for size, share in bracket(edge):
        key = ("code", model.fingerprint, picture.key, size)
        code = context.models.cache.get(key, Tensor)
        if code is None:
            seen = floats((yield from at_long_edge(picture, size, context, enlarge=True)).pixels)
            code = context.models.cache.put(key, (yield from model.code_steps(_at_least(seen, 32))))
        parts.append(code * share)
    return torch.stack(parts).sum(0)


def floats(samples: np.ndarray) -> Tensor:
    """(H, W, C) uint8 or uint16 -> (1, C, H, W) fp32 in 0..1."""
    top = 65535.0 if samples.dtype == np.uint16 else 255.0
    return torch.from_numpy(np.ascontiguousarray(samples, np.float32)).div_(top).permute(2, 0, 1)[None]


def _pixels(picture: Tensor) -> np.ndarray:
    return _quantised(picture[0], 65535, np.uint16)


def _quantised(values: Tensor, levels: int, dtype: type[np.uint8 | np.uint16]) -> np.ndarray:
    """(C, h, w) in 0..1 -> (h, w, C)."""
    return values.mul(levels).add_(0.5).clamp_(0, levels).permute(1, 2, 0).numpy().astype(dtype)


def _at_least(picture: Tensor, side: int) -> Tensor:
    """(1, 3, H, W), mirrored until each side has `side` px: a thread-thin style still has statistics."""
    repeats = [1, 1, *(math.ceil(side / length) for length in picture.shape[2:])]
    return picture.repeat(repeats)


def _down(position: int) -> int:
    return max(0, position // STRIDE * STRIDE)


def _up(position: int) -> int:
    return -(-position // STRIDE) * STRIDE
