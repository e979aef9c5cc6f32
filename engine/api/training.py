"""What is said of a training: of the folder before it, of the watch during it, of its run and its model after it. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from engine.api.naming import FORBIDDEN, is_device

NetworkKind: TypeAlias = Literal["style", "dcgan", "dense"]
"""The style-based network, or one of the classics: convolutional (64 px) and dense (32 px)."""
Fit: TypeAlias = Literal["centre", "smart", "pad"]
"""How a picture that is not square becomes so: its middle, the square with most detail, or all of it on a border."""
Reason: TypeAlias = Literal["broken", "duplicate", "tiny", "gone", "other"]
WatchState: TypeAlias = Literal["green", "amber", "red"]


def is_name(text: str) -> bool:
    """Whether a model can be called so: its name is a file's name, too, on every system."""
    if not text.strip() or text.startswith(".") or text.endswith((".", " ")) or not text.isprintable():
        return False
    return not any(letter in FORBIDDEN for letter in text) and not is_device(text)


@dataclass(frozen=True)
class LeftOut:
    """A file of the folder that is not trained on. `detail` says what is wrong with it; of a duplicate it is the other's name."""

    name: str
    reason: Reason
    detail: str = ""


COLOURS = 30_000
"""From about so many pictures seen on, samples have the right colours and textures (measured at 64 px from scratch) …"""
SHAPES = 1_000_000
"""… and from about so many on, shapes."""


@dataclass(frozen=True)
class Estimate:
    """`pace`: training pictures a second; `memory`: bytes of the whole process at its fullest, or of the card; `free`: what there is."""

    pace: float
    memory: int
    free: int

    def minutes(self, pictures_seen: int) -> float:
        return pictures_seen / self.pace / 60

    def sentences(self, usable: int, minutes: float | None = None) -> tuple[str, ...]:
        """In plain words, for so many usable pictures; `minutes` is the budget, if there is one."""
        pace, needs = f"about {_round(self.pace)} pictures a second", f"{self.memory / 1e9:.1f} GB of memory"
        said = [f"Measured just now on this machine: it trains on {pace} and needs {needs}."]
        if self.memory > self.free:
            said.append(f"Only {self.free / 1e9:.1f} GB are free: close other programs, or train at a smaller size or micro-batch.")
        if minutes is not None:
            seen = self.pace * minutes * 60
            times = max(1, round(seen / max(1, usable)))
            said.append(f"In {_duration(minutes)} it sees {_round(seen)} pictures, each of yours about {times} times.")
        first, whole = _duration(self.minutes(COLOURS)), _duration(self.minutes(SHAPES))
        said.append(f"From scratch, colours and textures take about {first} and shapes about {whole}; from a trained model much less.")
        return tuple(said)


def _round(value: float) -> str:
    """Two digits are all that is known."""
    digits = len(str(int(value))) - 2
    return f"{round(value, -digits):,.0f}" if digits > 0 else f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _duration(minutes: float) -> str:
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return f"{minutes:.0f} minutes"
    hours = minutes / 60
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"


@dataclass(frozen=True)
class FolderReport:
    """What a folder holds to train on at `size` pixels. `sentences` say it in plain words, the most important first."""

    folder: Path
    size: int
    usable: int
    left_out: tuple[LeftOut, ...]
    sentences: tuple[str, ...]
    estimate: Estimate
    """How fast this machine trains at that size, and the memory that it needs."""


@dataclass(frozen=True)
class Watched:
    """A verdict of the memorisation watch on the pictures since the last one. `gap` and `auc` are None where no picture is held out."""

    state: WatchState
    sentence: str
    actions: tuple[str, ...]
    """What was done about it."""
    gap: float | None
    auc: float | None
    copies: float
    """The share of samples that may be copies, 0..1."""
    coverage: float
    diversity: float
    augmentation: float
    """The probability of augmentation from now on, 0..1."""
    suspects: Path | None = None
    """A sheet of the samples that may be copies, each beside the training picture that it is near to; where there are any."""


@dataclass(frozen=True)
class Trained:
    """A model that was made of a run's newest checkpoint; it is among the artist's models now."""

    model: str
    path: Path
    run: Path
    steps: int
    seen: int
    """Training pictures shown."""
    state: WatchState | None
    """The watch's last, None before its first."""
    sentence: str
    """How original the model is, in plain words."""


@dataclass(frozen=True)
class RunDescription:
    """A run among the artist's runs, as its folder tells it without a tensor being read."""

    name: str
    """Of the model that it makes."""
    number: int
    folder: Path
    kind: NetworkKind | None
    size: int | None
    """Side of the pictures in pixels. Kind and size are None where the folder does not tell them."""
    pictures: int
    """How many are in its set, those that are held out included."""
    steps: int
    seen: int
    """Steps and training pictures shown, up to the newest checkpoint that can be read."""
    seconds: float
    """Of training so far, all sittings together."""
    saved_at: datetime | None
    """When that checkpoint was written (UTC); None where there is none."""
    state: WatchState | None
    """The watch's last verdict up to there, and its sentence; None and empty before its first."""
    sentence: str
    model: str | None
    """The id of the model that was made of the run, if it is still there; the run may have gone on since."""
    obstacle: str = ""
    """Why it cannot be resumed, in a sentence; empty where it can."""
    model_steps: int = 0
    """How many of its steps are in that model."""
    bytes: int = 0
    """What its folder takes on the disk."""

    @property
    def title(self) -> str:
        """Its name, with its number where it is not the first of that name."""
        return self.name if self.number == 1 else f"{self.name} ({self.number})"

    @property
    def can_resume(self) -> bool:
        return not self.obstacle

    @property
    def is_finished(self) -> bool:
        """Whether all that it has learnt is in its model."""
        return self.model is not None and self.model_steps >= self.steps


@dataclass(frozen=True)
class Curve:
    """A measured value over the training pictures shown: two sequences of one length, ascending in `seen`."""

    seen: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class PreviewGrid:
    """A sheet of the same latents, so many training pictures into the run."""

    seen: int
    path: Path


@dataclass(frozen=True)
class Judged:
    """A verdict of the watch, so many training pictures into the run."""

    seen: int
    watched: Watched


@dataclass(frozen=True)
class RunHistory:
    """All that a run's folder has kept of its course, for charts and a slider over time; what `Learned` tells goes on from it."""

    folder: Path
    curves: Mapping[str, Curve]
    """The losses by the names that `Learned` has them under, and "lr", the learning rate."""
    verdicts: tuple[Judged, ...]
    grids: tuple[PreviewGrid, ...]
