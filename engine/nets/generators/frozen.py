"""A generator frozen at one w or a few: what depends on w is worked out once, and the weights are kept in bf16.

Made for the hand on a slider, for animation and for thumbnails. At one w, style and demodulation are folded into the weights, so that a
picture costs plain convolutions only. For several pictures that would be a copy of all weights for each, which takes longer than to make
the picture: they share the kernels, and their features are scaled.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.nets.generators.equalised import SLOPE
from engine.nets.generators.generator import Generator
from engine.nets.generators.modulation import Folded, ModulatedConv, Shared, ToRGB, doubled
from engine.nets.generators.noise import Noise
from engine.nets.generators.style import Level, StyleGenerator


class Frozen(ABC):
    """The pictures of some w: in bf16 within 2 % of their standard deviation, within 4 % where there are several."""

    @abstractmethod
    def __call__(self, noise: Noise | None, size: int | None = None) -> Tensor:
        """-> (N, 3, size, size) in fp32, about -1..1; `noise` of N pictures. BadRequest for a size that is no level."""


def freeze(generator: Generator, w: Tensor, dtype: torch.dtype = torch.bfloat16) -> Frozen:
    """Freeze at w (N, layers, width), with weights in `dtype`. Later changes of the generator's weights do not reach it."""
    with torch.no_grad(), torch.autocast(w.device.type, enabled=False):
        return _FrozenStyle(generator, w, dtype) if isinstance(generator, StyleGenerator) else _Still(generator, w)


class _FrozenStyle(Frozen):
    def __init__(self, generator: StyleGenerator, w: Tensor, dtype: torch.dtype) -> None:
        self._generator = generator
        self._levels = [_FrozenLevel(level, w, dtype) for level in generator.levels if isinstance(level, Level)]
        constant = generator.constant.to(dtype).expand(len(w), -1, -1, -1)
        self._start = self._levels[0].conv(constant)  # nothing before the first noise ever changes

    def __call__(self, noise: Noise | None, size: int | None = None) -> Tensor:
        side = self._generator.side(size)
        with torch.no_grad():
            first = self._levels[0]
            x = _activated(self._start.clone(), first.conv, noise, 0)
            picture = first.rgb(x).float()
            for level in self._levels[1:]:
                if picture.shape[-1] == side:
                    break
                x = level(x, noise)
                picture = doubled(picture).add_(level.rgb(x))
            return picture


class _FrozenLevel:
    def __init__(self, level: Level, w: Tensor, dtype: torch.dtype) -> None:
        self._slot = 2 * level.number
        self._up = _at(level.up, w[:, self._slot - 1], dtype) if level.up is not None else None
        self.conv = _at(level.conv, w[:, self._slot], dtype)
        self.rgb = _at(level.rgb, w[:, self._slot + 1], dtype)

    def __call__(self, x: Tensor, noise: Noise | None) -> Tensor:
        if self._up is not None:
            x = _activated(doubled(self._up(x)), self._up, noise, self._slot - 1)
        return _activated(self.conv(x), self.conv, noise, self._slot)


def _at(convolution: ModulatedConv | ToRGB, w: Tensor, dtype: torch.dtype) -> Folded | Shared:
    return convolution.fold(w, dtype) if len(w) == 1 else convolution.share(w, dtype)


def _activated(x: Tensor, convolution: Folded | Shared, noise: Noise | None, layer: int) -> Tensor:
    """Noise and the leaky ReLU, in place. Noise far below the last bit of values about 1, which they have here, is left out."""
    if noise is not None and abs(convolution.noise) > torch.finfo(x.dtype).eps / 4:
        drawn = noise.draw(layer, x) * convolution.noise
        x.add_(drawn.expand_as(x).contiguous(memory_format=torch.channels_last))  # spread first: 7 times as fast with few channels
    return F.leaky_relu_(x, SLOPE)


class _Still(Frozen):
    """Without style and noise a w is a picture: it is kept."""

    def __init__(self, generator: Generator, w: Tensor) -> None:
        self._generator = generator
        training = generator.training
        generator.eval()  # the statistics of a batch of one say nothing
        self._picture = generator.synthesize(w, None)
        generator.train(training)

    def __call__(self, noise: Noise | None, size: int | None = None) -> Tensor:
        side = self._generator.side(size)
        return self._picture.clone() if side == self._picture.shape[-1] else F.interpolate(self._picture, size=(side, side), mode="area")
