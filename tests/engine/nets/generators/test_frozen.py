from __future__ import annotations

import torch

from engine.nets.generators import Noise, build_generator, freeze, preset

from .tiny_generators import TINY_DCGAN, tiny_generator


def test_a_frozen_house_model_stays_within_two_percent() -> None:
    torch.manual_seed(2)
    generator = build_generator(preset(64)).eval()
    for name, parameter in generator.named_parameters():
        if name.endswith("noise_strength"):
            torch.nn.init.normal_(parameter, 0.0, 0.3)
    w, noise = generator.broadcast(generator.map(torch.randn(1, generator.latent))), Noise.seeded([9])
    with torch.no_grad():
        wanted = generator.synthesize(w, noise)
    frozen = freeze(generator, w)(noise)
    assert frozen.dtype == torch.float32
    assert (frozen - wanted).square().mean().sqrt() < 0.02 * wanted.std()


def test_in_full_precision_nothing_is_lost() -> None:
    generator = tiny_generator()
    w = generator.broadcast(generator.map(torch.randn(1, generator.latent)))
    for noise in (None, Noise.seeded([3])):
        torch.testing.assert_close(freeze(generator, w, torch.float32)(noise), generator.synthesize(w, noise), rtol=1e-4, atol=1e-5)


def test_the_same_frozen_picture_every_time_and_other_noise_when_asked() -> None:
    generator = tiny_generator()
    frozen = freeze(generator, generator.broadcast(generator.map(torch.randn(1, generator.latent))))
    first = frozen(Noise.seeded([1]))
    assert torch.equal(frozen(Noise.seeded([1])), first)
    assert not torch.equal(frozen(Noise.seeded([2])), first)


def test_training_on_does_not_reach_what_was_frozen() -> None:
    generator = tiny_generator()
    frozen = freeze(generator, generator.broadcast(generator.map(torch.randn(1, generator.latent))), torch.float32)
    before = frozen(None)
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.add_(1.0)
    assert torch.equal(frozen(None), before)


def test_freezing_leaves_batch_statistics_alone() -> None:
    generator = tiny_generator(TINY_DCGAN).train()
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    frozen = freeze(generator, torch.randn(1, 1, generator.latent))
    assert generator.training
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())
    frozen(None).zero_()
    assert frozen(None).any()


def test_several_pictures_at_once_are_those_of_their_own_styles() -> None:
    generator = tiny_generator()
    w = generator.broadcast(generator.map(torch.randn(3, generator.latent)))
    for noise in (None, Noise.seeded([3, 4, 5])):
        torch.testing.assert_close(freeze(generator, w, torch.float32)(noise), generator.synthesize(w, noise), rtol=1e-4, atol=1e-5)
    dcgan = tiny_generator(TINY_DCGAN).eval()
    latents = torch.randn(2, 1, dcgan.latent)
    torch.testing.assert_close(freeze(dcgan, latents)(None), dcgan.synthesize(latents, None))


def test_several_pictures_of_a_house_model_stay_within_four_percent() -> None:
    torch.manual_seed(2)
    generator = build_generator(preset(64)).eval()
    w = generator.broadcast(generator.map(torch.randn(4, generator.latent)))
    with torch.no_grad():
        wanted = generator.synthesize(w, None)
    far = (freeze(generator, w)(None) - wanted).square().mean((1, 2, 3)).sqrt()
    assert (far < 0.04 * wanted.std((1, 2, 3))).all()


def test_noise_that_bf16_would_lose_is_not_drawn() -> None:
    generator = tiny_generator()
    for name, parameter in generator.named_parameters():
        if name.endswith("noise_strength"):
            torch.nn.init.constant_(parameter, 1e-4)
    w = generator.broadcast(generator.map(torch.randn(1, generator.latent)))
    assert torch.equal(freeze(generator, w)(Noise.seeded([1])), freeze(generator, w)(None))
    assert not torch.equal(freeze(generator, w, torch.float32)(Noise.seeded([1])), freeze(generator, w, torch.float32)(None))
