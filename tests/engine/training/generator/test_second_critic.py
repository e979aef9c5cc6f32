"""The critic that looks through a classifier: a part of the run like the others, and of every way to cut a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.api.errors import FileMissing
from engine.nets.generators.feature_critic import FeatureCritic, UnitConv
from engine.nets.teachers import SQUEEZENET_FILE
from engine.training.generator import losses
from engine.training.generator.config import TrainGenerator
from engine.training.generator.loop import train
from engine.training.generator.material import Dice
from engine.training.generator.runs import Run
from engine.training.generator.step import Phase, Step
from engine.training.generator.trainer import Trainer
from tests.engine.training.generator.tiny_run import CPU, assert_the_same, prepared, run_to_its_end
from tests.tiny import TINY_GENERATOR, write_tiny_teacher

PIXELS = np.random.default_rng(0).integers(0, 256, (16, 3, 16, 16), np.uint8)


@pytest.fixture(autouse=True)
def _one_thread(_few_torch_threads: None) -> None:
    torch.set_num_threads(1)


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    return write_tiny_teacher(tmp_path)


def gradients(teacher: Path, **options: object) -> tuple[dict[str, torch.Tensor], list[torch.Tensor]]:
    """What a step measures, and the gradients of the heads and of the generator."""
    base = TrainGenerator(Path("mine"), Path("run"), TINY_GENERATOR, batch=16, precision="float32", gamma=0.0, teacher=teacher)
    config = replace(base, **options)  # type: ignore[arg-type]
    trainer = Trainer(config, CPU)
    trainer.calibrate(PIXELS)
    trainer.state.at_once = 3
    material = Dice(0, 0).material(PIXELS, trainer.generator, CPU, True, 0.5, 0.3)
    assert trainer.second is not None
    step = Step(config, trainer.state, trainer.generator, trainer.critic, material, trainer.casting, second=trainer.second)
    list(step.critic_phases())
    found = [p.grad.clone() for p in trainer.second.heads.parameters() if p.grad is not None]
    list(step.generator_phases())
    assert all(
        torch.equal(p.grad, before) for p, before in zip(trainer.second.heads.parameters(), found, strict=True) if p.grad is not None
    )
    return step.measured, found + [p.grad for p in trainer.generator.parameters() if p.grad is not None]


@pytest.mark.parametrize("cut", [{"quantum": 0.06}, {"micro_batch": 8}, {"micro_batch": 8, "quantum": 0.06}])
def test_a_step_in_pieces_has_the_gradients_of_one_in_one_go(teacher: Path, cut: dict[str, float]) -> None:
    whole, pieces = gradients(teacher), gradients(teacher, **cut)
    assert whole[0].keys() == pieces[0].keys() >= {"features critic", "features generator"}
    for name, value in whole[0].items():
        torch.testing.assert_close(value, pieces[0][name], rtol=1e-3, atol=1e-4)
    assert len(whole[1]) == len(pieces[1])
    for one, two in zip(whole[1], pieces[1], strict=True):
        torch.testing.assert_close(one, two, rtol=1e-3, atol=1e-4 * float(one.abs().max()) + 1e-7)


def stepper(teacher: Path) -> tuple[Trainer, Step]:
    config = TrainGenerator(Path("mine"), Path("run"), TINY_GENERATOR, batch=16, precision="float32", gamma=0.0, teacher=teacher)
    trainer = Trainer(config, CPU)
    trainer.calibrate(PIXELS)
    material = Dice(0, 0).material(PIXELS, trainer.generator, CPU, True, 0.5, 0.3)
    return trainer, Step(config, trainer.state, trainer.generator, trainer.critic, material, trainer.casting, second=trainer.second)


def test_a_second_try_is_measured_alone(teacher: Path) -> None:
    _, step = stepper(teacher)
    list(step.critic_phases())
    list(step.generator_phases())
    once = float(step.measured["features generator"])
    list(step.generator_phases())
    assert float(step.measured["features generator"]) == pytest.approx(once, rel=1e-3)


@pytest.mark.parametrize("spoilt", ["critic", "second"])
def test_where_one_critic_has_no_finite_gradient_none_learns(teacher: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str) -> None:
    trainer, _ = stepper(teacher)
    phases = Step.critic_phases

    def broken(step: Step) -> Iterator[Phase]:
        yield from phases(step)
        grads = [p.grad for p in getattr(step, spoilt).parameters() if p.grad is not None]
        grads[0].fill_(float("nan"))

    monkeypatch.setattr(Step, "critic_phases", broken)
    assert trainer.second is not None
    learning = [*trainer.critic.parameters(), *trainer.second.heads.parameters()]
    before = [p.detach().clone() for p in learning]
    list(trainer.phases(PIXELS))
    assert trainer.state.bad_in_row == 1
    assert all(torch.equal(p, was) for p, was in zip(learning, before, strict=True))


def test_it_teaches_the_generator_something(teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = gradients(teacher)[1]
    monkeypatch.setattr(losses, "features_generator", lambda logits: logits[0].sum() * 0)
    alone = gradients(teacher)[1]
    heads = sum(1 for _ in FeatureCritic(teacher, CPU, torch.float32).heads.parameters())
    assert all(torch.equal(x, y) for x, y in zip(both[:heads], alone[:heads], strict=True))
    assert any(not torch.allclose(x, y) for x, y in zip(both[heads:], alone[heads:], strict=True))


def test_a_run_in_two_sittings_equals_one(teacher: Path, tmp_path: Path) -> None:
    one, two = (prepared(tmp_path / name, teacher=teacher) for name in ("one", "two"))
    run_to_its_end(one, 6)
    run_to_its_end(two, 3)
    run_to_its_end(two, 6, resume=True)
    assert_the_same(Run(one.run).newest(), Run(two.run).newest())


def test_closing_drops_the_step_of_its_heads_too(teacher: Path, tmp_path: Path) -> None:
    one, two = (prepared(tmp_path / name, teacher=teacher) for name in ("one", "two"))
    run_to_its_end(one, 4)
    running = train(two, CPU)
    last = next(report for report in running if report.step == 2 and report.phase == "generator" and not report.whole)
    running.close()
    assert Run(two.run).newest().metadata["step"] == last.step
    run_to_its_end(two, 4, resume=True)
    assert_the_same(Run(one.run).newest(), Run(two.run).newest())


def test_its_heads_learn_to_tell_two_kinds_of_pictures_apart(teacher: Path) -> None:
    torch.manual_seed(0)
    critic = FeatureCritic(teacher, CPU, torch.float32)
    dark, light = (torch.rand(8, 3, 32, 32) * 0.4 + shift for shift in (-0.9, 0.5))
    critic.calibrate(torch.cat([dark, light]))
    adam = torch.optim.Adam(critic.heads.parameters(), 3e-3)
    found = []
    for _ in range(30):
        loss = losses.features_critic(critic(dark), critic(light))
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        found.append(float(loss.detach()))
    assert found[-1] < found[0] / 2
    assert {name.partition(".")[0] for name, p in critic.named_parameters() if p.grad is not None} == {"heads"}


def test_calibrated_features_are_standardised(teacher: Path) -> None:
    torch.manual_seed(0)
    critic = FeatureCritic(teacher, CPU, torch.float32)
    critic.calibrate(torch.rand(16, 3, 64, 64) * 2 - 1)
    seen = critic.look(torch.rand(16, 3, 64, 64) * 2 - 1)
    assert [x.shape[1] for x in seen] == [64, 64, 64] and seen[0].shape[2] > seen[1].shape[2] > seen[2].shape[2]
    assert all(0.3 < float(x.std()) < 3 for x in seen)


def test_a_kernel_of_length_one_keeps_the_variance() -> None:
    torch.manual_seed(0)
    conv = UnitConv(64, 64, 3)
    with torch.no_grad():
        conv.weight.mul_(100)  # however large it gets
        assert float(conv(torch.randn(4, 64, 32, 32)).std()) == pytest.approx(1, rel=0.1)


def test_a_folder_without_the_weights_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=SQUEEZENET_FILE):
        list(train(prepared(tmp_path / "run", teacher=tmp_path), CPU))


def test_a_run_does_not_go_on_without_it(teacher: Path, tmp_path: Path) -> None:
    config = prepared(tmp_path / "run", teacher=teacher)
    run_to_its_end(config, 2)
    kept = TrainGenerator.from_plain(Run(config.run).read_config())
    assert kept.teacher == teacher
    with pytest.raises(Exception, match="teacher was"):
        run_to_its_end(replace(config, teacher=None), 3, resume=True)
