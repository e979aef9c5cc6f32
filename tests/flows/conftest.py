"""The whole studio, window and all, on a fake engine or on the real one with a tiny untrained model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.app import App, StartEngine, start_house_engine
from desktop.client import EngineLike, OnEvent
from engine.api.places import Places, places
from tests.desktop.sitting import run_in_window
from tests.fake_engine import FakeEngine, StudioScript, png

Journey = Callable[["Traveller"], Awaitable[None]]
Travel = Callable[[StartEngine, Journey], None]


@dataclass
class Traveller:
    """An artist at the window: what can be dropped, dragged and pressed, and everything that was told."""

    app: App
    said: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    async def settle(self) -> None:
        """Until the studio has nothing under way."""
        await self.app.studio.tasks.idle()
        await asyncio.sleep(0)

    async def drop_photo(self, path: Path) -> None:
        self.app.window.canvas.photo_dropped.emit([str(path)])
        await self.settle()

    async def drop_style(self, path: Path) -> None:
        self.app.window.canvas.style_dropped.emit([f"file:{path}"])
        await self.settle()

    async def drag_strength(self, *values: float) -> None:
        """One drag of the slider over these values."""
        inspector = self.app.window.inspector
        for value in values:
            inspector.strength_changed.emit(value, "a drag")
            await asyncio.sleep(0.01)
        inspector.gesture_ended.emit()
        await self.settle()


@pytest.fixture
def travel(qapp: QApplication) -> Travel:
    """Runs a journey in a new sitting; the user's folder is the same for all sittings of a test."""

    async def sit(start_engine: StartEngine, journey: Journey) -> None:
        app = App(places(), start_engine)
        traveller = Traveller(app)
        app.studio.notices.said.connect(traveller.said.append)
        app.studio.notices.troubled.connect(traveller.troubles.append)
        app.show()
        try:
            await app.begin()
            await traveller.settle()
            await journey(traveller)
        finally:
            await app.close()

    return lambda start_engine, journey: run_in_window(qapp, sit(start_engine, journey))


def start_fake_engine(where: Places, on_event: OnEvent) -> EngineLike:
    return FakeEngine(StudioScript(where.blobs), threaded=True).start(on_event)


@pytest.fixture
def real_engine() -> StartEngine:
    """The engine itself, with a tiny untrained stylizer where the user's own models are."""
    from tests.tiny import write_tiny_model

    models = places().models
    models.mkdir(parents=True)
    write_tiny_model(models)
    return start_house_engine


@pytest.fixture(params=["fake", "real"])
def engine(request: pytest.FixtureRequest) -> StartEngine:
    """Both engines, one after the other."""
    if request.param == "fake":
        return start_fake_engine
    start: StartEngine = request.getfixturevalue("real_engine")
    return start


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "boat.png"
    file.write_bytes(png(96, 64, (40, 90, 160)))
    return file


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    file = tmp_path / "wave.png"
    file.write_bytes(png(64, 64, (200, 140, 60)))
    return file
