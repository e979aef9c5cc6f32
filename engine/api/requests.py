"""What can be asked of the engine: one frozen class per kind of work, carrying everything that the job needs."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from engine.api.manifest import Manifest
from engine.api.output import Output
from engine.api.recipe import LOOK_EDGE, Photo, Recipe, Source
from engine.api.training import Fit, FolderReport, NetworkKind, PreviewGrid, RunDescription, RunHistory, Trained
from engine.api.upscaling import Variant

R = TypeVar("R")

DRAG_EDGE = 512
"""The long edge of the picture that follows a drag."""


class Lane(enum.IntEnum):
    """How urgent a job is; a lower number goes first."""

    INTERACTIVE = 0
    FOREGROUND = 1
    PATIENT = 2
    """Searches of a minute, which everything that is shorter goes before."""
    BACKGROUND = 3


class Request(Generic[R]):
    """Base of all requests; `R` is what the job's `Finished` carries."""

    lane: ClassVar[Lane] = Lane.FOREGROUND
    slot: ClassVar[str | None] = None
    """A new request in a slot replaces the older one."""

    @property
    def subject(self) -> str:
        """What the job is about, for a sentence."""
        return type(self).__name__


@dataclass(frozen=True)
class EngineInfo:
    """What the engine runs on, in words."""

    device: str
    precision: str
    threads: int
    model: str
    skipped_models: tuple[str, ...] = ()
    """One sentence for each model file that was found damaged."""
    notes: tuple[str, ...] = ()
    """What a person should know of the choice of the device: a card that is there and does not work."""


@dataclass(frozen=True)
class WarmUp(Request[EngineInfo]):
    """Load torch and the house stylizer, so that the first picture does not wait for them."""

    lane: ClassVar[Lane] = Lane.INTERACTIVE

    @property
    def subject(self) -> str:
        return "the engine"


@dataclass(frozen=True)
class ImportPicture(Request[Photo]):
    """Take a picture into the blob store: from a file, or from bytes (a pasted picture)."""

    path: Path | None = None
    data: bytes | None = None
    name: str = "Pasted picture"
    lane: ClassVar[Lane] = Lane.INTERACTIVE

    @property
    def subject(self) -> str:
        return str(self.path or self.name)


@dataclass(frozen=True)
class FindRecipe(Request[Recipe | None]):
    """The recipe inside a picture that Sfumato exported; None where there is none, or not all of its pictures are on this machine."""

    photo: Photo

    @property
    def subject(self) -> str:
        return self.photo.name


@dataclass(frozen=True)
class Thumbnail(Request[None]):
    """Show a photo or a generated picture, small: sends one `Frame` with the given long edge."""

    photo: Source
    edge: int = 256

    @property
    def subject(self) -> str:
        return self.photo.name


@dataclass(frozen=True)
class StyleSample(Request[None]):
    """Show the house picture in the style of a blob: one `Frame`, for a style's card."""

    blob: str
    name: str
    edge: int = 256
    lane: ClassVar[Lane] = Lane.BACKGROUND

    @property
    def subject(self) -> str:
        return self.name


@dataclass(frozen=True)
class Preview(Request[None]):
    """Render a recipe for the screen: one `Frame` for each long edge in turn (none larger than the recipe's native size)."""

    recipe: Recipe
    edges: tuple[int, ...] = (DRAG_EDGE, LOOK_EDGE)
    lane: ClassVar[Lane] = Lane.INTERACTIVE
    slot: ClassVar[str | None] = "preview"

    @property
    def subject(self) -> str:
        return self.recipe.layers[0].source.name if self.recipe.layers else "the picture"


@dataclass(frozen=True)
class Exported:
    path: Path
    width: int
    height: int
    seconds: float
    bytes: int


@dataclass(frozen=True)
class Export(Request[Exported]):
    """Render a recipe at its full size and write it to a file, with the recipe inside."""

    recipe: Recipe
    output: Output

    @property
    def subject(self) -> str:
        return str(self.output.path)


@dataclass(frozen=True)
class Upscale(Request[Exported]):
    """Enlarge a photo by a network and write it to a file. Its colours stay in the photo's own profile, its alpha and its bits are kept.

    Of `output` the size, the profile and the bleed are not looked at; a resolution that is None is the photo's own.
    """

    photo: Photo
    output: Output
    scale: int = 2
    variant: Variant = "faithful"
    model: str | None = None
    """A model's id, or the file of another program's; None: the house's for this scale and variant."""

    @property
    def subject(self) -> str:
        return str(self.output.path)


@dataclass(frozen=True)
class Generated:
    """Where the pictures are, `size` pixels a side each."""

    files: tuple[Path, ...]
    grid: Path | None
    size: int
    seconds: float


@dataclass(frozen=True)
class Generate(Request[Generated]):
    """Make a picture of each seed with a generator. Files that are there already are replaced."""

    model: str
    seeds: tuple[int, ...]
    files: tuple[Path, ...]
    """One for each seed; empty: only the grid is written."""
    grid: Path | None = None
    """The file of a sheet with all pictures on it."""
    truncation: float = 0.8
    """1: all the variety that was learnt; toward 0: ever nearer to the mean picture."""
    size: int | None = None
    """The side of each picture in pixels; None: as it was learnt."""

    @property
    def subject(self) -> str:
        return self.model


@dataclass(frozen=True)
class FindGenerators(Request[tuple[Manifest, ...]]):
    """What the generators on this machine say of themselves: the artist's own first, then those that Sfumato comes with."""

    @property
    def subject(self) -> str:
        return "the generators"


@dataclass(frozen=True)
class ExamineFolder(Request[FolderReport]):
    """Look at a folder that is to be trained on: what of it can be used, how it will look, how long it takes.

    Sends a `Frame` whenever its sheet of prepared pictures has one more, so that a newer request need not wait for the end.
    """

    folder: Path
    size: int = 64
    fit: Fit = "centre"
    kind: NetworkKind = "style"
    slot: ClassVar[str | None] = "folder"

    @property
    def subject(self) -> str:
        return str(self.folder)


class _Training(Request[Trained]):
    """What concerns a run: they have one slot, so that one run is trained at a time.

    A training that is cancelled or superseded saves first; `ResumeTraining` does the step that it was in once more, and loses nothing.
    """

    lane: ClassVar[Lane] = Lane.BACKGROUND
    slot: ClassVar[str | None] = "train"
    name: str

    @property
    def subject(self) -> str:
        return self.name


@dataclass(frozen=True)
class Train(_Training):
    """Begin a run on a folder of pictures, and make a model of it when its budget is spent or the watch stops it.

    Sends `Learned` after each step and a `Frame` for each preview grid.
    """

    name: str
    """What the model is to be called."""
    folder: Path
    size: int | None = None
    """Side of the pictures in pixels; None: that of the model to begin with, or else 64."""
    kind: NetworkKind | None = None
    """None: that of the model to begin with, or else the style-based one."""
    begin_from: str | None = None
    """The id of a generator to begin with; None: from scratch. A style-based one grows to a larger `size`."""
    fit: Fit = "centre"
    minutes: float | None = None
    """How long this sitting may take; None: until it is stopped."""
    steps: int | None = None
    """The number of steps of the whole run; None: no limit."""
    seed: int = 0
    licence: str = ""
    """Under which the model may be used; it is written into it."""
    replace: bool = False
    """Whether a model of that name may be there already."""
    run: Path | None = None
    """The run's folder; None: a new, numbered one."""


@dataclass(frozen=True)
class ResumeTraining(_Training):
    """Continue a run from its newest checkpoint, with its own options and new budgets; for the rest as `Train`."""

    name: str
    minutes: float | None = None
    steps: int | None = None
    run: Path | None = None
    """The run's folder; None: the newest of that name."""


@dataclass(frozen=True)
class FinishTraining(_Training):
    """Make a model of a run as far as it has come, in place of an older one of that name. If it is being trained, that ends:
    this takes its slot. The run stays, and can be resumed all the same."""

    name: str
    run: Path | None = None
    """The run's folder; None: the newest of that name."""


@dataclass(frozen=True)
class ListRuns(Request[tuple[RunDescription, ...]]):
    """The artist's runs, the one that was saved last first. Of a broken one it is said what is wrong with it."""

    lane: ClassVar[Lane] = Lane.INTERACTIVE

    @property
    def subject(self) -> str:
        return "the runs"


@dataclass(frozen=True)
class DeleteRun(Request[int]):
    """Remove one of the artist's runs from the disk: checkpoints, prepared pictures, previews. Models that were made of it stay. Finishes
    with the bytes that came free. Raises BadRequest for a folder that is none of the artist's runs, or is being trained."""

    folder: Path

    @property
    def subject(self) -> str:
        return str(self.folder)


@dataclass(frozen=True)
class ReadHistory(Request[RunHistory]):
    """The course of a run so far, as its folder has kept it: losses, verdicts, preview grids. Also while it is being trained."""

    folder: Path
    lane: ClassVar[Lane] = Lane.INTERACTIVE

    @property
    def subject(self) -> str:
        return str(self.folder)


@dataclass(frozen=True)
class SampleRun(Request[PreviewGrid]):
    """The samples of a run as it is now: the preview grid of its newest checkpoint, which is made where there is none, as a training
    that is paused ends between two of them. Sends it as a `Frame`."""

    folder: Path

    @property
    def subject(self) -> str:
        return str(self.folder)
