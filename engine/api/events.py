"""What the engine tells of a job. Every job ends with exactly one terminal event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.api.errors import Failure
from engine.api.latent import Latent
from engine.api.training import Watched

if TYPE_CHECKING:  # late: a window does not wait for numpy
    import numpy as np

JobId = int
R = TypeVar("R")


@dataclass(frozen=True)
class Started:
    pass


@dataclass(frozen=True)
class Progress:
    """`done` of `total` parts of `stage` (a present participle in plain words: "stylizing")."""

    done: float
    total: float
    stage: str
    note: str = ""
    """A sentence for a person, told once: how a file that is gone on with stands."""

    @property
    def fraction(self) -> float:
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture to show: `pixels` (H, W, 4) uint8, blue-green-red-alpha with premultiplied alpha (Qt's ARGB32_Premultiplied on
    little-endian machines), read-only and owned by nobody else. `scale` is its width over the recipe's native width."""

    pixels: np.ndarray
    scale: float


@dataclass(frozen=True)
class Learned:
    """News of a training: where it stands after a step, and whatever else there is to tell. Unlike `Progress` none is left out."""

    run: Path
    """The run's folder."""
    step: int
    seen: int
    """Training pictures shown so far."""
    seconds: float
    """Of training so far, all sittings together."""
    losses: Mapping[str, float] = field(default_factory=dict)
    """Of the last step, by name, now and then: empty in between."""
    watched: Watched | None = None
    """The watch's verdict, where it has just given one."""
    notes: tuple[str, ...] = ()
    """Sentences for a person."""
    saved: bool = False
    """A checkpoint was written."""
    grid: Path | None = None
    """The file of a new preview grid, whose picture follows as a `Frame`: always the same latents."""


@dataclass(frozen=True)
class Fidelity:
    """How near a generated picture has come to the one that it is to be."""

    likeness: float
    """0: as unlike as two random pictures of the model; 1: alike to the eye."""
    psnr: float
    """In decibels."""
    latent: Latent | None = None
    """The best that was found so far: all that there is to keep of a search which is stopped here."""


@dataclass(frozen=True)
class Pulled:
    """Where the drag points of a picture are after a step, x and y (downward) in parts of its side, and the picture's latent by then."""

    points: tuple[tuple[float, float], ...]
    latent: Latent


@dataclass(frozen=True, eq=False)
class Tile:
    """One thumbnail of a map: `pixels` as in a `Frame`. `novelty` is 0 for what looks like a visited place, 1 for what looks like none."""

    zoom: int
    column: int
    row: int
    pixels: np.ndarray
    novelty: float = 1.0


@dataclass(frozen=True)
class Tiles:
    """Thumbnails that are ready. Unlike a `Frame` none is left out."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Finished(Generic[R]):
    result: R


@dataclass(frozen=True)
class Cancelled:
    pass


@dataclass(frozen=True)
class Superseded:
    """A newer request took the job's slot."""

    by: JobId


@dataclass(frozen=True)
class Failed:
    failure: Failure


Terminal = Finished[object] | Cancelled | Superseded | Failed
Body = Started | Progress | Frame | Learned | Tiles | Fidelity | Pulled | Terminal


@dataclass(frozen=True)
class Event:
    job: JobId
    body: Body

    @property
    def is_terminal(self) -> bool:
        return isinstance(self.body, Finished | Cancelled | Superseded | Failed)
