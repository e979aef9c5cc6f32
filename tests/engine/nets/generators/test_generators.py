"""What holds for every kind of generator and critic."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine.api.errors import BadRequest
from engine.nets.generators import GeneratorConfig, Noise, build_critic, build_generator, freeze, preset

from .tiny_generators import ALL, tiny_generator


def _parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(("size", "parameters", "macs"), [(64, 2.7e6, 228e6), (128, 4.0e6, 928e6), (256, 4.0e6, 1158e6)])
def test_the_presets_cost_what_they_were_chosen_for(size: int, parameters: float, macs: float) -> None:
    generator = build_generator(preset(size))
    assert _parameters(generator) == pytest.approx(parameters, rel=0.02)
    with FlopCounterMode(display=False) as counter:
        generator(torch.randn(1, generator.latent))
    assert counter.get_total_flops() / 2 == pytest.approx(macs, rel=0.005)


def test_dcgan_costs_what_its_recipe_does() -> None:
    generator = build_generator(preset(64, "dcgan"))
    assert _parameters(generator) == pytest.approx(3.6e6, rel=0.02)
    with FlopCounterMode(display=False) as counter:
        generator(torch.randn(1, 100))
    assert counter.get_total_flops() / 2 == pytest.approx(105e6, rel=0.02)


@pytest.mark.parametrize("config", ALL, ids=lambda config: config.kind)
def test_shapes_and_range(config: GeneratorConfig) -> None:
    generator, critic = tiny_generator(config), build_critic(config)
    w = generator.map(torch.randn(4, generator.latent))
    assert w.shape == (4, generator.width)
    layers = generator.broadcast(w)
    assert layers.shape == (4, generator.layers, generator.width)
    pictures = generator.synthesize(layers, Noise.seeded(range(4)))
    assert pictures.shape == (4, 3, config.size, config.size)
    assert pictures.dtype == torch.float32
    assert 0.01 < pictures.std() < 1.5
    assert critic(pictures).shape == (4,)


@pytest.mark.parametrize("config", ALL, ids=lambda config: config.kind)
@pytest.mark.parametrize("build", [build_generator, build_critic])
def test_the_global_seed_decides_all_weights(build: Callable[[GeneratorConfig], nn.Module], config: GeneratorConfig) -> None:
    weights = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        weights.append(torch.cat([value.flatten().float() for value in build(config).state_dict().values()]))
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize("config", ALL, ids=lambda config: config.kind)
def test_smaller_pictures_resemble_the_large_one(config: GeneratorConfig) -> None:
    generator = tiny_generator(config, noise=0.0)
    w = generator.broadcast(generator.map(torch.randn(2, generator.latent)))
    for side in config.sides:
        assert generator.synthesize(w, None, side).shape == (2, 3, side, side)
    assert torch.equal(generator.synthesize(w, None, config.size), generator.synthesize(w, None))
    with pytest.raises(BadRequest, match="pixels a side"):
        generator.synthesize(w, None, config.size * 2)
    with pytest.raises(BadRequest, match="pixels a side"):
        generator.synthesize(w, None, 7)


@pytest.mark.parametrize("config", ALL, ids=lambda config: config.kind)
def test_a_frozen_generator_makes_the_same_picture(config: GeneratorConfig) -> None:
    generator = tiny_generator(config)
    w = generator.broadcast(generator.map(torch.randn(1, generator.latent)))
    noise = Noise.seeded([5])
    frozen = freeze(generator, w)
    for side in config.sides:
        wanted = generator.synthesize(w, noise, side)
        error = (frozen(noise, side) - wanted).square().mean().sqrt()
        assert error < 0.02 * wanted.std()
    with pytest.raises(BadRequest, match="pixels a side"):
        frozen(noise, 5)


@pytest.mark.parametrize("config", ALL, ids=lambda config: config.kind)
def test_the_memory_layout_does_not_change_the_result(config: GeneratorConfig) -> None:
    for network, x in (
        (tiny_generator(config), torch.randn(2, config.latent)),
        (build_critic(config), torch.randn(2, 3, config.size, config.size)),
    ):
        plain = copy.deepcopy(network.eval())
        for parameter in plain.parameters():
            parameter.data = parameter.data.contiguous()
        torch.testing.assert_close(network(x), plain(x), rtol=1e-4, atol=1e-5)
