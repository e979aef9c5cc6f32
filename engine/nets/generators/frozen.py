"""A generator frozen at one w: style and demodulation are folded into the weights, which are then kept in bf16.

Made for the hand on a slider and for animation: as long as w stays, a picture costs plain convolutions only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.nets.generators.equalised import SLOPE
from engine.nets.generators.generator import Generator
from engine.nets.generators.modulation import Folded, doubled
from engine.nets.generators.noise import Noise
from engine.nets.generators.style import Level, StyleGenerator


class Frozen(ABC):
    """The picture of one w, within 2 % of its standard deviation in bf16."""

    @abstractmethod
    def __call__(self, noise: Noise | None, size: int | None = None) -> Tensor:
        """-> (1, 3, size, size) in fp32, about -1..1; `noise` of one picture. BadRequest for a size that is no level."""


def freeze(generator: Generator, w: Tensor, dtype: torch.dtype = torch.bfloat16) -> Frozen:
    """Freeze at w (1, layers, width), with weights in `dtype`. Later changes of the generator's weights do not reach it."""
    if w.shape[0] != 1:
        raise ValueError(f"a generator is frozen at one w, not at {w.shape[0]}")
    with torch.no_grad(), torch.autocast(w.device.type, enabled=False):
        return _FrozenStyle(generator, w, dtype) if isinstance(generator, StyleGenerator) else _Still(generator, w)


class _FrozenStyle(Frozen):
    def __init__(self, generator: StyleGenerator, w: Tensor, dtype: torch.dtype) -> None:
        self._generator = generator
        self._levels = [_FrozenLevel(level, w, dtype) for level in generator.levels if isinstance(level, Level)]
        self._start = self._levels[0].conv(generator.constant.to(dtype))  # nothing before the first noise ever changes

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
        self._up = level.up.fold(w[:, self._slot - 1], dtype) if level.up is not None else None
        self.conv = level.conv.fold(w[:, self._slot], dtype)
        self.rgb = level.rgb.fold(w[:, self._slot + 1], dtype)

    def __call__(self, x: Tensor, noise: Noise | None) -> Tensor:
        if self._up is not None:
            x = _activated(doubled(self._up(x)), self._up, noise, self._slot - 1)
        return _activated(self.conv(x), self.conv, noise, self._slot)


def _activated(x: Tensor, folded: Folded, noise: Noise | None, layer: int) -> Tensor:
    """Noise and the leaky ReLU, in place."""
    if noise is not None and folded.noise:
        drawn = noise.draw(layer, x) * folded.noise
        x.add_(drawn.expand_as(x).contiguous(memory_format=torch.channels_last))  # spread first: 7 times as fast with few channels
    return F.leaky_relu_(x, SLOPE)


class _Still(Frozen):
    """Without style and noise one w is one picture: it is kept."""

    def __init__(self, generator: Generator, w: Tensor) -> None:
        self._generator = generator
        training = generator.training
        generator.eval()  # the statistics of a batch of one say nothing
        self._picture = generator.synthesize(w, None)
        generator.train(training)

    def __call__(self, noise: Noise | None, size: int | None = None) -> Tensor:
        side = self._generator.side(size)
        return self._picture.clone() if side == self._picture.shape[-1] else F.interpolate(self._picture, size=(side, side), mode="area")
