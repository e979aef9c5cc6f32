"""The runs of earlier sittings: which there are, and which wait to go on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.client import RequestFailed
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from desktop.state.training.generators import KINDS
from engine.api.requests import ListRuns
from engine.api.training import RunDescription


class Runs(QObject):
    """`changed` follows each look at what there is."""

    changed = Signal()

    def __init__(self, link: Link, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self.all: tuple[RunDescription, ...] = ()

    @property
    def resumable(self) -> tuple[RunDescription, ...]:
        return tuple(run for run in self.all if run.can_resume)

    @property
    def paused(self) -> tuple[RunDescription, ...]:
        """Those that no model has been made of yet."""
        return tuple(run for run in self.resumable if run.model is None)

    def look(self) -> None:
        """Ask the engine anew."""
        self._tasks.spawn_latest(self._look(), "list runs")

    async def _look(self) -> None:
        try:
            self.all = await self._link.run(ListRuns())
        except RequestFailed:  # no engine: that is told already
            self.all = ()
        self.changed.emit()


def about(run: RunDescription) -> str:
    """What a run trains, in a few words."""
    if run.size is None or run.kind is None:
        return f"{run.pictures:,} pictures"
    return f"{run.pictures:,} pictures at {run.size} × {run.size} px, {KINDS[run.kind]}"
