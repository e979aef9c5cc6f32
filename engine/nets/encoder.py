"""From a picture to the styles that a generator would make it of: where the search for a photo begins.

The critic's strided blocks without its comparison, and a style for each layer at the end (pSp, Richardson et al. 2021, arXiv 2008.00951, in
the smallest form).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.generators.config import SMALLEST, GeneratorConfig
from engine.nets.generators.critic import RESIDUAL_SIDE, FromRGB, Halving
from engine.nets.generators.equalised import RELU_GAIN, EqualisedLinear, leaky

LARGEST = 128
"""Pictures are looked at with at most so many pixels a side."""


class Encoder(nn.Module):
    """Pictures (N, 3, S, S) in -1..1 -> styles (N, layers, width): `mean` and `deviation` (width,) of codes are part of its weights."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        self.layers = 2 * len(config.sides) if config.kind == "style" else 1
        sides = [side for side in config.sides if side <= LARGEST][::-1]
        widths = [config.channels(side) for side in sides]
        self.side = sides[0]
        self.stem = FromRGB(widths[0])
        steps = zip(sides[1:], widths, widths[1:], strict=False)
        self.blocks = nn.ModuleList(Halving(i, o, residual=side <= RESIDUAL_SIDE) for side, i, o in steps)
        self.hidden = EqualisedLinear(widths[-1] * SMALLEST**2, widths[-1], gain=RELU_GAIN)
        self.styles = EqualisedLinear(widths[-1], self.layers * config.latent)
        self.register_buffer("mean", torch.zeros(config.latent))
        self.register_buffer("deviation", torch.ones(config.latent))

    def standard(self, pictures: Tensor) -> Tensor:
        """(N, layers, width) in standard deviations from the mean code."""
        x = pictures if pictures.shape[-1] == self.side else F.adaptive_avg_pool2d(pictures, self.side)
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        styles: Tensor = self.styles(leaky(self.hidden(x.float().flatten(1))))
        return styles.view(len(pictures), self.layers, -1)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.mean + self.standard(pictures) * self.deviation
