from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.training.generator.augment import CUT, SHIFT, apply, draw


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def pictures() -> Tensor:
    return torch.rand(64, 3, 16, 16, generator=rng(5)) * 2 - 1


def test_without_probability_nothing_changes(pictures: Tensor) -> None:
    torch.testing.assert_close(apply(pictures, draw(64, 0.0, rng())), pictures)


def test_with_some_probability_some_pictures_change(pictures: Tensor) -> None:
    changed = (apply(pictures, draw(64, 0.1, rng())) - pictures).abs().amax((1, 2, 3)) > 1e-5
    assert 5 < int(changed.sum()) < 50


def test_the_same_draw_does_the_same_and_can_be_applied_in_parts(pictures: Tensor) -> None:
    drawn = draw(64, 0.9, rng())
    whole = apply(pictures, drawn)
    assert torch.equal(whole, apply(pictures, draw(64, 0.9, rng())))
    parts = [apply(pictures[part], drawn[part]) for part in (slice(0, 24), slice(24, 64))]
    assert torch.equal(whole, torch.cat(parts))
    assert not torch.equal(whole, apply(pictures, draw(64, 0.9, rng(1))))


def test_a_shift_moves_whole_pixels_and_leaves_grey() -> None:
    drawn = draw(1, 0.0, rng())
    drawn.shift[:] = torch.tensor([[SHIFT, -SHIFT]])  # 2 px down, 2 px to the left
    picture = torch.rand(1, 3, 16, 16) + 0.5
    moved = apply(picture, drawn)
    assert torch.equal(moved[..., 2:, :-2], picture[..., :-2, 2:])
    assert (moved[..., :2, :] == 0).all()
    assert (moved[..., -2:] == 0).all()


def test_a_cut_is_a_grey_square_of_half_the_side() -> None:
    drawn = draw(1, 0.0, rng())
    drawn.cut[:] = True
    drawn.centre[:] = 0.5
    cut = apply(torch.ones(1, 3, 16, 16), drawn)[0, 0]
    assert int((cut == 0).sum()) == int(16 * CUT) ** 2
    assert (cut[4:12, 4:12] == 0).all()


def test_gradients_reach_the_pictures(pictures: Tensor) -> None:
    x = pictures.requires_grad_()
    (gradient,) = torch.autograd.grad(apply(x, draw(64, 0.8, rng())).square().sum(), x)
    assert gradient.isfinite().all()
    assert (gradient.abs().amax((1, 2, 3)) > 0).all()


def test_tiny_pictures_are_not_shifted_and_do_not_fail() -> None:
    assert apply(torch.zeros(2, 3, 2, 2), draw(2, 1.0, rng())).shape == (2, 3, 2, 2)
