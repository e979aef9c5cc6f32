"""An engine that plays a script: what a window asks is recorded, and what it is told is decided by the test.

It keeps the protocol (lanes, slots, exactly one terminal event a job) without torch, models or time. Events come when the test
pumps them, or from a thread of its own.
"""

from __future__ import annotations

import hashlib
import itertools
import queue
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.api.errors import EngineStopped, FileMissing, InternalError, NotAnImage, SfumatoError
from engine.api.events import (
    Body,
    Cancelled,
    Event,
    Failed,
    Finished,
    Frame,
    JobId,
    Learned,
    Progress,
    Started,
    Superseded,
    Terminal,
    Tiles,
)
from engine.api.family import PruneTunings
from engine.api.manifest import Manifest
from engine.api.output import Output
from engine.api.proofing import Comparison, EnlargementSpot, Loupe, SoftProof
from engine.api.recipe import Layer, Photo, Recipe, Source
from engine.api.requests import (
    DeleteRun,
    EngineInfo,
    ExamineFolder,
    Export,
    Exported,
    FindGenerators,
    FindRecipe,
    FinishTraining,
    Generate,
    Generated,
    ImportPicture,
    ListRuns,
    Preview,
    ReadHistory,
    Request,
    ResumeTraining,
    SampleRun,
    StyleSample,
    Thumbnail,
    Train,
    Upscale,
    WarmUp,
)
from engine.api.training import Estimate, FolderReport, LeftOut, PreviewGrid, RunDescription, RunHistory, Trained, Watched
from tests.fake_space import FakeSpace

Script = Callable[[Request[Any]], Iterable[Body]]
"""What a job tells after `Started`. An end without a terminal event means `Finished(None)`; a `SfumatoError` means `Failed`."""


@dataclass
class FakeJob:
    id: JobId
    request: Request[Any]
    bodies: Iterator[Body] | None = None
    shown: int = 0
    superseded_by: JobId | None = None


class FakeEngine:
    """Use `start` as a client's engine: `Client(FakeEngine(script).start, loop)`.

    Without `threaded`, nothing is told before the test calls `step` or `pump`, and then it is told on the test's own thread.
    """

    def __init__(self, script: Script, *, threaded: bool = False) -> None:
        self.requests: list[Request[Any]] = []
        self.cancelled: list[JobId] = []
        self.is_open = False
        self.closed = False
        self._script = script
        self._ids = itertools.count(1)
        self._jobs: dict[JobId, FakeJob] = {}
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._on_event: Callable[[Event], None] | None = None
        self._thread = threading.Thread(target=self._work, name="fake-engine") if threaded else None

    def start(self, on_event: Callable[[Event], None]) -> FakeEngine:
        self._on_event = on_event
        self.is_open = True
        if self._thread is not None:
            self._thread.start()
        return self

    def submit(self, request: Request[Any]) -> JobId:
        if not self.is_open:
            raise EngineStopped(request.subject)
        job = FakeJob(next(self._ids), request)
        self.requests.append(request)
        self._inbox.put(lambda: self._admit(job))
        return job.id

    def cancel(self, job: JobId) -> None:
        self.cancelled.append(job)
        self._inbox.put(lambda: self._end(job, Cancelled()))

    def close(self) -> None:
        """Cancel what still runs and stop; a script that waits for something holds this up."""
        self.is_open = False
        self._inbox.put(self._stop)
        if self._thread is not None:
            self._thread.join()
        else:
            self.step()

    def requests_of(self, kind: type[Request[Any]]) -> list[Any]:
        """The requests of one class, in their order."""
        return [request for request in self.requests if isinstance(request, kind)]

    def step(self) -> bool:
        """Tell one event of the most urgent job, the oldest of its lane first; False where there is nothing to tell."""
        while not self._inbox.empty():
            self._inbox.get()()
        job = min(self._jobs.values(), key=lambda job: (job.request.lane, job.id), default=None)
        if job is None:
            return False
        self._advance(job)
        return True

    def pump(self) -> None:
        """Tell everything that there is to tell now."""
        while self.step():
            pass

    def _work(self) -> None:
        while not self.closed:
            if not self.step() and not self.closed:
                self._inbox.get()()

    def _stop(self) -> None:
        for job in list(self._jobs):
            self._end(job, Cancelled())
        self.closed = True

    def _admit(self, job: FakeJob) -> None:
        slot = job.request.slot
        for older in [other for other in self._jobs.values() if slot is not None and other.request.slot == slot]:
            if older.bodies is None or older.shown:
                self._end(older.id, Superseded(job.id))
            else:
                older.superseded_by = job.id  # it may show its first frame, so that a drag always shows something
        self._jobs[job.id] = job

    def _advance(self, job: FakeJob) -> None:
        if job.bodies is None:
            job.bodies = iter(self._script(job.request))
            self._tell(job.id, Started())
            return
        body = self._next_body(job)
        if isinstance(body, Finished | Cancelled | Superseded | Failed):
            self._end(job.id, body)
            return
        self._tell(job.id, body)
        if isinstance(body, Frame | Learned | Tiles):
            job.shown += 1
            if job.superseded_by is not None:
                self._end(job.id, Superseded(job.superseded_by))

    @staticmethod
    def _next_body(job: FakeJob) -> Body:
        assert job.bodies is not None
        try:
            return next(job.bodies, Finished[object](None))
        except SfumatoError as error:
            return Failed(error.failure())
        except Exception as error:  # as the scheduler does: a bug in a job must not stop the engine
            return Failed(InternalError(job.request.subject, repr(error)).failure())

    def _end(self, id: JobId, body: Terminal) -> None:
        job = self._jobs.pop(id, None)
        if job is None:
            return
        close = getattr(job.bodies, "close", None)
        if close is not None:
            close()
        self._tell(id, body)

    def _tell(self, job: JobId, body: Body) -> None:
        assert self._on_event is not None, "nothing is submitted before the start"
        self._on_event(Event(job, body))


@dataclass
class StudioScript:
    """Plausible answers to everything that the studio asks.

    Pictures that are imported are kept in `blobs`. Their sizes are read from PNG and JPEG headers; for other files `sizes`
    says them, by file name. Frames are of one colour that follows from the recipe: equal recipes look equal, others differ.
    """

    blobs: Path
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    generators: dict[str, Manifest] = field(default_factory=dict)
    """Those that there are, by id; trainings add theirs."""
    runs: tuple[RunDescription, ...] = ()
    histories: Mapping[Path, RunHistory] = field(default_factory=dict)
    """Of runs, by their folder; others have none."""
    space: FakeSpace = field(default_factory=FakeSpace)
    """Of all generators."""
    halts_at: int | None = None
    """The step after which a training waits for a pause."""
    exports_wait: bool = False
    """Exports come to no end while this holds."""

    def __call__(self, request: Request[Any]) -> Iterator[Body]:
        match request:
            case WarmUp():
                yield Finished(EngineInfo("fake", "fp32", 1, "fake"))
            case PruneTunings():
                yield Finished(0)
            case ImportPicture():
                yield Finished(self._take_in(request))
            case FindRecipe():
                yield Finished(None)
            case Preview(recipe, edges):
                for edge in dict.fromkeys(min(edge, max(recipe.native_size)) for edge in edges if recipe.layers):
                    yield coloured_frame(colour_of(recipe), *recipe.size_at(edge), recipe.native_size[0])
            case Thumbnail(photo, edge):
                yield coloured_frame(colour_of(photo.key), *_fitted(photo, edge), photo.width)
            case StyleSample(blob, _, edge):
                yield coloured_frame(colour_of(blob), edge, edge, edge)
            case SoftProof(pixels, scale, proof):
                yield coloured_frame(colour_of(proof), pixels.shape[1], pixels.shape[0], round(pixels.shape[1] / scale))
            case Loupe(recipe, edge, spot):
                native = recipe.native_size[0]
                yield coloured_frame(colour_of((recipe, spot)), spot.width, spot.height, spot.width * native // recipe.size_at(edge)[0])
            case _:
                yield from self._write(request)

    def _write(self, request: Request[Any]) -> Iterator[Body]:
        match request:
            case EnlargementSpot(_, spot):
                plain, enlarged = (coloured_frame(colour_of((name, request)), spot.width, spot.height, spot.width) for name in "pe")
                yield Finished(Comparison(plain, enlarged, 0.5))
            case Export(recipe, output):
                yield from self._export(output, recipe.size_at(output.long_edge), colour_of(recipe))
            case Upscale(photo, output, scale):
                yield from self._export(output, (photo.width * scale, photo.height * scale), colour_of(request))
            case _:
                yield from self._about_generators(request)

    def _about_generators(self, request: Request[Any]) -> Iterator[Body]:
        match request:
            case ExamineFolder(folder, size):
                yield coloured_frame(colour_of(folder), 6 * 96, 96, 6 * 96)
                left_out = (LeftOut("broken.jpg", "broken", "cut short"),)
                said = (
                    f"40 pictures are ready to train on at {size} × {size}.",
                    "1 file is left out as unreadable: broken.jpg (cut short).",
                )
                yield Finished(FolderReport(folder, size, 40, left_out, said, Estimate(20.0, 1_200_000_000, 8_000_000_000)))
            case ListRuns():
                yield Finished(self.runs)
            case DeleteRun(folder):
                (gone,) = [run for run in self.runs if run.folder == folder]
                self.runs = tuple(run for run in self.runs if run is not gone)
                yield Finished(gone.bytes)
            case SampleRun(folder):
                yield from self._sample(folder)
            case ReadHistory(folder):
                yield Finished(self.histories.get(folder) or RunHistory(folder, {}, (), ()))
            case FindGenerators():
                yield Finished(tuple(self.generators.values()))
            case Generate():
                yield from self._generate(request)
            case Train() | ResumeTraining() | FinishTraining():
                yield from self._train(request)
            case _:
                yield from self._explore(request)

    def _explore(self, request: Request[Any]) -> Iterator[Body]:
        self.space.models |= self.generators.keys()
        bodies = self.space(request)
        if bodies is None:
            raise AssertionError(f"the fake engine has no answer to {request!r}")
        yield from bodies

    def _take_in(self, request: ImportPicture) -> Photo:
        try:
            data = request.path.read_bytes() if request.path is not None else request.data or b""
        except OSError as error:
            raise FileMissing(request.subject) from error
        name = request.path.name if request.path is not None else request.name
        width, height = self.sizes.get(name) or picture_size(data, request.subject)
        blob = hashlib.sha256(data).hexdigest()
        self.blobs.mkdir(parents=True, exist_ok=True)
        (self.blobs / blob).write_bytes(data)
        return Photo(blob, width, height, name)

    def _export(self, output: Output, size: tuple[int, int], colour: tuple[int, int, int]) -> Iterator[Body]:
        for done in range(4):
            yield Progress(done, 4, "painting")
            while self.exports_wait:
                time.sleep(0.001)
                yield Progress(done, 4, "painting")
        data = png(*size, colour)
        output.path.write_bytes(data)
        yield Finished(Exported(output.path, *size, seconds=0.1, bytes=len(data)))

    def _sample(self, folder: Path) -> Iterator[Body]:
        """Of the step that a training waited at, or the first run that there is."""
        seen = 32 * self.halts_at if self.halts_at is not None else self.runs[0].seen
        grid = self._grid(folder, folder.parent.name, seen // 32)
        yield coloured_frame(colour_of(grid), 128, 128, 128)
        yield Finished(PreviewGrid(seen, grid))

    def _train(self, request: Train | ResumeTraining | FinishTraining) -> Iterator[Body]:
        run = request.run or self.blobs.parent / "runs" / request.name / "001"
        steps = 0 if isinstance(request, FinishTraining) else request.steps or 20
        for step in range(steps):
            losses = {"critic": 0.7, "generator": 0.7 + 1 / (step + 1)} if step % 10 == 0 else {}
            watched = Watched("green", "It learns.", (), 0.1, 0.55, 0.0, 0.5, 0.9, 0.5) if step % 10 == 9 else None
            grid = self._grid(run, request.name, step) if step % 10 == 0 else None
            yield Learned(run, step, 32 * step, float(step), losses, watched, saved=step % 10 == 0, grid=grid)
            if grid is not None:
                yield coloured_frame(colour_of((request.name, step)), 128, 128, 128)
            while step == self.halts_at and not isinstance(request, ResumeTraining):
                time.sleep(0.001)  # a test that is slow to stop it should not starve
                yield Progress(step, steps, "training")
        model = self.blobs.parent / "models" / f"{request.name}.safetensors"
        sentence = "None of 256 samples is a copy."
        self.generators[request.name] = Manifest(request.name, "generator", model, originality={"sentence": sentence})
        yield Finished(Trained(request.name, model, run, steps, 32 * steps, "green", sentence))

    @staticmethod
    def _grid(run: Path, name: str, step: int) -> Path:
        run.mkdir(parents=True, exist_ok=True)
        file = run / f"grid-{32 * step:08d}.png"
        file.write_bytes(png(128, 128, colour_of((name, step))))
        return file

    @staticmethod
    def _generate(request: Generate) -> Iterator[Body]:
        for seed, file in zip(request.seeds, request.files, strict=False):
            file.write_bytes(png(64, 64, colour_of((request.model, seed))))
        if request.grid is not None:
            request.grid.write_bytes(png(256, 256, colour_of(request.model)))
        yield Finished(Generated(request.files, request.grid, 64, 0.1))


def colour_of(value: object) -> tuple[int, int, int]:
    """A red, green and blue (0..255) that follow from a value's `repr`."""
    red, green, blue = hashlib.sha256(repr(value).encode()).digest()[:3]
    return red, green, blue


def coloured_frame(colour: tuple[int, int, int], width: int, height: int, native_width: int) -> Frame:
    """An opaque frame of one colour, as the engine sends it."""
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[:] = (*reversed(colour), 255)
    pixels.setflags(write=False)
    return Frame(pixels, width / native_width)


def png(width: int, height: int, colour: tuple[int, int, int] = (128, 128, 128)) -> bytes:
    """A whole PNG file of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def picture_size(data: bytes, subject: str) -> tuple[int, int]:
    """(width, height) from the header of a PNG or a JPEG; raises NotAnImage for anything else."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:2] == b"\xff\xd8":
        return _jpeg_size(data, subject)
    raise NotAnImage(subject, "its header is unknown")


def _jpeg_size(data: bytes, subject: str) -> tuple[int, int]:
    """From the frame header (SOF), past the segments before it."""
    position = 2
    while position + 9 <= len(data):
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        position += 2 + length
    raise NotAnImage(subject, "its header is damaged")


def _fitted(photo: Source, edge: int) -> tuple[int, int]:
    return Recipe((Layer(photo),)).size_at(min(edge, max(photo.width, photo.height)))
