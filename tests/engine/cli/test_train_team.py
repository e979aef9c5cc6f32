"""Two real processes that train together, through gloo: torch is imported in each, so that there are few of these tests."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.api.errors import BadRequest, ProcessLost
from engine.cli import train_team
from engine.cli.train_team import HERE, check, meeting_place, train_together
from engine.device import choose
from engine.training.generator.config import TrainGenerator
from engine.training.generator.runs import Run
from tests.engine.training.generator.tiny_run import prepared, run_to_its_end

SECONDS = 120.0


@pytest.fixture
def config(tmp_path: Path) -> TrainGenerator:
    return replace(prepared(tmp_path / "run"), batch=16, precision="float32")


def losses(run: Path) -> list[dict[str, float]]:
    return [
        {name: line[name] for name in ("critic", "generator", "penalty") if name in line} for line in Run(run).metrics() if "lr" in line
    ]


def when_logged(run: Path, name: str, act: Callable[[], None]) -> threading.Thread:
    """Act as soon as the run's metrics have a line with this name."""

    def wait_and_act() -> None:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and not any(name in line for line in Run(run).metrics()):
            time.sleep(0.05)
        act()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    return thread


def test_two_processes_make_one_run_until_an_interrupt(config: TrainGenerator, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    interrupter = when_logged(config.run, "watch", lambda: os.kill(os.getpid(), signal.SIGINT))
    last, interrupted = train_together(config, choose("cpu", 2), 2, as_json=False)
    interrupter.join()
    assert interrupted
    assert last in ("green", "amber", "red")
    said = capfd.readouterr()
    assert said.out == ""
    assert "watch, after 160 pictures" in said.err
    alone = prepared(tmp_path / "alone")
    run_to_its_end(replace(config, run=alone.run, folder=alone.folder), Run(config.run).newest().metadata["step"])
    assert len(losses(config.run)) >= 2
    for ours, theirs in zip(losses(config.run), losses(alone.run), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-3)


def test_the_port_of_the_meeting_place_is_taken_before_anybody_is_told_of_it() -> None:
    store = meeting_place()
    store.set("key", "value")
    assert store.get("key") == b"value"
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((HERE, store.port))


def test_where_one_dies_the_others_end_with_a_sentence(config: TrainGenerator) -> None:
    def kill() -> None:
        os.kill(max(process.pid or 0 for process in multiprocessing.active_children()), signal.SIGKILL)

    killer = when_logged(config.run, "lr", kill)
    with pytest.raises(ProcessLost, match=r"has ended \(number \d of 2, SIGKILL\)"):
        train_together(config, choose("cpu", 2), 2, as_json=False)
    killer.join()
    assert multiprocessing.active_children() == []
    assert Run(config.run).has_checkpoint


def test_what_is_wrong_is_said_by_the_process_that_watches(config: TrainGenerator) -> None:
    run_to_its_end(config, 1)
    with pytest.raises(BadRequest, match="it holds a run already"):
        train_together(config, choose("cpu", 2), 2, as_json=False)


def test_without_the_extra_it_is_named(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_team, "find_spec", lambda name: None)
    with pytest.raises(BadRequest, match="install Sfumato with its extra `devices`"):
        check(config, choose("cpu"), 2)
    with pytest.raises(BadRequest, match="can be shared by 1 or 2 processes"):
        check(config, choose("cpu"), 3)
