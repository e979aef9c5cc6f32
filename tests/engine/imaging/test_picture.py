"""The value that all pictures are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.imaging.picture import Picture, to_uint8


def test_arrays_are_read_only_and_contiguous(deep_picture: Picture) -> None:
    turned = Picture(deep_picture.pixels[::-1, ::2], None)
    for array in (deep_picture.pixels, deep_picture.alpha, turned.pixels):
        assert array is not None
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def test_sizes() -> None:
    tall = Picture(np.zeros((30, 20, 3), np.uint8))
    assert (tall.width, tall.height, tall.long_edge, tall.bits) == (20, 30, 30, 8)


@pytest.mark.parametrize(
    ("pixels", "alpha"),
    [
        (np.zeros((4, 4), np.uint8), None),
        (np.zeros((4, 4, 4), np.uint8), None),
        (np.zeros((0, 4, 3), np.uint8), None),
        (np.zeros((4, 4, 3), np.float32), None),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5), np.uint8)),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint16)),
    ],
)
def test_wrong_arrays(pixels: Any, alpha: Any) -> None:
    with pytest.raises(ValueError, match=r"must be|does not fit"):
        Picture(pixels, alpha)


def test_every_16_bit_value_rounds_to_the_nearest() -> None:
    values = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(to_uint8(values), np.rint(values / 257).astype(np.uint8))
    assert to_uint8(to_uint8(values)).dtype == np.uint8
