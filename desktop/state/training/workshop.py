"""Everything that the Train workspace knows, and which of its pages is open."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.tasks import Tasks
from desktop.state.training.album import Album
from desktop.state.training.course import Course
from desktop.state.training.generators import KINDS, Generators
from desktop.state.training.maker import Maker
from desktop.state.training.planning import Planning
from desktop.state.training.run import TrainingRun
from desktop.state.training.runs import Runs, about, size_in_words
from engine.api.places import Places
from engine.api.requests import ReadHistory
from engine.api.training import RunDescription, RunHistory, Trained

Page = Literal["welcome", "plan", "run", "model"]


class Workshop(QObject):
    """The workspace's parts, and the way from one page to the next."""

    page_changed = Signal()

    def __init__(self, places: Places, link: Link, tasks: Tasks, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self.page: Page = "welcome"
        self.generators = Generators(link, tasks, places.models, self)
        self.planning = Planning(link, tasks, lambda: self.generators.names, self)
        self.run = TrainingRun(link, tasks, notices, self)
        self.runs = Runs(link, tasks, self)
        self.album = Album(tasks, self)
        self.maker = Maker(link, tasks, self)
        self.run.made.connect(self._keep)
        self.run.changed.connect(self._leave_empty_run)

    def look_around(self) -> None:
        """See what there is: asked once the engine is warm."""
        self.generators.look()
        self.runs.look()

    def choose_folder(self, folder: Path) -> None:
        """Plan a training on a folder; one at a time."""
        if self.run.at_work:
            self._notices.say(f"{self.run.name} is being trained: pause or finish it before another one begins")
            return
        self.run.leave()
        self.planning.choose(folder)
        self._open("plan")

    def begin(self) -> None:
        """Train as planned."""
        if self.planning.can_begin and self.planning.report is not None and not self.run.at_work:
            plan = self.planning.plan
            about = f"{self.planning.report.usable:,} pictures at {plan.size} × {plan.size} px, {KINDS[plan.kind]}"
            self.run.begin(self.planning.request(), about)
            self._open("run")

    def open_run(self, run: RunDescription, *, go_on: bool = False) -> None:
        """Lay a run of an earlier sitting on the table, and perhaps `go_on` with it at once."""
        if self.run.at_work:
            self._notices.say(f"{self.run.name} is being trained: pause or finish it before another one goes on")
        else:
            self._tasks.spawn_latest(self._opened(run, go_on), "open a run")

    async def _opened(self, run: RunDescription, go_on: bool) -> None:
        history: RunHistory = await self._link.run(ReadHistory(run.folder))
        last = QImage()
        if history.grids:
            last = await asyncio.to_thread(QImage, str(history.grids[-1].path))
        if self.run.at_work:
            return
        model = self.generators.find(run.model) if run.is_finished else None
        ending = "" if model is None else str(model.originality.get("sentence", ""))
        self.run.put(run.name, about(run), Course.of(run, history), last, run.model if run.is_finished else None, ending)
        self._open("run")
        if go_on:
            self.run.go_on(None)
        else:
            self.run.sample()

    def delete(self, run: RunDescription) -> None:
        """Remove a run from the disk, and from the table; a model that was made of it stays."""
        if self.run.at_work and self.run.course.run == run.folder:
            self._notices.say(f"{self.run.name} is being trained: pause it before it is deleted")
        else:
            self._tasks.spawn(self._deleted(run), "delete a run")

    async def _deleted(self, run: RunDescription) -> None:
        freed = await self.runs.delete(run)
        self._notices.say(f"The training {run.title} is deleted: {size_in_words(freed)} came free")
        if self.page == "run" and self.run.course.run == run.folder:
            self.go_back()

    def show_run(self) -> None:
        if self.run.phase != "idle":
            self._open("run")

    def use_model(self, id: str) -> None:
        """Make pictures with a generator."""
        self.maker.use(id)
        self._open("model")

    def go_back(self) -> None:
        """To the page before: from a model or a plan to the beginning, where a run at work is one click away."""
        if self.page == "plan":
            self.planning.forget()
        if self.page == "run":
            self.run.leave()
        self.look_around()
        self._open("welcome")

    def _open(self, page: Page) -> None:
        self.page = page
        self.page_changed.emit()

    def _leave_empty_run(self) -> None:
        """A run that was stopped before it had learnt anything leaves the plan that it came from."""
        if self.page == "run" and self.run.phase == "idle" and not self.run.trouble:
            self._open("welcome" if self.planning.plan.folder is None else "plan")

    def _keep(self, _result: Trained) -> None:
        self.planning.forget()
        self.look_around()
