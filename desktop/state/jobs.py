"""The long jobs that are under way, for the jobs bar: how far each is, how long it will take, and how to stop it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from engine.api.events import Progress

MEANINGFUL = 0.02
"""No time left is told before this part of the work is done: it would be a guess."""


@dataclass(frozen=True)
class RunningJob:
    """`fraction` 0…1, or None before the first progress; `seconds_left` None until it can be told."""

    id: int
    title: str
    stage: str = "waiting"
    fraction: float | None = None
    seconds_left: float | None = None


class Jobs(QObject):
    """Running jobs in the order of their start."""

    changed = Signal()

    def __init__(self, clock: Callable[[], float] = time.monotonic, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._numbers = itertools.count(1)
        self._jobs: dict[int, RunningJob] = {}
        self._tasks: dict[int, asyncio.Task[object] | None] = {}
        self._started: dict[int, float] = {}

    @property
    def running(self) -> tuple[RunningJob, ...]:
        return tuple(self._jobs.values())

    def begin(self, title: str, task: asyncio.Task[object] | None) -> int:
        """List a job; `task` is cancelled when the artist stops the job. Returns the id."""
        id = next(self._numbers)
        self._jobs[id] = RunningJob(id, title)
        self._tasks[id] = task
        self.changed.emit()
        return id

    def progress(self, id: int, progress: Progress) -> None:
        """Time left is the time so far, carried on at the same pace."""
        job = self._jobs.get(id)
        if job is None:
            return
        now = self._clock()
        started = self._started.setdefault(id, now)
        fraction = progress.fraction
        left = (now - started) * (1 - fraction) / fraction if fraction > MEANINGFUL and now > started else None
        self._jobs[id] = replace(job, stage=progress.stage, fraction=fraction, seconds_left=left)
        self.changed.emit()

    def end(self, id: int) -> None:
        self._tasks.pop(id, None)
        self._started.pop(id, None)
        if self._jobs.pop(id, None) is not None:
            self.changed.emit()

    def cancel(self, id: int) -> None:
        task = self._tasks.get(id)
        if task is not None:
            task.cancel()
