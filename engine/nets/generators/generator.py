"""What every generator can do: map a latent to w, and synthesize a picture from one w for each of its layers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator as Iterator
from functools import lru_cache
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.api.errors import BadRequest
from engine.nets.generators.config import GeneratorConfig
from engine.nets.generators.noise import FoundNoise, Noise

MEAN_STEP = 0.005
"""How far one batch moves the running mean of w (StyleGAN2's w_avg_beta is 0.995)."""


Pieces: TypeAlias = Iterator[tuple[Tensor, ...], tuple[Tensor, ...], Tensor]
"""A computation level by level: it yields what the next level goes on from, and goes on from what it is sent in its place."""


def in_one_go(pieces: Pieces) -> Tensor:
    """The result of a computation that comes in pieces."""
    try:
        carried = next(pieces)
        while True:
            carried = pieces.send(carried)
    except StopIteration as end:
        result: Tensor = end.value
        return result


@lru_cache(maxsize=4)
def _drawn(seed: int, count: int) -> Noise:
    """Drawn once for all pictures of a drag, a map or a search."""
    return Noise.seeded([seed] * count)


class Generator(nn.Module, ABC):
    """z (N, latent) -> w (N, width) -> pictures (N, 3, size, size) in fp32, about -1..1.

    `layers` is the number of style slots: a generator that takes its latent at one place only has one.
    """

    mean_w: Tensor

    def __init__(self, config: GeneratorConfig, layers: int) -> None:
        super().__init__()
        self.config = config
        self.latent = config.latent
        self.width = config.latent
        self.layers = layers
        self.found_noise: FoundNoise | None = None
        """Noise that belongs to the weights: of a generator that was tuned for a photo."""
        self.register_buffer("mean_w", torch.zeros(self.width))

    @abstractmethod
    def map(self, z: Tensor) -> Tensor:
        """z (N, latent), unit normal -> w (N, width), fp32."""

    def synthesize(self, w: Tensor, noise: Noise | None, size: int | None = None) -> Tensor:
        """w (N, layers, width) -> pictures (N, 3, size, size), fp32; `size` is one of `config.sides`, the largest by default.

        No noise gives the picture without its finest, arbitrary detail. BadRequest for a size that is none of the levels.
        """
        return in_one_go(self.pieces(w, noise, size))

    @abstractmethod
    def pieces(self, w: Tensor, noise: Noise | None, size: int | None = None) -> Pieces:
        """`synthesize` level by level: for a training that has to let others work in between."""

    def noise(self, seed: int | None, count: int) -> Noise | None:
        """What `synthesize` takes for `count` pictures with the noise of one seed; None: without."""
        if seed is None:
            return None
        drawn = _drawn(seed, count)
        found = self.found_noise
        return drawn if found is None or found.seed != seed else Noise.found(found.planes, drawn)

    def broadcast(self, w: Tensor, truncation: float = 1.0) -> Tensor:
        """w (N, width) for every layer (N, layers, width), drawn towards the mean where `truncation` is below 1."""
        return self.truncate(w, truncation)[:, None].expand(-1, self.layers, -1)

    def truncate(self, w: Tensor, truncation: float) -> Tensor:
        """w (..., width), drawn towards the mean where `truncation` is below 1."""
        return w if truncation == 1 else torch.lerp(self.mean_w, w, truncation)

    def track_mean(self, w: Tensor) -> None:
        """Let the running mean follow w (N, width). Only in training."""
        if self.training:
            with torch.no_grad():
                self.mean_w.lerp_(w.detach().float().mean(0), MEAN_STEP)

    def forward(self, z: Tensor, noise: Noise | None = None) -> Tensor:
        w = self.map(z)
        self.track_mean(w)
        return self.synthesize(self.broadcast(w), noise)

    def side(self, size: int | None) -> int:
        """`size`, or the largest; BadRequest where there is no such level."""
        if size is None:
            return self.config.size
        if size not in self.config.sides:
            levels = ", ".join(str(side) for side in self.config.sides)
            raise BadRequest(f"The size {size}", f"this generator makes pictures of {levels} pixels a side")
        return size


class Unmapped(Generator):
    """A generator of the years before style: w is the latent itself, taken at one place, and there is no noise but the latent."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(config, layers=1)

    @abstractmethod
    def picture_pieces(self, z: Tensor) -> Pieces:
        """z (N, latent) -> pictures (N, 3, size, size) in -1..1, in pieces."""

    def map(self, z: Tensor) -> Tensor:
        return z

    def truncate(self, w: Tensor, truncation: float) -> Tensor:
        """Without truncation: the latents are normal, so that hardly any lies near their mean and the network never saw one."""
        return w

    def track_mean(self, w: Tensor) -> None:
        """The mean of the latents is known: zero."""

    def pieces(self, w: Tensor, noise: Noise | None, size: int | None = None) -> Pieces:
        side = self.side(size)
        picture = (yield from self.picture_pieces(w[:, 0])).float()
        return picture if side == self.config.size else F.interpolate(picture, size=(side, side), mode="area")
