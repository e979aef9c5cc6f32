"""Work in pieces gives what work in one go gives; how large the pieces are is counted on the house's own networks, not timed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from engine.nets.generators import Critic, GeneratorConfig, Kind, build_critic, build_generator
from engine.training.generator import losses, rehearsal
from engine.training.generator.config import TrainGenerator, recipe_for
from engine.training.generator.material import Dice, StepNoise, styles
from engine.training.generator.penalty import penalty_steps
from engine.training.generator.pieces import logit_steps, made_steps, parts
from engine.training.generator.rehearsal import rehearse
from engine.training.generator.step import Step
from engine.training.generator.tape import Tape
from engine.training.generator.trainer import Trainer
from tests.engine.training.generator.tiny_run import CPU
from tests.tiny import TINY_GENERATOR

T = TypeVar("T")
CLASSIC = GeneratorConfig(size=16, base=64, widest=8, narrowest=4, latent=8, mapping_layers=0)
MEASURES: dict[str, Callable[[Tensor], Tensor]] = {"r1": losses.squared_length, "gradient penalty": losses.distance_from_one}


@pytest.fixture(autouse=True)
def _one_thread(_few_torch_threads: None) -> None:
    torch.set_num_threads(1)


def result(steps: Generator[Any, None, T]) -> T:
    try:
        while True:
            next(steps)
    except StopIteration as end:
        value: T = end.value
        return value


def network(kind: Kind) -> GeneratorConfig:
    return TINY_GENERATOR if kind == "style" else replace(CLASSIC, kind=kind)


def gradients(module: torch.nn.Module) -> list[Tensor]:
    found = [parameter.grad.clone() for parameter in module.parameters() if parameter.grad is not None]
    module.zero_grad(set_to_none=True)
    return found


def assert_close(one: list[Tensor], two: list[Tensor]) -> None:
    assert len(one) == len(two) > 0
    for a, b in zip(one, two, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5 * float(b.abs().max()) + 1e-9)


@pytest.mark.parametrize("kind", ["style", "dcgan", "dense"])
@pytest.mark.parametrize("size", [3, 8])
def test_a_game_in_pieces_has_the_gradients_of_one_in_one_go(kind: Kind, size: int) -> None:
    torch.manual_seed(0)
    generator, critic = build_generator(network(kind)), build_critic(network(kind))
    size = size if critic.comparing else 8
    latents = Dice(0, 0).latents(8, generator, 0.5)
    noise = StepNoise(1, 8, CPU)
    logits = critic(generator.synthesize(styles(generator, latents), noise.of(slice(0, 8))))
    logits.square().mean().backward()
    whole = logits.detach(), gradients(generator), gradients(critic)

    tape, cut = Tape(), []
    (ruling,) = tape.cut(styles(generator, latents))
    for part in parts(slice(0, 8), size):
        cut.append(tape.cut(result(made_steps(generator, ruling[part], noise.of(part), contextlib.nullcontext, tape)))[0])
    logits = result(logit_steps(critic, cut, contextlib.nullcontext, tape))
    logits.square().mean().backward()  # type: ignore[no-untyped-call]
    result(tape.back())
    torch.testing.assert_close(logits.detach(), whole[0], rtol=1e-5, atol=1e-6)
    assert_close(gradients(generator), whole[1])
    assert_close(gradients(critic), whole[2])


def plain_penalty(critic: Critic, pictures: Tensor, measure: Callable[[Tensor], Tensor]) -> Tensor:
    points = pictures.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return measure(slopes).sum()


@pytest.mark.parametrize("kind", ["style", "dcgan", "dense"])
@pytest.mark.parametrize("size", [1, 2, 8])
@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
def test_a_penalty_in_pieces_is_the_plain_one(kind: Kind, size: int, measure: Callable[[Tensor], Tensor]) -> None:
    torch.manual_seed(0)
    critic = build_critic(network(kind))
    pictures = torch.randn(8, 3, 16, 16)
    wanted = plain_penalty(critic, pictures, measure)
    (0.7 * wanted).backward()  # type: ignore[no-untyped-call]
    whole = gradients(critic)
    cut = [pictures[part] for part in parts(slice(0, 8), size if critic.comparing else 8)]
    found = result(penalty_steps(critic, cut, measure, 0.7))
    torch.testing.assert_close(found, wanted.detach(), rtol=1e-4, atol=1e-6)
    assert_close(gradients(critic), whole)


def test_a_tape_can_be_without_gradients() -> None:
    tape = Tape()
    (start,) = tape.cut(torch.ones(2))
    assert not start.requires_grad
    assert list(tape.back()) == []


# ---- how large the pieces are ----


def work(trainer: Trainer) -> tuple[list[int], int]:
    """Multiplications and additions of each piece of a step with a penalty, and of the whole."""
    pixels = torch.randint(0, 256, (trainer.config.batch, 3, trainer.config.network.size, trainer.config.network.size)).byte().numpy()
    counted, steps = [], trainer.phases(pixels)
    while True:
        with FlopCounterMode(display=False) as counter:
            phase = next(steps, None)
        counted.append(counter.get_total_flops())
        if phase is None:
            return counted, sum(counted)


def narrow(network: GeneratorConfig) -> GeneratorConfig:
    """With an eighth of the channels at every level: quick, and its pieces have much the same shares in a step (the largest 3.7 % instead
    of 4.1 % at 64 px)."""
    return replace(network, base=network.base // 8, widest=network.widest // 8, narrowest=network.narrowest // 8)


def test_under_the_studio_no_piece_of_a_house_step_is_more_than_a_small_share_of_it() -> None:
    options = recipe_for("style", 64) | {"batch": 4, "precision": "float32"}
    options["network"] = narrow(options["network"])
    trainer = Trainer(TrainGenerator(Path("mine"), Path("run"), quantum=0.06, **options), CPU)
    trainer.state.penalty_at_once = 1  # in proportion to the batch, which is small to be quick
    pieces, whole = work(trainer)
    assert max(pieces) < 0.05 * whole
    assert len([piece for piece in pieces if piece]) > 60


# ---- how they are found ----


@pytest.mark.parametrize(
    ("seconds_a_picture", "penalty", "found"),
    [(0.001, 1, (8, 8)), (0.001, 15, (8, 4)), (0.01, 1, (4, 4)), (0.01, 4, (4, 1)), (0.02, 2, (2, 1)), (1.0, 1, (1, 1))],
)
def test_a_rehearsal_finds_the_parts_that_fit(
    monkeypatch: pytest.MonkeyPatch, seconds_a_picture: float, penalty: float, found: tuple[int, int]
) -> None:
    def longest(_: Trainer, size: int) -> Generator[str, None, dict[str, float]]:
        yield "critic"
        usual = seconds_a_picture * size
        return {"critic": usual, "generator": usual / 2, "regularisation": usual * penalty / 2}

    monkeypatch.setattr(rehearsal, "_longest", longest)
    trainer = Trainer(TrainGenerator(Path("mine"), Path("run"), TINY_GENERATOR, batch=8, quantum=0.06), CPU)
    list(rehearse(trainer, 0.06))
    assert (trainer.state.at_once, trainer.state.penalty_at_once) == found


def test_a_rehearsal_leaves_the_networks_as_they_were() -> None:
    trainer = Trainer(TrainGenerator(Path("mine"), Path("run"), TINY_GENERATOR, batch=8, quantum=0.06), CPU)
    before = {name: value.clone() for name, value in trainer.tensors().items()}
    phases = set(rehearse(trainer, 0.06))
    assert phases == {"critic", "regularisation", "generator"}
    after = trainer.tensors()
    assert before.keys() == after.keys() and all(torch.equal(value, after[name]) for name, value in before.items())
    assert trainer.state.at_once == 8


@pytest.mark.parametrize(("fits", "found"), [(1, (1, 1)), (2, (2, 2)), (4, (4, 4))])
def test_where_memory_runs_out_a_rehearsal_stays_with_what_fits(monkeypatch: pytest.MonkeyPatch, fits: int, found: tuple[int, int]) -> None:
    trainer = Trainer(TrainGenerator(Path("mine"), Path("run"), TINY_GENERATOR, batch=8, quantum=60.0), CPU)
    before = {name: value.clone() for name, value in trainer.tensors().items()}
    generator_phases = Step.generator_phases

    def phases(step: Step) -> Any:
        if step.config.batch > fits:
            with torch.no_grad():
                next(trainer.critic.parameters()).add_(1)  # as an update before it
            raise torch.OutOfMemoryError("no memory")
        yield from generator_phases(step)

    monkeypatch.setattr(Step, "generator_phases", phases)
    list(rehearse(trainer, 60.0))
    assert (trainer.state.at_once, trainer.state.penalty_at_once) == found
    assert all(torch.equal(value, trainer.tensors()[name]) for name, value in before.items())
    assert "Memory ran out" in trainer.notes[-1]


def test_another_failure_of_a_rehearsal_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("a bug")
        yield

    monkeypatch.setattr(rehearsal, "_longest", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        list(rehearse(Trainer(TrainGenerator(Path("mine"), Path("run"), TINY_GENERATOR, batch=8, quantum=0.06), CPU), 0.06))
