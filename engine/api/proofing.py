"""What can be asked before a picture is printed or enlarged: how a printer's colours would look, and the real pixels of any spot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from engine.api.events import Frame
from engine.api.output import Intent
from engine.api.recipe import Photo, Recipe
from engine.api.requests import Lane, Request
from engine.api.upscaling import Variant

if TYPE_CHECKING:  # late: a window does not wait for numpy
    import numpy as np

GAMUT_COLOUR = (255, 0, 220)
"""Red, green and blue of what a printer cannot print, where that is marked: hardly any painting has this magenta."""


@dataclass(frozen=True)
class Proof:
    """The colours of a printer or another device: as in `Output`."""

    profile: str
    intent: Intent = "relative"
    black_point: bool = True
    gamut: bool = False
    """Mark what the device cannot show, in `GAMUT_COLOUR`."""


@dataclass(frozen=True, eq=False)
class SoftProof(Request[None]):
    """Show a picture that is on the screen in a printer's colours: sends one `Frame` of the same size."""

    pixels: np.ndarray
    """As in a `Frame`."""
    scale: float
    proof: Proof
    lane: ClassVar[Lane] = Lane.INTERACTIVE
    slot: ClassVar[str | None] = "proof"

    @property
    def subject(self) -> str:
        return self.proof.profile


@dataclass(frozen=True)
class Spot:
    """A part of a picture, in pixels of the picture."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def around(cls, size: tuple[int, int], x: float, y: float, width: int, height: int) -> Spot:
        """Of a picture of `size`, a part of at most width x height around the place (x, y), 0..1 each: wholly inside the picture."""
        width, height = min(width, size[0]), min(height, size[1])
        left = min(max(0, round(x * size[0] - width / 2)), size[0] - width)
        top = min(max(0, round(y * size[1] - height / 2)), size[1] - height)
        return cls(left, top, width, height)


@dataclass(frozen=True)
class Loupe(Request[None]):
    """Show a spot of a print before it is made, as `Export` would make it: sends one `Frame` of its real pixels."""

    recipe: Recipe
    long_edge: int | None
    """Of the print, in pixels; None: the bottom photo's own."""
    spot: Spot
    """Inside the print."""
    proof: Proof | None = None
    lane: ClassVar[Lane] = Lane.INTERACTIVE
    slot: ClassVar[str | None] = "loupe"

    @property
    def subject(self) -> str:
        return self.recipe.layers[0].source.name if self.recipe.layers else "the picture"


@dataclass(frozen=True, eq=False)
class Comparison:
    """A spot of an enlargement in two ways, both in pixels of the result."""

    plain: Frame
    """As a bicubic filter enlarges it."""
    enlarged: Frame
    """As the network does."""
    seconds_per_megapixel: float
    """What the network took here for a megapixel of the result: for the time that all of it will take."""


@dataclass(frozen=True)
class EnlargementSpot(Request[Comparison]):
    """Show a spot of an enlargement before it is made, as `Upscale` would make it, beside what a filter makes of the same pixels."""

    photo: Photo
    spot: Spot
    """Inside the enlarged picture."""
    scale: int
    variant: Variant
    model: str | None = None
    """As in `Upscale`."""
    lane: ClassVar[Lane] = Lane.INTERACTIVE
    slot: ClassVar[str | None] = "loupe"

    @property
    def subject(self) -> str:
        return self.photo.name
