"""Coroutines that the studio starts and does not wait for: kept alive, ended together, and never silent when they fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

_log = logging.getLogger(__name__)

Report = Callable[[Exception], None]

OPENING = "open"
"""The name of every task that puts another photo or document on the table: the last one asked for wins."""


class Tasks:
    """A nursery for the sitting. An exception of a task goes to `report` (and, with its traceback, to the log)."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def spawn_latest(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """As `spawn`, in place of what still runs under this name."""
        self.cancel(name)
        return self.spawn(work, name)

    def cancel(self, name: str) -> None:
        """End what still runs under this name."""
        for task in self._running:
            if task.get_name() == name:
                task.cancel()

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until nothing runs any more."""
        while self._running:
            await asyncio.wait(list(self._running))
            await asyncio.sleep(0)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Exception):
            _log.debug("the task %s ended with %r", task.get_name(), error)
            self._report(error)
