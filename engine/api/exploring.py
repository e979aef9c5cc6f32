"""What can be asked of a generator's space: to look at a place of it, to keep one, to have it back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from engine.api.latent import Latent, ModelKey
from engine.api.place_kinds import GROUPS, Direction, DirectionKind, Group, Journey, Layout, MapPoint, Place
from engine.api.recipe import Photo
from engine.api.requests import Lane, Request
from engine.api.training import NetworkKind

GLANCE = 64
"""The side, in pixels, of the picture that shows first, from the lower levels of the generator's pyramid."""

DEEPEST_ZOOM = 24
MOST_TILES = 1024
"""Of one view."""
MOST_VISITED = 512

MOST_STOPS = 64
MOST_FRAMES = 20_000
"""Of a film: eleven minutes at 30 frames a second."""


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
    """Look at a place: a `Frame` for each side in turn (none larger than the generator's; of a light one the whole picture alone, where
    that is wanted), then the place as a latent.

    The newest visit wins, and an older one still shows its first frame.
    """

    place: Place
    sides: tuple[int, ...] = (GLANCE, 65536)
    draft: bool = False
    """While a hand moves: quicker, and a few levels off what the place looks like exactly."""
    lane: ClassVar[Lane] = Lane.INTERACTIVE
    slot: ClassVar[str | None] = "visit"

    @property
    def subject(self) -> str:
        return self.place.name or "the picture"


@dataclass(frozen=True)
class FindLatents(Request[tuple[Latent, ...]]):
    """Places as latents, without their pictures: at most `MOST_STOPS` at once."""

    places: tuple[Place, ...]

    @property
    def subject(self) -> str:
        return "the path"


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


@dataclass(frozen=True)
class FindDirections(Request[tuple[Direction, ...]]):
    """The first directions of a generator, the strongest first. Those of `groups` are read off the weights of these layers only."""

    model: str
    kind: DirectionKind = "sefa"
    count: int = 6
    groups: tuple[Group, ...] = GROUPS

    @property
    def subject(self) -> str:
        return self.model


@dataclass(frozen=True)
class ShowStrip(Request[None]):
    """One `Frame`: a picture pushed along a direction by each amount, side by side, each `side` pixels (at most the generator's)."""

    base: Latent
    direction: Direction
    amounts: tuple[float, ...] = (-3.0, -1.5, 0.0, 1.5, 3.0)
    groups: tuple[Group, ...] = GROUPS
    side: int = GLANCE

    @property
    def subject(self) -> str:
        return self.direction.name


@dataclass(frozen=True)
class ExportDirections(Request[tuple[Path, ...]]):
    """A sheet (PNG) for each direction into a folder that is there: so many pictures, of seeds from `seed` on, each pushed by -3 to 3."""

    directions: tuple[Direction, ...]
    folder: Path
    pictures: int = 4
    seed: int = 0
    truncation: float = 0.8

    @property
    def subject(self) -> str:
        return str(self.folder)


@dataclass(frozen=True)
class Filmed:
    path: Path
    frames: int
    side: int
    seconds: float
    """How long it took to make."""


@dataclass(frozen=True)
class ExportFilm(Request[Filmed]):
    """A journey as a film: .mp4, .gif, or a folder of PNG frames where the name has no such end. It appears whole or not at all."""

    journey: Journey
    path: Path
    frames: int = 120
    fps: float = 30.0
    side: int | None = None
    """Of the frames, in pixels; None: as the generator learnt."""
    overwrite: bool = False

    @property
    def subject(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class ShowTiles(Request[None]):
    """Thumbnails of a map, in `Tiles` of a few, in the order that is asked for: those of a large generator small first, then at `side`.

    At zoom z the map is divided into 2^z x 2^z tiles, each of which shows the picture of its middle; a tile stays what it is, wherever
    the view moves. With `visited` each tile also tells how new it would be to someone who has seen those places.
    """

    model: str
    layout: Layout
    zoom: int
    tiles: tuple[tuple[int, int], ...]
    """(column, row), each from 0 to 2^zoom - 1."""
    side: int = GLANCE
    truncation: float = 0.8
    visited: tuple[MapPoint | Latent, ...] = ()
    slot: ClassVar[str | None] = "tiles"

    @property
    def subject(self) -> str:
        return self.model


@dataclass(frozen=True)
class FindOnMap(Request[MapPoint]):
    """Where on a map a latent is, or what is nearest to it there: a photo's place among the others."""

    latent: Latent
    layout: Layout

    @property
    def subject(self) -> str:
        return self.latent.name or "the picture"


ALIKE, NEAR, AKIN = 0.95, 0.88, 0.7
"""Likenesses from which a photo counts as found; as near in what is large in it; as a picture of the kind that the model has learnt at all.
It is features of a small thumbnail that are compared: at .9 a portrait has its hair and its dress, and no eyes."""


def verdict(likeness: float, model: str) -> str:
    """What a photo that was found is worth, in plain words."""
    if likeness >= ALIKE:
        return f"Found in {model}: {likeness:.0%} alike."
    if likeness >= NEAR:
        return f"What {model} has is close in colours and masses, not in details: {likeness:.0%} alike."
    if likeness >= AKIN:
        return f"What {model} has is a distant likeness: {likeness:.0%} alike."
    return (
        f"This is hardly a picture of the kind that {model} has learnt: what was found is only {likeness:.0%} like it. "
        "To blend any two photos, lay them over each other on the canvas."
    )


@dataclass(frozen=True)
class Inverted:
    """A photo found in a model's space."""

    latent: Latent
    likeness: float
    """0: as unlike as two random pictures of the model; 1: alike to the eye."""
    psnr: float
    seconds: float
    sentence: str
    """What it is worth, in plain words."""


@dataclass(frozen=True)
class Invert(Request[Inverted]):
    """Look for a photo (its middle square) in a model's space. Sends `Fidelity` and a `Frame` now and then, from the first second on;
    the last `Fidelity` before a cancellation says what there is to keep."""

    photo: Photo
    model: str
    steps: int = 300
    """Of looking for the code."""
    tuning: int = 150
    """Steps of changing the generator a little, for this photo alone; 0: not at all."""
    lane: ClassVar[Lane] = Lane.PATIENT
    slot: ClassVar[str | None] = "invert"

    @property
    def subject(self) -> str:
        return self.photo.name


@dataclass(frozen=True)
class Pull:
    """A point of a picture and where it shall come to: x and y (downward) in parts of its side, 0..1."""

    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class DragPoints(Request[Latent]):
    """Change a picture so that its points come to their ends; a pull that ends where it starts pins its point.

    Sends `Pulled` and a `Frame` after each step; cancelled or superseded it leaves nothing but these. Layers finer than the ones that
    make the form stay.
    """

    latent: Latent
    pulls: tuple[Pull, ...]
    steps: int = 60
    lane: ClassVar[Lane] = Lane.FOREGROUND
    slot: ClassVar[str | None] = "drag"

    @property
    def subject(self) -> str:
        return self.latent.name or "the picture"
