"""Every kind of picture that an artist may drop on the studio."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import numpy.typing as npt
import pillow_heif
import pytest
from PIL import Image

from engine.api.errors import BadRequest, ImageTooLarge
from engine.imaging.files import load, load_bytes

Bytes = npt.NDArray[np.uint8]

ORIENTED = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: np.rot90(np.fliplr(a), 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(np.fliplr(a), -1),
    8: lambda a: np.rot90(a, 1),
}


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, file_format, **options)
    return stream.getvalue()


def deep_png(stored: npt.NDArray[np.uint16]) -> bytes:
    return bytes(imagecodecs.png_encode(stored))


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk after its header."""
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return png[:33] + chunk + png[33:]


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF", "WEBP"])
def test_lossless_rgb(tmp_path: Path, smooth: Bytes, file_format: str) -> None:
    path = tmp_path / "picture"
    Image.fromarray(smooth).save(path, file_format, lossless=True)
    picture = load(path)
    assert (picture.width, picture.height, picture.long_edge, picture.bits) == (48, 32, 48, 8)
    assert picture.alpha is None
    np.testing.assert_array_equal(picture.pixels, smooth)


@pytest.mark.parametrize(("file_format", "tolerance"), [("JPEG", 3), ("WEBP", 6), ("AVIF", 6)])
def test_lossy_rgb(smooth: Bytes, file_format: str, tolerance: float) -> None:
    picture = load_bytes(encoded(Image.fromarray(smooth), file_format, quality=95), "picture")
    assert np.abs(picture.pixels.astype(int) - smooth).mean() < tolerance


def test_heic(smooth: Bytes) -> None:
    stream = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(smooth)).save(stream, quality=95)
    assert stream.getvalue()[4:8] == b"ftyp"
    assert np.abs(load_bytes(stream.getvalue(), "phone.heic").pixels.astype(int) - smooth).mean() < 6


def test_heic_alpha_and_rotation(smooth: Bytes) -> None:
    rgba = np.dstack([smooth, smooth[..., 0]])
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(rgba)).save(stream, quality=95, exif=exif.tobytes())
    picture = load_bytes(stream.getvalue(), "phone.heic")
    assert (picture.width, picture.height) == (32, 48)
    assert picture.alpha is not None
    assert np.abs(picture.alpha.astype(int) - np.rot90(rgba[..., 3], -1)).mean() < 6


def test_first_frame_of_an_animation(smooth: Bytes) -> None:
    frames = [Image.new("RGB", (48, 32), colour) for colour in ("red", "blue")]
    for file_format in ("GIF", "WEBP", "PNG", "TIFF", "AVIF"):
        data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:], lossless=True, quality=100)
        pixels = load_bytes(data, file_format).pixels.astype(int)
        assert pixels.shape == (32, 48, 3)
        assert np.abs(pixels - (255, 0, 0)).max() < 6, file_format


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_and_bilevel(smooth: Bytes, mode: str) -> None:
    image = Image.fromarray(smooth).convert(mode)
    for file_format in ("PNG", "TIFF", "BMP"):
        pixels = load_bytes(encoded(image, file_format), file_format).pixels
        np.testing.assert_array_equal(pixels, np.asarray(image.convert("RGB")))


def test_grey_with_alpha(smooth: Bytes) -> None:
    image = Image.merge("LA", [Image.fromarray(smooth[..., 0]), Image.fromarray(smooth[..., 1])])
    for file_format in ("PNG", "TIFF"):
        picture = load_bytes(encoded(image, file_format), file_format)
        np.testing.assert_array_equal(picture.pixels, np.repeat(smooth[..., :1], 3, axis=2))
        np.testing.assert_array_equal(picture.alpha, smooth[..., 1])


def test_palette_with_and_without_transparency() -> None:
    image = Image.new("P", (4, 2), 1)
    image.putpalette([0, 0, 0, 250, 100, 50, 9, 8, 7])
    image.putpixel((0, 0), 2)
    for file_format in ("PNG", "GIF"):
        picture = load_bytes(encoded(image, file_format), file_format)
        assert picture.alpha is None
        assert picture.pixels[0, 1].tolist() == [250, 100, 50]
        picture = load_bytes(encoded(image, file_format, transparency=2), file_format)
        assert picture.alpha is not None
        assert picture.alpha.tolist() == [[0, 255, 255, 255], [255, 255, 255, 255]]


def test_colour_key_becomes_alpha(smooth: Bytes) -> None:
    picture = load_bytes(encoded(Image.fromarray(smooth), "PNG", transparency=tuple(int(v) for v in smooth[3, 4])), "key.png")
    assert picture.alpha is not None
    assert (picture.alpha == 0).sum() == 1
    assert picture.alpha[3, 4] == 0


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_cmyk(file_format: str) -> None:
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    pixels = load_bytes(encoded(image, file_format), "print").pixels.astype(int)
    assert np.abs(pixels - (255, 0, 0)).max() < 8


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_deep_png_keeps_every_bit(rng: np.random.Generator, channels: int) -> None:
    stored = rng.integers(0, 65536, (9, 11, channels), dtype=np.uint16)
    picture = load_bytes(deep_png(stored[..., 0] if channels == 1 else stored), "deep.png")
    assert picture.bits == 16
    colour = stored[..., :3] if channels > 2 else np.repeat(stored[..., :1], 3, axis=2)
    np.testing.assert_array_equal(picture.pixels, colour)
    if channels in (2, 4):
        np.testing.assert_array_equal(picture.alpha, stored[..., -1])
    else:
        assert picture.alpha is None


def test_interlaced_deep_png(rng: np.random.Generator) -> None:
    """PNG (third edition), 8.1: the seven passes of Adam7 as (first row, row step, first column, column step)."""
    passes = [(0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)]
    stored = rng.integers(0, 65536, (13, 19, 3), dtype=np.uint16)
    parts = [stored[top::down, left::right].astype(">u2") for top, down, left, right in passes]
    rows = b"".join(b"\0" + row.tobytes() for part in parts for row in part)
    png = with_chunk(b"\x89PNG\r\n\x1a\n", b"IHDR", struct.pack(">IIBBBBB", 19, 13, 16, 2, 0, 0, 1))
    png = with_chunk(with_chunk(png, b"IEND", b""), b"IDAT", zlib.compress(rows))
    np.testing.assert_array_equal(load_bytes(png, "interlaced.png").pixels, stored)


def test_deep_png_colour_key() -> None:
    stored = np.full((2, 2, 3), 1000, np.uint16)
    stored[0, 0] = 1001
    picture = load_bytes(with_chunk(deep_png(stored), b"tRNS", struct.pack(">3H", 1000, 1000, 1000)), "key.png")
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[65535, 0], [0, 0]]


@pytest.mark.parametrize("orientation", ORIENTED)
@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF", "JPEG", "AVIF"])
def test_exif_orientation(smooth: Bytes, file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(smooth), file_format, exif=exif, lossless=True, quality=95)
    expected = ORIENTED[orientation](smooth)
    pixels = load_bytes(data, "rotated").pixels
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).mean() < 4


@pytest.mark.parametrize("orientation", ORIENTED)
def test_deep_png_orientation(deep_stored: npt.NDArray[np.uint16], orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = with_chunk(deep_png(deep_stored), b"eXIf", exif.tobytes()[6:])
    picture = load_bytes(data, "rotated.png")
    np.testing.assert_array_equal(picture.pixels, ORIENTED[orientation](deep_stored[..., :3]))
    np.testing.assert_array_equal(picture.alpha, ORIENTED[orientation](deep_stored[..., 3]))


def test_nonsense_orientation_is_ignored(smooth: Bytes) -> None:
    exif = Image.Exif()
    exif[0x0112] = 99
    np.testing.assert_array_equal(load_bytes(encoded(Image.fromarray(smooth), "PNG", exif=exif), "odd.png").pixels, smooth)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
def test_one_pixel(file_format: str) -> None:
    assert load_bytes(encoded(Image.new("RGB", (1, 1), "white"), file_format), "dot").pixels.shape == (1, 1, 3)


def test_the_name_does_not_matter(tmp_path: Path, smooth: Bytes) -> None:
    path = tmp_path / "really-a-png.jpg"
    Image.fromarray(smooth).save(path, "PNG")
    np.testing.assert_array_equal(load(path).pixels, smooth)


def png_header(width: int, height: int, depth: int = 8) -> bytes:
    """A tiny file that promises a large picture."""
    png = with_chunk(b"\x89PNG\r\n\x1a\n", b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0))
    return with_chunk(with_chunk(png, b"IEND", b""), b"IDAT", zlib.compress(b"\0" * 100))


@pytest.mark.parametrize("depth", [8, 16])
def test_decompression_bomb_is_refused_by_its_header(depth: int) -> None:
    with pytest.raises(ImageTooLarge, match=r"bomb\.png is too large \(30000 × 20000 = 600 MP, the limit is 200 MP\)"):
        load_bytes(png_header(30000, 20000, depth), "bomb.png")


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
def test_budget_of_the_caller(smooth: Bytes, file_format: str) -> None:
    data = encoded(Image.fromarray(smooth), file_format)
    assert load_bytes(data, "fits", max_pixels=48 * 32).width == 48
    with pytest.raises(ImageTooLarge, match=r"48 × 32 = 0\.001536 MP, the limit is 0\.001535 MP"):
        load_bytes(data, "large", max_pixels=48 * 32 - 1)


def test_budget_of_the_environment(smooth: Bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(Image.fromarray(smooth), "PNG")
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "1000")
    with pytest.raises(ImageTooLarge):
        load_bytes(data, "large")
    for value in ("many", "0", "-5", ""):
        monkeypatch.setenv("SFUMATO_MAX_PIXELS", value)
        with pytest.raises(BadRequest, match="SFUMATO_MAX_PIXELS"):
            load_bytes(data, "picture")


def test_pillows_own_limit_is_left_alone_and_out_of_the_way(smooth: Bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(Image.fromarray(smooth), "PNG")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert load_bytes(data, "picture").width == 48
    assert Image.MAX_IMAGE_PIXELS == 100


@pytest.fixture
def deep_stored(rng: np.random.Generator) -> npt.NDArray[np.uint16]:
    return rng.integers(0, 65536, (5, 8, 4), dtype=np.uint16)
