"""A second critic, which looks at pictures through a classifier that has seen the world, and so knows from its first step what shapes are.

After Sauer et al. 2021, "Projected GANs" (arXiv 2111.01007): features at several depths of a frozen network, mixed by random
projections that do not learn, and a small critic for each depth. It judges beside a critic of the pictures themselves (as in Kumari
et al. 2022, arXiv 2112.09130): what the classifier is blind to, fine grain above all, stays that one's business.
"""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.generators.equalised import RELU_GAIN, leaky
from engine.nets.teachers import SqueezeNet

LEVELS = ("fire4", "fire8", "fire9")
"""Depths of SqueezeNet, the shallowest first: an eighth, a sixteenth and a thirty-second of the size."""

SEEN = 128
"""Smaller pictures are shown enlarged to this side: the classifier was trained on 224 px."""

PROJECTED, HIDDEN = 64, 128

STEEPNESS = 0.1
"""What logits are multiplied by. Neighbouring features are alike and add up: without it real pictures had logits of 10, where the hinge
wants 1, and the generator heard the critic of pictures 25 times more softly than this one (measured at 128 px)."""


class UnitConv(nn.Module):
    """A convolution whose kernels have length 1, so that no critic gets steep by growing: unit variance in, unit variance out."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel) / math.sqrt(inputs * kernel * kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.stride, self.padding = stride, (kernel - 1) // 2

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight / torch.linalg.vector_norm(self.weight, dim=(1, 2, 3), keepdim=True)
        return F.conv2d(x, weight.to(x.dtype), self.bias.to(x.dtype), self.stride, self.padding)


class DepthCritic(nn.Module):
    """Projected features (N, PROJECTED, h, w) -> logits (N, h', w') of their neighbourhoods, in fp32."""

    def __init__(self, halvings: int) -> None:
        super().__init__()
        widths = [PROJECTED, HIDDEN, HIDDEN]
        self.convs = nn.ModuleList(
            UnitConv(inputs, outputs, 4, 2) if number < halvings else UnitConv(inputs, outputs, 3)
            for number, (inputs, outputs) in enumerate(pairwise(widths))
        )
        self.logit = UnitConv(HIDDEN, 1, 3)

    def forward(self, x: Tensor) -> Tensor:
        for conv in self.convs:
            x = leaky(conv(x)) * RELU_GAIN
        logits: Tensor = self.logit(x)
        return logits.float().squeeze(1) * STEEPNESS


class FeatureCritic(nn.Module):
    """Pictures (N, 3, S, S) in -1..1 -> logits (N, h, w) for each depth. The classifier is no part of its state.

    `folder` holds SqueezeNet's weights; raises FileMissing.
    """

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        super().__init__()
        self._classifier = SqueezeNet(folder, device, dtype)
        self.dtype = dtype
        channels = [self._classifier.channels(level) for level in LEVELS]
        self.projections = nn.ParameterList(_fixed(PROJECTED, count, 1) for count in channels)
        self.mixings = nn.ParameterList(_fixed(PROJECTED, PROJECTED, 3) for _ in LEVELS)
        for level, count in zip(LEVELS, channels, strict=True):
            self.register_buffer(f"mean_{level}", torch.zeros(1, count, 1, 1))
            self.register_buffer(f"deviation_{level}", torch.full((1, count, 1, 1), 100.0))
        self.heads = nn.ModuleList(DepthCritic(halvings) for halvings in (2, 1, 0))
        self.to(device)

    def learns(self, learns: bool) -> None:
        """Whether gradients gather at its heads."""
        self.heads.requires_grad_(learns)

    @torch.no_grad()
    def calibrate(self, pictures: Tensor) -> None:
        """Take the mean and the deviation of every channel's answers to these pictures as the measure of all others."""
        answers = self._answers(pictures)
        for level in LEVELS:
            answer = answers[level].float()
            deviation = answer.std((0, 2, 3), keepdim=True)
            getattr(self, f"mean_{level}").copy_(answer.mean((0, 2, 3), keepdim=True))
            # A channel that hardly ever answers must not be loud when it does.
            getattr(self, f"deviation_{level}").copy_(deviation.clamp_min(float(deviation.mean()) / 4))

    def look(self, pictures: Tensor) -> list[Tensor]:
        """What the heads see of pictures: features (N, PROJECTED, h, w), the shallowest first; coarser ones are mixed into finer ones."""
        answers = self._answers(pictures)
        seen: list[Tensor] = []
        for level, projection, mixing in reversed(list(zip(LEVELS, self.projections, self.mixings, strict=True))):
            # Standardised and projected in one: (answer - mean) / deviation, then the projection.
            weight = projection / getattr(self, f"deviation_{level}").view(1, -1, 1, 1)
            shift = -(weight * getattr(self, f"mean_{level}").view(1, -1, 1, 1)).sum((1, 2, 3))
            x = F.conv2d(answers[level], weight.to(self.dtype), shift.to(self.dtype))
            if seen:
                x = (x + F.interpolate(seen[-1], x.shape[2:], mode="bilinear", align_corners=False)) / math.sqrt(2)
            seen.append(F.conv2d(x, mixing.to(self.dtype), padding=1))
        return seen[::-1]

    def _answers(self, pictures: Tensor) -> dict[str, Tensor]:
        if pictures.shape[2] < SEEN:
            pictures = F.interpolate(pictures, (SEEN, SEEN), mode="bilinear", align_corners=False)
        return self._classifier(((pictures + 1) / 2).contiguous(memory_format=torch.channels_last))

    def judge(self, seen: list[Tensor]) -> list[Tensor]:
        """Logits of what `look` returned."""
        return [head(x) for head, x in zip(self.heads, seen, strict=True)]

    def forward(self, pictures: Tensor) -> list[Tensor]:
        return self.judge(self.look(pictures))


def _fixed(outputs: int, inputs: int, kernel: int) -> nn.Parameter:
    weight = torch.randn(outputs, inputs, kernel, kernel) / math.sqrt(inputs * kernel * kernel)
    return nn.Parameter(weight, requires_grad=False)
