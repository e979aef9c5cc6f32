"""Resampling keeps values, depth, edges and means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.imaging.picture import Picture
from engine.imaging.resampling import fitted_size, resize, resize_picture

DTYPES = [np.uint8, np.uint16]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3), (20, 30, 4)])
@pytest.mark.parametrize("size", [(7, 5), (61, 44), (1, 1)])
def test_flat_colour_stays(dtype: Any, shape: tuple[int, ...], size: tuple[int, int]) -> None:
    value = np.iinfo(dtype).max - 3
    resized = resize(np.full(shape, value, dtype), *size)
    assert resized.shape == (size[1], size[0], *shape[2:])
    assert resized.dtype == dtype
    assert (resized == value).all()


def test_16_bits_are_finer_than_8() -> None:
    ramp = np.repeat(np.linspace(1000, 1512, 64).astype(np.uint16)[None, :, None], 4, axis=0)
    resized = resize(ramp, 32, 4)[0, :, 0].astype(int)
    assert len(np.unique(resized)) == 32
    assert np.abs(resized - (ramp[0, ::2, 0].astype(int) + ramp[0, 1::2, 0]) / 2).max() < 3


def test_8_and_16_bits_agree(rng: np.random.Generator) -> None:
    small = rng.integers(64, 192, (40, 50, 3), dtype=np.uint8)
    deep = resize(small.astype(np.uint16) * 257, 21, 17)
    assert np.abs(deep / 257 - resize(small, 21, 17)).max() < 1.01


@pytest.mark.parametrize("dtype", DTYPES)
def test_overshoot_is_clipped(dtype: Any) -> None:
    edge = np.zeros((8, 8, 3), dtype)
    edge[:, 4:] = np.iinfo(dtype).max
    resized = resize(edge, 32, 32)
    assert (resized[:, :4] == 0).all()
    assert (resized[:, -4:] == np.iinfo(dtype).max).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_hidden_colours_do_not_bleed(dtype: Any) -> None:
    full = np.iinfo(dtype).max
    pixels = np.zeros((16, 16, 3), dtype)
    pixels[:, :8] = (full, 0, 0)
    pixels[:, 8:] = (0, full, 0)  # under full transparency
    alpha = np.zeros((16, 16), dtype)
    alpha[:, :8] = full
    resized = resize_picture(Picture(pixels, alpha), 5, 5)
    assert resized.alpha is not None
    seen = resized.alpha > full // 50
    assert seen.any()
    assert not seen.all()
    assert (resized.pixels[seen][:, 1] < full // 50).all()
    assert (resized.pixels[seen][:, 0] > full - full // 50).all()


def test_same_size_is_the_same_picture(deep_picture: Picture) -> None:
    assert resize_picture(deep_picture, deep_picture.width, deep_picture.height) is deep_picture


def test_no_size() -> None:
    with pytest.raises(ValueError, match="cannot resize"):
        resize(np.zeros((4, 4, 3), np.uint8), 0, 4)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 40_000), st.integers(1, 40_000), st.integers(1, 5_000))
def test_fitted_size(width: int, height: int, long_edge: int) -> None:
    fitted = fitted_size(width, height, long_edge)
    assert max(fitted) == min(long_edge, max(width, height))
    assert min(fitted) >= 1
    if min(fitted) > 1:
        assert abs(fitted[0] * height - fitted[1] * width) <= max(width, height)
