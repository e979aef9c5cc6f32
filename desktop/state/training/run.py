"""The run that is trained: begun, paused, gone on with, finished; and everything that it tells meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import Stop
from desktop.state.frames import to_image
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.tasks import Tasks
from desktop.state.training.course import Course
from engine.api.events import Body, Cancelled, Failed, Finished, Frame, Learned, Progress, Superseded
from engine.api.requests import FinishTraining, Request, ResumeTraining, SampleRun, Train
from engine.api.training import PreviewGrid, Trained

Phase = Literal["idle", "preparing", "running", "pausing", "finishing", "paused", "finished"]
AT_WORK: frozenset[Phase] = frozenset({"preparing", "running", "pausing", "finishing"})
AT_REST: frozenset[Phase] = frozenset({"paused", "finished"})
SAMPLING = "sample a run"


class TrainingRun(QObject):
    """One run at a time. `changed` follows its phase and figures, `framed` each new preview grid, `made` the model that came of it."""

    changed = Signal()
    framed = Signal(QImage)
    judged = Signal()
    """The watch has given a verdict."""
    measured = Signal()
    """There are new losses."""
    grids_changed = Signal()
    made = Signal(object)

    def __init__(self, link: Link, tasks: Tasks, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._stop = Stop()
        self._task: asyncio.Task[Any] | None = None
        self._forget()

    def _forget(self) -> None:
        self.phase: Phase = "idle"
        self.name = ""
        self.about = ""
        """What is trained, in a few words."""
        self.minutes: float | None = None
        self.course = Course()
        self.stage: Progress | None = None
        """How far what comes before and after the training itself is."""
        self.trouble = ""
        self.live = QImage()
        self.result: Trained | None = None
        self.model: str | None = None
        """What was made of all that it has learnt."""
        self.ending = ""
        """How original that model is."""
        self.finishes_at_checkpoint = False

    @property
    def at_work(self) -> bool:
        return self.phase in AT_WORK

    @property
    def at_rest(self) -> bool:
        """Whether it is kept, and can be gone on with or deleted."""
        return self.phase in AT_REST

    @property
    def can_finish(self) -> bool:
        """Whether a model can be made of it."""
        return self.course.saved and self.phase in ("running", "paused")

    @property
    def seconds_left(self) -> float | None:
        """Of the time budget; None where there is none."""
        return None if self.minutes is None else max(0.0, self.minutes * 60 - self.course.sitting_seconds)

    def begin(self, request: Train, about: str) -> None:
        """Begin a new run."""
        self._forget()
        self.name, self.about, self.minutes = request.name, about, request.minutes
        self._tell_course()
        self._follow(request, "preparing")
        self._notices.say(f"Training {self.name} begins")

    def put(self, name: str, about: str, course: Course, live: QImage, model: str | None = None, ending: str = "") -> None:
        """Lay a run of an earlier sitting on the table: a paused one, or a finished one with its model."""
        self._forget()
        self.name, self.about, self.course, self.live = name, about, course, live
        self.model, self.ending = model, ending
        self._set("paused" if model is None else "finished")
        self._tell_course()

    def _tell_course(self) -> None:
        """All of it may be another."""
        for signal in (self.grids_changed, self.judged, self.measured):
            signal.emit()
        self.framed.emit(self.live)

    def go_on(self, minutes: float | None) -> None:
        """Go on from the last checkpoint; also with a run that is finished."""
        if self.at_rest:
            self.minutes, self.trouble, self.result, self.model = minutes, "", None, None
            self.course.begin_sitting()
            self._follow(ResumeTraining(self.name, minutes=minutes, run=self.course.run), "preparing")
            self._notices.say(f"Training {self.name} goes on")

    def pause(self) -> None:
        """Save, and stop for now. What has no checkpoint yet ends without a trace."""
        if self.phase in ("preparing", "running"):
            self._set("pausing")
            self._stop()

    def finish(self, *, at_checkpoint: bool = False) -> None:
        """Make the model of what has been learnt: at once, or when the next checkpoint is written."""
        if not self.can_finish:
            return
        if at_checkpoint and self.phase == "running":
            self.finishes_at_checkpoint = True
            self.changed.emit()
        else:
            self._follow(FinishTraining(self.name, self.course.run), "finishing")

    def carry_on(self) -> None:
        """Do not finish at the next checkpoint after all."""
        self.finishes_at_checkpoint = False
        self.changed.emit()

    def leave(self) -> None:
        """Put a run that is paused or finished away."""
        if not self.at_work:
            self._tasks.cancel(SAMPLING)
            self._forget()
            self.changed.emit()

    async def rest(self) -> None:
        """Pause, and wait until all is saved."""
        self.pause()
        if self._task is not None and self.at_work:
            await asyncio.wait([self._task])

    def sample(self) -> None:
        """Have its newest samples made, where the last grid is older than what it has learnt: a pause comes between two of them."""
        course = self.course
        if self.at_rest and course.run is not None and (not course.grids or course.grids[-1].seen < course.seen):
            self._tasks.spawn_latest(self._sampled(SampleRun(course.run), course), SAMPLING)

    async def _sampled(self, request: SampleRun, course: Course) -> None:
        async with aclosing(self._link.stream(request)) as bodies:
            async for body in bodies:
                match body:
                    case Frame(pixels):
                        self.live = to_image(pixels)
                        self.framed.emit(self.live)
                    case Finished(PreviewGrid() as grid):
                        course.add_grid(grid)
                        self.grids_changed.emit()
                    case Failed(failure):
                        self._notices.trouble(failure.sentence)
                    case _:
                        pass

    def _set(self, phase: Phase) -> None:
        self.phase, self.stage = phase, None
        if phase not in ("running", "preparing"):
            self.finishes_at_checkpoint = False
        self.changed.emit()

    def _follow(self, request: Request[Trained], phase: Phase) -> None:
        self._tasks.cancel(SAMPLING)
        self._set(phase)
        self._stop = Stop()
        self._task = self._tasks.spawn(self._followed(request, self._stop), f"train {self.name}")

    async def _followed(self, request: Request[Trained], stop: Stop) -> None:
        async with aclosing(self._link.stream(request, stop)) as bodies:
            async for body in bodies:
                if stop is self._stop:  # what a run that is being finished still tells comes before it is superseded
                    self._heed(body)
                elif isinstance(body, Failed):  # it could not be saved: the model is of an earlier step
                    self._notices.trouble(body.failure.sentence)

    def _heed(self, body: Body) -> None:
        match body:
            case Learned():
                self._learn(body)
            case Progress():
                self.stage = body
                self.changed.emit()
            case Frame(pixels):
                self.live = to_image(pixels)
                self.framed.emit(self.live)
            case Finished(Trained() as result):
                self.result, self.model, self.ending = result, result.model, result.sentence
                self._set("finished")
                self._notices.say(f"{result.model} is ready: it has seen {result.seen:,} pictures")
                self.made.emit(result)
            case Cancelled() | Superseded():
                self._rest()
            case Failed(failure):
                self._fail(failure.sentence)
            case _:
                pass

    def _learn(self, news: Learned) -> None:
        grids, before = len(self.course.grids), self.course.verdict
        self.course.learn(news)
        if self.phase == "preparing":
            self._set("running")
        if len(self.course.grids) != grids:
            self.grids_changed.emit()
        if news.losses:
            self.measured.emit()
        if news.watched is not None:
            self.judged.emit()
            if news.watched.state != "green" and (before is None or before.state != news.watched.state):
                self._notices.say(f"{self.name}: {news.watched.sentence}")
        if news.saved and self.finishes_at_checkpoint:
            self.finish()
        else:
            self.changed.emit()

    def _rest(self) -> None:
        if self.course.saved:
            self._set("paused")
            self._notices.say(f"{self.name} is paused and saved, after {self.course.seen:,} pictures")
            self.sample()
        else:
            self._set("idle")
            self._notices.say(f"{self.name} was stopped before it had learnt anything: nothing is kept")

    def _fail(self, sentence: str) -> None:
        """The sentence stays where the run is looked at, and is told wherever the artist is."""
        self._set("paused" if self.course.saved else "idle")
        self.trouble = sentence
        self._notices.trouble(sentence)
        self.changed.emit()
