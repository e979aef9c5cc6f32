"""Picture files: load, save, the text that they carry, and quick thumbnails."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.api.atomic import atomic_file, try_target
from engine.api.errors import FileMissing, FileUnreadable, SfumatoError, UnknownFormat
from engine.api.limits import pixel_budget
from engine.imaging import annotation
from engine.imaging.decoding import damage_named, decode, identify, open_image, stored_pixels
from engine.imaging.encoding import ENCODERS, EncodeOptions, check_side
from engine.imaging.picture import Picture
from engine.imaging.resampling import fitted_size, resize_picture
from engine.imaging.tiff import TiffHeader

FilePath = str | os.PathLike[str]

_DRAFT_RATIO = 2  # a draft is this many times the thumbnail, so that the last step is a good filter's


def load(path: FilePath, *, max_pixels: int | None = None) -> Picture:
    """The picture of a PNG, JPEG, WebP, TIFF, BMP, GIF (first frame), HEIC or AVIF file, upright and in sRGB.

    16-bit PNG and TIFF stay 16 bits a sample; float (0..1, clipped) and 32-bit TIFF become 16; 10- and 12-bit HEIC and
    AVIF become 8. Alpha is kept and never premultiplied. The embedded profile is applied (see `profiles.to_srgb`).
    `max_pixels` bounds width × height, before anything is decoded; None is SFUMATO_MAX_PIXELS, or 200 million.

    Raises FileMissing, FileUnreadable, NotAnImage, ImageDamaged or ImageTooLarge; BadRequest for a bad SFUMATO_MAX_PIXELS.
    """
    budget = pixel_budget() if max_pixels is None else max_pixels
    with opened(path) as stream:
        return decode(stream, str(path), budget)


def load_bytes(data: bytes, name: str, *, max_pixels: int | None = None) -> Picture:
    """Like `load`, of bytes in memory (a clipboard, an archive); errors call them `name`."""
    return decode(io.BytesIO(data), name, pixel_budget() if max_pixels is None else max_pixels)


@dataclass(frozen=True, eq=False)
class Original:
    """A picture as its file has it: upright, in its own colours (the ICC profile is `profile`), with its resolution in dots per inch."""

    picture: Picture
    profile: bytes
    dpi: float | None


def original(data: bytes, name: str) -> Original:
    """The original of a file's bytes. Grey and CMYK become sRGB. Raises as `load_bytes` does."""
    picture, profile = stored_pixels(io.BytesIO(data), name, pixel_budget()).in_own_colours(name)
    return Original(picture, profile, _resolution(data, name))


def _resolution(data: bytes, name: str) -> float | None:
    """Dots per inch, across; None where the file does not say, or says nonsense."""
    stream = io.BytesIO(data)
    try:
        with damage_named(name):
            image = open_image(stream, identify(stream, name))
            dpi = float(image.info["dpi"][0])
    except (SfumatoError, KeyError, TypeError, IndexError, ZeroDivisionError):
        return None
    return round(dpi, 2) if 1 <= dpi <= 65_535 else None


def save(
    picture: Picture,
    path: FilePath,
    *,
    quality: int = EncodeOptions.quality,
    lossless: bool = False,
    dpi: float | None = None,
    text: Mapping[str, str] | None = None,
    overwrite: bool = False,
) -> None:
    """Write the picture in the format of the name's suffix: .png, .jpg, .jpeg, .webp, .tif or .tiff.

    The file appears whole or not at all (see `atomic_file`), and the same arguments give the same bytes. PNG and TIFF
    keep 16 bits, WebP and JPEG hold 8; JPEG has no alpha: transparent parts become white. `quality` (1..100) is of JPEG
    and lossy WebP, `lossless` of WebP. The sRGB profile is embedded; `text` is too, for `read_text`.

    Raises UnknownFormat, FormatLimit, WouldOverwrite, FolderMissing, NotWritable, DiskFull, or BadRequest.
    """
    _check_format(path, picture.width, picture.height)
    options = EncodeOptions(quality, lossless, dpi, None if text is None else annotation.pack(text))
    with atomic_file(path, overwrite=overwrite) as stream:
        stream.write(ENCODERS[Path(path).suffix.lower()](picture, options, str(path)))


def check_target(path: FilePath, width: int, height: int, overwrite: bool) -> None:
    """Find out, before any work is spent on it, whether `save` could write a picture of this size: raises what it would."""
    _check_format(path, width, height)
    try_target(path, overwrite=overwrite)


def read_bytes(path: FilePath) -> bytes:
    """The bytes of a picture's file. Raises FileMissing or FileUnreadable."""
    with opened(path) as stream:
        try:
            return stream.read()
        except OSError as error:
            raise FileUnreadable(path, error.strerror or str(error)) from error


def sha256_of(path: FilePath) -> str:
    """Of the bytes of a file, which may be larger than memory. Raises FileMissing or FileUnreadable."""
    with opened(path) as stream:
        try:
            digest = hashlib.sha256()
            while part := stream.read(2**20):
                digest.update(part)
            return digest.hexdigest()
        except OSError as error:
            raise FileUnreadable(path, error.strerror or str(error)) from error


def read_text(path: FilePath) -> dict[str, str]:
    """The text that `save` embedded in a PNG, TIFF, JPEG or WebP file; empty where there is none. Raises as `load` does."""
    with opened(path) as stream:
        file_format = identify(stream, str(path))
        with damage_named(str(path)):
            if file_format == "TIFF":
                return annotation.unpack(TiffHeader(stream).description)
            info = open_image(stream, file_format).info
    if file_format == "PNG":
        return annotation.unpack(str(info.get(annotation.PNG_KEYWORD, "")))
    return annotation.unpack(annotation.from_xmp(info.get("xmp", b"")))


def thumbnail(source: Picture | FilePath, long_edge: int) -> Picture:
    """A picture or file scaled down, never up, to a long edge of at most `long_edge` pixels. Raises as `load` does.

    A JPEG is decoded at a fraction of its size, and a HEIC file's own thumbnail is used when large enough.
    """
    picture = source
    if not isinstance(picture, Picture):
        with opened(picture) as stream:
            picture = decode(stream, str(source), pixel_budget(), draft=long_edge * _DRAFT_RATIO)
    return resize_picture(picture, *fitted_size(picture.width, picture.height, long_edge))


def _check_format(path: FilePath, width: int, height: int) -> None:
    suffix = Path(path).suffix.lower()
    if suffix not in ENCODERS:
        raise UnknownFormat(path)
    check_side(width, height, suffix, str(path))


@contextmanager
def opened(path: FilePath) -> Iterator[IO[bytes]]:
    """A file to read. Raises FileMissing or FileUnreadable."""
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise FileUnreadable(path, "it is a folder")
        if not stat.S_ISREG(mode):  # a pipe or a device: reading might never end
            raise FileUnreadable(path, "it is not an ordinary file")
        stream = Path(path).open("rb")  # noqa: SIM115 - only opening is guarded here
    except FileNotFoundError as error:
        raise FileMissing(path) from error
    except OSError as error:
        raise FileUnreadable(path, error.strerror or str(error)) from error
    with stream:
        yield stream
