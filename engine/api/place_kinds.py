"""What stands for one picture of a generator: a code pushed along directions, a blend, a stop on a journey, a point of a map. Values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from engine.api.latent import Bend, Latent, ModelKey, Morph, Styles

Group: TypeAlias = Literal["coarse", "middle", "fine"]
"""Layers by what they decide: form, parts, colours and grain."""
GROUPS: tuple[Group, ...] = get_args(Group)

DirectionKind: TypeAlias = Literal["sefa", "ganspace"]
"""Read off the generator's weights (Shen & Zhou 2021), or from how its codes are spread (Härkönen et al. 2020). Neither needs labels."""

Easing: TypeAlias = Literal["even", "gentle"]
"""Along a path: always as fast in what is seen, or slower at every stop."""

Layout: TypeAlias = Literal["spread", "look"]
"""A map whose axes are the two main components of the codes, or one on which pictures that look alike are neighbours."""


@dataclass(frozen=True)
class Direction:
    """A way to go in a generator's space; a step of 1 is a standard deviation of its codes."""

    model: ModelKey
    kind: DirectionKind
    index: int
    """Its rank among its kind, from 0."""
    step: Styles
    """One layer: what one step adds to a code's layers."""
    share: float
    """How much of all variation its kind sees in it, 0..1."""

    @property
    def name(self) -> str:
        """Before the artist has found a better one."""
        return f"Direction {self.index + 1} of its {'weights' if self.kind == 'sefa' else 'pictures'}"


@dataclass(frozen=True)
class Push:
    """Steps along a direction, in some of the layers only."""

    direction: Direction
    amount: float
    groups: tuple[Group, ...] = GROUPS


@dataclass(frozen=True)
class Steered:
    """A picture, pushed along directions. Layers of a locked group stay as they are."""

    base: Latent
    pushes: tuple[Push, ...]
    locked: tuple[Group, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Varied:
    """A picture that another one was turned into: by other bends, grain or variety, or by its points being dragged (another code)."""

    base: Latent
    made: Latent

    @property
    def name(self) -> str:
        return self.made.name


@dataclass(frozen=True)
class Blend:
    """Pictures of one model mixed: a weight for each parent, apart for form, parts and colours; each group's weights add up to 1.

    Zeros and ones crossbreed (the form of one, the colours of another); shares in between morph; a negative weight takes away what
    a parent has (this - that + other is 1, -1, 1). Noise, bends and tuning are the first parent's.
    """

    parents: tuple[Latent, ...]
    coarse: tuple[float, ...]
    middle: tuple[float, ...]
    fine: tuple[float, ...]
    name: str = ""

    @classmethod
    def of(cls, parents: tuple[Latent, ...], weights: tuple[float, ...], name: str = "") -> Blend:
        """The same weights in all layers."""
        return cls(parents, weights, weights, weights, name)


@dataclass(frozen=True)
class Journey:
    """Stops in one model's space and the curve through them; a loop comes back to the first."""

    stops: tuple[Latent, ...]
    loop: bool = True
    easing: Easing = "even"


@dataclass(frozen=True)
class Waypoint:
    """A place on a journey: at 0 the first stop; at 1 the last or, in a loop, the first again."""

    journey: Journey
    at: float
    name: str = ""


@dataclass(frozen=True)
class MapPoint:
    """A point of a model's map; `x` and `y` (downward) reach from -3 to 3."""

    model: ModelKey
    layout: Layout
    x: float
    y: float
    truncation: float = 0.8
    noise: int | None = 0
    name: str = ""
    bends: tuple[Bend, ...] = ()


Place: TypeAlias = Latent | Morph | Varied | Steered | Blend | Waypoint | MapPoint
"""Whatever stands for one picture of a generator."""
