"""The pixels of photos and of generated pictures, at any size: in memory where they fit, else in strips on the disk."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.api.events import Progress
from engine.api.recipe import Photo, PictureStyle, Source
from engine.context import Context, Step, Wait
from engine.device import trim_memory
from engine.imaging import large
from engine.imaging.large import Streaming, reduced, scaling, unpacking
from engine.imaging.picture import Picture
from engine.imaging.resampling import colours_spread, fitted_size, resize_picture
from engine.imaging.strips import Strips
from engine.imaging.windows import ArrayRaster, Channels, Raster
from engine.latent.stills import still
from engine.upscaling import enlarged_still

TRIMMED_FROM = 1280 * 1280
"""From so many pixels on, what resampling leaves behind is given back to the system."""

HELD_EDGE = 8192
"""The long edge at which a picture is held that is too large to be held whole."""

Rendering = Generator[Step, Any, Picture]


def whole_picture(source: Source | PictureStyle, context: Context) -> Rendering:
    """A source at its own size, or at a long edge of `HELD_EDGE` where it is too large to be held; of a generator's picture, four times the
    size that it was learnt at where the crisp upscaler is there."""
    if not isinstance(source, Photo | PictureStyle):
        small = yield from still(source, context)
        return (yield from enlarged_still(small, source.key, context))
    strips = yield from strips_of(source, context)
    if strips is None:
        picture: Picture = yield Wait(context.io.submit(context.blobs.picture, source.blob, source.name))
        return picture
    return (yield from _reduced(strips, *fitted_size(strips.layout.width, strips.layout.height, HELD_EDGE), context))


def photo_at(photo: Source, width: int, height: int, context: Context) -> Rendering:
    """A photo or a generator's picture that covers width x height: scaled, and cut evenly where the shapes differ."""
    cache, key = context.models.cache, ("photo", photo.key, width, height)
    pixels, alpha = cache.get(key, np.ndarray), cache.get((*key, "alpha"), np.ndarray)
    if pixels is not None:
        return Picture(pixels, alpha)
    strips = yield from strips_of(photo, context)
    if strips is None:
        whole = yield from whole_picture(photo, context)
    else:
        whole = yield from _reduced(strips, *covering_size(strips.layout.width, strips.layout.height, width, height), context)
    picture: Picture = yield Wait(context.io.submit(_covering, whole, width, height))
    if width * height > TRIMMED_FROM:
        trim_memory()
    cache.put(key, picture.pixels)
    if picture.alpha is not None:
        cache.put((*key, "alpha"), picture.alpha)
    return picture


def at_long_edge(source: Source | PictureStyle, edge: int, context: Context, *, enlarge: bool) -> Rendering:
    """A picture with a long edge of `edge` px, or of its own where it is smaller and not to be enlarged."""
    strips = yield from strips_of(source, context)
    if strips is not None:
        return (yield from _reduced(strips, *_long(strips.layout.width, strips.layout.height, edge, enlarge), context))
    picture = yield from whole_picture(source, context)
    width, height = (picture.width, picture.height) if isinstance(source, Photo | PictureStyle) else (source.width, source.height)
    scaled: Picture = yield Wait(context.io.submit(resize_picture, picture, *_long(width, height, edge, enlarge)))
    return scaled


def _long(width: int, height: int, edge: int, enlarge: bool) -> tuple[int, int]:
    """A size with a long edge of `edge`."""
    factor = edge / max(width, height)
    return (max(1, round(width * factor)), max(1, round(height * factor))) if enlarge else fitted_size(width, height, edge)


def photo_rasters(photo: Source, width: int, height: int, context: Context) -> Generator[Step, Any, tuple[Raster, Raster | None]]:
    """What windows of width x height are cut from, colours and perhaps alpha: a picture that covers it, or the source's own pixels where
    those are fewer."""
    strips = yield from strips_of(photo, context)
    enlarged = max(width / photo.width, height / photo.height) > 1
    if strips is not None and (enlarged or width * height > large.STREAMED_FROM):
        if not enlarged:
            strips = yield from _scaled(strips, *covering_size(strips.layout.width, strips.layout.height, width, height), context)
        return Channels(strips, 0, 3), Channels(strips, 3, 4) if strips.layout.channels == 4 else None
    if enlarged:
        picture = yield from spread((yield from whole_picture(photo, context)), photo.key, context)
    else:
        picture = yield from photo_at(photo, width, height, context)
    return ArrayRaster(picture.pixels), None if picture.alpha is None else ArrayRaster(picture.alpha[..., None])


def spread(picture: Picture, key: str, context: Context) -> Rendering:
    """A picture, for which `key` stands, with no hidden colours under transparent pixels: they would come to the edges where it is
    enlarged. Kept for the next window, if there is room for more than that."""
    if picture.alpha is None:
        return picture
    cache, name = context.models.cache, ("spread", key)
    known = cache.get(name, np.ndarray)
    if known is None:
        made: Picture = yield Wait(context.io.submit(colours_spread, picture))
        known = made.pixels if 2 * made.pixels.nbytes > cache.room else cache.put(name, made.pixels)
    return replace(picture, pixels=known)


def own_size(photo: Source, width: int, height: int, context: Context) -> Generator[Step, Any, tuple[int, int]]:
    """(width, height) of what `photo_rasters` gives for a picture that is larger than the photo."""
    if isinstance(photo, Photo):
        return photo.width, photo.height
    rows, columns, _ = (yield from photo_rasters(photo, width, height, context))[0].shape
    return columns, rows


@dataclass(frozen=True)
class Kind:
    """Of a source's pixels: 8 or 16 bits a sample, and whether there is alpha."""

    bits: int
    see_through: bool


def kind_of(source: Source, context: Context) -> Generator[Step, Any, Kind]:
    """A generator's picture has 8 bits and no alpha."""
    if not isinstance(source, Photo):
        return Kind(8, False)
    strips = yield from strips_of(source, context)
    if strips is not None:
        return Kind(strips.layout.bits, strips.layout.channels == 4)
    picture = yield from whole_picture(source, context)
    return Kind(picture.bits, picture.alpha is not None)


def strips_of(source: Source | PictureStyle, context: Context) -> Generator[Step, Any, Strips | None]:
    """The raw strips of a picture that is too large to be held, made when they are first wanted; None for any other source."""
    if not isinstance(source, Photo | PictureStyle) or not context.blobs.is_large(source.blob):
        return None
    store = context.blobs.unpacked
    known = store.get(source.blob)
    if known is None:
        path = yield Wait(context.io.submit(context.blobs.verified, source.blob, source.name))
        made = yield from _streamed(lambda: store.begin(lambda target: unpacking(path, target, source.name or source.blob)), context)
        known = store.keep(source.blob, made)
    return known


def covering_size(width: int, height: int, wanted_width: int, wanted_height: int) -> tuple[int, int]:
    """A picture's size when it is scaled to cover another."""
    scale = max(wanted_width / width, wanted_height / height)
    return max(wanted_width, round(width * scale)), max(wanted_height, round(height * scale))


def _scaled(strips: Strips, width: int, height: int, context: Context) -> Generator[Step, Any, Strips]:
    """The strips at another size, which are kept for the next window."""
    if (width, height) == (strips.layout.width, strips.layout.height):
        return strips
    store, key = context.blobs.unpacked, (strips.layout.key, width, height)
    known = store.get(key)
    if known is None:
        made = yield from _streamed(lambda: store.begin(lambda target: scaling(strips, width, height, target)), context)
        known = store.keep(key, made)
    return known


def _streamed(begin: Any, context: Context) -> Generator[Step, Any, Strips]:
    streaming: Streaming = yield Wait(context.io.submit(begin))
    try:
        while (yield Wait(context.io.submit(streaming.step))):
            yield Progress(0, 0, "reading the photo")
    except BaseException:
        streaming.discard()
        raise
    return streaming.strips


def _reduced(strips: Strips, width: int, height: int, context: Context) -> Rendering:
    picture: Picture = yield Wait(context.io.submit(reduced, strips, width, height))
    return picture


def _covering(picture: Picture, width: int, height: int) -> Picture:
    scaled = resize_picture(picture, *covering_size(picture.width, picture.height, width, height))
    left, top = (scaled.width - width) // 2, (scaled.height - height) // 2
    window = (slice(top, top + height), slice(left, left + width))
    return replace(scaled, pixels=scaled.pixels[window], alpha=None if scaled.alpha is None else scaled.alpha[window])
