"""Convolutions modulated by a style (StyleGAN2, Karras et al. 2020, arXiv 1912.04958, section 2.2), without grouped convolutions.

The paper scales the weights of every picture by its style, which asks for one kernel a picture. Scaling the activations before the
convolution and demodulating them after it is the same arithmetic with one shared kernel, which a CPU runs far faster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.generators.equalised import EqualisedLinear, leaky
from engine.nets.generators.noise import Noise

RGB_GAIN = 0.5
"""Every level adds its part of the picture; new networks must not begin beyond -1..1."""


def doubled(x: Tensor) -> Tensor:
    """Twice the height and width, bilinear."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def per_channel(values: Tensor, like: Tensor) -> Tensor:
    """(N, C) -> (N, C, 1, 1) in the dtype of the features that it scales."""
    return values[:, :, None, None].to(like.dtype)


@dataclass(frozen=True)
class Folded:
    """A modulated convolution for one style: modulation and demodulation are in its weight."""

    weight: Tensor
    bias: Tensor
    noise: float = 0.0
    """The noise's strength."""

    def __call__(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight, self.bias, padding=self.weight.shape[-1] // 2)


@dataclass(frozen=True)
class Shared:
    """A modulated convolution for the styles of several pictures: one kernel serves all, their features are scaled before and after it."""

    weight: Tensor
    bias: Tensor
    style: Tensor
    """(N, inputs, 1, 1)."""
    demodulation: Tensor | None = None
    """(N, outputs, 1, 1)."""
    noise: float = 0.0

    def __call__(self, x: Tensor) -> Tensor:
        padding = self.weight.shape[-1] // 2
        if self.demodulation is None:
            return F.conv2d(x * self.style, self.weight, self.bias, padding=padding)
        y = F.conv2d(x * self.style, self.weight, padding=padding).mul_(self.demodulation)
        bias = self.bias[:, None, None].expand(1, -1, 1, y.shape[-1]).contiguous(memory_format=torch.channels_last)
        return y.add_(bias)  # spread over a row first: several times as fast with few channels


class Modulated(nn.Module):
    """A convolution's shared kernel, and the affine map from w to the scales of its inputs (the style; it begins at 1)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, width: int, gain: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.affine = EqualisedLinear(width, inputs, bias=1.0)
        self.scale = gain / math.sqrt(inputs * kernel * kernel)

    def kernel(self) -> Tensor:
        return self.weight * self.scale


class ModulatedConv(Modulated):
    """A 3x3 convolution with demodulation, noise and a leaky ReLU; `up` doubles height and width, after the convolution.

    In the paper the doubling comes first. Bilinear doubling and the convolution hardly differ in their order for the picture, but
    at the lower size the convolution costs a quarter.
    """

    def __init__(self, inputs: int, outputs: int, width: int, *, up: bool = False) -> None:
        super().__init__(inputs, outputs, 3, width)
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.up = up

    def modulation(self, w: Tensor) -> tuple[Tensor, Tensor]:
        """w (N, width) -> the style (N, inputs) and the demodulation (N, outputs), in fp32 also under autocast."""
        with torch.autocast(w.device.type, enabled=False):
            style = self.affine(w.float())
            energy = style.square() @ self.kernel().square().sum((2, 3)).t()
            return style, (energy + 1e-8).rsqrt()

    def forward(self, x: Tensor, w: Tensor, noise: Noise | None, layer: int) -> Tensor:
        """x (N, inputs, h, w), w (N, width) -> (N, outputs, h, w), or twice as high and wide."""
        style, demodulation = self.modulation(w)
        y = F.conv2d(x * per_channel(style, x), self.kernel(), padding=1)
        if self.up:
            y = doubled(y)
        y = torch.addcmul(self.bias[:, None, None].to(y.dtype), y, per_channel(demodulation, y))
        if noise is not None:
            y = y + noise.draw(layer, y) * self.noise_strength.to(y.dtype)
        return leaky(y)

    def fold(self, w: Tensor, dtype: torch.dtype) -> Folded:
        """The convolution for one w (1, width). The bias may come before the doubling, which keeps constants."""
        weight = self.weight * (self.affine(w) * self.scale)[:, :, None, None]
        energy = torch.linalg.vector_norm(weight, dim=(1, 2, 3), keepdim=True).square()
        weight = weight * (energy + 1e-8).rsqrt()
        return Folded(_laid_out(weight, dtype), self.bias.detach().to(dtype, copy=True), float(self.noise_strength))

    def share(self, w: Tensor, dtype: torch.dtype) -> Shared:
        """The convolution for several w (N, width)."""
        style, demodulation = (values[:, :, None, None].to(dtype) for values in self.modulation(w))
        bias = self.bias.detach().to(dtype, copy=True)
        return Shared(_laid_out(self.kernel(), dtype), bias, style, demodulation, float(self.noise_strength))


class ToRGB(Modulated):
    """The level's part of the picture: a modulated 1x1 convolution, not demodulated, so that styles set brightness and colour."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__(inputs, 3, 1, width, RGB_GAIN)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """x (N, inputs, h, w), w (N, width) -> (N, 3, h, w) in fp32, so that the sum of all levels does not round."""
        with torch.autocast(w.device.type, enabled=False):
            style = self.affine(w.float())
        return F.conv2d(x * per_channel(style, x), self.kernel(), self.bias).float()

    def fold(self, w: Tensor, dtype: torch.dtype) -> Folded:
        weight = self.weight * (self.affine(w) * self.scale)[:, :, None, None]
        return Folded(_laid_out(weight, dtype), self.bias.detach().to(dtype, copy=True))

    def share(self, w: Tensor, dtype: torch.dtype) -> Shared:
        """The convolution for several w (N, width)."""
        style = self.affine(w)[:, :, None, None].to(dtype)
        return Shared(_laid_out(self.kernel(), dtype), self.bias.detach().to(dtype, copy=True), style)


def _laid_out(weight: Tensor, dtype: torch.dtype) -> Tensor:
    """(O, I, h, w) in `dtype` with the inputs innermost, as convolutions want it. By hand: torch's own way takes four times as long."""
    outputs, inputs, height, width = weight.shape
    turned = weight.detach().to(dtype).reshape(outputs, inputs, height * width).transpose(1, 2).contiguous()
    return turned.reshape(outputs, height, width, inputs).permute(0, 3, 1, 2)
