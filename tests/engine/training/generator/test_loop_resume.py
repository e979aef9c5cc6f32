from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.api.errors import BadRequest
from engine.nets.generators import GeneratorConfig, Kind
from engine.training.generator.config import TrainGenerator
from engine.training.generator.loop import train
from engine.training.generator.runs import Run
from engine.training.generator.trainer import Trainer
from tests.engine.training.generator.tiny_run import CPU, assert_the_same, notes, prepared, run_to_its_end
from tests.tiny import TINY_GENERATOR


def test_a_run_in_two_sittings_equals_one(config: TrainGenerator, tmp_path: Path) -> None:
    run_to_its_end(config, 11)
    other = prepared(tmp_path / "other")
    run_to_its_end(other, 7)
    run_to_its_end(other, 11, resume=True)
    assert_the_same(Run(config.run).newest(), Run(other.run).newest())
    same = [[{**line, "seconds": 0} for line in Run(each.run).metrics()] for each in (config, other)]
    assert same[0] == same[1]
    assert [line["step"] for line in same[0] if "watch" in line] == [4, 8]


def test_a_killed_run_goes_on_from_its_last_checkpoint(config: TrainGenerator, tmp_path: Path) -> None:
    run_to_its_end(config, 8)
    other = prepared(tmp_path / "other", checkpoint_minutes=0.0, steps=8)
    running = train(other, CPU)
    last = next(report for report in running if report.step == 5 and report.phase == "critic")  # in the middle of the sixth step
    kept = {path.name: path.read_bytes() for path in Run(other.run).checkpoints.iterdir()}
    running.close()
    for path in Run(other.run).checkpoints.iterdir():  # as if it had been killed before it could save
        path.unlink()
    for name, data in kept.items():
        (Run(other.run).checkpoints / name).write_bytes(data)
    assert Run(other.run).newest().metadata["step"] == last.step
    list(train(replace(other, resume=True), CPU))
    assert_the_same(Run(config.run).newest(), Run(other.run).newest())


@pytest.mark.parametrize("reports", [1, 60, 150, 215])
@pytest.mark.parametrize("quantum", [None, 0.06])
def test_closing_drops_the_step_and_saves(config: TrainGenerator, tmp_path: Path, reports: int, quantum: float | None) -> None:
    run_to_its_end(config, 6, quantum=quantum)
    other = prepared(tmp_path / "other", quantum=quantum)
    running = train(other, CPU)
    for _ in range(reports):
        last = next(running)
    running.close()
    assert Run(other.run).newest().metadata["step"] == last.step
    run_to_its_end(other, 6, resume=True, quantum=quantum)
    assert_the_same(Run(config.run).newest(), Run(other.run).newest())


@pytest.mark.parametrize("kind", ["style", "dcgan"])
def test_wherever_it_is_closed_the_state_is_that_between_two_steps(config: TrainGenerator, kind: Kind) -> None:
    """Of networks with and without statistics of their batches, in every phase: before and after the critic has learnt."""
    network = TINY_GENERATOR if kind == "style" else GeneratorConfig(kind, 16, base=64, widest=8, narrowest=4, latent=8, mapping_layers=0)
    trainer = Trainer(replace(config, network=network, gamma=config.gamma if kind == "style" else 0.0), CPU)
    pixels = np.random.default_rng(0).integers(0, 256, (8, 3, 16, 16), np.uint8)
    for _ in trainer.phases(pixels):
        pass
    before, state = {name: value.clone() for name, value in trainer.tensors().items()}, trainer.plain_state()
    whole = len(list(trainer.phases(pixels)))
    after = {name: value.clone() for name, value in trainer.tensors().items()}
    for pieces in (1, whole // 3, whole // 2, whole):
        trainer.load({name: value.clone() for name, value in before.items()}, state)  # Adam counts its steps in the tensor
        assert len(list(islice(trainer.phases(pixels), pieces))) == pieces
        trainer.abandon()
        found = trainer.tensors()
        assert all(torch.equal(value, found[name]) for name, value in before.items()) and trainer.plain_state() == state
        list(trainer.phases(pixels))
        assert all(torch.equal(value, trainer.tensors()[name]) for name, value in after.items())


def test_closing_where_nothing_is_new_writes_nothing(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    running = train(config, CPU)
    next(running)
    monkeypatch.setattr(Run, "save", lambda *_: pytest.fail("there is nothing to save"))
    running.close()
    running = train(replace(config, resume=True), CPU)
    next(report for report in running if report.phase == "generator")
    running.close()


def test_a_truncated_checkpoint_costs_only_what_lies_behind_it(config: TrainGenerator, tmp_path: Path) -> None:
    run_to_its_end(config, 5)
    other = prepared(tmp_path / "other", checkpoint_minutes=0.0)
    run_to_its_end(other, 4)
    newest = Run(other.run).newest().path
    newest.write_bytes(newest.read_bytes()[:1000])
    reports = run_to_its_end(other, 5, resume=True)
    said = notes(reports)
    assert said[0].startswith("The checkpoint step-000000004.safetensors is damaged")
    assert said[1] == "The run goes on from step 3."
    assert_the_same(Run(config.run).newest(), Run(other.run).newest())


def test_other_options_are_refused_and_listed(config: TrainGenerator) -> None:
    run_to_its_end(config, 1)
    changed = replace(config, resume=True, loss="hinge", lazy=2, folder=Path("others"))
    with pytest.raises(BadRequest, match=r"folder was pictures and is now others; lazy was \d+ and is now 2; loss was relativistic"):
        list(train(changed, CPU))


def test_a_run_goes_on_with_another_penalty_and_learning_rate_and_keeps_them(config: TrainGenerator) -> None:
    run_to_its_end(config, 1)
    said = notes(run_to_its_end(config, 2, resume=True, gamma=2.0, lr=1e-3))
    assert said[1] == f"From here on: gamma was {config.gamma} and is now 2.0; lr was 0.002 and is now 0.001."
    kept = Run(config.run).newest().metadata
    assert kept["tuned"] == [f"after {config.batch} pictures: gamma was {config.gamma} and is now 2.0; lr was 0.002 and is now 0.001"]
    again = TrainGenerator.from_plain(Run(config.run).read_config())
    assert (again.gamma, again.lr) == (2.0, 1e-3)
    assert notes(run_to_its_end(again, 3, resume=True)) == ["The run goes on from step 2."]
    assert Run(config.run).newest().metadata["tuned"] == kept["tuned"]


def test_other_pictures_are_refused(config: TrainGenerator) -> None:
    run_to_its_end(config, 1)
    prepared(config.run, count=12)
    with pytest.raises(BadRequest, match="its pictures are not those"):
        list(train(replace(config, resume=True), CPU))


def test_budgets_may_change(config: TrainGenerator) -> None:
    run_to_its_end(config, 1)
    reports = run_to_its_end(config, 3, resume=True, minutes=5.0, micro_batch=8, checkpoint_minutes=1.0, precision="float32")
    assert reports[-1].step == 3


def test_a_second_run_does_not_overwrite_the_first(config: TrainGenerator) -> None:
    run_to_its_end(config, 1)
    with pytest.raises(BadRequest, match="--resume"):
        list(train(config, CPU))


def test_nothing_to_resume_and_nothing_prepared_are_said(config: TrainGenerator, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no run yet"):
        list(train(replace(config, resume=True), CPU))
    with pytest.raises(BadRequest, match="no prepared pictures"):
        list(train(replace(config, run=tmp_path / "nowhere"), CPU))
    with pytest.raises(BadRequest, match="prepared at 16 px, not 8"):
        list(train(replace(config, network=replace(TINY_GENERATOR, size=8)), CPU))
