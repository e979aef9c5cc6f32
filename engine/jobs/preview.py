"""Preview: a recipe on the screen, quick first and fine after."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np

from engine.api.events import Frame
from engine.api.requests import Preview
from engine.context import Context, Step
from engine.imaging.picture import Picture, to_uint8
from engine.render import render


def preview(request: Preview, context: Context) -> Generator[Step, Any, None]:
    """One `Frame` for each long edge; an edge beyond the photo's own size is brought down to it."""
    recipe = request.recipe.check()
    if not recipe.layers:
        return
    native = max(recipe.native_size)
    for edge in dict.fromkeys(min(edge, native) for edge in request.edges):
        picture = yield from render(recipe, recipe.size_at(edge), context)
        yield frame(picture, picture.width / recipe.native_size[0])


def frame(picture: Picture, scale: float) -> Frame:
    """The picture in the layout that the screen wants, in memory of its own."""
    pixels = np.empty((picture.height, picture.width, 4), np.uint8)
    pixels[..., :3] = to_uint8(picture.pixels)[..., ::-1]
    pixels[..., 3] = 255
    if picture.alpha is not None:
        alpha = to_uint8(picture.alpha)
        pixels[..., :3] = (pixels[..., :3].astype(np.uint16) * alpha[..., None] + 127) // 255
        pixels[..., 3] = alpha
    pixels.setflags(write=False)
    return Frame(pixels, scale)
