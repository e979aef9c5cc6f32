from __future__ import annotations

import functools
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.models import checkpoint, registry
from engine.training.stepwise import STATE_FILE
from engine.training.upscaler import loop
from engine.training.upscaler.loop import TrainUpscaler
from engine.training.upscaler.trainer import Trainer
from tests.engine.cli.commands import CommandLine, Said
from tests.tiny import TINY_UPSCALER, picture_file, write_tiny_teacher, write_tiny_upscaler

Train = Callable[..., Said]


@pytest.fixture
def train(sfumato: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Train:
    """`sfumato train-upscaler` on tiny networks and a folder of its own, in `tmp_path`."""
    (tmp_path / "photos").mkdir()
    for index in range(3):
        picture_file(tmp_path / "photos" / f"{index}.png", 80, 72, index)
    write_tiny_teacher(tmp_path / "teacher")
    write_tiny_upscaler(tmp_path, "start")
    monkeypatch.setattr(loop, "TrainUpscaler", functools.partial(TrainUpscaler, network=TINY_UPSCALER, margin=1))
    monkeypatch.chdir(tmp_path)
    return functools.partial(sfumato, "train-upscaler", "photos", "--device", "cpu", "--threads", "1", "--batch", "2", "--crop", "14")


def weights(run: str) -> dict[str, torch.Tensor]:
    return checkpoint.read(Path(run) / STATE_FILE)[0]


@pytest.mark.parametrize("scale", [2, 4])
def test_a_model_is_trained_and_can_be_used(train: Train, sfumato: CommandLine, photo: Path, scale: int) -> None:
    said = train("-o", "mine.safetensors", "--steps", 2, "--scale", scale)
    assert said.code == 0, said.err
    assert said.out == f"mine.safetensors, from the run in {Path('runs') / 'mine'}\n"
    assert registry.read_manifest(Path("mine.safetensors")).config["scale"] == scale
    assert sfumato("upscale", photo, "-o", "out.png", "--model", "mine.safetensors", "--scale", scale).code == 0


def test_a_crisp_model_begins_with_a_faithful_one(train: Train) -> None:
    said = train("-o", "mine.safetensors", "--steps", 2, "--variant", "crisp", "--teacher", "teacher", "--from", "start.safetensors")
    assert said.code == 0, said.err
    recipe = registry.read_manifest(Path("mine.safetensors")).provenance["recipe"]
    assert (recipe["variant"], recipe["begin_from"], recipe["lr"]) == ("crisp", "start.safetensors", loop.CRISP["lr"])


def test_ctrl_c_finishes_the_step_keeps_the_run_and_writes_the_model(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    train("-o", "whole.safetensors", "--steps", 5)
    step = Trainer.train_step

    def interrupted(trainer: Trainer) -> dict[str, float]:
        if trainer.step == 2:
            signal.raise_signal(signal.SIGINT)
        return step(trainer)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "train_step", interrupted)
        said = train("-o", "mine.safetensors", "--steps", 5, "--json")
    assert said.code == 130
    assert (said.events[-1]["event"], said.events[-1]["steps"]) == ("finished", 3)
    assert train("-o", "mine.safetensors", "--steps", 5, "--resume").code == 0
    whole, resumed = weights("runs/whole"), weights("runs/mine")
    assert all(torch.equal(value, resumed[name]) for name, value in whole.items())


def test_pictures_that_are_left_out_are_named(train: Train) -> None:
    Path("photos/broken.png").write_bytes(b"no picture")
    said = train("-o", "mine.safetensors", "--steps", 8)
    assert f"{Path('photos') / 'broken.png'} cannot be read, or is smaller than a crop, and is left out." in said.err


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("-o", "mine.bin"), 2, "must end with .safetensors"),
        (("-o", "nowhere/mine.safetensors"), 1, "nowhere does not exist"),
        (("-o", "mine.safetensors", "--resume"), 2, "no run to resume"),
        (("-o", "mine.safetensors", "--scale", "3"), 2, "must be 2 or 4"),
        (("-o", "mine.safetensors", "--variant", "sharp"), 2, "faithful or crisp"),
        (("-o", "mine.safetensors", "--variant", "crisp"), 2, "--teacher"),
        (("-o", "mine.safetensors", "--variant", "crisp", "--teacher", "teacher"), 2, "--from"),
        (("-o", "mine.safetensors", "--variant", "crisp", "--teacher", "photos", "--from", "start.safetensors"), 1, "photos"),
        (("-o", "mine.safetensors", "--from", "photos/0.png"), 1, "0.png is damaged"),
        (("-o", "mine.safetensors", "--crop", "100"), 2, "none of its pictures"),
    ],
)
def test_what_cannot_work_is_said_before_any_training(train: Train, words: tuple[str, ...], code: int, part: str) -> None:
    assert part in train(*words).sentence(code)
    assert not Path("runs").exists()
