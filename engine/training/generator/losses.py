"""The games that a generator and a critic can play, as pairs of small functions, and what the penalties measure that keep them steady.

Logits are (N,) in fp32; every loss is a mean over pictures. Sources: Goodfellow et al. 2014 (non-saturating), Lim & Ye 2017
(hinge), Arjovsky et al. 2017 and Gulrajani et al. 2017 (Wasserstein with gradient penalty), Jolicoeur-Martineau 2018 and Huang
et al. 2024, "R3GAN" (relativistic pairing, R1 and R2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

LossName = Literal["relativistic", "non-saturating", "hinge", "wasserstein"]

PairLoss = Callable[[Tensor, Tensor], Tensor]
"""A function of the critic's logits of real and of made pictures."""


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


def features_critic(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """The hinge game for logits of neighbourhoods (N, h, w) at several depths, all depths alike."""
    return torch.stack([hinge_critic(r, f) for r, f in zip(real, fake, strict=True)]).mean()


def features_generator(fake: Sequence[Tensor]) -> Tensor:
    return torch.stack([-f.mean() for f in fake]).mean()


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


def squared_length(gradients: Tensor) -> Tensor:
    """(N, 3, S, S) to (N,): what R1 wants of real pictures, and R2 of made ones, is that the critic is flat (Mescheder et al. 2018)."""
    return gradients.square().sum((1, 2, 3))


def distance_from_one(gradients: Tensor) -> Tensor:
    """(N, 3, S, S) to (N,): between real and made pictures the critic's slope should be 1, squared (Gulrajani et al. 2017)."""
    return (gradients.square().sum((1, 2, 3)).add(1e-12).sqrt() - 1).square()
