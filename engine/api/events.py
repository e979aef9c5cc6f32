"""What the engine tells of a job. Every job ends with exactly one terminal event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.api.errors import Failure

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
Body = Started | Progress | Frame | Terminal


@dataclass(frozen=True)
class Event:
    job: JobId
    body: Body

    @property
    def is_terminal(self) -> bool:
        return isinstance(self.body, Finished | Cancelled | Superseded | Failed)
