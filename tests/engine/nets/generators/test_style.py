from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.nets.generators import Noise
from engine.nets.generators.modulation import ModulatedConv
from engine.nets.generators.style import Mapping

from .tiny_generators import TINY, tiny_generator


def test_scaling_activations_equals_scaling_every_pictures_weights() -> None:
    """StyleGAN2, equations 1 and 3, with one kernel a picture as in the paper."""
    conv, x, w = ModulatedConv(5, 6, 8), torch.randn(3, 5, 7, 7), torch.randn(3, 8)
    style = conv.affine(w)
    weight = conv.weight[None] * conv.scale * style[:, None, :, None, None]
    weight = weight * (weight.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()
    grouped = F.conv2d(x.reshape(1, 15, 7, 7), weight.reshape(18, 5, 3, 3), padding=1, groups=3).reshape(3, 6, 7, 7)
    torch.testing.assert_close(conv(x, w, None, 0), F.leaky_relu(grouped, 0.2), rtol=1e-4, atol=1e-5)


def test_a_new_convolution_keeps_the_variance_whatever_the_style() -> None:
    torch.manual_seed(0)
    conv = ModulatedConv(64, 64, 8)
    x = torch.randn(2, 64, 16, 16)
    style, demodulation = conv.modulation(torch.randn(2, 8) * 3)
    y = F.conv2d(x * style[:, :, None, None], conv.kernel()) * demodulation[:, :, None, None]
    assert y.std((1, 2, 3)).tolist() == pytest.approx([1.0, 1.0], rel=0.1)


def test_the_mapping_sees_the_latents_direction_only() -> None:
    mapping, z = Mapping(8, 2), torch.randn(4, 8)
    torch.testing.assert_close(mapping(z), mapping(3 * z))


def test_every_style_slot_matters() -> None:
    generator = tiny_generator()
    w = generator.broadcast(generator.map(torch.randn(1, generator.latent))).clone()
    base = generator.synthesize(w, None)
    for layer in range(generator.layers):
        changed = w.clone()
        changed[:, layer] = generator.map(torch.randn(1, generator.latent))
        assert (generator.synthesize(changed, None) - base).abs().max() > 1e-4


def test_a_preview_is_the_pyramids_level() -> None:
    generator = tiny_generator()
    w, noise = generator.broadcast(generator.map(torch.randn(1, generator.latent))), Noise.seeded([2])
    for name, parameter in generator.named_parameters():
        if name == "levels.2.rgb.weight":
            torch.nn.init.zeros_(parameter)
    preview = generator.synthesize(w, noise, TINY.size // 2)
    torch.testing.assert_close(generator.synthesize(w, noise), F.interpolate(preview, scale_factor=2.0, mode="bilinear"))


def test_truncation_draws_towards_the_tracked_mean() -> None:
    generator = tiny_generator().train()
    w = generator.map(torch.randn(16, generator.latent))
    for _ in range(2000):
        generator.track_mean(w)
    torch.testing.assert_close(generator.mean_w, w.mean(0).detach(), rtol=1e-3, atol=1e-3)
    assert torch.equal(generator.broadcast(w), w[:, None].expand(-1, generator.layers, -1))
    torch.testing.assert_close(generator.broadcast(w, 0.0)[:, 0], generator.mean_w.expand(16, -1))
    half = generator.broadcast(w, 0.5)[:, 3]
    torch.testing.assert_close(half, (w + generator.mean_w) / 2)


def test_the_mean_rests_outside_training() -> None:
    generator = tiny_generator()
    generator(torch.randn(4, generator.latent))
    assert not generator.mean_w.any()
    generator.train()(torch.randn(4, generator.latent))
    assert generator.mean_w.any()


def test_autocast_computes_styles_in_full_precision() -> None:
    generator = tiny_generator()
    z, noise = torch.randn(2, generator.latent), Noise.seeded([1, 2])
    exact = generator(z, noise)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(generator.map(z), generator.map(z).float())
        half = generator(z, noise)
    assert half.dtype == torch.float32
    assert (half - exact).square().mean().sqrt() < 0.02 * exact.std()


def test_every_parameter_learns() -> None:
    generator = tiny_generator().train()
    generator(torch.randn(4, generator.latent), Noise.fresh(torch.Generator())).square().mean().backward()
    silent = [name for name, parameter in generator.named_parameters() if parameter.grad is None or not parameter.grad.any()]
    assert silent == []


def test_features_stay_channels_last() -> None:
    generator = tiny_generator()
    seen: list[bool] = []
    for layer in (layer for layer in generator.modules() if isinstance(layer, ModulatedConv)):
        layer.register_forward_hook(lambda *call: seen.append(call[2].is_contiguous(memory_format=torch.channels_last)))
    generator(torch.randn(2, generator.latent))
    assert seen == [True] * 5
