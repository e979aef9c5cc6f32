"""The family tree: which picture came of which, kept on disk as pictures are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.api.latent import Latent, Morph
from engine.api.place_kinds import Blend, MapPoint, Place, Steered, Varied, Waypoint
from engine.api.requests import Lane, Request


@dataclass(frozen=True)
class Member:
    """A picture of the library."""

    id: str
    """The key of its latent: the same picture is kept once."""
    latent: Latent
    place: Place
    """How it was made: what `parents` were brought together by. A latent stands for itself: a seed, a photo, a code file."""
    parents: tuple[str, ...]
    """Ids, the first one first; not all of them need be kept themselves."""
    name: str = ""
    bookmarked: bool = False
    made: float = 0.0
    """When, in seconds since 1970."""


def parents_of(place: Place) -> tuple[Latent, ...]:
    """The pictures that a place is made of; a latent and a point of the map have none."""
    match place:
        case Morph():
            return (place.a, place.b)
        case Steered() | Varied():
            return (place.base,)
        case Blend():
            return place.parents
        case Waypoint():
            return place.journey.stops
        case Latent() | MapPoint():
            return ()


@dataclass(frozen=True)
class CheckLibrary(Request[str]):
    """Mend a library file that is damaged, and say so in a sentence; empty where all is well."""

    @property
    def subject(self) -> str:
        return "the library"


@dataclass(frozen=True)
class PruneTunings(Request[int]):
    """Remove old tunings from the artist's folder that nothing refers to: what searches left on their way. How many they were.

    Only for a studio that has just begun: what another one has open is not known here.
    """

    lane: ClassVar[Lane] = Lane.BACKGROUND

    @property
    def subject(self) -> str:
        return "old tunings"


@dataclass(frozen=True)
class KeepPicture(Request[Member]):
    """Enter a picture that was made at a place. One that is there already stays as it is."""

    latent: Latent
    place: Place
    name: str = ""
    lane: ClassVar[Lane] = Lane.FOREGROUND

    @property
    def subject(self) -> str:
        return self.name or self.latent.name or "the picture"


@dataclass(frozen=True)
class MarkPicture(Request[Member]):
    """Rename a picture, or set or take away its bookmark; None leaves as it is."""

    id: str
    name: str | None = None
    bookmarked: bool | None = None

    @property
    def subject(self) -> str:
        return self.name or "the picture"


@dataclass(frozen=True)
class ListPictures(Request[tuple[Member, ...]]):
    """The newest pictures first: all, those of one model (its id), or those with a bookmark."""

    model: str | None = None
    bookmarked: bool = False
    limit: int = 500

    @property
    def subject(self) -> str:
        return "the library"


@dataclass(frozen=True)
class FindFamily(Request[tuple[Member, ...]]):
    """A picture, its ancestors and its descendants older ones first; `near`: the nearest ancestors and the newest children only."""

    id: str
    near: bool = False

    @property
    def subject(self) -> str:
        return "the family tree"


@dataclass(frozen=True)
class Replayed:
    """A picture made anew in another model."""

    latent: Latent
    changed: tuple[str, ...] = ()
    """What could not be done as it was, one sentence each."""


@dataclass(frozen=True)
class ReplayPicture(Request[Replayed]):
    """Make a picture anew in another model: from its oldest ancestors on, by the same steps. Each step's picture enters the library."""

    id: str
    model: str

    @property
    def subject(self) -> str:
        return self.model


@dataclass(frozen=True)
class NameDirection(Request[None]):
    """Give a direction of a model a name; an empty one takes it away."""

    model_hash: str
    kind: str
    index: int
    name: str

    @property
    def subject(self) -> str:
        return self.name


@dataclass(frozen=True)
class DirectionNames(Request[dict[tuple[str, int], str]]):
    """The names that were given to a model's directions, by kind and index."""

    model_hash: str

    @property
    def subject(self) -> str:
        return "the directions"
