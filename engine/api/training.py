"""What is said of a training: of the folder before it, of the watch during it, of the model after it. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

NetworkKind: TypeAlias = Literal["style", "dcgan", "dense"]
"""The style-based network, or one of the classics: convolutional (64 px) and dense (32 px)."""
Fit: TypeAlias = Literal["centre", "smart", "pad"]
"""How a picture that is not square becomes so: its middle, the square with most detail, or all of it on a border."""
Reason: TypeAlias = Literal["broken", "duplicate", "tiny", "gone", "other"]
WatchState: TypeAlias = Literal["green", "amber", "red"]


@dataclass(frozen=True)
class LeftOut:
    """A file of the folder that is not trained on. `detail` says what is wrong with it; of a duplicate it is the other's name."""

    name: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True)
class FolderReport:
    """What a folder holds to train on at `size` pixels. `sentences` and `estimate` say it in plain words, the most important first."""

    folder: Path
    size: int
    usable: int
    left_out: tuple[LeftOut, ...]
    sentences: tuple[str, ...]
    estimate: tuple[str, ...]
    """How fast this machine trains on it, the memory that it needs, and how long it takes."""


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
