from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.training.generator.material import Dice, Purpose, StepNoise, floats, mirrored, picture_rng, stream, styles
from engine.training.generator.pieces import parts
from tests.tiny import tiny_generator

CPU = torch.device("cpu")


def drawn(noise: StepNoise, count: int = 20) -> torch.Tensor:
    """Of all pictures, for the third layer, at 4 x 4."""
    return noise.of(slice(0, count)).draw(2, torch.zeros(count, 3, 4, 4))


def pixels(count: int = 8) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, 3, 16, 16), np.uint8)


def test_streams_are_apart_and_stay_the_same() -> None:
    seeds = {stream(seed, step, purpose, attempt) for seed in (0, 1) for step in (0, 1) for purpose in Purpose for attempt in (0, 1)}
    assert len(seeds) == 8 * len(Purpose)
    assert stream(0, 0, Purpose.LATENTS) == stream(0, 0, Purpose.LATENTS) >= 0
    assert stream(-5, 0, Purpose.NOISE) != stream(5, 0, Purpose.NOISE)
    assert picture_rng(0, 3).integers(10**9) == picture_rng(0, 3).integers(10**9)


def test_pixels_become_minus_one_to_one() -> None:
    shown = floats(np.array([0, 255], np.uint8).reshape(2, 1, 1, 1).repeat(3, 1), CPU)
    assert shown.flatten().tolist() == [-1, -1, -1, 1, 1, 1]


def test_about_half_is_mirrored() -> None:
    pictures = floats(pixels(64), CPU)
    turned = (mirrored(pictures, torch.Generator().manual_seed(0)) != pictures).flatten(1).any(1)
    assert 20 < int(turned.sum()) < 44


def test_the_same_step_has_the_same_material_and_another_step_another() -> None:
    network = tiny_generator()
    one, two, other, attempt = (
        Dice(0, step, again).material(pixels(), network, CPU, True, 0.5, 0.4) for step, again in ((5, 0), (5, 0), (6, 0), (5, 1))
    )
    assert torch.equal(one.real, two.real)
    assert torch.equal(one.latents.z, two.latents.z)
    for different in (other, attempt):
        assert not torch.equal(one.latents.z, different.latents.z)
        assert not torch.equal(drawn(one.noise, 8), drawn(different.noise, 8))
    assert torch.equal(drawn(one.noise, 8), drawn(two.noise, 8))


def test_mixing_changes_the_upper_layers_of_some_pictures() -> None:
    network = tiny_generator()
    latents = Dice(0, 0).latents(32, network, 0.5)
    assert 5 < int((latents.crossing < network.layers).sum()) < 27
    assert int(latents.crossing.min()) >= 1
    mixed = styles(network, latents)
    plain = styles(network, Dice(0, 0).latents(32, network, 0.0))
    same = (mixed - plain).abs().amax((1, 2)) == 0
    assert torch.equal(same, latents.crossing == network.layers)
    assert torch.equal(mixed[:, 0], plain[:, 0])


def test_the_mean_style_follows_where_it_is_asked_to() -> None:
    network = tiny_generator().train()
    before = network.mean_w.clone()
    latents = Dice(0, 0).latents(4, network, 0.0)
    styles(network, latents)
    assert torch.equal(network.mean_w, before)
    styles(network, latents, track=True)
    assert not torch.equal(network.mean_w, before)


@pytest.mark.parametrize("size", [1, 3, 8, 16, 20])
def test_noise_is_the_same_however_a_batch_is_cut(size: int) -> None:
    whole = drawn(StepNoise(5, 20, CPU))
    assert whole.shape == (20, 1, 4, 4) and abs(float(whole.std()) - 1) < 0.2
    noise = StepNoise(5, 20, CPU)
    cut = [noise.of(part).draw(2, torch.zeros(part.stop - part.start, 3, 4, 4)) for part in parts(slice(0, 20), size)]
    assert torch.equal(torch.cat(cut), whole)
    assert len({float(value) for value in whole.flatten()}) == whole.numel(), "no two pictures share their noise"
    assert not torch.equal(StepNoise(5, 20, CPU).of(slice(0, 20)).draw(3, torch.zeros(20, 3, 4, 4)), whole)
