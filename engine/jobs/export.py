"""Export: a recipe at its full size, in a file that carries the recipe."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Mapping
from importlib.metadata import version
from typing import Any

from engine.api.errors import BadRequest
from engine.api.events import Progress
from engine.api.recipe import Recipe, from_plain, to_plain
from engine.api.requests import Export, Exported, Output
from engine.context import Context, Step, Wait
from engine.imaging.decoding import check_size, pixel_budget
from engine.imaging.files import check_target, save
from engine.imaging.picture import Picture
from engine.render import render

RECIPE_KEY = "sfumato"


def export(request: Export, context: Context) -> Generator[Step, Any, Exported]:
    """Render and write; what cannot be written is found before the work is done, and an older file stays until the new one is whole."""
    started = time.perf_counter()
    recipe, output = request.recipe.check(), request.output
    width, height = recipe.size_at(output.long_edge)
    check_size(width, height, pixel_budget(), str(output.path))  # the result is held in memory, as a picture that is read
    yield Wait(context.io.submit(check_target, output.path, width, height, output.overwrite))
    yield Progress(0, 1, "rendering")
    picture = yield from render(recipe, (width, height), context)
    yield Progress(1, 1, "writing the file")
    yield Wait(context.io.submit(_write, picture, recipe, output))
    return Exported(output.path, width, height, time.perf_counter() - started, output.path.stat().st_size)


def _write(picture: Picture, recipe: Recipe, output: Output) -> None:
    text = recipe_text(recipe)
    save(picture, output.path, quality=output.quality, lossless=output.lossless, overwrite=output.overwrite, text=text)


def recipe_text(recipe: Recipe) -> dict[str, str]:
    """What an exported file says of how it was made."""
    return {RECIPE_KEY: json.dumps({"version": version("sfumato"), "recipe": to_plain(recipe)}, sort_keys=True)}


def recipe_in(text: Mapping[str, str]) -> Recipe | None:
    """The recipe that `recipe_text` packed; None for any other text, be it damaged, foreign or of a version to come."""
    try:
        return from_plain(json.loads(text[RECIPE_KEY])["recipe"])
    except (BadRequest, KeyError, TypeError, ValueError, RecursionError):
        return None
