"""Export: a recipe at its full size, strip by strip, in a file that carries the recipe."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeVar

import numpy as np

from engine.api.errors import BadRequest, FormatLimit
from engine.api.events import Progress
from engine.api.limits import print_budget
from engine.api.output import Output
from engine.api.recipe import Layer, Photo, Recipe, from_plain, to_plain
from engine.api.requests import Export, Exported
from engine.context import Context, Step, Wait
from engine.device import trim_memory
from engine.imaging.annotation import pack
from engine.imaging.decoding import check_size
from engine.imaging.depth import to_eight, to_sixteen
from engine.imaging.encoding import check_side
from engine.imaging.files import check_target
from engine.imaging.picture import Samples
from engine.imaging.profiles import OutputProfile, output_profile
from engine.imaging.strips import Layout, Strips, check_room
from engine.imaging.windows import Floats, Rect
from engine.imaging.writers import ALPHA_SUFFIXES, DEEP_SUFFIXES, WEBP_BYTES_A_PIXEL, Encoding, FileOptions, check_format
from engine.jobs.unfinished import Unfinished, resumed_words
from engine.printing import PAINTED_AS, Painted, Plan, composite, level_layout, painted, plan
from engine.sources import Kind, kind_of
from engine.upscaling import crisp_upscaler

RECIPE_KEY = "sfumato"

ROWS = 256
"""Rows of a finished strip."""

COLUMNS = 2048
"""Columns of what is put together at once."""

FINISHING, WRITING = 0.25, 0.1
"""What a pixel of the print costs in its last two stages, where one that the network paints costs 1: for the progress."""

T = TypeVar("T")


@dataclass(frozen=True)
class Sheet:
    """What is to be made, with everything decided."""

    recipe: Recipe
    output: Output
    width: int
    height: int
    profile: OutputProfile
    layout: Layout
    plans: tuple[Plan, ...]
    """Of each layer that shows, from the bottom up."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.recipe.shown

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def scratch_bytes(self) -> int:
        return self.layout.bytes + sum(levels.bytes for levels in self.plans)


def export(request: Export, context: Context) -> Generator[Step, Any, Exported]:
    """Render and write; what cannot be written is found before the work is done, and an older file stays until the new one is whole."""
    started = time.perf_counter()
    recipe, output = request.recipe.check(), request.output.check()
    width, height = recipe.size_at(output.long_edge)
    check_size(width, height, print_budget(), str(output.path))
    edge = 2 * output.bleed_pixels
    yield Wait(context.io.submit(check_target, output.path, width + edge, height + edge, output.overwrite))
    kinds = []
    for layer in recipe.layers:
        kinds.append((yield from kind_of(layer.source, context)))
    plans = []
    for layer in recipe.shown:
        plans.append((yield from plan(layer, recipe, width, height, context)))
    sheet: Sheet = yield Wait(context.io.submit(_decided, recipe, tuple(kinds), tuple(plans), output, width, height, context))
    unfinished = Unfinished(output.path)
    with unfinished.kept_for_another_try(output, context):
        yield from _made(sheet, unfinished, context)
    return Exported(output.path, width + edge, height + edge, time.perf_counter() - started, output.path.stat().st_size)


def _decided(
    recipe: Recipe, kinds: tuple[Kind, ...], plans: tuple[Plan, ...], output: Output, width: int, height: int, context: Context
) -> Sheet:
    """Everything that can be refused, is; then what the strips will hold."""
    suffix = output.path.suffix.lower()
    edge = 2 * output.bleed_pixels
    check_side(width + edge, height + edge, suffix, str(output.path))
    profile = output_profile(output.profile, output.intent, output.black_point)
    bits = output.bits or (16 if kinds[0].bits == 16 and suffix in DEEP_SUFFIXES else 8)
    check_format(suffix, bits, profile.space, str(output.path))
    check_webp(suffix, (width + edge) * (height + edge), output, context)
    see_through = suffix in ALPHA_SUFFIXES and profile.space != "cmyk" and _may_be_transparent(recipe, kinds)
    key = _key(recipe, output, profile, bits, plans, context)
    sheet = Sheet(recipe, output, width, height, profile, Layout(key, width, height, profile.channels + see_through, bits, ROWS), plans)
    check_room(output.path.parent, sheet.scratch_bytes + sheet.layout.bytes, str(output.path))
    return sheet


def _made(sheet: Sheet, unfinished: Unfinished, context: Context) -> Generator[Step, Any, None]:
    """Levels, strips, file."""
    resume = sheet.output.resume or context.tile_scale < 1
    share = unfinished.share(sheet.layout.key, sheet.scratch_bytes) if resume else 0.0
    meter = _Meter(sheet, context, share)
    strips: Strips = yield Wait(context.io.submit(unfinished.open, "picture", sheet.layout, resume=resume, insist=sheet.output.resume))
    yield meter.told(0, resumed_words(sheet.output, meter.done / meter.total))
    if strips.done < strips.layout.count:
        layers = yield from meter.counted(_painted(sheet, unfinished, resume, context))
        yield from meter.counted(_finished(sheet, layers, strips, context))
    output = sheet.output
    options = FileOptions.of(output, sheet.profile.data, sheet.profile.space, pack(recipe_text(sheet.recipe)))
    encoding = Encoding(strips.path, strips.layout, output.path, options, output.overwrite)
    yield from encoded(encoding, meter.writing)


def encoded(encoding: Encoding, told: Callable[[float], Progress]) -> Generator[Step, Any, None]:
    """Wait for the file; `told` turns the fraction of it into progress. Raises what went wrong."""
    try:
        while (news := encoding.news()) is not None:
            fraction = yield Wait(news)
            yield told(fraction)
        encoding.result()
    finally:
        encoding.stop()


def _painted(sheet: Sheet, unfinished: Unfinished, resume: bool, context: Context) -> Generator[Step, Any, list[Painted]]:
    layers = []
    for number, (layer, levels) in enumerate(zip(sheet.layers, sheet.plans, strict=True)):

        def opened(name: str, width: int, height: int, rows: int, number: int = number) -> Generator[Step, Any, Strips]:
            layout = level_layout(sheet.layout.key, width, height, rows)
            strips: Strips = yield Wait(context.io.submit(unfinished.open, f"layer-{number}-{name}", layout, resume=resume))
            return strips

        native = sheet.output.statistics == "native"
        layers.append((yield from painted(layer, levels, sheet.width, sheet.height, opened, native, context)))
    return layers


def _finished(sheet: Sheet, layers: list[Painted], strips: Strips, context: Context) -> Generator[Step, Any, None]:
    """Put the layers together, strip by strip, in the samples of the file."""
    columns = max(64, int(COLUMNS * context.tile_scale))
    for index in range(strips.layout.count):
        if strips.has(index):
            continue
        strip = strips.layout.strip(index)
        samples = np.empty((strip.height, sheet.width, sheet.layout.channels), sheet.layout.dtype)
        for left in range(0, sheet.width, columns):
            rect = Rect(left, strip.top, min(left + columns, sheet.width), strip.bottom)
            colour, alpha = yield from composite(layers, rect)
            values = colour.permute(1, 2, 0).numpy(), alpha.permute(1, 2, 0).numpy()
            samples[:, rect.left : rect.right] = _samples(*values, rect, sheet)
            yield Progress(rect.width * rect.height * FINISHING, 0, "finishing")
        yield Wait(context.io.submit(strips.write, index, samples))
        trim_memory()  # windows of many sizes leave as much behind as the strips themselves take


def _samples(colour: Floats, alpha: Floats, rect: Rect, sheet: Sheet) -> Samples:
    """(h, w, channels) as the file has them."""
    see_through = sheet.layout.channels > sheet.profile.channels
    if not see_through and alpha.min() < 1:
        colour = colour * alpha + (1 - alpha)  # on white
    sixteen = sheet.profile.convert(to_sixteen(colour))
    if see_through:
        sixteen = np.concatenate([sixteen, to_sixteen(alpha)], 2)
    return sixteen if sheet.layout.bits == 16 else to_eight(sixteen, rect, dither=sheet.output.dither)


class _Meter:
    """Turns the pixels that the stages report into the share of the whole that is done."""

    def __init__(self, sheet: Sheet, context: Context, share: float) -> None:
        """`share`: what is finished already, of the strips of all stages together."""
        painting = sum(levels.work for levels in sheet.plans)
        self.total = painting + sheet.pixels * (FINISHING + WRITING)
        self.before_writing = painting + sheet.pixels * FINISHING
        self.done = share * self.before_writing
        self.stage = "rendering" if context.tile_scale == 1 else "rendering in smaller tiles, as memory ran short"

    def told(self, pixels: float, note: str = "") -> Progress:
        self.done = min(self.before_writing, self.done + pixels)
        return Progress(self.done, self.total, self.stage, note)

    def writing(self, fraction: float) -> Progress:
        return Progress(self.before_writing + fraction * (self.total - self.before_writing), self.total, "writing the file")

    def counted(self, steps: Generator[Step, Any, T]) -> Generator[Step, Any, T]:
        """The same steps, with their pixels as shares."""
        answer = None
        try:
            while True:
                step = steps.send(answer)
                answer = yield self.told(step.done) if isinstance(step, Progress) else step
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            steps.close()


def _key(recipe: Recipe, output: Output, profile: OutputProfile, bits: int, plans: tuple[Plan, ...], context: Context) -> str:
    """A hash of all that the samples of the strips depend on. What only the file depends on may change between two attempts."""
    colours = [hashlib.sha256(profile.data).hexdigest(), profile.intent, profile.black_point]
    parts = [version("sfumato"), PAINTED_AS, to_plain(recipe), _models(recipe, plans, context), context.device.precision, colours, bits]
    return hashlib.sha256(json.dumps([*parts, output.dither, output.statistics], sort_keys=True).encode()).hexdigest()


def _models(recipe: Recipe, plans: tuple[Plan, ...], context: Context) -> list[str]:
    """The hashes of the models that have a part in it, beside the generators, which the recipe names."""
    models = [context.models.stylizer().fingerprint] if any(layer.mix for layer in recipe.layers) else []
    models += sorted({each.model.fingerprint for levels in plans for each in levels.enlarged})
    upscaler = None if all(isinstance(layer.source, Photo) for layer in recipe.layers) else crisp_upscaler(context)
    return models if upscaler is None else [*models, upscaler.fingerprint]


def _may_be_transparent(recipe: Recipe, kinds: tuple[Kind, ...]) -> bool:
    """Whether no layer covers all that is below it."""
    seen = recipe.shown
    return all(kind.see_through for layer, kind in zip(recipe.layers, kinds, strict=True) if layer in seen and layer.opacity == 1)


def check_webp(suffix: str, pixels: int, output: Output, context: Context) -> None:
    """Raise FormatLimit where so large a WebP would not fit into memory."""
    needed = pixels * WEBP_BYTES_A_PIXEL
    if suffix == ".webp" and context.device.name == "cpu" and needed > context.device.memory_budget:
        raise FormatLimit(output.path, f"WebP is encoded in one piece, for which {needed / 1e9:.1f} GB of memory are needed")


def recipe_text(recipe: Recipe) -> dict[str, str]:
    """What an exported file says of how it was made."""
    return {RECIPE_KEY: json.dumps({"version": version("sfumato"), "recipe": to_plain(recipe)}, sort_keys=True)}


def recipe_in(text: Mapping[str, str]) -> Recipe | None:
    """The recipe that `recipe_text` packed; None for any other text, be it damaged, foreign or of a version to come."""
    try:
        return from_plain(json.loads(text[RECIPE_KEY])["recipe"])
    except (BadRequest, KeyError, TypeError, ValueError, RecursionError):
        return None
