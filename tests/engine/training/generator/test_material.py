from __future__ import annotations

import numpy as np
import torch

from engine.training.generator.material import Dice, Purpose, floats, make, mirrored, picture_rng, stream
from tests.tiny import tiny_generator

CPU = torch.device("cpu")


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
        assert one.noise_seed != different.noise_seed


def test_mixing_changes_the_upper_layers_of_some_pictures() -> None:
    network = tiny_generator()
    latents = Dice(0, 0).latents(32, network, 0.5)
    assert 5 < int((latents.crossing < network.layers).sum()) < 27
    assert int(latents.crossing.min()) >= 1
    mixed = make(network, latents, 7)
    plain = make(network, Dice(0, 0).latents(32, network, 0.0), 7)
    same = (mixed - plain).abs().amax((1, 2, 3)) < 1e-5
    assert torch.equal(same, latents.crossing == network.layers)


def test_the_mean_style_follows_where_it_is_asked_to() -> None:
    network = tiny_generator().train()
    before = network.mean_w.clone()
    latents = Dice(0, 0).latents(4, network, 0.0)
    make(network, latents, 7)
    assert torch.equal(network.mean_w, before)
    make(network, latents, 7, track=True)
    assert not torch.equal(network.mean_w, before)
