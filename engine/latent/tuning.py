"""A photo's tuning: small changes of a generator's weights, and noise of its own, in a blob.

The file is a safetensors file of differences by the weights' names, in fp16, with the noise's planes among them, called
`noise.SEED.SLOT`: they stand in for what that seed draws for that style slot.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from engine.api.errors import BlobMissing
from engine.nets.generators import FoundNoise, Generator
from engine.nets.generators.style import noisy_layers

NOISE = "noise."


def tuning_file(changes: Mapping[str, Tensor], noise: FoundNoise | None) -> bytes:
    """The bytes of a tuning: differences by the weights' names, and planes of noise."""
    planes = {} if noise is None else {f"{NOISE}{noise.seed}.{slot}": plane for slot, plane in noise.planes.items()}
    return save({key: value.detach().half().cpu().contiguous() for key, value in {**changes, **planes}.items()})


def with_tuning(network: Generator, data: bytes, name: str = "") -> Generator:
    """A copy of the network with a tuning in it. BlobMissing where the tuning does not fit."""
    try:
        changes = load(data)
        tuned = copy.deepcopy(network)
        weights = dict(tuned.named_parameters())
        with torch.no_grad():
            for key, change in changes.items():
                if not key.startswith(NOISE):
                    weights[key].add_(change.to(weights[key]))
        tuned.found_noise = _noise(changes, tuned)
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise BlobMissing(f"the tuning of {name or 'a photo'}") from error
    return tuned


def _noise(changes: Mapping[str, Tensor], network: Generator) -> FoundNoise | None:
    """None where there is none: it was not looked for, or by an earlier version. KeyError or ValueError where it does not fit."""
    layers, seeds, planes = noisy_layers(network), set[int](), dict[int, Tensor]()
    for key, plane in changes.items():
        if key.startswith(NOISE):
            seed, slot = map(int, key.removeprefix(NOISE).split("."))
            side, _ = layers[slot]
            if tuple(plane.shape) != (1, 1, side, side):
                raise ValueError(f"{key} has the shape {tuple(plane.shape)}")
            seeds.add(seed)
            planes[slot] = plane.to(network.mean_w)
    if len(seeds) > 1:
        raise ValueError("its noise is of several seeds")
    return FoundNoise(seeds.pop(), planes) if planes else None
