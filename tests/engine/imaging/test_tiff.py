"""The TIFF files that other programs write: depths, layouts, byte orders, kinds of alpha."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tifffile

from engine.imaging.files import load_bytes
from engine.imaging.picture import Picture


def written(samples: npt.NDArray[Any], **options: Any) -> Picture:
    stream = io.BytesIO()
    options.setdefault("photometric", "rgb")
    tifffile.imwrite(stream, samples, metadata=None, **options)
    return load_bytes(stream.getvalue(), "picture.tif")


@pytest.fixture
def stored(rng: np.random.Generator) -> npt.NDArray[np.uint16]:
    return rng.integers(0, 65536, (33, 40, 3), dtype=np.uint16)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize(("compression", "predictor"), [(None, None), ("zlib", True), ("lzw", True), ("packbits", None), ("zstd", None)])
def test_deep_rgb(stored: npt.NDArray[np.uint16], byteorder: str, compression: str | None, predictor: bool | None) -> None:
    picture = written(stored, byteorder=byteorder, compression=compression, predictor=predictor, rowsperstrip=8)
    assert picture.pixels.dtype == np.uint16
    np.testing.assert_array_equal(picture.pixels, stored)


def test_planes_tiles_and_bigtiff(stored: npt.NDArray[np.uint16]) -> None:
    np.testing.assert_array_equal(written(stored.transpose(2, 0, 1), planarconfig="separate").pixels, stored)
    np.testing.assert_array_equal(written(stored, tile=(16, 16)).pixels, stored)
    np.testing.assert_array_equal(written(stored, bigtiff=True).pixels, stored)


def test_grey_both_ways_round(stored: npt.NDArray[np.uint16]) -> None:
    grey = stored[..., 0]
    np.testing.assert_array_equal(written(grey, photometric="minisblack").pixels, np.repeat(grey[..., None], 3, axis=2))
    np.testing.assert_array_equal(written(grey, photometric="miniswhite").pixels[..., 0], 65535 - grey)


def test_orientation(stored: npt.NDArray[np.uint16]) -> None:
    picture = written(stored, extratags=[(274, "H", 1, 6, True)])
    np.testing.assert_array_equal(picture.pixels, np.rot90(stored, -1))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_straight_alpha_and_other_channels(rng: np.random.Generator, dtype: type[np.unsignedinteger[Any]]) -> None:
    samples = rng.integers(0, np.iinfo(dtype).max, (6, 7, 5), dtype=dtype)
    picture = written(samples[..., :4], extrasamples=["unassalpha"])
    np.testing.assert_array_equal(picture.pixels, samples[..., :3])
    np.testing.assert_array_equal(picture.alpha, samples[..., 3])
    assert written(samples[..., :4], extrasamples=["unspecified"]).alpha is None
    picture = written(samples, extrasamples=["unspecified", "unassalpha"])
    np.testing.assert_array_equal(picture.alpha, samples[..., 4])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_premultiplied_alpha_is_divided_out(dtype: type[np.unsignedinteger[Any]]) -> None:
    full = int(np.iinfo(dtype).max)
    half = full // 2
    samples = np.array([[[half, 0, half // 2, half], [full, 5, 0, full], [9, 9, 9, 0]]], dtype)
    picture = written(samples, extrasamples=["assocalpha"])
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[half, full, 0]]
    assert np.abs(picture.pixels[0, 0].astype(int) - (full, 0, full // 2)).max() <= 2
    assert picture.pixels[0, 1].tolist() == [full, 5, 0]
    assert picture.pixels[0, 2].tolist() == [0, 0, 0]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_are_clipped_to_the_unit_range(dtype: type[np.floating[Any]]) -> None:
    picture = written(np.array([[[-1.0, 0.5, 1.0], [2.5, np.nan, np.inf]]], dtype))
    assert picture.pixels.dtype == np.uint16
    assert picture.pixels.tolist() == [[[0, 32768, 65535], [65535, 0, 65535]]]


def test_32_and_12_bit_integers() -> None:
    assert written(np.array([[[0, 2**31, 2**32 - 1]]], np.uint32)).pixels.tolist() == [[[0, 32768, 65535]]]
    twelve = np.array([[0, 1024, 4095]], np.uint16)
    assert written(twelve, photometric="minisblack", bitspersample=12).pixels[..., 0].tolist() == [[0, 16388, 65535]]


def test_first_page_of_many(stored: npt.NDArray[np.uint16]) -> None:
    np.testing.assert_array_equal(written(np.stack([stored, stored // 2])).pixels, stored)
