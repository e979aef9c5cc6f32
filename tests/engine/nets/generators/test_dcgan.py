"""Beside the public PyTorch recipe (pytorch/examples, dcgan), whose two networks are written here as it describes them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.api.errors import BadRequest
from engine.nets.generators import build_critic, build_generator, load_pytorch_dcgan, load_pytorch_dcgan_critic, preset


def _recipe_generator(nz: int, ngf: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.ConvTranspose2d(nz, ngf * 8, 4, 1, 0, bias=False), nn.BatchNorm2d(ngf * 8), nn.ReLU(True)]
    for many, few in ((8, 4), (4, 2), (2, 1)):
        layers += [nn.ConvTranspose2d(ngf * many, ngf * few, 4, 2, 1, bias=False), nn.BatchNorm2d(ngf * few), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(ngf, 3, 4, 2, 1, bias=False), nn.Tanh())


def _recipe_critic(ndf: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(3, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
    for few, many in ((1, 2), (2, 4), (4, 8)):
        layers += [nn.Conv2d(ndf * few, ndf * many, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf * many), nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*layers, nn.Conv2d(ndf * 8, 1, 4, 1, 0, bias=False), nn.Sigmoid())


def _saved(network: nn.Sequential, prefix: str = "main.") -> dict[str, Tensor]:
    """Its state dict, with running statistics that a training has moved."""
    for layer in network:
        if isinstance(layer, nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            nn.init.normal_(layer.running_mean, 0.0, 0.1)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
    return {prefix + name: value.clone() for name, value in network.state_dict().items()}


@pytest.mark.parametrize("ngf", [64, 8])
def test_the_recipes_generator_makes_the_same_pictures_bit_for_bit(ngf: int) -> None:
    torch.manual_seed(7)
    recipe, z = _recipe_generator(100, ngf), torch.randn(4, 100)
    generator = load_pytorch_dcgan(_saved(recipe))
    assert generator.config.size == 64
    assert generator.latent == 100
    recipe.eval()
    w = generator.broadcast(generator.map(z))
    assert torch.equal(generator.synthesize(w, None), recipe(z[:, :, None, None]))
    recipe.train()
    generator.train()
    for _ in range(2):
        assert torch.equal(generator(z), recipe(z[:, :, None, None]))
    assert all(torch.equal(value, generator.main.state_dict()[name]) for name, value in recipe.state_dict().items())


@pytest.mark.parametrize("ndf", [64, 8])
def test_the_recipes_critic_judges_the_same_bit_for_bit(ndf: int) -> None:
    torch.manual_seed(8)
    recipe, pictures = _recipe_critic(ndf), torch.randn(4, 3, 64, 64)
    critic = load_pytorch_dcgan_critic(_saved(recipe))
    recipe.eval()
    assert torch.equal(critic(pictures).sigmoid(), recipe(pictures).flatten())
    recipe.train()
    critic.train()
    assert torch.equal(critic(pictures).sigmoid(), recipe(pictures).flatten())


def test_new_networks_have_the_recipes_layers_and_names() -> None:
    generator, critic = build_generator(preset(64, "dcgan")), build_critic(preset(64, "dcgan"))
    for ours, recipe in ((generator, _recipe_generator(100, 64)), (critic, _recipe_critic(64))):
        expected = {"main." + name: value.shape for name, value in recipe.state_dict().items()}
        assert {name: value.shape for name, value in ours.state_dict().items() if name != "mean_w"} == expected
    kernels = [value for name, value in generator.named_parameters() if value.dim() == 4]
    assert all(kernel.std().item() == pytest.approx(0.02, rel=0.05) for kernel in kernels)


def test_weights_saved_from_several_gpus_load_too() -> None:
    recipe = _recipe_generator(10, 4)
    generator = load_pytorch_dcgan(_saved(recipe, "module.main."))
    assert torch.equal(generator(torch.ones(2, 10)), recipe.eval()(torch.ones(2, 10, 1, 1)))


@pytest.mark.parametrize("load", [load_pytorch_dcgan, load_pytorch_dcgan_critic])
def test_other_weights_are_refused(load: object) -> None:
    assert callable(load)
    incomplete = _saved(_recipe_generator(10, 4))
    del incomplete["main.4.weight"]
    for weights in ({}, {"fc.weight": torch.zeros(3, 3)}, {"main.0.weight": torch.zeros(3)}, incomplete):
        with pytest.raises(BadRequest, match="DCGAN"):
            load(weights)
