from __future__ import annotations

import torch

from engine.nets.generators.dense import PIECES, Maxout

from .tiny_generators import TINY_DENSE, tiny_generator


def test_maxout_takes_the_largest_piece() -> None:
    maxout, x = Maxout(3, 4), torch.randn(2, 3)
    pieces = x @ maxout.pieces.weight.t() + maxout.pieces.bias
    expected = torch.stack([pieces[:, unit * PIECES : (unit + 1) * PIECES].max(1).values for unit in range(4)], 1)
    torch.testing.assert_close(maxout(x), expected)


def test_w_is_the_latent_and_truncation_leaves_it() -> None:
    generator, z = tiny_generator(TINY_DENSE), torch.randn(3, 8)
    assert torch.equal(generator.map(z), z)
    assert torch.equal(generator.broadcast(z, 0.5)[:, 0], z)
    generator.train().track_mean(z)
    assert not generator.mean_w.any()
