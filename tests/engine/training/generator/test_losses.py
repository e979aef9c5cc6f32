from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.training.generator.losses import GAMES, LossName, interpolated_penalty, zero_centred_penalty

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


def slope(pictures: Tensor) -> Tensor:
    """A critic whose gradient is 2 at every pixel, whatever the picture."""
    return 2 * pictures.sum((1, 2, 3))


def test_the_zero_centred_penalty_is_the_squared_length_of_the_gradient() -> None:
    pictures = torch.randn(4, 3, 2, 2)
    assert float(zero_centred_penalty(slope, pictures)) == pytest.approx(4 * 12)
    assert float(zero_centred_penalty(slope, pictures, pictures[:2])) == pytest.approx(2 * 4 * 12)


def test_the_interpolated_penalty_wants_a_gradient_of_length_one() -> None:
    real, fake, blend = torch.randn(4, 3, 2, 2), torch.randn(4, 3, 2, 2), torch.rand(4, 1, 1, 1)
    assert float(interpolated_penalty(slope, real, fake, blend)) == pytest.approx((2 * math.sqrt(12) - 1) ** 2, rel=1e-5)


def test_the_penalty_teaches_the_critic() -> None:
    weight = torch.tensor(3.0, requires_grad=True)
    zero_centred_penalty(lambda x: weight * x.sum((1, 2, 3)), torch.randn(2, 3, 2, 2)).backward()  # type: ignore[no-untyped-call]
    assert weight.grad is not None
    assert float(weight.grad) == pytest.approx(2 * 3 * 12)
