"""How the noise of a style-based generator is drawn: afresh while it trains, from each picture's own seed when it is used."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

_STRIDE = 1_000_003  # a prime far above the number of layers: no two layers of two small seeds share a stream


class Noise(ABC):
    """Standard normal values, one for each place of a layer (StyleGAN, Karras et al. 2019, section 2)."""

    @abstractmethod
    def draw(self, layer: int, like: Tensor) -> Tensor:
        """(N, 1, h, w) for the features `like` (N, C, h, w) of style slot `layer`: on their device, in their dtype."""

    @staticmethod
    def fresh(generator: torch.Generator) -> Noise:
        """Other noise at every call, from `generator` and on its device."""
        return _Fresh(generator)

    @staticmethod
    def seeded(seeds: Sequence[int]) -> Noise:
        """Noise that belongs to a picture: the same whatever it is batched with, at whatever level and on whatever device.

        What was drawn is kept, so that the next picture with the same noise - a frame of an animation, the next move of a slider -
        does not pay for it.
        """
        return _Seeded(tuple(seeds))

    @staticmethod
    def found(planes: Mapping[int, Tensor], rest: Noise) -> Noise:
        """Planes (1, 1, h, w) by style slot, for any number of pictures; the other slots' noise is `rest`'s."""
        return _Found(planes, rest)


@dataclass(frozen=True)
class FoundNoise:
    """Planes (1, 1, h, w) by style slot that stand in for what a seed draws: those that make a photo more exactly."""

    seed: int
    planes: Mapping[int, Tensor]


class _Fresh(Noise):
    def __init__(self, generator: torch.Generator) -> None:
        self._generator = generator

    def draw(self, layer: int, like: Tensor) -> Tensor:
        shape = (like.shape[0], 1, *like.shape[2:])
        return torch.randn(shape, generator=self._generator, device=self._generator.device).to(like.device, like.dtype)


class _Found(Noise):
    def __init__(self, planes: Mapping[int, Tensor], rest: Noise) -> None:
        self._planes, self._rest = planes, rest

    def draw(self, layer: int, like: Tensor) -> Tensor:
        plane = self._planes.get(layer)
        if plane is None:
            return self._rest.draw(layer, like)
        return plane.to(like.device, like.dtype).expand(like.shape[0], -1, -1, -1)


class _Seeded(Noise):
    def __init__(self, seeds: tuple[int, ...]) -> None:
        self._seeds = seeds
        self._drawn: dict[tuple[int, torch.Size, torch.device, torch.dtype], Tensor] = {}

    def draw(self, layer: int, like: Tensor) -> Tensor:
        if like.shape[0] != len(self._seeds):
            raise ValueError(f"there are {len(self._seeds)} seeds of noise for {like.shape[0]} pictures")
        key = (layer, like.shape[2:], like.device, like.dtype)
        if key not in self._drawn:
            planes = [_plane(seed, layer, like.shape[2:]) for seed in self._seeds]
            self._drawn[key] = torch.stack(planes).to(like.device, like.dtype)
        return self._drawn[key]


def _plane(seed: int, layer: int, size: torch.Size) -> Tensor:
    generator = torch.Generator().manual_seed((seed * _STRIDE + layer) % 2**63)
    return torch.randn(1, *size, generator=generator)
