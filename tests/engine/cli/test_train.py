from __future__ import annotations

import functools
import json
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.api.places import places
from engine.models import checkpoint, registry
from engine.models.generators import load_generator, training_file
from engine.training.generator import config as configuration
from engine.training.generator import loop, model_file
from engine.training.generator.claim import claimed
from engine.training.generator.runs import Run
from engine.training.generator.trainer import Trainer
from engine.training.watch import WatchConfig
from tests.engine.cli.commands import CommandLine, Said
from tests.tiny import TINY_GENERATOR, picture_file

Train = Callable[..., Said]


@pytest.fixture
def train(sfumato: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Train:
    """`sfumato train` of a tiny network on twelve small pictures in the folder `tmp_path`."""
    (tmp_path / "mine").mkdir()
    for index in range(12):
        picture_file(tmp_path / "mine" / f"{index}.png", 24, 20, index)
    recipe = {"network": TINY_GENERATOR, "batch": 8, "watch": WatchConfig(window=80)}
    monkeypatch.setattr(configuration, "recipe_for", lambda *_, **__: recipe)
    monkeypatch.setattr(model_file, "SAMPLES", 8)
    monkeypatch.setattr(loop, "SAMPLES", 8)
    monkeypatch.chdir(tmp_path)
    return functools.partial(sfumato, "train", "mine", "--device", "cpu", "--threads", "1", "--name")


def run_of(name: str, number: int = 1) -> Path:
    return places().runs / name / f"{number:03d}"


def interrupt_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    phases = Trainer.phases

    def interrupted(trainer: Trainer, pixels: Any) -> Iterator[Any]:
        if trainer.state.step == step - 1:
            signal.raise_signal(signal.SIGINT)
        return phases(trainer, pixels)

    monkeypatch.setattr(Trainer, "phases", interrupted)


def test_a_model_is_trained_found_and_used(train: Train, sfumato: CommandLine, tmp_path: Path) -> None:
    said = train("x", "--steps", 2, "--licence", "CC BY 4.0")
    assert said.code == 0, said.err
    assert said.out == f"{places().models / 'x.safetensors'}, after 16 pictures, from the run in {run_of('x')}\n"
    assert "12 pictures" in said.err
    manifest = registry.installed().get("x")
    assert (manifest.architecture, manifest.licence) == ("generator", "CC BY 4.0")
    assert manifest.provenance["steps"] == 2
    assert manifest.provenance["recipe"]["folder"] == "mine"
    assert str(tmp_path) not in json.dumps({**manifest.provenance, **manifest.originality})
    assert {"sentence", "copies", "coverage"} <= manifest.originality.keys()
    assert sfumato("generate", "--model", "x", "--seeds", "0-3", "-o", tmp_path / "out", "--grid").code == 0
    shown = sfumato("models", "show", "x").out
    assert "How original it is" in shown and "Too early to tell" in shown


def test_the_model_is_the_average_and_its_companion_the_rest(train: Train) -> None:
    assert train("x", "--steps", 2).code == 0
    tensors = Run(run_of("x")).newest().tensors
    manifest = registry.installed().get("x")
    for name, value in load_generator(manifest).state_dict().items():
        torch.testing.assert_close(value, tensors[f"average.{name}"], rtol=1e-3, atol=1e-4)
    beside, facts = checkpoint.read(training_file(manifest.path))
    assert {name.partition(".")[0] for name in beside} == {"generator", "critic"}
    assert facts["seen"] == 16


def test_a_run_in_two_sittings_equals_one(train: Train) -> None:
    assert train("one", "--steps", 5).code == 0
    assert train("two", "--steps", 3).code == 0
    said = train("two", "--steps", 5, "--resume")
    assert said.code == 0, said.err
    assert "The run goes on from step 3." in said.err
    models = [checkpoint.read(places().models / f"{name}.safetensors")[0] for name in ("one", "two")]
    assert all(torch.equal(value, models[1][name]) for name, value in models[0].items())


def test_an_interrupt_ends_the_step_writes_the_model_and_exits_130(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_at(3, monkeypatch)
    said = train("x", "--steps", 50)
    assert said.code == 130
    assert registry.installed().get("x").provenance["steps"] == 3
    assert Run(run_of("x")).newest().metadata["step"] == 3


def test_a_name_that_is_taken_needs_a_decision(train: Train) -> None:
    assert train("x", "--steps", 1).code == 0
    assert "it is there already" in train("x", "--steps", 1).sentence(2)
    assert train("x", "--steps", 1, "--replace").code == 0
    assert Run(run_of("x", 2)).has_checkpoint


def test_a_run_that_another_program_trains_is_left_alone(train: Train) -> None:
    assert train("x", "--steps", 1).code == 0
    with claimed(run_of("x")):
        assert "another program is training it" in train("x", "--steps", 2, "--resume").sentence(2)
    assert train("x", "--steps", 2, "--resume").code == 0


def test_resume_goes_on_with_the_runs_own_options_and_refuses_others(train: Train) -> None:
    assert train("x", "--steps", 1, "--lr", 0.001, "--no-mirror").code == 0
    said = train("x", "--steps", 2, "--resume")
    assert said.code == 0, said.err
    said = train("x", "--steps", 3, "--resume", "--mirror", "--kind", "dcgan")
    assert said.code == 2
    assert "mirror was False and is now True" in said.err
    assert "kind was style and is now dcgan" in said.err
    assert "no run to resume" in train("y", "--resume").err


def test_training_goes_on_from_a_model(train: Train, tmp_path: Path, sfumato: CommandLine) -> None:
    assert train("first", "--steps", 3).code == 0
    said = train("second", "--from", "first", "--steps", 1)
    assert said.code == 0, said.err
    assert "The same pictures as before: it goes on after 24 of them." in said.err
    assert registry.installed().get("second").provenance["seen"] == 32
    (tmp_path / "mine" / "0.png").unlink()
    said = train("third", "--from", places().models / "first.safetensors", "--steps", 1)
    assert said.code == 0, said.err
    assert "stages keep what they know" in said.err
    assert registry.installed().get("third").provenance["seen"] == 8
    frozen = Run(run_of("third")).newest()
    before, _ = checkpoint.read(training_file(places().models / "first.safetensors"))
    assert frozen.metadata["state"]["frozen"] >= 1
    assert torch.equal(frozen.tensors["critic.stem.conv.weight"], before["critic.stem.conv.weight"].float())
    assert not torch.equal(frozen.tensors["critic.head.logit.weight"], before["critic.head.logit.weight"].float())
    assert "goes on as such" in train("fourth", "--from", "first", "--kind", "dense").err
    assert "cannot shrink to 8" in train("fourth", "--from", "first", "--size", 8).err
    said = train("fourth", "--from", "first", "--size", 32, "--steps", 1)
    assert said.code == 0 and "It grows from 16 to 32 px" in said.err, said.err
    assert registry.installed().get("fourth").config["size"] == 32
    training_file(places().models / "first.safetensors").unlink()
    assert "the critic begins anew" in train("fifth", "--from", "first", "--steps", 1).err


def test_a_folder_that_has_changed_does_not_change_the_run(train: Train, tmp_path: Path) -> None:
    assert train("x", "--steps", 1).code == 0
    shutil.rmtree(tmp_path / "mine")
    said = train("x", "--steps", 2, "--resume")
    assert said.code == 0, said.err
    assert "goes on with the pictures that it prepared" in said.err


@pytest.mark.parametrize(
    ("count", "content", "part"),
    [(0, b"", "it is empty"), (1, None, "one picture"), (3, b"words", "holds no picture")],
)
def test_folders_with_too_little_are_refused_and_leave_nothing(
    train: Train, tmp_path: Path, count: int, content: bytes | None, part: str
) -> None:
    shutil.rmtree(tmp_path / "mine")
    (tmp_path / "mine").mkdir()
    for index in range(count):
        if content is None:
            picture_file(tmp_path / "mine" / f"{index}.png", 24, 24, index)
        else:
            (tmp_path / "mine" / f"{index}.txt").write_bytes(content)
    assert part in train("x", "--steps", 1).sentence(2)
    assert not run_of("x").parent.exists()
    assert not (places().models / "x.safetensors").exists()


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("a/b",), "file's name"),
        ((".hidden",), "file's name"),
        (("x", "--out", "model.bin"), "must end with .safetensors"),
        (("x", "--batch", "12"), "multiple of 8"),
        (("x", "--from", "nobody"), "no model called nobody"),
        (("x", "--from", "nobody.safetensors"), "does not exist"),
        (("x", "--augmentation", "7"), "--augmentation must be 1 or less, not 7"),
        (("x", "--minutes", "-1"), "--minutes must be 0 or more, not -1"),
        (("x", "--kind", "diffusion"), "'--kind'"),
        (("x", "--lr", "0"), "positive"),
    ],
)
def test_bad_options_are_refused_before_anything_is_done(train: Train, words: tuple[str, ...], part: str) -> None:
    said = train(*words, "--steps", 1)
    assert said.code in (1, 2)
    assert part in said.err
    assert not run_of("x").parent.exists()


def test_json_tells_a_program(train: Train, tmp_path: Path) -> None:
    said = train("x", "--steps", 10, "--json", "--out", tmp_path / "given.safetensors")
    assert said.code == 0, said.err
    finished = said.events[-1]
    assert (finished["event"], finished["steps"], finished["seen"], finished["path"]) == (
        "finished",
        10,
        80,
        str(tmp_path / "given.safetensors"),
    )
    verdicts = [event for event in said.events if "watch" in event and event["event"] == "progress"]
    assert verdicts[0]["watch"] in ("green", "amber", "red")
    assert np.isfinite(verdicts[0]["coverage"])
