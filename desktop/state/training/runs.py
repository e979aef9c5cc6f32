"""The runs of earlier sittings: which there are, and which wait to go on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.client import RequestFailed
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from desktop.state.training.generators import KINDS
from engine.api.requests import DeleteRun, ListRuns
from engine.api.training import RunDescription


class Runs(QObject):
    """`changed` follows each look at what there is."""

    changed = Signal()

    def __init__(self, link: Link, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self.all: tuple[RunDescription, ...] = ()
        self.trouble = ""
        """Why they cannot be told, in a sentence."""

    @property
    def resumable(self) -> tuple[RunDescription, ...]:
        return tuple(run for run in self.all if run.can_resume)

    @property
    def paused(self) -> tuple[RunDescription, ...]:
        """Those that wait: something that they have learnt is in no model yet."""
        return tuple(run for run in self.resumable if not run.is_finished)

    @property
    def finished(self) -> tuple[RunDescription, ...]:
        return tuple(run for run in self.resumable if run.is_finished)

    @property
    def stuck(self) -> tuple[RunDescription, ...]:
        """Those that cannot be gone on with."""
        return tuple(run for run in self.all if not run.can_resume)

    def look(self) -> None:
        """Ask the engine anew."""
        self._tasks.spawn_latest(self._look(), "list runs")

    async def weigh(self, folder: Path) -> RunDescription | None:
        """A run as it is now, with what it takes on the disk; None where it is gone."""
        await self._look()
        return next((run for run in self.all if run.folder == folder), None)

    async def delete(self, run: RunDescription) -> int:
        """Remove it from the disk; the bytes that came free. Raises RequestFailed."""
        freed = await self._link.run(DeleteRun(run.folder))
        await self._look()
        return freed

    async def _look(self) -> None:
        try:
            self.all, self.trouble = await self._link.run(ListRuns()), ""
        except RequestFailed as failed:
            self.trouble = failed.failure.sentence
        self.changed.emit()


def about(run: RunDescription) -> str:
    """What a run trains, in a few words."""
    if run.size is None or run.kind is None:
        return f"{run.pictures:,} pictures"
    return f"{run.pictures:,} pictures at {run.size} × {run.size} px, {KINDS[run.kind]}"


def size_in_words(size: int) -> str:
    """Bytes, as a person counts them."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
