"""A generator's space visited: one place looked at, kept in a file, had back, brought over to another model."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.api.errors import BadRequest
from engine.api.events import Progress
from engine.api.exploring import (
    MOST_STOPS,
    ConvertLatent,
    ExportDirections,
    FindDirections,
    FindLatents,
    GeneratorInfo,
    OpenGenerator,
    ReadCode,
    ShowStrip,
    Visit,
    WriteCode,
)
from engine.api.latent import Latent
from engine.api.place_kinds import Direction, Push, Steered, Varied
from engine.context import Context, Step, Wait
from engine.imaging.files import save
from engine.imaging.picture import Picture
from engine.imaging.sheets import Pixels
from engine.jobs.preview import frame
from engine.latent import code_file
from engine.latent.codes import converted, groups, model_of
from engine.latent.directions import directions
from engine.latent.places import resolve
from engine.latent.stills import LIGHT, level_below, made_of, pixels, sketched, thumbnails

STRIP = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
"""The steps on a sheet."""


def open_generator(request: OpenGenerator, context: Context) -> Generator[Step, Any, GeneratorInfo]:
    """Load it, and say what it is."""
    model = context.models.generator(request.model)
    yield None
    config = model.network.config
    sides = config.sides if config.kind == "style" else ()
    return GeneratorInfo(model.key, config.kind, config.size, sides, groups(model.network), model.network.width)


def visit(request: Visit, context: Context) -> Generator[Step, Any, Latent]:
    """Small and quick first, then as it was learnt. A light generator's picture comes at once: what its lower levels add up to may be
    unlike it, and would be a flash of another picture."""
    place = yield from resolve(request.place, context)
    network = place.network
    sides = tuple(dict.fromkeys(level_below(network, side) for side in request.sides))
    if network.config.size <= LIGHT and network.config.size in sides:
        sides = (network.config.size,)
    for side in sides:
        yield None
        if request.draft:
            made = sketched(place.styles, place.like, network, side, context.device)
        else:
            made = made_of(place.styles, place.like, network, side)
        yield frame(Picture(pixels(made)[0]), side / network.config.size)
    if isinstance(request.place, Latent):
        return request.place
    return request.place.made if isinstance(request.place, Varied) else place.latent()


def find_latents(request: FindLatents, context: Context) -> Generator[Step, Any, tuple[Latent, ...]]:
    """Raises BadRequest for too many, and what the places raise."""
    if len(request.places) > MOST_STOPS:
        raise BadRequest(f"A path through {len(request.places)} pictures", f"it leads through {MOST_STOPS} at the most")
    found = []
    for place in request.places:
        found.append((yield from resolve(place, context)).latent())
        yield None
    return tuple(found)


def find_directions(request: FindDirections, context: Context) -> Generator[Step, Any, tuple[Direction, ...]]:
    """In one quantum: a tenth of a second at the most."""
    model = context.models.generator(request.model)
    yield None
    return directions(model, request.kind, request.count, request.groups)


def show_strip(request: ShowStrip, context: Context) -> Generator[Step, Any, None]:
    """A frame of pictures side by side."""
    strip = yield from _strip(request, context)
    yield frame(Picture(strip), 1.0)


def _strip(request: ShowStrip, context: Context) -> Generator[Step, Any, Pixels]:
    """(side, side * N, 3)."""
    if not 1 <= len(request.amounts) <= 64:
        raise BadRequest(f"A strip of {len(request.amounts)} pictures", "it has between 1 and 64")
    parts = []
    for amount in request.amounts:
        push = Push(request.direction, amount, request.groups)
        place = yield from resolve(Steered(request.base, (push,)), context)
        side = level_below(place.network, request.side)
        if side == place.network.config.size:
            made = made_of(place.styles, place.like, place.network)
        else:
            made = thumbnails(place.styles, place.like, place.network, side, context.device)
        parts.append(pixels(made)[0])
        yield None
    return np.concatenate(parts, 1)


def export_directions(request: ExportDirections, context: Context) -> Generator[Step, Any, tuple[Path, ...]]:
    """Rows are pictures; columns are steps from -3 to 3."""
    if not 1 <= request.pictures <= 32:
        raise BadRequest(f"Sheets of {request.pictures} pictures", "they have between 1 and 32 rows")
    files = tuple(request.folder / f"{way.name.lower().replace(' ', '-')}.png" for way in request.directions)
    for number, (way, file) in enumerate(zip(request.directions, files, strict=True)):
        rows = []
        for seed in range(request.seed, request.seed + request.pictures):
            yield Progress(number * request.pictures + seed - request.seed, len(files) * request.pictures, "making strips")
            base = Latent.of_seed(way.model, seed, request.truncation)
            rows.append((yield from _strip(ShowStrip(base, way, STRIP, side=65536), context)))
        yield Wait(context.io.submit(save, Picture(np.concatenate(rows)), file, overwrite=True))
    return files


def read_code(request: ReadCode, context: Context) -> Generator[Step, Any, Latent]:
    """Raises OtherModel where the model is not the one that the code was made with, and UnknownModel where it is not here."""
    code, tuning = code_file.read_code(request.path)
    if tuning is not None:
        blob = yield Wait(context.io.submit(context.blobs.add, tuning))
        code = replace(code, tuning=blob)
    if request.convert_to is not None:
        return converted(code, context.models.generator(request.convert_to))
    model_of(code, context)
    yield None
    return code


def write_code(request: WriteCode, context: Context) -> Generator[Step, Any, Path]:
    """The tuning goes into the file."""
    code = request.latent
    code.check()
    tuning = None
    if code.tuning is not None:
        tuning = yield Wait(context.io.submit(context.blobs.read, code.tuning, f"the tuning of {code.name}"))
    code_file.write_code(request.path, code, tuning, overwrite=request.overwrite)
    yield None
    return request.path


def convert_latent(request: ConvertLatent, context: Context) -> Generator[Step, Any, Latent]:
    """Raises OtherModel where the spaces have other shapes."""
    yield None
    return converted(request.latent, context.models.generator(request.model))
