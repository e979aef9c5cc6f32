"""A studio without a window, and everything that it said; and the event loop that a window needs."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtWidgets import QApplication

from desktop.state.studio import Studio
from engine.api import gallery
from tests.fake_engine import FakeEngine, StudioScript

PATIENCE_SECONDS = 60.0

CARDS = (
    gallery.StyleCard("olive-trees", "The Olive Trees", "Vincent van Gogh", "1889", ("landscape",)),
    gallery.StyleCard("linocut", "Linocut", "", "", ("drawn",)),
)


@dataclass
class Sitting:
    """A studio with everything that it said."""

    studio: Studio
    engine: FakeEngine
    script: StudioScript
    said: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    async def settle(self) -> None:
        """Until nothing is under way."""
        await self.studio.tasks.idle()

    async def until(self, condition: Callable[[], bool]) -> None:
        """While something is under way."""
        await until(condition)

    async def open(self, path: Path) -> None:
        self.studio.open(path)
        await self.settle()


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop turn until it holds."""
    while not condition():
        await asyncio.sleep(0.002)


Scenario = Callable[[Sitting], Awaitable[None]]
Play = Callable[[Scenario], None]


def run_in_window(application: QApplication, scenario: Coroutine[Any, Any, None]) -> None:
    """Run a scenario in Qt's event loop; one that hangs fails after a minute."""
    gc.collect()  # what earlier tests left must not be collected in a thread of this one: it may have timers
    with qasync.QEventLoop(application) as loop:
        loop.run_until_complete(asyncio.wait_for(scenario, PATIENCE_SECONDS))
    del loop
    gc.collect()  # the loop's timers must not be collected in the thread of the next test's engine
