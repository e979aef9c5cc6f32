"""Saving and loading again: what each format keeps, what it carries, and that its bytes never differ."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from engine.api.errors import BadRequest, DiskFull, FolderMissing, FormatLimit, NotWritable, UnknownFormat, WouldOverwrite
from engine.imaging.files import load, load_bytes, read_text, save, thumbnail
from engine.imaging.picture import Picture
from engine.imaging.profiles import srgb_profile

RECIPE = {"recipe": '{"style": "Van Gogh & <friends>", "größe": 1024}', "title": "Öl \n 日本 🎨"}
SUFFIXES = [".png", ".tif", ".jpg", ".webp"]


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    dtype = draw(st.sampled_from([np.uint8, np.uint16]))
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=9))
    pixels = draw(hnp.arrays(dtype, (*shape, 3)))
    return Picture(pixels, draw(st.none() | hnp.arrays(dtype, shape)))


def assert_same(picture: Picture, other: Picture) -> None:
    assert picture.pixels.dtype == other.pixels.dtype
    np.testing.assert_array_equal(picture.pixels, other.pixels)
    assert (picture.alpha is None) == (other.alpha is None)
    if picture.alpha is not None and other.alpha is not None:
        np.testing.assert_array_equal(picture.alpha, other.alpha)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(picture=pictures())
def test_png_and_tiff_keep_everything(tmp_path: Path, suffix: str, picture: Picture) -> None:
    path = tmp_path / f"picture{suffix}"
    save(picture, path, overwrite=True)
    assert_same(load(path), picture)


def test_lossless_webp_keeps_8_bits_and_alpha(tmp_path: Path, rng: np.random.Generator) -> None:
    picture = Picture(rng.integers(0, 256, (12, 9, 3), dtype=np.uint8), rng.integers(0, 256, (12, 9), dtype=np.uint8))
    save(picture, tmp_path / "picture.webp", lossless=True)
    assert_same(load(tmp_path / "picture.webp"), picture)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
def test_lossy_formats_follow_the_quality(tmp_path: Path, smooth: npt.NDArray[np.uint8], suffix: str) -> None:
    for quality in (20, 95):
        save(Picture(smooth), tmp_path / f"{quality}{suffix}", quality=quality)
    fine = load(tmp_path / f"95{suffix}").pixels.astype(int)
    assert np.abs(fine - smooth).mean() < 4
    assert (tmp_path / f"20{suffix}").stat().st_size < (tmp_path / f"95{suffix}").stat().st_size


def test_16_bits_become_8_where_they_must(tmp_path: Path, smooth: npt.NDArray[np.uint8]) -> None:
    deep = np.minimum(smooth.astype(np.uint32) * 257 + 100, 65535).astype(np.uint16)
    save(Picture(deep), tmp_path / "picture.webp", lossless=True)
    np.testing.assert_array_equal(load(tmp_path / "picture.webp").pixels, smooth)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_jpeg_puts_transparency_on_white(tmp_path: Path, dtype: Any) -> None:
    full = np.iinfo(dtype).max
    alpha = np.zeros((16, 48), dtype)
    alpha[:, 16:32], alpha[:, 32:] = full // 2, full
    save(Picture(np.zeros((16, 48, 3), dtype), alpha), tmp_path / "picture.jpg", quality=100)
    pixels = load(tmp_path / "picture.jpg").pixels[8, [8, 24, 40], 0].astype(int)
    assert np.abs(pixels - (255, 128, 0)).max() <= 2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_other_programs_see_the_profile_and_the_resolution(tmp_path: Path, smooth: npt.NDArray[np.uint8], suffix: str) -> None:
    path = tmp_path / f"picture{suffix}"
    save(Picture(smooth), path, dpi=300)
    with Image.open(path) as image:
        image.load()
        assert image.info["icc_profile"] == srgb_profile()
        dpi = image.info["dpi"] if suffix != ".webp" else (image.getexif()[0x011A], image.getexif()[0x011B])
        assert [round(float(value)) for value in dpi] == [300, 300]


def test_other_programs_read_our_tiff(tmp_path: Path, deep_picture: Picture) -> None:
    save(deep_picture, tmp_path / "picture.tif")
    with tifffile.TiffFile(tmp_path / "picture.tif") as tiff:
        assert [sample.name for sample in tiff.pages[0].extrasamples] == ["UNASSALPHA"]  # type: ignore[union-attr]
    with Image.open(tmp_path / "picture.tif") as image:
        np.testing.assert_array_equal(np.asarray(image)[..., :3], deep_picture.pixels >> 8)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_bytes_twice(tmp_path: Path, deep_picture: Picture, suffix: str) -> None:
    for name in ("one", "two"):
        save(deep_picture, tmp_path / f"{name}{suffix}", dpi=240, text=RECIPE)
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("text", [RECIPE, {}, {"": ""}, {"long": "é" * 8000}, {"control": "\x00\x7f]]>\ud800"}])
def test_text_comes_back(tmp_path: Path, deep_picture: Picture, suffix: str, text: Mapping[str, str]) -> None:
    path = tmp_path / f"picture{suffix}"
    save(deep_picture, path, text=text)
    assert read_text(path) == text
    assert load(path).width == deep_picture.width


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_text(tmp_path: Path, deep_picture: Picture, suffix: str) -> None:
    save(deep_picture, tmp_path / f"picture{suffix}")
    assert read_text(tmp_path / f"picture{suffix}") == {}


def test_text_of_other_programs_is_left_alone(tmp_path: Path, smooth: npt.NDArray[np.uint8]) -> None:
    for index, description in enumerate(["my holiday", "[1]", '{"sfumato": {"a": 1}}', '{"sfumato": []}', '{"shape": [1]}']):
        tifffile.imwrite(tmp_path / f"{index}.tif", smooth, description=description, metadata=None)
        assert read_text(tmp_path / f"{index}.tif") == {}
    for index, packet in enumerate([b"<x:xmpmeta", b"<a><b/></a>"]):
        Image.fromarray(smooth).save(tmp_path / f"{index}.jpg", xmp=packet)
        assert read_text(tmp_path / f"{index}.jpg") == {}


def test_text_rewritten_as_an_xmp_element(tmp_path: Path, smooth: npt.NDArray[np.uint8]) -> None:
    packet = f'<r><s:text xmlns:s="urn:sfumato:1.0">{json.dumps({"sfumato": {"a": "b"}})}</s:text></r>'
    Image.fromarray(smooth).save(tmp_path / "edited.webp", xmp=packet.encode())
    assert read_text(tmp_path / "edited.webp") == {"a": "b"}


def test_format_limits(tmp_path: Path) -> None:
    wide = Picture(np.zeros((1, 16_384, 3), np.uint8))
    with pytest.raises(FormatLimit, match=r"wide\.webp cannot hold .*WebP holds at most 16383 pixels on a side, this is 16384 × 1"):
        save(wide, tmp_path / "wide.webp")
    tall = Picture(np.zeros((65_501, 1, 3), np.uint8))
    with pytest.raises(FormatLimit, match=r"JPEG holds at most 65500 pixels"):
        save(tall, tmp_path / "tall.jpg")
    with pytest.raises(FormatLimit, match="its recipe takes"):
        save(Picture(wide.pixels[:, :9]), tmp_path / "chatty.jpg", text={"recipe": "x" * 70_000})
    assert list(tmp_path.iterdir()) == []
    save(Picture(wide.pixels[:, 1:]), tmp_path / "fits.webp")
    save(Picture(tall.pixels[1:]), tmp_path / "fits.jpg")


@pytest.mark.parametrize("name", ["picture.psd", "picture", "picture.png.bak", ".png"])
def test_unknown_format(tmp_path: Path, deep_picture: Picture, name: str) -> None:
    with pytest.raises(UnknownFormat, match=r"end the name with \.png"):
        save(deep_picture, tmp_path / name)


@pytest.mark.parametrize("options", [{"quality": 0}, {"quality": 101}, {"dpi": 0}, {"dpi": 1e9}])
def test_bad_options(tmp_path: Path, deep_picture: Picture, options: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="it must lie between 1 and"):
        save(deep_picture, tmp_path / "picture.jpg", **options)


def test_where_it_cannot_be_written(tmp_path: Path, deep_picture: Picture) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(FolderMissing):
        save(deep_picture, tmp_path / "nowhere" / "picture.png")
    with pytest.raises(NotWritable):
        save(deep_picture, tmp_path / "folder.png")


def test_overwriting_is_asked_for(tmp_path: Path, deep_picture: Picture) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"old")
    with pytest.raises(WouldOverwrite):
        save(deep_picture, path)
    assert path.read_bytes() == b"old"
    save(deep_picture, path, overwrite=True)
    assert_same(load(path), deep_picture)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_full_disk_leaves_the_old_file(tmp_path: Path, deep_picture: Picture, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    path = tmp_path / f"picture{suffix}"
    path.write_bytes(b"old")

    def no_room(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(DiskFull):
        save(deep_picture, path, overwrite=True)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_thumbnail_of_a_picture(deep_picture: Picture) -> None:
    small = thumbnail(deep_picture, 6)
    assert (small.width, small.height, small.bits) == (6, 4, 16)
    assert small.alpha is not None
    assert thumbnail(deep_picture, 100) is deep_picture


def test_thumbnail_of_a_jpeg_is_decoded_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = np.mgrid[0:800, 0:1200]
    pixels = np.stack([x // 5, y // 4, 255 - x // 5], axis=-1).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "photo.jpg", quality=95, exif=exif)
    decoded: list[tuple[int, int]] = []
    plain_load = Image.Image.load

    def load_and_note(self: Image.Image) -> Any:
        decoded.append(self.size)
        return plain_load(self)

    monkeypatch.setattr(Image.Image, "load", load_and_note)
    small = thumbnail(tmp_path / "photo.jpg", 100)
    assert decoded[0] == (300, 200)
    assert (small.width, small.height) == (67, 100)
    expected = np.asarray(Image.fromarray(np.rot90(pixels, -1)).resize((67, 100), Image.Resampling.LANCZOS))
    assert np.abs(small.pixels.astype(int) - expected).mean() < 3


def test_thumbnail_of_other_files(tmp_path: Path, deep_picture: Picture) -> None:
    for suffix in (".png", ".tif", ".webp"):
        save(deep_picture, tmp_path / f"picture{suffix}")
        assert thumbnail(tmp_path / f"picture{suffix}", 12).long_edge == 12


def test_clipboard_bytes(smooth: npt.NDArray[np.uint8]) -> None:
    stream = io.BytesIO()
    Image.fromarray(smooth).save(stream, "BMP")
    np.testing.assert_array_equal(load_bytes(stream.getvalue(), "the clipboard").pixels, smooth)


@pytest.mark.parametrize("forbidden", ["torch", "PySide6"])
def test_imports_are_light(forbidden: str) -> None:
    code = f"import sys, engine.imaging.files; sys.exit({forbidden!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[3]).returncode == 0
