"""Pictures taken in, and small ones shown: imports, thumbnails, samples of a style."""

from __future__ import annotations

from collections.abc import Generator
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine.api.errors import BadRequest
from engine.api.limits import pixel_budget
from engine.api.recipe import Layer, Photo, PictureStyle, Recipe, StyleUse
from engine.api.requests import FindRecipe, ImportPicture, StyleSample, Thumbnail
from engine.context import Context, Step, Wait
from engine.imaging.decoding import check_size
from engine.imaging.files import load_bytes, read_bytes, read_text
from engine.imaging.large import is_large_file, stored_size
from engine.jobs.export import recipe_in
from engine.jobs.preview import frame
from engine.render import render
from engine.sources import photo_at, strips_of


def import_picture(request: ImportPicture, context: Context) -> Generator[Step, Any, Photo]:
    """Read, decode once to be sure that it is a picture, and keep its bytes."""
    path = request.path if request.data is None else None
    if path is not None and (yield Wait(context.io.submit(is_large_file, path))):
        return (yield from _take_in_large(path, context))
    photo: Photo = yield Wait(context.io.submit(_take_in, request, context))
    return photo


def _take_in_large(path: Path, context: Context) -> Generator[Step, Any, Photo]:
    """A picture that is never held whole, neither its pixels nor its bytes."""
    width, height = yield Wait(context.io.submit(stored_size, path))
    check_size(width, height, pixel_budget(), str(path))
    blob = yield Wait(context.io.submit(context.blobs.add_file, path))
    yield Wait(context.io.submit(context.blobs.is_large, blob))  # its header is read here and now, not by the engine's thread
    strips = yield from strips_of(PictureStyle(blob, str(path)), context)
    assert strips is not None  # the header of the copy tells the same
    return Photo(blob, strips.layout.width, strips.layout.height, path.name)


def _take_in(request: ImportPicture, context: Context) -> Photo:
    if (request.path is None) == (request.data is None):
        raise BadRequest("An import", "it needs a file or bytes, and not both")
    data = request.data if request.path is None else read_bytes(request.path)
    assert data is not None
    name = request.name if request.path is None else request.path.name
    picture = load_bytes(data, name if request.path is None else str(request.path))
    blob = context.blobs.add(data)
    context.blobs.is_large(blob)  # reads its header, for the engine's thread to find it known
    return Photo(blob, picture.width, picture.height, name)


def find_recipe(request: FindRecipe, context: Context) -> Generator[Step, Any, Recipe | None]:
    """Read the recipe inside a picture that is taken in already."""
    recipe: Recipe | None = yield Wait(context.io.submit(_embedded, request.photo, context))
    return recipe


def _embedded(photo: Photo, context: Context) -> Recipe | None:
    recipe = recipe_in(read_text(context.blobs.path(photo.blob)))
    return recipe if recipe is not None and recipe.layers and all(map(context.blobs.holds, recipe.blobs())) else None


def thumbnail(request: Thumbnail, context: Context) -> Generator[Step, Any, None]:
    """One small `Frame` of a photo."""
    width, height = Recipe((Layer(request.photo),)).size_at(min(request.edge, max(request.photo.width, request.photo.height)))
    picture = yield from photo_at(request.photo, width, height, context)
    yield frame(picture, width / request.photo.width)


def style_sample(request: StyleSample, context: Context) -> Generator[Step, Any, None]:
    """One small `Frame`: the house picture in the style of a blob, rendered at a legible size and scaled down."""
    house = yield Wait(context.io.submit(_take_in, ImportPicture(path=house_picture()), context))
    recipe = Recipe((Layer(house, (StyleUse(PictureStyle(request.blob, request.name)),)),))
    picture = yield from render(recipe, recipe.size_at(request.edge), context)
    yield frame(picture, picture.width / house.width)


def house_picture() -> Path:
    """The project's own picture, on which styles are shown."""
    return Path(str(files("resources"))) / "pictures" / "house.jpg"
