"""The public PyTorch recipe of DCGAN, as a peer: fp32, contiguous tensors, binary cross-entropy, plain Adam.

After Radford, Metz & Chintala 2015 (arXiv 1511.06434, section 4) and the example that PyTorch publishes (pytorch/examples, dcgan), in
their numbers: batches of 128, latents of 100, 64 channels before the picture, Adam with 2e-4 and 0.5, weights drawn with a deviation of
0.02. Nothing of the studio is used, so that the studio is not compared with itself.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

BATCH = 128
LATENT = 100
WIDTHS = (512, 256, 128, 64)
"""Channels at 4, 8, 16 and 32 px."""


def generator() -> nn.Sequential:
    """Latents (N, LATENT, 1, 1) to pictures (N, 3, 64, 64) in -1..1."""
    layers: list[nn.Module] = [nn.ConvTranspose2d(LATENT, WIDTHS[0], 4, 1, 0, bias=False), nn.BatchNorm2d(WIDTHS[0]), nn.ReLU(True)]
    for inputs, outputs in pairwise(WIDTHS):
        layers += [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(WIDTHS[-1], 3, 4, 2, 1, bias=False), nn.Tanh()).apply(_draw)


def critic() -> nn.Sequential:
    """Pictures to the probability (N, 1, 1, 1) that they are real."""
    widths = WIDTHS[::-1]
    layers: list[nn.Module] = [nn.Conv2d(3, widths[0], 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
    for inputs, outputs in pairwise(widths):
        layers += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, 1, 0, bias=False), nn.Sigmoid()).apply(_draw)


def _draw(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.zeros_(layer.bias)


class Recipe:
    """Both networks and their optimisers; everything random comes from `seed` and torch's global generator."""

    def __init__(self, seed: int) -> None:
        torch.manual_seed(seed)
        self.generator, self.critic = generator(), critic()
        self.generator_adam = torch.optim.Adam(self.generator.parameters(), 2e-4, (0.5, 0.999))
        self.critic_adam = torch.optim.Adam(self.critic.parameters(), 2e-4, (0.5, 0.999))
        self.loss = nn.BCELoss()

    def step(self, real: Tensor) -> None:
        """One step of each network on real pictures (N, 3, 64, 64), fp32 in -1..1."""
        true, false = torch.ones(len(real)), torch.zeros(len(real))
        self.critic.zero_grad()
        self.loss(self.critic(real).flatten(), true).backward()
        fake = self.generator(torch.randn(len(real), LATENT, 1, 1))
        self.loss(self.critic(fake.detach()).flatten(), false).backward()
        self.critic_adam.step()
        self.generator.zero_grad()
        self.loss(self.critic(fake).flatten(), true).backward()
        self.generator_adam.step()

    @torch.no_grad()
    def samples(self, count: int) -> Tensor:
        """uint8 (count, 3, 64, 64), in batches and with their statistics, as the example saves them."""
        batches = [self.generator(torch.randn(BATCH, LATENT, 1, 1)) for _ in range(-(-count // BATCH))]
        return torch.cat(batches)[:count].add(1).mul(127.5).round().byte()
