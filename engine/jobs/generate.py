"""Generators found and used: a picture of each seed, in files of their own or on one sheet."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np

from engine.api.errors import BadRequest
from engine.api.events import Progress
from engine.api.latent import Latent
from engine.api.limits import pixel_budget
from engine.api.manifest import Manifest
from engine.api.recipe import Layer, Recipe
from engine.api.requests import FindGenerators, Generate, Generated
from engine.context import Context, Step, Wait
from engine.imaging.decoding import check_size
from engine.imaging.files import check_target, save
from engine.imaging.picture import Picture
from engine.imaging.resampling import resize
from engine.imaging.sheets import Pixels, sheet, sheet_size
from engine.jobs.export import recipe_text
from engine.models.generators import ARCHITECTURE


def generate(request: Generate, context: Context) -> Generator[Step, Any, Generated]:
    """Make and write one picture after the other; what cannot be written is found before work is done."""
    started = time.perf_counter()
    _check(request)
    model = context.models.generator(request.model)
    side = request.size or model.size
    yield Wait(context.io.submit(_check_targets, request, side))
    made: list[Pixels] = []
    for number, seed in enumerate(request.seeds):
        yield Progress(number, len(request.seeds), "making pictures")
        pixels = model.pictures([seed], request.truncation)[0].numpy().transpose(1, 2, 0)
        recipe = Recipe((Layer(Latent.of_seed(model.key, seed, request.truncation)),))
        picture = yield Wait(context.io.submit(_kept, pixels, side, recipe, request.files[number] if request.files else None))
        if request.grid is not None:
            made.append(picture)
    if request.grid is not None:
        yield Progress(len(request.seeds), len(request.seeds), "writing the grid")
        yield Wait(context.io.submit(_write_grid, made, request.grid))
    return Generated(request.files, request.grid, side, time.perf_counter() - started)


def find_generators(request: FindGenerators, context: Context) -> Generator[Step, Any, tuple[Manifest, ...]]:
    """Those that were known when the engine began, and those made since."""
    yield None
    return tuple(model for model in context.models.found.models if model.architecture == ARCHITECTURE)


def _check(request: Generate) -> None:
    if not request.seeds or min(request.seeds) < 0:
        raise BadRequest("The seeds", "there must be at least one, and none below 0")
    if request.files and len(request.files) != len(request.seeds):
        raise BadRequest("The files", f"there are {len(request.files)} for {len(request.seeds)} seeds")
    if not 0 <= request.truncation <= 2:
        raise BadRequest(f"The truncation {request.truncation:g}", "it must lie between 0 and 2; 1 is all the variety that was learnt")
    if request.size is not None and request.size < 1:
        raise BadRequest(f"The size {request.size}", "it must be at least 1 pixel")


def _check_targets(request: Generate, side: int) -> None:
    for path in request.files:
        check_target(path, side, side, overwrite=True)
    if request.grid is not None:
        width, height = sheet_size(len(request.seeds), side)
        check_size(width, height, pixel_budget(), str(request.grid))
        check_target(request.grid, width, height, overwrite=True)
    check_size(side, side, pixel_budget(), request.model)


def _kept(pixels: Pixels, side: int, recipe: Recipe, path: Path | None) -> Pixels:
    """The picture at its size, also in its file, if it has one, with the recipe that makes it again."""
    picture = Picture(resize(np.ascontiguousarray(pixels), side, side))
    if path is not None:
        save(picture, path, text=recipe_text(recipe), overwrite=True)
    shown: Pixels = picture.pixels.astype(np.uint8, copy=False)
    return shown


def _write_grid(pictures: list[Pixels], path: Path) -> None:
    save(Picture(sheet(np.stack(pictures).transpose(0, 3, 1, 2))), path, overwrite=True)
