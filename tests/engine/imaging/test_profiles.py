"""Embedded colour profiles are applied, at 8 and at 16 bits; one that cannot be used is reported, never dropped in silence."""

from __future__ import annotations

import io
import zlib

import imagecodecs
import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from PIL import Image, ImageCms

from engine.imaging.files import load_bytes
from engine.imaging.profiles import srgb_profile, to_srgb

Bytes = npt.NDArray[np.uint8]


def patch(*colour: int) -> Bytes:
    return np.full((16, 16, len(colour)), colour, np.uint8)


def adobe_to_srgb(colour: tuple[int, int, int]) -> npt.NDArray[np.float64]:
    """By the definitions: Adobe RGB (1998) gamma 563/256 and its matrix to linear sRGB; IEC 61966-2-1's curve."""
    linear = (np.array(colour) / 255) ** (563 / 256)
    matrix = [[1.39836, -0.39836, 0.0], [0.0, 1.0, 0.0], [0.0, -0.04293, 1.04293]]
    srgb = np.clip(matrix @ linear, 0, 1)
    return np.where(srgb <= 0.0031308, 12.92 * srgb, 1.055 * srgb ** (1 / 2.4) - 0.055) * 255


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("colour", [(150, 110, 90), (90, 140, 100), (128, 128, 128)])
def test_adobe_rgb_files(adobe_rgb: bytes, file_format: str, colour: tuple[int, int, int]) -> None:
    stream = io.BytesIO()
    Image.fromarray(patch(*colour)).save(stream, file_format, icc_profile=adobe_rgb, lossless=True, quality=100)
    pixels = load_bytes(stream.getvalue(), "wide").pixels
    assert np.abs(pixels - adobe_to_srgb(colour)).max() < (2 if file_format in ("PNG", "WEBP", "TIFF") else 8)


def test_deep_files_are_converted_at_full_depth(adobe_rgb: bytes) -> None:
    stored = np.linspace(20000, 40000, 300).astype(np.uint16).reshape(10, 10, 3)
    tiff = io.BytesIO()
    tifffile.imwrite(tiff, stored, photometric="rgb", iccprofile=adobe_rgb, metadata=None)
    png = bytes(imagecodecs.png_encode(stored))
    chunk = b"iCCP" + b"wide\0\0" + zlib.compress(adobe_rgb)
    png = png[:33] + (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") + png[33:]
    expected = np.array([adobe_to_srgb(tuple(pixel / 257)) for pixel in stored.reshape(-1, 3)]).reshape(10, 10, 3) * 257
    for data in (tiff.getvalue(), png):
        picture = load_bytes(data, "wide")
        assert picture.bits == 16
        assert np.abs(picture.pixels - expected).max() < 100  # under half an 8-bit step
        assert len(np.unique(picture.pixels)) > 256


def test_linear_grey(linear_grey: bytes) -> None:
    stream = io.BytesIO()
    Image.fromarray(patch(55)[..., 0]).save(stream, "PNG", icc_profile=linear_grey)
    assert np.abs(load_bytes(stream.getvalue(), "linear.png").pixels.astype(int) - 128).max() <= 1


def test_alpha_is_no_colour(linear_grey: bytes) -> None:
    stream = io.BytesIO()
    Image.merge("LA", [Image.new("L", (4, 4), 55), Image.new("L", (4, 4), 55)]).save(stream, "PNG", icc_profile=linear_grey)
    picture = load_bytes(stream.getvalue(), "linear.png")
    assert picture.alpha is not None
    assert picture.alpha[0, 0] == 55
    assert abs(int(picture.pixels[0, 0, 0]) - 128) <= 1


def test_grey_pixels_with_an_rgb_profile(adobe_rgb: bytes) -> None:
    stream = io.BytesIO()
    Image.fromarray(patch(60)[..., 0]).save(stream, "PNG", icc_profile=adobe_rgb)
    pixels = load_bytes(stream.getvalue(), "grey.png").pixels
    assert np.abs(pixels - adobe_to_srgb((60, 60, 60))).max() < 2


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_cmyk_profile(inverse_cmyk: bytes, file_format: str) -> None:
    stream = io.BytesIO()
    Image.new("CMYK", (16, 16), (0, 0, 0, 255)).save(stream, file_format, icc_profile=inverse_cmyk)
    assert load_bytes(stream.getvalue(), "press").pixels.min() > 250  # black ink prints white on this press


def test_deep_cmyk_profile(inverse_cmyk: bytes) -> None:
    ink = np.zeros((4, 4, 4), np.uint16)
    ink[..., 3] = 65535
    stream = io.BytesIO()
    tifffile.imwrite(stream, ink, photometric="separated", iccprofile=inverse_cmyk, metadata=None)
    picture = load_bytes(stream.getvalue(), "press.tif")
    assert picture.bits == 16
    assert picture.pixels.min() > 64000


def test_lab_tiff() -> None:
    lab = ImageCms.profileToProfile(
        Image.fromarray(patch(200, 60, 40)), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    stream = io.BytesIO()
    lab.save(stream, "TIFF")
    assert np.abs(load_bytes(stream.getvalue(), "lab.tif").pixels.astype(int) - (200, 60, 40)).max() <= 3


def test_our_own_profile_changes_nothing(rng: np.random.Generator) -> None:
    pixels = rng.integers(0, 65536, (8, 8, 3), dtype=np.uint16)
    assert to_srgb(pixels, "rgb", srgb_profile(), "picture") is pixels


@pytest.mark.expects_log("the profile is damaged or of another colour space")
@pytest.mark.parametrize("broken", ["damaged", "of another space"])
def test_unusable_profile_is_reported(caplog: pytest.LogCaptureFixture, adobe_rgb: bytes, linear_grey: bytes, broken: str) -> None:
    profile = adobe_rgb[:200] if broken == "damaged" else linear_grey
    stream = io.BytesIO()
    Image.fromarray(patch(10, 20, 30)).save(stream, "PNG", icc_profile=profile)
    assert load_bytes(stream.getvalue(), "old.png").pixels[0, 0].tolist() == [10, 20, 30]
    assert "old.png" in caplog.text
    assert "taken as sRGB" in caplog.text


def test_the_srgb_profile_is_valid_and_undated() -> None:
    profile = srgb_profile()
    imagecodecs.cms_profile_validate(profile)
    assert profile[24:36] == bytes([0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
    assert len(profile) < 1000
