from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import typer

from engine.api.places import places
from engine.training.generator.claim import claimed
from tests.engine.cli.commands import CommandLine
from tests.engine.training.generator.tiny_run import prepared, run_to_its_end


@pytest.fixture
def boats() -> Path:
    """A run of two steps."""
    config = prepared(places().runs / "boats" / "001")
    run_to_its_end(config, 2)
    return config.run


def test_runs_are_listed_one_a_line(sfumato: CommandLine, boats: Path) -> None:
    said = sfumato("runs", "list")
    assert (said.code, said.err) == (0, "")
    (line,) = said.out.splitlines()
    assert line.split()[:8] == ["boats", "16", "px", "seen", "16", "pictures", "paused", line.split()[7]] and line.endswith(str(boats))
    (event,) = sfumato("runs", "list", "--json").events
    assert (event["name"], event["seen"], event["finished"], event["folder"]) == ("boats", 16, False, str(boats))


def test_without_runs_it_is_said_how_to_begin_one(sfumato: CommandLine) -> None:
    said = sfumato("runs", "list")
    assert (said.code, said.out) == (0, "") and "sfumato train" in said.err


def test_a_run_is_deleted(sfumato: CommandLine, boats: Path) -> None:
    said = sfumato("runs", "delete", "boats", "--yes")
    assert said.code == 0 and "boats is deleted" in said.out and "came free" in said.out
    assert not boats.parent.exists()
    assert "There is no training called boats: `sfumato runs list`" in sfumato("runs", "delete", "boats", "--yes").sentence(2)


def test_one_that_is_trained_or_not_the_only_one_is_left(sfumato: CommandLine, boats: Path) -> None:
    with claimed(boats):
        assert "pause it first" in sfumato("runs", "delete", "boats", "--yes").sentence(2)
    run_to_its_end(prepared(boats.parent / "002"), 1)
    assert "choose one of them with --number (1, 2)" in sfumato("runs", "delete", "boats", "--yes").sentence(2)
    (event,) = sfumato("runs", "delete", "boats", "--number", 1, "--yes", "--json").events
    assert event["folder"] == str(boats) and event["bytes"] > 0
    assert [path.name for path in boats.parent.iterdir()] == ["002"]


def test_nothing_goes_unasked(sfumato: CommandLine, boats: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert "say --yes" in sfumato("runs", "delete", "boats").sentence(2)
    asked: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", lambda question, err: asked.append(question))
    said = sfumato("runs", "delete", "boats")
    assert "Nothing was deleted" in said.err and "Delete boats, 16 pictures seen, and free" in asked[0]
    assert boats.is_dir()
