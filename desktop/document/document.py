"""The document: a recipe, and how the artist was looking at it."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.api.recipe import Recipe

DOCUMENT_SUFFIX = ".sfumato"


@dataclass(frozen=True)
class View:
    """`zoom` in screen pixels a picture pixel, `center` the point (x, y) of the picture, in its native pixels, that lies in the
    middle of the canvas. None: the whole picture fits the canvas."""

    zoom: float | None = None
    center: tuple[float, float] | None = None


@dataclass(frozen=True)
class Document:
    recipe: Recipe = field(default_factory=Recipe)
    view: View = View()
