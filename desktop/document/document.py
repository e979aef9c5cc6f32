"""The document: a recipe, and how the artist was looking at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.api.family import parents_of
from engine.api.latent import Latent
from engine.api.place_kinds import Place
from engine.api.recipe import BlobId, Recipe

DOCUMENT_SUFFIX = ".sfumato"


@dataclass(frozen=True)
class View:
    """`zoom` in screen pixels a picture pixel, `center` the point (x, y) of the picture, in its native pixels, that lies in the
    middle of the canvas. None: the whole picture fits the canvas."""

    zoom: float | None = None
    center: tuple[float, float] | None = None


@dataclass(frozen=True)
class Kin:
    """A generated picture, and the place that it came of: with its parents, from which it can be made anew in another model."""

    latent: Latent
    place: Place
    name: str = ""

    @property
    def blobs(self) -> tuple[BlobId, ...]:
        return tuple(blob for picture in (self.latent, *parents_of(self.place)) for blob in picture.blobs)


@dataclass(frozen=True)
class Document:
    recipe: Recipe = field(default_factory=Recipe)
    view: View = View()
    family: tuple[Kin, ...] = ()
    """The generated pictures of the recipe, and their ancestors as far as they are known."""

    def blobs(self) -> Iterator[BlobId]:
        """Every blob that the document needs, each once; those of the picture first."""
        yield from dict.fromkeys((*self.recipe.blobs(), *(blob for kin in self.family for blob in kin.blobs)))
