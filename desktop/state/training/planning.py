"""A training that is being planned: the folder looked at, the choices made, and whether it can begin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.state.frames import to_image
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from desktop.state.training.plan import Plan, suggested_name, trouble_with_name
from engine.api.errors import FolderMissing
from engine.api.events import Failed, Finished, Frame, Progress
from engine.api.manifest import Manifest
from engine.api.requests import ExamineFolder, Train
from engine.api.training import Fit, FolderReport, NetworkKind

EXAMINING = "examine a folder"
PAUSE_SECONDS = 0.25
"""A choice that is changed again within this time does not have the folder examined in between."""


class Planning(QObject):
    """The plan, and what the folder doctor says of it. `changed` follows each change of either, `sheet_changed` the pictures.

    `report` is None until the folder has been examined as planned; `trouble` is a sentence where it cannot be trained on.
    """

    changed = Signal()
    sheet_changed = Signal()

    def __init__(self, link: Link, tasks: Tasks, taken: Callable[[], Collection[str]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._taken = taken
        self.plan = Plan()
        self.report: FolderReport | None = None
        self.sheet = QImage()
        """Pictures of the folder as they will be trained on."""
        self.progress: Progress | None = None
        self.trouble = ""

    @property
    def name_trouble(self) -> str:
        return trouble_with_name(self.plan.name, self._taken())

    @property
    def can_begin(self) -> bool:
        return self.report is not None and not self.name_trouble

    @property
    def estimate(self) -> tuple[str, ...]:
        """What the plan takes, in sentences; empty before it is known."""
        return () if self.report is None else self.report.estimate.sentences(self.report.usable, self.plan.minutes)

    def choose(self, folder: Path) -> None:
        """Look at another folder; the other choices stay. The name follows, unless the artist has set it."""
        named_by_hand = self.plan.folder is not None and self.plan.name not in ("", suggested_name(self.plan.folder, self._taken()))
        name = self.plan.name if named_by_hand else suggested_name(folder, self._taken())
        self.plan = replace(self.plan, folder=folder, name=name)
        self.sheet = QImage()
        self.sheet_changed.emit()
        self._examine(at_once=True)

    def forget(self) -> None:
        """Put the folder away."""
        self._tasks.cancel(EXAMINING)
        self.plan, self.report, self.progress, self.trouble, self.sheet = Plan(), None, None, "", QImage()
        self.sheet_changed.emit()
        self.changed.emit()

    def look_again(self) -> None:
        """Examine the folder once more: the artist has put something right."""
        self._examine(at_once=True)

    def set_name(self, name: str) -> None:
        self._change(name=name)

    def set_minutes(self, minutes: float | None) -> None:
        self._change(minutes=minutes)

    def set_size(self, size: int) -> None:
        self._change(size=size)

    def set_fit(self, fit: Fit) -> None:
        self._change(fit=fit)

    def set_kind(self, kind: NetworkKind) -> None:
        self._put(self.plan.with_kind(kind))

    def begin_with(self, model: Manifest | None) -> None:
        """Begin with what a generator knows; None: from scratch."""
        if model is None:
            self._change(begin_from=None, known_size=None)
        else:
            size = model.config.get("size", Plan.size)
            self._change(begin_from=model.id, kind=model.config.get("kind", Plan.kind), size=size, known_size=size)

    def request(self) -> Train:
        return self.plan.request()

    def _change(self, **fields: object) -> None:
        self._put(replace(self.plan, **fields))  # type: ignore[arg-type]

    def _put(self, plan: Plan) -> None:
        before, self.plan = self.plan, plan
        if plan.examination() != before.examination():
            self._examine()
        elif plan != before:
            self.changed.emit()

    def _examine(self, *, at_once: bool = False) -> None:
        request = self.plan.examination()
        if request is None:
            self.changed.emit()
            return
        self.report, self.trouble = None, ""
        self.progress = Progress(0, 0, "reading pictures")
        self._tasks.spawn_latest(self._examined(request, 0 if at_once else PAUSE_SECONDS), EXAMINING)
        self.changed.emit()

    async def _examined(self, request: ExamineFolder, pause: float) -> None:
        await asyncio.sleep(pause)
        if (trouble := await asyncio.to_thread(_trouble_with, request.folder)) is not None:
            self._end(trouble=trouble)
            return
        async with aclosing(self._link.stream(request)) as bodies:
            async for body in bodies:
                match body:
                    case Progress():
                        self.progress = body
                        self.changed.emit()
                    case Frame(pixels):
                        self.sheet = to_image(pixels)
                        self.sheet_changed.emit()
                    case Finished(FolderReport() as report):
                        self._end(report=report)
                    case Failed(failure):
                        self._end(trouble=failure.sentence)
                    case _:
                        pass

    def _end(self, *, report: FolderReport | None = None, trouble: str = "") -> None:
        self.report, self.trouble, self.progress = report, trouble, None
        self.changed.emit()


def _trouble_with(folder: Path) -> str | None:
    """What the engine would not say as plainly: that a file was dropped."""
    if folder.is_file():
        return f"{folder.name} is a file: drop the folder that your pictures are in."
    return None if folder.is_dir() else str(FolderMissing(folder))
