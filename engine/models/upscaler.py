"""Upscalers as the engine uses them: on the chosen device and in its precision, a tile at a time."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from engine.api.manifest import Manifest
from engine.models.stylizer import without_gradients
from engine.nets.stylizer import Steps
from engine.nets.upscaler import UpscalerNet

TILE = 256
"""Side of the square of the small picture that is enlarged at once, less its halo."""


class Upscaler(Protocol):
    """What enlarges a tile: the house's network, or another's."""

    name: str
    fingerprint: str
    """The SHA-256 of its file."""
    scale: int
    halo: int
    """Pixels around a tile that its result depends on."""
    tile: int
    """Side of the tiles that suit it, in pixels of the small picture."""

    def tile_steps(self, tile: Tensor) -> Steps:
        """(1, 3, h, w) fp32 in 0..1 on the CPU -> (1, 3, scale h, scale w), not yet clamped."""
        ...


class UpscalerModel:
    """A trained upscaler of the house's kind."""

    def __init__(self, manifest: Manifest, fingerprint: str, network: UpscalerNet, device: torch.device, dtype: torch.dtype) -> None:
        self.name, self.fingerprint, self.device = manifest.id, fingerprint, device
        self.scale, self.halo, self.tile = network.config.scale, network.config.halo, TILE
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network.layers.to(dtype)

    def tile_steps(self, tile: Tensor) -> Steps:
        picture = yield from without_gradients(self.network.steps(tile.to(self.device)))
        return picture.cpu()
