"""Generators and their critics: one family by switches, from the first GAN to the style-based one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

from engine.nets.generators.config import GeneratorConfig, Kind, preset
from engine.nets.generators.critic import Critic, ResidualCritic
from engine.nets.generators.dcgan import DCGANCritic, DCGANGenerator, load_pytorch_dcgan, load_pytorch_dcgan_critic
from engine.nets.generators.dense import DenseCritic, DenseGenerator
from engine.nets.generators.frozen import Frozen, freeze
from engine.nets.generators.generator import Generator
from engine.nets.generators.noise import FoundNoise, Noise
from engine.nets.generators.style import StyleGenerator

Network = TypeVar("Network", bound=nn.Module)

__all__ = [
    "Critic",
    "FoundNoise",
    "Frozen",
    "Generator",
    "GeneratorConfig",
    "Kind",
    "Noise",
    "build_critic",
    "build_generator",
    "freeze",
    "load_pytorch_dcgan",
    "load_pytorch_dcgan_critic",
    "preset",
]


def build_generator(config: GeneratorConfig) -> Generator:
    """A new generator, its weights drawn from torch's global seed."""
    kinds: dict[Kind, Callable[[GeneratorConfig], Generator]]
    kinds = {"dense": DenseGenerator, "dcgan": DCGANGenerator, "style": StyleGenerator}
    return _laid_out(kinds[config.kind](config))


def build_critic(config: GeneratorConfig) -> Critic:
    """The critic that matches `config`'s generator, its weights drawn from torch's global seed."""
    kinds: dict[Kind, Callable[[GeneratorConfig], Critic]]
    kinds = {"dense": DenseCritic, "dcgan": DCGANCritic, "style": ResidualCritic}
    return _laid_out(kinds[config.kind](config))


def _laid_out(network: Network) -> Network:
    """With channels last, which convolutions run fastest in, on a CPU as on a GPU; what they compute follows their weights."""
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network
