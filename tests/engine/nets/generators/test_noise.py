from __future__ import annotations

import pytest
import torch

from engine.nets.generators import Noise

from .tiny_generators import tiny_generator


def test_a_seed_draws_the_same_alone_and_in_any_batch() -> None:
    features = torch.zeros(3, 5, 8, 8)
    batch = Noise.seeded([7, 8, 9]).draw(2, features)
    assert batch.shape == (3, 1, 8, 8)
    assert torch.equal(batch[1:2], Noise.seeded([8]).draw(2, features[:1]))
    assert torch.equal(batch.flip(0), Noise.seeded([9, 8, 7]).draw(2, features))


def test_layers_and_seeds_have_noise_of_their_own() -> None:
    features = torch.zeros(1, 5, 8, 8)
    drawn = [Noise.seeded([seed]).draw(layer, features) for seed in (0, 1) for layer in (0, 1)]
    for i, first in enumerate(drawn):
        assert first.std() == pytest.approx(1.0, abs=0.3)
        assert all(not torch.equal(first, other) for other in drawn[i + 1 :])


def test_seeded_noise_needs_no_global_seed_and_leaves_it_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    Noise.seeded([3]).draw(0, torch.zeros(1, 1, 4, 4))
    assert torch.equal(torch.rand(1), expected)


def test_fresh_noise_repeats_only_with_its_generator() -> None:
    features = torch.zeros(2, 3, 4, 4)
    noise = Noise.fresh(torch.Generator().manual_seed(6))
    first, second = noise.draw(0, features), noise.draw(0, features)
    assert not torch.equal(first, second)
    assert not torch.equal(first[0], first[1])
    assert torch.equal(first, Noise.fresh(torch.Generator().manual_seed(6)).draw(0, features))


def test_noise_comes_in_the_features_precision() -> None:
    features = torch.zeros(1, 3, 4, 4, dtype=torch.bfloat16)
    for noise in (Noise.seeded([1]), Noise.fresh(torch.Generator())):
        assert noise.draw(0, features).dtype == torch.bfloat16


def test_seeds_for_another_number_of_pictures_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 seeds of noise for 3 pictures"):
        Noise.seeded([1, 2]).draw(0, torch.zeros(3, 1, 4, 4))


def test_a_picture_does_not_depend_on_those_beside_it() -> None:
    generator = tiny_generator()
    w = generator.broadcast(generator.map(torch.randn(3, generator.latent)))
    together = generator.synthesize(w, Noise.seeded([10, 11, 12]))
    alone = generator.synthesize(w[1:2], Noise.seeded([11]))
    torch.testing.assert_close(together[1:2], alone, rtol=1e-4, atol=1e-5)
    assert (generator.synthesize(w[1:2], Noise.seeded([10])) - alone).abs().max() > 1e-2
