"""A generator's space visited: one place looked at, kept in a file, had back, brought over to another model."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.api.exploring import ConvertLatent, GeneratorInfo, OpenGenerator, Place, ReadCode, Visit, WriteCode
from engine.api.latent import Latent
from engine.context import Context, Step, Wait
from engine.imaging.picture import Picture
from engine.jobs.preview import frame
from engine.latent import code_file
from engine.latent.codes import converted, groups, latent_of, model_of, styles_of
from engine.latent.stills import made_of, network_of, pixels


def open_generator(request: OpenGenerator, context: Context) -> Generator[Step, Any, GeneratorInfo]:
    """Load it, and say what it is."""
    model = context.models.generator(request.model)
    yield None
    config = model.network.config
    sides = config.sides if config.kind == "style" else ()
    return GeneratorInfo(model.key, config.kind, config.size, sides, groups(model.network), model.network.width)


def visit(request: Visit, context: Context) -> Generator[Step, Any, Latent]:
    """Small and quick first, then as it was learnt."""
    place = request.place
    place.check()
    network = yield from network_of(place, context)
    code, styles = resolved(place), styles_of(place, network)
    levels = network.config.sides if network.layers > 1 else (network.config.size,)
    for side in dict.fromkeys(max(level for level in levels if level <= max(side, levels[0])) for side in request.sides):
        picture = Picture(pixels(made_of(styles, code, network, side))[0])
        yield frame(picture, side / network.config.size)
    return code if isinstance(place, Latent) else latent_of(styles[0], code, place.name)


def resolved(place: Place) -> Latent:
    """The latent whose noise, bends and tuning a place has."""
    return place if isinstance(place, Latent) else place.a


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
