"""Pictures of every mode come out upright, in sRGB and without alpha."""

from __future__ import annotations

import logging
import tracemalloc
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from engine.api.errors import FileMissing, FileUnreadable, ImageDamaged, ImageTooLarge, NotAnImage, SfumatoError
from engine.imaging.files import load
from engine.training.generator import reading
from engine.training.generator.reading import Reading, open_file, read

ORANGE = (200, 120, 40)


def opened(path: Path, size: int = 16) -> Reading:
    with open_file(path) as stream:
        return read(stream, path, size)


def middle(path: Path) -> tuple[int, ...]:
    image = opened(path).image
    assert image.mode == "RGB"
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return tuple(int(value) for value in pixel)


def near(one: tuple[int, ...], other: tuple[int, ...], least: int = 3) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= least


@pytest.mark.parametrize("side", [40, 400])  # as it is, and made small strip by strip
@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        ("RGB", ".png"),
        ("RGB", ".jpg"),
        ("RGBA", ".png"),
        ("CMYK", ".tif"),
        ("P", ".gif"),
        ("P", ".png"),
        ("RGBA", ".webp"),
        ("RGB", ".bmp"),
    ],
)
def test_colour_modes(tmp_path: Path, mode: str, suffix: str, side: int) -> None:
    Image.new("RGB", (side, side), ORANGE).convert(mode, palette=Image.Palette.ADAPTIVE).save(tmp_path / f"a{suffix}")
    assert near(middle(tmp_path / f"a{suffix}"), ORANGE)


@pytest.mark.parametrize("side", [40, 400])
@pytest.mark.parametrize(("mode", "value"), [("L", 90), ("1", 255), ("LA", 90), ("I;16", 90 * 257)])
def test_grey_modes(tmp_path: Path, mode: str, value: int, side: int) -> None:
    fill = (value, 255) if mode == "LA" else value
    Image.new(mode, (side, side), fill).save(tmp_path / "a.png")
    assert middle(tmp_path / "a.png") == (min(value, 255) if mode == "1" else 90,) * 3


@pytest.mark.parametrize("side", [40, 400])
def test_what_is_transparent_becomes_white(tmp_path: Path, side: int) -> None:
    Image.new("RGBA", (side, side), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert middle(tmp_path / "clear.png") == (255, 255, 255)
    palette = Image.new("P", (side, side), 1)
    palette.putpalette([0, 0, 0, *ORANGE])
    palette.save(tmp_path / "palette.png", transparency=1)
    assert middle(tmp_path / "palette.png") == (255, 255, 255)


def test_sixteen_bits_and_floats(tmp_path: Path) -> None:
    deep = np.full((40, 40, 3), ORANGE, np.uint16) * 257
    (tmp_path / "deep.png").write_bytes(imagecodecs.png_encode(deep))
    tifffile.imwrite(tmp_path / "deep.tif", deep, photometric="rgb", metadata=None)
    tifffile.imwrite(tmp_path / "float.tif", (deep / 65535).astype(np.float32), photometric="rgb", metadata=None)
    for name in ("deep.png", "deep.tif", "float.tif"):
        assert near(middle(tmp_path / name), ORANGE), name


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_as_the_engine_sees_it(tmp_path: Path, orientation: int, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    corners = np.kron(np.array([[10, 90, 10], [170, 250, 10]], np.uint8), np.ones((16, 16), np.uint8))
    Image.fromarray(corners).convert("RGB").save(path, exif=exif, quality=95)
    seen, expected = opened(path, 32), load(path)
    assert (seen.width, seen.height) == (expected.width, expected.height)
    assert np.abs(np.asarray(seen.image, np.int16) - expected.pixels).max() <= 2


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_the_embedded_profile_is_applied_as_the_engine_does(tmp_path: Path, mode: str) -> None:
    profile = bytes(imagecodecs.cms_profile("gray", gamma=1.0) if mode == "L" else imagecodecs.cms_profile("adobergb"))
    path = tmp_path / "a.png"
    Image.new("RGB", (20, 20), (60, 160, 60)).convert(mode).save(path, icc_profile=profile)
    pixel = tuple(int(value) for value in load(path).pixels[10, 10])
    assert near(middle(path), pixel, 1)
    assert not near(middle(path), (60, 160, 60), 8)


def test_a_useless_profile_is_passed_over(tmp_path: Path) -> None:
    for name, profile in (("a.png", b"nonsense"), ("b.png", bytes(16) + b"RGB " + bytes(200))):
        Image.new("RGB", (20, 20), ORANGE).save(tmp_path / name, icc_profile=profile)
        assert middle(tmp_path / name) == ORANGE
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("CMYK", (20, 20)).save(tmp_path / "c.tif", icc_profile=srgb)
    assert middle(tmp_path / "c.tif") == (255, 255, 255)


def test_a_large_picture_is_made_small_in_strips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ramp = np.linspace(0, 255, 1000).astype(np.uint8)
    Image.fromarray(np.stack([np.tile(ramp, (1003, 1))] * 3, 2)).save(tmp_path / "a.png")
    whole = np.asarray(opened(tmp_path / "a.png").image)
    monkeypatch.setattr(reading, "_STRIP_PIXELS", 60_000)
    strips = np.asarray(opened(tmp_path / "a.png").image)
    np.testing.assert_array_equal(strips, whole)
    assert min(whole.shape[:2]) >= 32


def test_only_a_small_part_of_a_huge_jpeg_is_decoded(tmp_path: Path) -> None:
    Image.new("L", (8_000, 8_000), 128).save(tmp_path / "huge.jpg")
    assert opened(tmp_path / "huge.jpg").image.size[0] < 100
    tracemalloc.start()
    assert (opened(tmp_path / "huge.jpg").width, opened(tmp_path / "huge.jpg").height) == (8_000, 8_000)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def test_a_picture_that_needs_too_much_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (100, 100)).save(tmp_path / "a.png")
    monkeypatch.setattr(reading, "MAX_BYTES", 39_999)
    with pytest.raises(ImageTooLarge, match=r"100 × 100 pixels"):
        opened(tmp_path / "a.png")


@pytest.mark.parametrize(("contents", "error"), [(b"", NotAnImage), (b"some text", NotAnImage), (b"\xff\xd8\xff\xe0", SfumatoError)])
def test_what_is_no_picture(tmp_path: Path, contents: bytes, error: type[SfumatoError]) -> None:
    (tmp_path / "a.jpg").write_bytes(contents)
    with pytest.raises(error, match=r"a\.jpg"):
        opened(tmp_path / "a.jpg")


def test_a_truncated_picture_is_damaged(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:2000])
    with pytest.raises(ImageDamaged, match="its end is missing"):
        opened(tmp_path / "a.jpg")


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        open_file(tmp_path / "a.png")
    with pytest.raises(FileUnreadable):
        open_file(tmp_path)


def test_nothing_is_logged_of_odd_tags(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20), ORANGE).save(tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\xff")
    assert near(middle(tmp_path / "a.jpg"), ORANGE)
    assert logging.getLogger("PIL").level in (logging.NOTSET, logging.CRITICAL)
