from __future__ import annotations

import math

import pytest
import torch

from engine.training.generator.losses import GAMES, LossName, distance_from_one, squared_length

REAL, FAKE = torch.tensor([1.0, 3.0]), torch.tensor([-2.0, 0.5])


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


@pytest.mark.parametrize(
    ("name", "critic", "generator"),
    [
        ("relativistic", (softplus(-3) + softplus(-2.5)) / 2, (softplus(3) + softplus(2.5)) / 2),
        ("non-saturating", (softplus(-2) + softplus(0.5)) / 2 + (softplus(-1) + softplus(-3)) / 2, (softplus(2) + softplus(-0.5)) / 2),
        ("hinge", 0.0 + (0.0 + 1.5) / 2, 0.75),
        ("wasserstein", -0.75 - 2.0, 0.75),
    ],
)
def test_the_losses_are_those_of_their_papers(name: LossName, critic: float, generator: float) -> None:
    assert float(GAMES[name].critic(REAL, FAKE)) == pytest.approx(critic)
    assert float(GAMES[name].generator(REAL, FAKE)) == pytest.approx(generator)


@pytest.mark.parametrize("name", list(GAMES))
def test_critic_and_generator_pull_at_the_made_logits_in_opposite_directions(name: LossName) -> None:
    fake = FAKE.clone().requires_grad_()
    (down,) = torch.autograd.grad(GAMES[name].critic(REAL, fake), fake)
    (up,) = torch.autograd.grad(GAMES[name].generator(REAL, fake), fake)
    assert (down >= 0).all()
    assert down.sum() > 0
    assert (up < 0).all()


def test_the_penalties_measure_the_length_of_gradients() -> None:
    gradients = torch.full((2, 3, 2, 2), 2.0)
    assert squared_length(gradients).tolist() == [4 * 12] * 2
    assert distance_from_one(gradients).tolist() == pytest.approx([(2 * math.sqrt(12) - 1) ** 2] * 2)
