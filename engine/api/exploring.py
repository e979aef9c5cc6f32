"""What can be asked of a generator's space: to look at a place of it, to keep one, to have it back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias, get_args

from engine.api.latent import Latent, ModelKey, Morph
from engine.api.requests import Lane, Request
from engine.api.training import NetworkKind

Group: TypeAlias = Literal["coarse", "middle", "fine"]
"""Layers by what they decide: form, parts, colours and grain."""
GROUPS: tuple[Group, ...] = get_args(Group)

GLANCE = 64
"""The side, in pixels, of the picture that shows first, from the lower levels of the generator's pyramid."""

Place: TypeAlias = Latent | Morph
"""Whatever stands for one picture of a generator."""


@dataclass(frozen=True)
class GeneratorInfo:
    """A generator, ready to explore."""

    key: ModelKey
    kind: NetworkKind
    size: int
    """Side of its pictures in pixels."""
    sides: tuple[int, ...]
    """Of the levels that can be bent, and of the smaller pictures that can be had sooner."""
    groups: tuple[Group, ...]
    """For each layer of a code."""
    width: int
    """Numbers in a layer of a code."""


@dataclass(frozen=True)
class OpenGenerator(Request[GeneratorInfo]):
    """Load a generator, so that its first picture does not wait for it."""

    model: str
    lane: ClassVar[Lane] = Lane.INTERACTIVE

    @property
    def subject(self) -> str:
        return self.model


@dataclass(frozen=True)
class Visit(Request[Latent]):
    """Look at a place: a `Frame` for each side in turn (none larger than the generator's), then the place as a latent.

    The newest visit wins, and an older one still shows its first frame.
    """

    place: Place
    sides: tuple[int, ...] = (GLANCE, 65536)
    lane: ClassVar[Lane] = Lane.INTERACTIVE
    slot: ClassVar[str | None] = "visit"

    @property
    def subject(self) -> str:
        return self.place.name or "the picture"


@dataclass(frozen=True)
class ReadCode(Request[Latent]):
    """The latent in a code file. With `convert_to`, the id of a model, it is brought over to that one where the spaces have one shape."""

    path: Path
    convert_to: str | None = None

    @property
    def subject(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class WriteCode(Request[Path]):
    """Keep a latent in a file that another Sfumato can open, with its tuning."""

    latent: Latent
    path: Path
    overwrite: bool = False

    @property
    def subject(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class ConvertLatent(Request[Latent]):
    """The same code in another model, or in another version of it: another picture, at the same place of its space."""

    latent: Latent
    model: str

    @property
    def subject(self) -> str:
        return self.latent.name or "the code"
