"""Upscale: a photo enlarged by a network, strip by strip, in a file that keeps the photo's colours, alpha and resolution; and a spot of it
beforehand."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from engine.api.events import Frame, Progress
from engine.api.limits import print_budget
from engine.api.output import Output
from engine.api.proofing import Comparison, EnlargementSpot
from engine.api.requests import Exported, Upscale
from engine.api.upscaling import check_choice
from engine.context import Context, Step, Wait
from engine.device import trim_memory
from engine.imaging.annotation import pack
from engine.imaging.decoding import check_size
from engine.imaging.depth import to_eight, to_sixteen
from engine.imaging.files import Original, check_target, original
from engine.imaging.picture import Picture, Samples
from engine.imaging.resampling import colours_spread
from engine.imaging.strips import Layout, Strips, check_room
from engine.imaging.windows import ArrayRaster, Enlarged, Floats, Rect
from engine.imaging.writers import ALPHA_SUFFIXES, DEEP_SUFFIXES, Encoding, FileOptions, check_format
from engine.jobs.export import check_webp, encoded
from engine.jobs.preview import frame
from engine.jobs.unfinished import Unfinished, resumed_words
from engine.models.upscaler import Upscaler
from engine.sources import spread
from engine.spot import checked_rect
from engine.upscaling import check_scale, enlarge_tiles, tile_side

UPSCALED_KEY = "sfumato-upscaled"
"""Under which a file says how it was enlarged."""

WRITING = 0.1
"""The share of the file's encoding in the progress."""


@dataclass(frozen=True)
class Sheet:
    """What is to be made, with everything decided."""

    photo: Original
    model: Upscaler
    scale: int
    output: Output
    layout: Layout

    @property
    def has_alpha(self) -> bool:
        return self.layout.channels == 4


def upscale(request: Upscale, context: Context) -> Generator[Step, Any, Exported]:
    """Enlarge and write; what cannot be written is found before the work is done, and an older file stays until the new one is whole."""
    started = time.perf_counter()
    output = request.output.check()
    width, height = request.photo.width * request.scale, request.photo.height * request.scale
    check_size(width, height, print_budget(), str(output.path))
    chosen = _chosen(request, context)
    sheet: Sheet = yield Wait(context.io.submit(_decided, request, chosen, width, height, context))
    unfinished = Unfinished(output.path)
    with unfinished.kept_for_another_try(output, context):
        yield from _made(sheet, unfinished, context)
    return Exported(output.path, width, height, time.perf_counter() - started, output.path.stat().st_size)


def _chosen(request: Upscale | EnlargementSpot, context: Context) -> Upscaler:
    """The network that is asked for; raises BadRequest where it cannot enlarge by so much."""
    check_choice(request.scale, request.variant)
    chosen = context.models.upscaler(request.model) if request.model else context.models.house_upscaler(request.variant, request.scale)
    check_scale(chosen, request.scale)
    return chosen


def _decided(request: Upscale, model: Upscaler, width: int, height: int, context: Context) -> Sheet:
    """The photo read, everything refused that can be, and what the strips will hold."""
    output, suffix = request.output, request.output.path.suffix.lower()
    check_target(output.path, width, height, output.overwrite)
    photo = original(context.blobs.read(request.photo.blob, request.photo.name), request.photo.name)
    bits = output.bits or (16 if photo.picture.bits == 16 and suffix in DEEP_SUFFIXES else 8)
    check_format(suffix, bits, "rgb", str(output.path))
    check_webp(suffix, width * height, output, context)
    channels = 4 if photo.picture.alpha is not None and suffix in ALPHA_SUFFIXES else 3
    parts = [version("sfumato"), request.photo.blob, model.fingerprint, request.scale, bits, channels, output.dither]
    key = hashlib.sha256(json.dumps([*parts, context.device.precision], sort_keys=True).encode()).hexdigest()
    layout = Layout(key, width, height, channels, bits, model.tile * request.scale)
    check_room(output.path.parent, 2 * layout.bytes, str(output.path))
    photo = replace(photo, picture=colours_spread(photo.picture))
    return Sheet(photo, model, request.scale, replace(output, dpi=output.dpi or photo.dpi, bleed=0.0), layout)


def _made(sheet: Sheet, unfinished: Unfinished, context: Context) -> Generator[Step, Any, None]:
    output, layout = sheet.output, sheet.layout
    resume = output.resume or context.tile_scale < 1
    strips: Strips = yield Wait(context.io.submit(unfinished.open, "picture", layout, resume=resume, insist=output.resume))
    done = strips.done / layout.count * (1 - WRITING)
    yield Progress(done, 1, "enlarging", resumed_words(output, done))
    for index in range(layout.count):
        if not strips.has(index):
            samples = yield from _strip(sheet, layout.strip(index), context)
            yield Wait(context.io.submit(strips.write, index, samples))
            trim_memory()
        yield Progress((index + 1) / layout.count * (1 - WRITING), 1, "enlarging")
    how = {"version": version("sfumato"), "model": sheet.model.name, "scale": sheet.scale}
    options = FileOptions.of(output, sheet.photo.profile, "rgb", pack({UPSCALED_KEY: json.dumps(how, sort_keys=True)}))
    encoding = Encoding(strips.path, layout, output.path, options, output.overwrite)
    yield from encoded(encoding, lambda fraction: Progress(1 - WRITING * (1 - fraction), 1, "writing the file"))


def _strip(sheet: Sheet, strip: Rect, context: Context) -> Generator[Step, Any, Samples]:
    """A strip of the file, (h, w, channels)."""
    picture, scale = sheet.photo.picture, sheet.scale
    source = ArrayRaster(picture.pixels)
    opacity = None if picture.alpha is None else ArrayRaster(picture.alpha[..., None])
    alpha = None if opacity is None else Enlarged.stretched(opacity, sheet.layout.width, sheet.layout.height)
    samples = np.empty((strip.height, strip.width, sheet.layout.channels), sheet.layout.dtype)

    def put(place: Rect, colour: Floats) -> None:
        samples[place.within(strip)] = _samples(colour, None if alpha is None else alpha.window(place), place, sheet)

    yield from enlarge_tiles(sheet.model, source, strip.source(scale), scale, tile_side(sheet.model, context), put)
    return samples


def _samples(colour: Floats, alpha: Floats | None, place: Rect, sheet: Sheet) -> Samples:
    """(h, w, channels) as the file has them; where it has no alpha, what was transparent is white."""
    if alpha is not None and not sheet.has_alpha:
        colour = colour * alpha + (1 - alpha)
    sixteen = to_sixteen(colour if alpha is None or not sheet.has_alpha else np.concatenate([colour, alpha], 2))
    return sixteen if sheet.layout.bits == 16 else to_eight(sixteen, place, dither=sheet.output.dither)


# A spot of it beforehand.


def enlargement_spot(request: EnlargementSpot, context: Context) -> Generator[Step, Any, Comparison]:
    """The spot in two ways. The network sees the photo in the screen's colours; of a photo in sRGB these are the pixels of the file."""
    photo, scale = request.photo, request.scale
    model = _chosen(request, context)
    width, height = photo.width * scale, photo.height * scale
    rect = checked_rect(request.spot, width, height, photo.name)
    whole: Picture = yield Wait(context.io.submit(context.blobs.picture, photo.blob, photo.name))
    picture = yield from spread(whole, photo.key, context)
    started = time.perf_counter()
    colour, worked = yield from _spot(model, ArrayRaster(picture.pixels), rect, scale, context)
    seconds = (time.perf_counter() - started) / worked * _work(model.tile, model) / (model.tile * scale) ** 2
    plain = Enlarged.stretched(ArrayRaster(picture.pixels), width, height).window(rect)
    alpha = None
    if picture.alpha is not None:
        alpha = Enlarged.stretched(ArrayRaster(picture.alpha[..., None]), width, height).window(rect)[..., 0]
    return Comparison(_shown(plain, alpha, rect, scale), _shown(colour, alpha, rect, scale), seconds * 1e6)


def _spot(model: Upscaler, source: ArrayRaster, rect: Rect, scale: int, context: Context) -> Generator[Step, Any, tuple[Floats, int]]:
    """(h, w, 3) in 0..1 of a rectangle of the result, and how many pixels of the photo the network has gone through for it: tiles no
    larger than the spot needs, as other people's networks take seconds for a whole one."""
    needed = rect.source(scale)
    side, around = min(tile_side(model, context), max(needed.width, needed.height)), needed.times(scale)
    made = np.empty((around.height, around.width, 3), np.float32)
    worked = 0

    def put(place: Rect, colour: Floats) -> None:
        nonlocal worked
        made[place.within(around)] = colour
        worked += _work(side, model)

    yield from enlarge_tiles(model, source, needed, scale, side, put)
    return made[rect.within(around)], worked


def _work(side: int, model: Upscaler) -> int:
    """Pixels of the photo that the network goes through for a tile."""
    return (side + 2 * model.halo) ** 2


def _shown(colour: Floats, alpha: Floats | None, rect: Rect, scale: int) -> Frame:
    opacity = None if alpha is None else to_eight(to_sixteen(alpha), rect, dither=False)
    return frame(Picture(to_eight(to_sixteen(colour), rect, dither=True), opacity), scale)
