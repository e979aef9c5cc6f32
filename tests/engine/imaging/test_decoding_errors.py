"""Files that are not what they seem: each is one clear error that names the file."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from engine.api.errors import FileMissing, FileUnreadable, ImageDamaged, NotAnImage, SfumatoError
from engine.imaging.decoding import decode
from engine.imaging.files import load, load_bytes, read_text

NOISE = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)


def sample(kind: str) -> bytes:
    if kind == "PNG16":
        return bytes(imagecodecs.png_encode(NOISE.astype(np.uint16) * 257))
    stream = io.BytesIO()
    if kind.startswith("TIFF16"):
        compression = kind.partition("-")[2] or None
        tifffile.imwrite(stream, NOISE.astype(np.uint16) * 257, photometric="rgb", compression=compression, rowsperstrip=8, metadata=None)
    elif kind == "TIFF-palette":
        Image.fromarray(NOISE).convert("P").save(stream, "TIFF", compression="tiff_lzw")
    elif kind == "HEIF":
        pillow_heif.from_pillow(Image.fromarray(NOISE)).save(stream)
    else:
        Image.fromarray(NOISE).save(stream, kind)
    return stream.getvalue()


# What Pillow says of metadata that it skips; the test run makes errors of warnings.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

KINDS = ["PNG", "PNG16", "JPEG", "WEBP", "TIFF", "TIFF16", "TIFF16-zlib", "TIFF16-lzw", "TIFF-palette", "BMP", "GIF", "AVIF", "HEIF"]


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"nothing\.png does not exist"):
        load(tmp_path / "nothing.png")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="it is a folder"):
        load(tmp_path)


def test_file_used_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileUnreadable):
        load(tmp_path / "file" / "picture.png")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(sample("PNG"))

    def refuse(self: Path, *arguments: Any) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileUnreadable, match=r"secret\.png cannot be opened \(Permission denied\)"):
        load(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(FileUnreadable, match="not an ordinary file"):
        load(tmp_path / "pipe.png")


def test_failing_disk(tmp_path: Path) -> None:
    class FailingDisk(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise OSError(5, "Input/output error")
            return super().read(size)

    with pytest.raises(FileUnreadable, match="Input/output error"):
        decode(FailingDisk(sample("PNG")), "picture.png", 10**6)


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(NotAnImage, match=r"empty\.png is not an image .*\(the file is empty\)"):
        load(tmp_path / "empty.png")


@pytest.mark.parametrize("contents", [b"once upon a time", b"x", b"%PDF-1.7 ...", b"\0" * 200, b"\0\0\0\x18ftypisom\0\0\0\0isommp42"])
def test_not_an_image(tmp_path: Path, contents: bytes) -> None:
    (tmp_path / "story.png").write_bytes(contents)
    for read in (load, read_text):
        with pytest.raises(NotAnImage, match=r"story\.png is not an image"):
            read(tmp_path / "story.png")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_truncated(kind: str, part: float) -> None:
    data = sample(kind)
    with pytest.raises(ImageDamaged, match="picture is damaged"):
        load_bytes(data[: int(len(data) * part)], "picture")


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_signature(kind: str) -> None:
    with pytest.raises((ImageDamaged, NotAnImage)):
        load_bytes(sample(kind)[:16], "picture")


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bytes_end_in_a_picture_or_a_named_error(kind: str) -> None:
    """Whatever a bad disk does to a file, no raw exception comes out."""
    data, dice = sample(kind), random.Random(kind)
    for _ in range(30):
        damaged = bytearray(data)
        for _ in range(dice.choice((1, 4, 30))):
            damaged[dice.randrange(12, min(len(data), dice.choice((200, len(data)))))] = dice.randrange(256)
        try:
            assert load_bytes(bytes(damaged), "picture", max_pixels=10**6).width > 0
        except SfumatoError as error:
            assert error.subject == "picture"


def test_signed_tiff_is_refused() -> None:
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.zeros((4, 4), np.int16), photometric="minisblack", metadata=None)
    with pytest.raises(NotAnImage, match="neither 8 nor 16-bit"):
        load_bytes(stream.getvalue(), "elevation.tif")
