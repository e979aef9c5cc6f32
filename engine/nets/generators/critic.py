"""Critics: a picture goes in, one unbounded number comes out - how real it looks among others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.generators.config import SMALLEST, GeneratorConfig
from engine.nets.generators.equalised import RELU_GAIN, EqualisedConv, EqualisedLinear, leaky

RESIDUAL_SIDE = 8
"""Features of this side and smaller get a second convolution: where it is cheap."""


class Critic(nn.Module, ABC):
    """Pictures (N, 3, size, size) in -1..1 -> logits (N,) in fp32."""

    minibatch_group = 8
    """How many neighbours in a batch are compared with each other: a multiple of it may be split off without changing a logit."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config

    @property
    @abstractmethod
    def stages(self) -> Sequence[nn.Module]:
        """From the picture to the logit; a fine-tuning freezes those at the end, or at the beginning."""

    @property
    def comparing(self) -> int:
        """The number of the first stage that sees pictures beside each other: before it a batch may be cut anywhere."""
        return len(self.stages)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """What every stage makes of the pictures; the last are the logits."""
        outputs = []
        for stage in self.stages:
            pictures = stage(pictures)
            outputs.append(pictures)
        return outputs

    def forward(self, pictures: Tensor) -> Tensor:
        for stage in self.stages:
            pictures = stage(pictures)
        return pictures.float().flatten()


class ResidualCritic(Critic):
    """The style-based generator's counterpart: residual blocks without normalisation, minibatch deviation, a linear logit.

    After StyleGAN2's residual discriminator (Karras et al. 2020, section 4.1), with one strided 4x4 convolution for each halving.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(config)
        sides = config.sides[::-1]
        widths = [config.channels(side) for side in sides]
        self.stem = FromRGB(widths[0])
        steps = zip(sides[1:], widths, widths[1:], strict=False)
        self.blocks = nn.ModuleList(Halving(i, o, residual=side <= RESIDUAL_SIDE) for side, i, o in steps)
        self.compare = Comparison(widths[-1], self.minibatch_group)
        self.head = Head(widths[-1])

    @property
    def stages(self) -> Sequence[nn.Module]:
        return [self.stem, *self.blocks, self.compare, self.head]

    @property
    def comparing(self) -> int:
        return 1 + len(self.blocks)


class FromRGB(nn.Module):
    """Pictures -> features of the same size."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.conv = EqualisedConv(3, outputs, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        return leaky(self.conv(pictures))


class Halving(nn.Module):
    """(N, inputs, h, w) -> (N, outputs, h / 2, w / 2), around a 1x1 skip; all sums keep the variance."""

    def __init__(self, inputs: int, outputs: int, *, residual: bool) -> None:
        super().__init__()
        self.down = EqualisedConv(inputs, outputs, 4, stride=2)
        self.skip = EqualisedConv(inputs, outputs, 1, bias=False, gain=1.0)
        self.conv = EqualisedConv(outputs, outputs, 3) if residual else None

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = (leaky(self.down(x)) + self.skip(F.avg_pool2d(x, 2))) / RELU_GAIN
        return y if self.conv is None else (y + leaky(self.conv(y))) / RELU_GAIN


class Comparison(nn.Module):
    """Tells the pictures of a group how much they differ, so that a generator that collapses gives itself away.

    Minibatch standard deviation (Karras et al. 2018, arXiv 1710.10196, section 3), then a 3x3 convolution.
    """

    def __init__(self, channels: int, group: int) -> None:
        super().__init__()
        self.group = group
        self.conv = EqualisedConv(channels + 1, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        deviation = minibatch_deviation(x, self.group).to(x.dtype)
        return leaky(self.conv(torch.cat((x, deviation.expand(-1, -1, *x.shape[2:])), 1)))


def minibatch_deviation(x: Tensor, group: int) -> Tensor:
    """(N, C, h, w) -> (N, 1, 1, 1) in fp32: the mean standard deviation within groups of neighbours.

    Groups are as large as `group` and N's divisors allow. They are neighbours - in StyleGAN2 they are interleaved - so that a batch
    and its micro-batches have the same groups.
    """
    count = x.shape[0]
    members = next(size for size in range(min(group, count), 0, -1) if count % size == 0)
    grouped = x.float().reshape(count // members, members, -1)
    deviation = (grouped.var(1, unbiased=False) + 1e-8).sqrt().mean(1)
    return deviation.repeat_interleave(members)[:, None, None, None]


class Head(nn.Module):
    """Features (N, C, 4, 4) -> logits (N, 1), in fp32 also under autocast: losses are differences of logits."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.hidden = EqualisedLinear(channels * SMALLEST**2, channels, gain=RELU_GAIN)
        self.logit = EqualisedLinear(channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            logit: Tensor = self.logit(leaky(self.hidden(x.float().flatten(1))))
            return logit
