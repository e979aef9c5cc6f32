"""The games that a generator and a critic can play, as pairs of small functions, and the penalties that keep them steady.

Logits are (N,) in fp32; every loss is a mean over pictures. Sources: Goodfellow et al. 2014 (non-saturating), Lim & Ye 2017
(hinge), Arjovsky et al. 2017 and Gulrajani et al. 2017 (Wasserstein with gradient penalty), Jolicoeur-Martineau 2018 and Huang
et al. 2024, "R3GAN" (relativistic pairing, R1 and R2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

LossName = Literal["relativistic", "non-saturating", "hinge", "wasserstein"]

PairLoss = Callable[[Tensor, Tensor], Tensor]
"""A function of the critic's logits of real and of made pictures."""

CriticOf = Callable[[Tensor], Tensor]
"""Pictures (N, 3, S, S) to logits (N,)."""


def relativistic_critic(real: Tensor, fake: Tensor) -> Tensor:
    """Each real picture should look more real than the made one beside it."""
    return F.softplus(fake - real).mean()


def relativistic_generator(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(real - fake).mean()


def non_saturating_critic(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(fake).mean() + F.softplus(-real).mean()


def non_saturating_generator(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-fake).mean()


def hinge_critic(real: Tensor, fake: Tensor) -> Tensor:
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def hinge_generator(real: Tensor, fake: Tensor) -> Tensor:
    return -fake.mean()


def wasserstein_critic(real: Tensor, fake: Tensor) -> Tensor:
    return fake.mean() - real.mean()


def wasserstein_generator(real: Tensor, fake: Tensor) -> Tensor:
    return -fake.mean()


@dataclass(frozen=True)
class Game:
    """A pair of losses, and which penalties belong to it."""

    critic: PairLoss
    generator: PairLoss
    on_fakes: bool = False
    """Whether the zero-centred penalty is taken on made pictures (R2) too, not on real ones (R1) alone."""
    interpolated: bool = False
    """Whether the penalty is Gulrajani's, on blends of real and made pictures, instead; then it is never lazy."""


GAMES: dict[LossName, Game] = {
    "relativistic": Game(relativistic_critic, relativistic_generator, on_fakes=True),
    "non-saturating": Game(non_saturating_critic, non_saturating_generator),
    "hinge": Game(hinge_critic, hinge_generator),
    "wasserstein": Game(wasserstein_critic, wasserstein_generator, interpolated=True),
}


def zero_centred_penalty(critic: CriticOf, *pictures: Tensor) -> Tensor:
    """Mean squared length of the critic's gradient at each batch of pictures, summed over the batches: R1 of real ones, R2 of made
    ones (Mescheder et al. 2018). Differentiable in the critic's weights."""
    points = [batch.detach().requires_grad_() for batch in pictures]
    total = torch.stack([critic(batch).sum() for batch in points]).sum()
    gradients = torch.autograd.grad(total, points, create_graph=True)
    return torch.stack([gradient.float().square().sum((1, 2, 3)).mean() for gradient in gradients]).sum()


def interpolated_penalty(critic: CriticOf, real: Tensor, fake: Tensor, blend: Tensor) -> Tensor:
    """Mean of (length of the gradient - 1)² between real and made pictures; `blend` (N, 1, 1, 1) in 0..1 is drawn by the caller."""
    points = torch.lerp(real.detach(), fake.detach(), blend).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (gradient.float().square().sum((1, 2, 3)).add(1e-12).sqrt() - 1).square().mean()
