"""A studio without a window, on an engine that plays a script."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.client import Client
from desktop.state.studio import Studio
from engine.api import gallery
from engine.api.places import places
from tests.desktop.sitting import CARDS, Play, Scenario, Sitting
from tests.fake_engine import FakeEngine, StudioScript, png


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "cards", lambda: CARDS)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "boat.png"
    file.write_bytes(png(60, 40))
    return file


@pytest.fixture
def play(qapp: QApplication, two_cards: None) -> Play:
    """Runs a scenario on a studio in the test's own folder; can be called again for the next sitting."""

    async def sit(scenario: Scenario) -> None:
        studio = Studio(places())
        script = StudioScript(studio.places.blobs)
        engine = FakeEngine(script, threaded=True)
        client = Client(engine.start, asyncio.get_running_loop())
        sitting = Sitting(studio, engine, script)
        studio.notices.said.connect(sitting.said.append)
        studio.notices.troubled.connect(sitting.troubles.append)
        studio.link.connect(client)
        try:
            await scenario(sitting)
        finally:
            await studio.close()
            client.close()

    return lambda scenario: asyncio.run(sit(scenario))
