"""Layers with an equalised learning rate (Karras et al. 2018, arXiv 1710.10196, section 4.1).

Weights are drawn from the unit normal and scaled by He's constant when they are used, so that Adam, whose steps do not know a
weight's scale, moves all layers alike. The gain of the leaky ReLU that follows is part of that constant: the activation has none.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2
"""Of the leaky ReLU, for negative values."""

RELU_GAIN = math.sqrt(2)
"""Keeps the variance of what a rectifier lets through."""


def leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


class EqualisedLinear(nn.Module):
    """x (N, inputs) -> (N, outputs). `rate` slows the layer down against the others, as in the mapping network."""

    def __init__(self, inputs: int, outputs: int, *, bias: float = 0.0, rate: float = 1.0, gain: float = 1.0) -> None:
        super().__init__()
        # In place: a division on the meta device, where networks are built for their file's weights, wakes torch's compiler (a second).
        self.weight = nn.Parameter(torch.randn(outputs, inputs).mul_(1 / rate))
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.scale = rate * gain / math.sqrt(inputs)
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.scale, self.bias * self.rate)


class EqualisedConv(nn.Module):
    """x (N, inputs, h, w) -> (N, outputs, h / stride, w / stride), padded with zeros."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, bias: bool = True, gain: float = RELU_GAIN) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.scale = gain / math.sqrt(inputs * kernel * kernel)
        self.stride = stride
        self.padding = (kernel - 1) // 2

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * self.scale, self.bias, self.stride, self.padding)
