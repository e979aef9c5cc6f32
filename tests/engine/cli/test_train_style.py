from __future__ import annotations

import functools
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.models import checkpoint, registry
from engine.training.stepwise import STATE_FILE
from engine.training.stylizer import loop
from engine.training.stylizer.loop import Trainer, TrainStyle
from tests.engine.cli.commands import CommandLine, Said
from tests.tiny import TINY, picture_file, write_tiny_teacher

Train = Callable[..., Said]


@pytest.fixture
def train(sfumato: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Train:
    """`sfumato train-style` of a tiny network, on three small pictures of each kind, in the folder `tmp_path`."""
    for folder, seed in (("contents", 0), ("styles", 10)):
        (tmp_path / folder).mkdir()
        for index in range(3):
            picture_file(tmp_path / folder / f"{index}.png", 80, 72, seed + index)
    write_tiny_teacher(tmp_path / "teacher")
    tiny = functools.partial(TrainStyle, network=TINY, content_size=64, style_size=64, smallest=40)
    monkeypatch.setattr(loop, "TrainStyle", tiny)
    monkeypatch.chdir(tmp_path)
    start = ("train-style", "contents", "styles", "--teacher", "teacher", "--device", "cpu", "--threads", "1", "--batch", "2")
    return functools.partial(sfumato, *start)


def weights(run: str) -> dict[str, torch.Tensor]:
    return checkpoint.read(Path(run) / STATE_FILE)[0]


def press_ctrl_c() -> None:
    """Until it is noticed: the first one changes what the next one does, and the second one interrupts the waiting."""
    handler = signal.getsignal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    while signal.getsignal(signal.SIGINT) is handler:
        time.sleep(0.001)


def interrupt_at(step: int, monkeypatch: pytest.MonkeyPatch, times: int = 1) -> None:
    """Press Ctrl+C in the middle of a step."""
    train_step = Trainer.train_step

    def interrupted(trainer: Trainer) -> dict[str, float]:
        if trainer.step == step - 1:
            for _ in range(times):
                press_ctrl_c()
        return train_step(trainer)

    monkeypatch.setattr(Trainer, "train_step", interrupted)


def test_a_model_is_trained_and_can_be_used(train: Train, sfumato: CommandLine, tmp_path: Path) -> None:
    said = train("-o", "mine.safetensors", "--steps", 2)
    assert said.code == 0, said.err
    assert said.out == f"mine.safetensors, from the run in {Path('runs') / 'mine'}\n"
    manifest = registry.find((tmp_path,)).get("mine")
    assert manifest.provenance["steps"] == 2
    assert manifest.provenance["recipe"]["batch"] == 2
    assert str(tmp_path) not in json.dumps(dict(manifest.provenance))
    assert isinstance(registry.load(manifest), torch.nn.Module)


def test_json_ends_with_what_was_made(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.cli.training.NEWS_SECONDS", 0.0)
    said = train("-o", "mine.safetensors", "--steps", 2, "--json")
    assert (said.code, said.err) == (0, "")
    *progress, last = said.events
    assert [(event["event"], event["step"]) for event in progress] == [("progress", 1), ("progress", 2)]
    assert progress[0]["style"] > 0
    assert (last["event"], last["path"], last["steps"]) == ("finished", "mine.safetensors", 2)
    assert last.keys() == {"event", "path", "steps", "seconds", "peak_rss_mb"}


def test_resume_continues_the_run_exactly(train: Train) -> None:
    train("-o", "one.safetensors", "--steps", 4)
    train("-o", "two.safetensors", "--steps", 2)
    said = train("-o", "two.safetensors", "--steps", 4, "--resume")
    assert said.code == 0, said.err
    one, two = weights("runs/one"), weights("runs/two")
    assert all(torch.equal(value, two[name]) for name, value in one.items())


def test_ctrl_c_finishes_the_step_keeps_the_run_and_writes_the_model(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    train("-o", "whole.safetensors", "--steps", 5)
    with monkeypatch.context() as patch:
        interrupt_at(3, patch)
        said = train("-o", "mine.safetensors", "--steps", 5, "--json")
    assert said.code == 130
    assert said.err == "Stopping after this step; Ctrl+C stops at once.\nsfumato: stopped.\n"
    assert (said.events[-1]["event"], said.events[-1]["steps"]) == ("finished", 3)
    assert registry.read_manifest(Path("mine.safetensors")).provenance["steps"] == 3
    assert train("-o", "mine.safetensors", "--steps", 5, "--resume").code == 0
    whole, resumed = weights("runs/whole"), weights("runs/mine")
    assert all(torch.equal(value, resumed[name]) for name, value in whole.items())


def test_a_second_ctrl_c_stops_at_once_and_keeps_what_was_saved(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "TrainStyle", functools.partial(loop.TrainStyle, checkpoint_minutes=0.0))
    interrupt_at(3, monkeypatch, times=2)
    said = train("-o", "mine.safetensors", "--steps", 5)
    assert said.code == 130
    assert said.err.endswith("sfumato: stopped.\n")
    assert checkpoint.read_metadata(Path("runs/mine") / STATE_FILE)["step"] == 2
    assert not Path("mine.safetensors").exists()


def test_signals_act_as_before_afterwards(train: Train) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    train("-o", "mine.safetensors", "--steps", 1)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_no_time_left_still_writes_the_model(train: Train) -> None:
    train("-o", "mine.safetensors", "--steps", 2)
    Path("mine.safetensors").unlink()
    assert train("-o", "mine.safetensors", "--minutes", 0, "--resume").code == 0
    assert registry.read_manifest(Path("mine.safetensors")).provenance["steps"] == 2


def test_pictures_that_cannot_be_read_are_named_once(train: Train) -> None:
    Path("contents/broken.png").write_bytes(b"no picture")
    said = train("-o", "mine.safetensors", "--steps", 8)
    assert said.code == 0
    assert said.err.splitlines().count(f"{Path('contents') / 'broken.png'} cannot be read and is left out.") == 1


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("-o", "mine.bin"), 2, "must end with .safetensors"),
        (("-o", "nowhere/mine.safetensors"), 1, "nowhere does not exist"),
        (("-o", "mine.safetensors", "--resume"), 2, "no run to resume"),
        (("-o", "mine.safetensors", "--teacher", "contents"), 1, "contents"),
        (("-o", "mine.safetensors", "--steps", "0"), 2, "--steps must be 1 or more, not 0"),
        (("-o", "mine.safetensors", "--minutes", "-1"), 2, "--minutes must be 0 or more"),
        (("-o", "mine.safetensors", "--from", "contents/0.png"), 1, "0.png is damaged"),
        (("-o", "mine.safetensors", "--from", "nowhere.safetensors"), 1, "nowhere.safetensors does not exist"),
    ],
)
def test_what_cannot_work_is_said_before_any_training(train: Train, words: tuple[str, ...], code: int, part: str) -> None:
    assert part in train(*words).sentence(code)
    assert not Path("runs").exists()


def test_a_run_is_not_overwritten(train: Train) -> None:
    train("-o", "mine.safetensors", "--steps", 1)
    assert "--resume" in train("-o", "mine.safetensors", "--steps", 2).sentence(2)
