"""The style-based generator: a mapping network, a style for each layer, noise, and a pyramid of RGB pictures.

After StyleGAN2 (Karras et al. 2020, arXiv 1912.04958) with its skip architecture, small enough for a CPU: few channels, three
mapping layers, shared kernels, convolutions before the doubling.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.nets.generators.config import SMALLEST, GeneratorConfig
from engine.nets.generators.equalised import RELU_GAIN, EqualisedLinear, leaky
from engine.nets.generators.generator import Generator, Pieces
from engine.nets.generators.modulation import ModulatedConv, ToRGB, doubled
from engine.nets.generators.noise import Noise

MAPPING_RATE = 0.1
"""The mapping network learns at a tenth of the others' rate, or training does not hold (StyleGAN, appendix C)."""


class Mapping(nn.Module):
    """z (N, latent), scaled to length sqrt(latent) -> w (N, latent), in fp32 also under autocast."""

    def __init__(self, latent: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EqualisedLinear(latent, latent, rate=MAPPING_RATE, gain=RELU_GAIN) for _ in range(layers))

    def forward(self, z: Tensor) -> Tensor:
        with torch.autocast(z.device.type, enabled=False):
            z = z.float()
            w = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
            for layer in self.layers:
                w = leaky(layer(w))
            return w


class Level(nn.Module):
    """One size of the picture: features from the level below, doubled, and their part of the RGB pyramid.

    Level k takes the style slots 2k - 1 (doubling), 2k and 2k + 1 (RGB); the last is also the next level's doubling, as in the paper.
    """

    def __init__(self, number: int, inputs: int, outputs: int, width: int) -> None:
        super().__init__()
        self.number = number
        self.up = ModulatedConv(inputs, outputs, width, up=True) if number else None
        self.conv = ModulatedConv(outputs, outputs, width)
        self.rgb = ToRGB(outputs, width)

    def forward(self, x: Tensor, w: Tensor, noise: Noise | None) -> tuple[Tensor, Tensor]:
        """x (N, inputs, h, w), w (N, layers, width) -> features (N, outputs, 2h, 2w) and their picture (N, 3, 2h, 2w)."""
        slot = 2 * self.number
        if self.up is not None:
            x = self.up(x, w[:, slot - 1], noise, slot - 1)
        x = self.conv(x, w[:, slot], noise, slot)
        return x, self.rgb(x, w[:, slot + 1])


class StyleGenerator(Generator):
    """A learned 4x4 constant, grown level by level; every level adds to the picture of the level below, doubled."""

    def __init__(self, config: GeneratorConfig) -> None:
        sides = config.sides
        super().__init__(config, layers=2 * len(sides))
        self.mapping = Mapping(config.latent, config.mapping_layers)
        widths = [config.channels(side) for side in sides]
        self.constant = nn.Parameter(torch.randn(1, widths[0], SMALLEST, SMALLEST))
        inputs = [widths[0], *widths[:-1]]
        self.levels = nn.ModuleList(Level(k, i, o, self.width) for k, (i, o) in enumerate(zip(inputs, widths, strict=True)))

    def map(self, z: Tensor) -> Tensor:
        w: Tensor = self.mapping(z)
        return w

    def pieces(self, w: Tensor, noise: Noise | None, size: int | None = None) -> Pieces:
        side = self.side(size)
        picture: Tensor
        x, picture = self.levels[0](self.constant.expand(w.shape[0], -1, -1, -1), w, noise)
        for level, reached in zip(self.levels[1:], self.config.sides, strict=False):
            if reached == side:
                break
            x, picture = yield x, picture
            x, part = level(x, w, noise)
            picture = doubled(picture) + part
        return picture


def noisy_layers(network: Generator) -> dict[int, tuple[int, ModulatedConv]]:
    """By style slot the layers that noise is added to, and the side of its plane; none where the network takes no noise."""
    if not isinstance(network, StyleGenerator):
        return {}
    found: dict[int, tuple[int, ModulatedConv]] = {}
    for side, level in zip(network.config.sides, network.levels, strict=True):
        assert isinstance(level, Level)
        if level.up is not None:
            found[2 * level.number - 1] = side, level.up
        found[2 * level.number] = side, level.conv
    return found
