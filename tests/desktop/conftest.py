"""A window on a studio on an engine that plays a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.app import App
from engine.api.places import places
from tests.desktop.sitting import run_in_window
from tests.fake_engine import FakeEngine, StudioScript, png

Visit = Callable[[App], Awaitable[None]]
Visitor = Callable[[Visit], None]


@pytest.fixture
def boat(tmp_path: Path) -> Path:
    file = tmp_path / "boat.png"
    file.write_bytes(png(60, 40))
    return file


@pytest.fixture
def script() -> StudioScript:
    """What the visited studio's engine answers."""
    return StudioScript(places().blobs)


@pytest.fixture
def visit(qapp: QApplication, script: StudioScript) -> Visitor:
    """Runs a coroutine on a shown and warmed-up studio."""

    async def sit(scenario: Visit) -> None:
        app = App(places(), lambda _where, on_event: FakeEngine(script, threaded=True).start(on_event))
        app.show()
        try:
            await app.begin()
            await app.studio.tasks.idle()
            await scenario(app)
        finally:
            await app.close()

    return lambda scenario: run_in_window(qapp, sit(scenario))
