"""Bad pictures: one sentence that names what is wrong and says what to do, and no half-written file. Odd pictures are painted."""

from __future__ import annotations

import errno
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from engine.imaging.files import load
from tests.faults.refusal import Stylize, needs_permissions, refused
from tests.tiny import picture_file

# ---- what is no picture ----


def forged_png(width: int, height: int) -> bytes:
    """A PNG of under 100 bytes that says it is large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def forged_tiff(width: int, height: int) -> bytes:
    """A TIFF of 150 bytes that says it is large."""
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: width * height}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)


def jpeg(path: Path) -> bytes:
    picture_file(path.with_suffix(".jpg"), 200, 150)
    return path.with_suffix(".jpg").read_bytes()


BROKEN: dict[str, Callable[[Path], bytes]] = {
    "not an image": lambda path: b"Dear diary, today I painted.",
    "a web page": lambda path: b"<!DOCTYPE html><html>404 Not Found</html>",
    "a camera's raw file": lambda path: b"FUJIFILMCCD-RAW 0201" + bytes(200),
    "a document archive": lambda path: b"PK\x03\x04" + bytes(60),
    "an empty file": lambda path: b"",
    "a truncated JPEG": lambda path: jpeg(path)[:1500],
    "a JPEG's first bytes": lambda path: jpeg(path)[:20],
    "a truncated PNG": lambda path: picture_file(path.with_suffix(".png"), 90, 60).read_bytes()[:900],
    "a header without a picture": lambda path: b"\x89PNG\r\n\x1a\n",
    "a GIF without a frame": lambda path: b"GIF89a\1\0\1\0\0\0\0;",
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("role", ["content", "style", "mask"])
def test_what_is_no_whole_picture_is_named(stylize: Stylize, tmp_path: Path, prints: Path, kind: str, role: str) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(BROKEN[kind](tmp_path / "made"))
    said = stylize("--mask", str(path)) if role == "mask" else stylize(**{role: path})
    refused(said, 1, path, "is damaged" if kind in DAMAGED else "is not an image", folder=prints)


DAMAGED = {"a truncated JPEG", "a JPEG's first bytes", "a truncated PNG", "a header without a picture", "a GIF without a frame"}


@pytest.mark.parametrize(("suffix", "forge"), [("png", forged_png), ("tif", forged_tiff)])
@pytest.mark.parametrize("role", ["content", "style"])
def test_a_decompression_bomb_is_refused_with_its_numbers(
    stylize: Stylize, tmp_path: Path, prints: Path, suffix: str, forge: Callable[[int, int], bytes], role: str
) -> None:
    path = tmp_path / f"bomb.{suffix}"
    path.write_bytes(forge(30000, 20000))
    assert path.stat().st_size < 200
    refused(stylize(**{role: path}), 1, path, "30000 × 20000 = 600 MP", "200 MP", "SFUMATO_MAX_PIXELS", folder=prints)


def test_the_limit_can_be_set(stylize: Stylize, photo: Path, prints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "6143")
    refused(stylize(), 1, photo, "96 × 64", "0.006143 MP", folder=prints)
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "lots")
    refused(stylize(), 2, "SFUMATO_MAX_PIXELS", "'lots'", folder=prints)
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "6144")
    assert stylize().code == 0


@pytest.mark.parametrize("role", ["content", "style"])
def test_a_file_that_is_not_there_is_named(stylize: Stylize, tmp_path: Path, prints: Path, role: str) -> None:
    refused(stylize(**{role: tmp_path / "nowhere.jpg"}), 1, tmp_path / "nowhere.jpg", "does not exist", folder=prints)


@pytest.mark.parametrize("role", ["content", "style"])
def test_a_folder_is_no_picture(stylize: Stylize, tmp_path: Path, prints: Path, role: str) -> None:
    refused(stylize(**{role: tmp_path}), 1, tmp_path, "it is a folder", folder=prints)


@needs_permissions
def test_a_file_that_may_not_be_read_is_named(stylize: Stylize, photo: Path, prints: Path) -> None:
    photo.chmod(0)
    refused(stylize(), 1, photo, "Permission denied", folder=prints)


@pytest.mark.parametrize("role", ["content", "style"])
def test_a_read_that_is_denied_is_named(
    stylize: Stylize, photo: Path, style: Path, prints: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    denied = {"content": photo, "style": style}[role]
    opened = Path.open

    def open_file(path: Path, *arguments: object, **options: object) -> object:
        if path == denied:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_file)
    refused(stylize(), 1, denied, "Permission denied", folder=prints)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders on this system")
def test_a_pipe_is_not_waited_for(stylize: Stylize, tmp_path: Path, prints: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    refused(stylize(content=tmp_path / "pipe.png"), 1, "pipe.png", "not an ordinary file", folder=prints)


def test_a_document_is_no_picture(stylize: Stylize, tmp_path: Path, prints: Path) -> None:
    (tmp_path / "mine.sfumato").write_bytes(b"PK\x03\x04")
    refused(stylize(content=tmp_path / "mine.sfumato"), 2, "mine.sfumato", "open it in the studio", folder=prints)


def test_a_name_that_is_too_long_is_one_sentence(stylize: Stylize, prints: Path) -> None:
    refused(stylize(content=f"{'a' * 3000}.png"), 1, "aaa.png", folder=prints)


# ---- odd pictures that are pictures all the same ----


def stripes(width: int, height: int) -> Image.Image:
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(values)


def odd_picture(kind: str, folder: Path) -> Path:  # noqa: PLR0912 - a case for each kind
    """A picture of 48 x 32 as it is seen."""
    image, path = stripes(48, 32), folder / "odd.png"
    match kind:
        case "CMYK":
            path = folder / "odd.jpg"
            image.convert("CMYK").save(path)
        case "palette":
            image.quantize(16).save(path)
        case "palette, transparent":
            image.quantize(16).save(path, transparency=3)
        case "animated GIF":
            path = folder / "odd.gif"
            image.save(path, save_all=True, append_images=[stripes(48, 32).rotate(180)], duration=50)
        case "animated WebP":
            path = folder / "odd.webp"
            image.save(path, save_all=True, append_images=[stripes(48, 32).rotate(180)], duration=50)
        case "16-bit grey":
            Image.fromarray(np.arange(48 * 32, dtype=np.uint16).reshape(32, 48) * 40).save(path)
        case "1 bit":
            image.convert("1").save(path)
        case "32-bit float TIFF":
            path = folder / "odd.tif"
            tifffile.imwrite(path, np.asarray(image).astype(np.float32) / 255, photometric="rgb")
        case "grey with alpha":
            image.convert("LA").save(path)
        case "EXIF-rotated":
            path = folder / "odd.jpg"
            exif = Image.Exif()
            exif[0x0112] = 6
            stripes(32, 48).save(path, exif=exif)
        case "named as another format":
            path = folder / "odd.jpg"
            image.save(path, "PNG")
        case "corrupt metadata":
            path = folder / "odd.jpg"
            image.save(path, exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x09\x00\xff\xff\xff\x7f" * 9)
        case "no suffix":
            path = folder / "odd"
            image.save(path, "PNG")
    return path


ODD = (
    "CMYK",
    "palette",
    "palette, transparent",
    "animated GIF",
    "animated WebP",
    "16-bit grey",
    "1 bit",
    "32-bit float TIFF",
    "grey with alpha",
    "EXIF-rotated",
    "named as another format",
    "corrupt metadata",
    "no suffix",
)


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("role", ["content", "style"])
def test_odd_pictures_are_painted(stylize: Stylize, tmp_path: Path, photo: Path, prints: Path, kind: str, role: str) -> None:
    said = stylize(**{role: odd_picture(kind, tmp_path)})
    assert (said.code, said.err) == (0, "")
    painted = load(prints / "out.png")
    assert (painted.width, painted.height) == ((48, 32) if role == "content" else (96, 64))


@pytest.mark.parametrize("kind", ["32-bit float TIFF", "palette, transparent", "1 bit"])
def test_odd_pictures_are_printed_larger(stylize: Stylize, tmp_path: Path, prints: Path, kind: str) -> None:
    said = stylize("--size", 150, "--dpi", 300, "--bits", 16, content=odd_picture(kind, tmp_path), out=prints / "out.tif")
    assert said.code == 0, said.err
    printed = load(prints / "out.tif")
    assert (printed.width, printed.height, printed.bits) == (150, 100, 16)
    assert (printed.alpha is not None) == (kind == "palette, transparent")


def test_sixteen_bits_stay_sixteen(stylize: Stylize, tmp_path: Path, prints: Path) -> None:
    stylize("--strength", 0, content=odd_picture("16-bit grey", tmp_path))
    assert load(prints / "out.png").bits == 16


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (2, 3), (7, 5)])
def test_tiny_and_thin_pictures_are_painted(stylize: Stylize, tmp_path: Path, prints: Path, shape: tuple[int, int]) -> None:
    stripes(*shape).save(tmp_path / "thin.png")
    for role in ("content", "style"):
        said = stylize(**{role: tmp_path / "thin.png"})
        assert said.code == 0, said.err
    assert stylize(content=tmp_path / "thin.png", style=tmp_path / "thin.png").code == 0
    painted = load(prints / "out.png")
    assert (painted.width, painted.height) == shape


def test_pillows_warnings_are_not_told(stylize: Stylize, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        said = stylize(content=odd_picture("corrupt metadata", tmp_path))
    assert (said.code, said.err) == (0, "")
