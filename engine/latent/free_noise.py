"""Noise that a search may change, as in StyleGAN2's projector (Karras et al. 2020, arXiv 1912.04958, section 5 and appendix D).

What noise decides of a picture, no code can: where a generator leans on it, a search of the code alone misses even its own pictures.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.nets.generators import FoundNoise, Generator, Noise
from engine.nets.generators.style import noisy_layers

SHOWS = 0.002
"""Layers whose noise is weaker keep what their seed draws: it cannot be seen, and a frozen network leaves it out."""

SMALLEST_SIDE = 8
"""Down to which likeness to its neighbours is looked for in a plane."""


class FreeNoise:
    """Planes of noise that begin as a seed draws them, or as they were found. `noise` follows them as they change."""

    def __init__(self, network: Generator, seed: int, found: FoundNoise | None = None) -> None:
        drawn = network.noise(seed, 1)
        assert drawn is not None
        self._seed = seed
        self._planes: dict[int, Tensor] = {}
        for slot, (side, layer) in noisy_layers(network).items():
            if abs(float(layer.noise_strength.detach())) >= SHOWS:
                plane = drawn.draw(slot, network.mean_w.new_empty(1, 1, side, side)) if found is None else found.planes[slot]
                self._planes[slot] = plane.detach().clone().requires_grad_(True)
        self.noise = Noise.found(self._planes, drawn)

    @property
    def parameters(self) -> list[Tensor]:
        """None at all where the network takes no noise."""
        return list(self._planes.values())

    @property
    def found(self) -> FoundNoise | None:
        """The planes as they are now."""
        if not self._planes:
            return None
        return FoundNoise(self._seed, {slot: plane.detach().clone() for slot, plane in self._planes.items()})

    @torch.no_grad()
    def settle(self) -> None:
        """After a step: mean 0 and variance 1 again, which the network knows of noise."""
        for plane in self._planes.values():
            plane.sub_(plane.mean()).div_(plane.std().clamp(min=1e-6))

    def structure(self) -> Tensor:
        """How like their neighbours the planes' values are, at several sizes: 0 of true noise (appendix D). With a gradient."""
        return sum((_structure(plane) for plane in self._planes.values()), torch.zeros(()))


def _structure(plane: Tensor) -> Tensor:
    total = sum((plane * plane.roll(1, way)).mean().square() for way in (2, 3))
    assert isinstance(total, Tensor)
    if plane.shape[-1] <= SMALLEST_SIDE:
        return total
    return total + _structure(F.avg_pool2d(plane, 2) * 2)  # of variance 1 again
