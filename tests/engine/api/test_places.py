from __future__ import annotations

import tempfile
from pathlib import Path

import platformdirs
import pytest

from engine.api.places import places


def test_the_variable_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path))
    assert places().home == tmp_path


def test_the_system_says_where_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SFUMATO_HOME")
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda name, appauthor: str(tmp_path / name))
    assert places().home == tmp_path / "sfumato"


def test_without_a_home_it_lies_beside_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a user without an entry and without HOME: nothing may be made in whatever folder the studio was started in."""
    monkeypatch.delenv("SFUMATO_HOME")
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda name, appauthor: f"~/.local/share/{name}")
    assert places().home.parent == Path(tempfile.gettempdir())
