"""Networks that build in a millisecond."""

from __future__ import annotations

import torch

from engine.nets.generators import Generator, GeneratorConfig, build_generator
from engine.nets.generators.modulation import ModulatedConv

TINY = GeneratorConfig(size=16, base=128, widest=16, narrowest=4, latent=8, mapping_layers=2)
TINY_DCGAN = GeneratorConfig("dcgan", size=16, base=64, widest=16, narrowest=4, latent=8, mapping_layers=0)
TINY_DENSE = GeneratorConfig("dense", size=8, widest=20, latent=8, mapping_layers=0)
ALL = (TINY, TINY_DCGAN, TINY_DENSE)


def tiny_generator(config: GeneratorConfig = TINY, noise: float = 0.3) -> Generator:
    """The same weights at every call; noise matters and batch statistics are known, as after some training."""
    torch.manual_seed(4)
    generator = build_generator(config)
    for layer in generator.modules():
        if isinstance(layer, ModulatedConv):
            torch.nn.init.constant_(layer.noise_strength, noise)
    if config.kind == "dcgan":
        for _ in range(30):
            generator(torch.randn(16, generator.latent))
    return generator.eval()
