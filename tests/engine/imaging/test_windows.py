from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.imaging.windows import ArrayRaster, Enlarged, Gridless, Rect


def noise(height: int, width: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 65536, (height, width, channels), np.uint16)


@pytest.mark.parametrize("size", [(40, 30), (83, 61), (160, 120), (41, 90)])
def test_windows_are_parts_of_the_whole_to_the_last_bit(size: tuple[int, int]) -> None:
    width, height = size
    source = Enlarged.stretched(ArrayRaster(noise(30, 40)), width, height)
    whole = source.window(Rect(0, 0, width, height))
    rng = np.random.default_rng(1)
    for _ in range(20):
        left, top = int(rng.integers(0, width)), int(rng.integers(0, height))
        right, bottom = int(rng.integers(left, width)) + 1, int(rng.integers(top, height)) + 1
        assert np.array_equal(source.window(Rect(left, top, right, bottom)), whole[top:bottom, left:right])


def test_at_its_own_size_it_is_the_picture() -> None:
    samples = noise(30, 40)
    window = Enlarged.stretched(ArrayRaster(samples), 40, 30).window(Rect(3, 4, 20, 30))
    assert np.array_equal(window, samples[4:30, 3:20] / np.float32(65535))


def test_it_enlarges_as_a_cubic_kernel_does() -> None:
    coarse = Image.fromarray(np.random.default_rng(0).integers(60, 196, (8, 10), np.uint8))
    soft = np.asarray(coarse.resize((80, 64), Image.Resampling.BICUBIC))
    ours = Enlarged.stretched(ArrayRaster(soft[..., None]), 200, 160).window(Rect(0, 0, 200, 160))[..., 0] * 255
    theirs = np.asarray(Image.fromarray(soft).resize((200, 160), Image.Resampling.BICUBIC)).astype(float)
    assert np.abs(ours - theirs)[8:-8, 8:-8].max() < 1.1  # theirs is rounded twice


def test_covering_cuts_evenly() -> None:
    samples = np.zeros((10, 30, 1), np.uint8)
    samples[:, 10:20] = 255
    middle = Enlarged.covering(ArrayRaster(samples), 20, 20).window(Rect(0, 0, 20, 20))
    assert middle[:, 2:-2].min() == 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gridless_windows_are_parts_of_the_whole(dtype: type[np.uint8 | np.uint16]) -> None:
    source = Gridless(ArrayRaster(noise(30, 40).astype(dtype)))
    whole = source.read(Rect(0, 0, 40, 30))
    assert whole.dtype == dtype
    for rect in (Rect(0, 0, 7, 30), Rect(5, 6, 6, 7), Rect(33, 1, 40, 29)):
        assert np.array_equal(source.read(rect), whole[rect.top : rect.bottom, rect.left : rect.right])


def test_gridless_it_has_no_grid_and_keeps_its_waves() -> None:
    x = np.arange(64)
    waves = 30000 + 8000 * np.sin(2 * np.pi * x / 16)
    samples = np.tile((waves + 5000 * (-1) ** x).astype(np.uint16)[None, :, None], (20, 1, 3))
    even = Gridless(ArrayRaster(samples)).read(Rect(0, 0, 64, 20))[:, 4:-4].astype(float)
    assert np.abs(even - waves[4:-4, None]).max() < 20


def test_gridless_white_stays_white_and_threads_are_no_trouble() -> None:
    for shape in ((1, 1, 3), (1, 9, 3), (3, 2, 3)):
        white = np.full(shape, 65535, np.uint16)
        assert np.array_equal(Gridless(ArrayRaster(white)).read(Rect(0, 0, shape[1], shape[0])), white)


def test_a_rectangle_of_an_enlarged_picture_comes_from_the_smallest_around_it() -> None:
    rect = Rect(3, 4, 8, 9)
    assert rect.source(4) == Rect(0, 1, 2, 3)
    assert rect.times(4).source(4) == rect
    around = rect.source(4).times(4)
    samples = np.arange(around.height * around.width).reshape(around.height, around.width)
    assert np.array_equal(samples[rect.within(around)], samples[0:5, 3:8])
