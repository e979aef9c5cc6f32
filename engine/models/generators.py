"""Generators among the models: a file to make pictures with, and perhaps one beside it to train on from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.api.errors import WrongModel
from engine.api.latent import ModelKey
from engine.api.manifest import Manifest
from engine.models import registry
from engine.nets.generators import Generator, Noise

ARCHITECTURE = "generator"


def training_file(model: Path) -> Path:
    """The raw generator and the critic of a model, in a file of its own beside it: only training reads it."""
    return model.with_name(f"{model.stem}{registry.TRAINING_SUFFIX}")


def load_generator(manifest: Manifest) -> Generator:
    """`registry.load`, of a model that must be a generator; raises WrongModel where it is another network."""
    network = registry.load(manifest)
    if not isinstance(network, Generator):
        raise WrongModel(manifest.id, f"a {manifest.architecture}, not a generator")
    return network


class GeneratorModel:
    """A trained generator, ready to run on its device, in fp32: a seed should be the same picture on every machine."""

    def __init__(self, manifest: Manifest, network: Generator, device: torch.device) -> None:
        self.manifest, self.device = manifest, device
        self.network = network.to(device)

    @cached_property
    def key(self) -> ModelKey:
        """The model and its version: codes name what they belong to by it. The file is read once (20 ms for 8 MB)."""
        return ModelKey(self.manifest.id, registry.fingerprint(self.manifest))

    @property
    def size(self) -> int:
        """The side of its pictures in pixels."""
        return self.network.config.size

    @torch.no_grad()
    def pictures(self, seeds: Sequence[int], truncation: float = 1.0) -> Tensor:
        """uint8 (N, 3, size, size) on the CPU; a seed (0 or more) decides latent and noise, whatever it is batched with."""
        z = torch.stack([latent(seed, self.network.latent) for seed in seeds]).to(self.device)
        styles = self.network.broadcast(self.network.map(z), truncation)
        made = self.network.synthesize(styles, Noise.seeded(seeds))
        return made.clamp(-1, 1).add(1).mul(127.5).round().byte().cpu()


def latent(seed: int, width: int) -> Tensor:
    """The latent (width,) of a seed, drawn on the CPU; from another stream than the noise of the same seed."""
    stream = int(np.random.SeedSequence((seed, width)).generate_state(1, np.uint64)[0] >> 1)
    return torch.randn(width, generator=torch.Generator().manual_seed(stream))
