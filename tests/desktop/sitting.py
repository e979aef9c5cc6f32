"""A studio without a window, and everything that it said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from desktop.state.studio import Studio
from engine.api import gallery
from tests.fake_engine import FakeEngine

CARDS = (
    gallery.StyleCard("olive-trees", "The Olive Trees", "Vincent van Gogh", "1889", ("landscape",)),
    gallery.StyleCard("linocut", "Linocut", "", "", ("drawn",)),
)


@dataclass
class Sitting:
    """A studio with everything that it said."""

    studio: Studio
    engine: FakeEngine
    said: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    async def settle(self) -> None:
        """Until nothing is under way."""
        await self.studio.tasks.idle()

    async def open(self, path: Path) -> None:
        self.studio.open(path)
        await self.settle()


Scenario = Callable[[Sitting], Awaitable[None]]
Play = Callable[[Scenario], None]
