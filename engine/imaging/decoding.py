"""From the bytes of a picture file to a `Picture`: which format, how large, decode, turn upright, convert to sRGB."""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Literal, TypeAlias

import imagecodecs
import numpy as np
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from engine.api.errors import FileUnreadable, ImageDamaged, ImageTooLarge, NotAnImage
from engine.imaging.picture import Picture, Samples
from engine.imaging.profiles import lab_to_srgb
from engine.imaging.resampling import fitted_size
from engine.imaging.stored import StoredPixels
from engine.imaging.tiff import TiffHeader

FileFormat: TypeAlias = Literal["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "HEIF"]

_HEAD = 64  # bytes that tell the format
_MAGIC: tuple[tuple[bytes, FileFormat], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"GIF8", "GIF"),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"}
# Pillow's classes are made directly: `Image.open` would apply its own, process-wide pixel limit instead of ours.
_PLUGINS: dict[FileFormat, type[ImageFile.ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
}
_GREY_MODES = ("1", "L", "LA")
_ORIENTATION = 0x0112  # the EXIF tag
# What Pillow, pillow-heif, tifffile and imagecodecs raise for bytes that are not what their header promises.
_DAMAGE = (SyntaxError, ValueError, IndexError, KeyError, EOFError, OverflowError, struct.error, zlib.error, RuntimeError)


def decode(stream: IO[bytes], subject: str, max_pixels: int, draft: int | None = None) -> Picture:
    """The picture of a seekable stream at its start.

    With `draft`, a long edge in pixels, formats that can do so cheaply are decoded at a smaller size, yet no smaller
    than that. Raises NotAnImage, ImageDamaged, ImageTooLarge, or FileUnreadable when the disk fails; each names `subject`.
    """
    return stored_pixels(stream, subject, max_pixels, draft).to_picture(subject)


def stored_pixels(stream: IO[bytes], subject: str, max_pixels: int, draft: int | None = None) -> StoredPixels:
    """The same before it is turned upright and into sRGB. Raises as `decode` does."""
    file_format = identify(stream, subject)
    stored = _tiff(stream, subject, max_pixels) if file_format == "TIFF" else None
    return stored or _opened(stream, file_format, subject, max_pixels, draft)


def identify(stream: IO[bytes], subject: str) -> FileFormat:
    """The format that the first bytes tell, whatever the file is called; the stream is back at its start."""
    with damage_named(subject):
        head = stream.read(_HEAD)
        stream.seek(0)
    if not head:
        raise NotAnImage(subject, "the file is empty")
    for magic, file_format in _MAGIC:
        if head.startswith(magic):
            return file_format
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        brands = {head[start : start + 4] for start in range(8, min(len(head), int.from_bytes(head[:4], "big")), 4)}
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIF_BRANDS:
            return "HEIF"
    raise NotAnImage(subject, "its contents are not those of a picture")


def open_image(stream: IO[bytes], file_format: FileFormat) -> ImageFile.ImageFile:
    """Pillow's image with its header read and nothing decoded."""
    if file_format == "HEIF":
        from pillow_heif import HeifImageFile  # libheif is large: it is loaded when the first such picture comes

        plugin: Callable[[IO[bytes]], ImageFile.ImageFile] = HeifImageFile
        return plugin(stream)
    return _PLUGINS[file_format](stream)


@contextmanager
def damage_named(subject: str) -> Iterator[None]:
    """Turn what decoders raise into errors that name the file. To be held around decoders only: it would hide our own bugs."""
    for library in ("PIL", "tifffile", "imagecodecs"):  # their log says the same again, line after line, to whoever looks at stderr
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        yield
    except OSError as error:
        if error.errno is not None:  # the system's; Pillow raises OSError without a number for bad contents
            raise FileUnreadable(subject, error.strerror or str(error)) from error
        raise ImageDamaged(subject, _reason(error)) from error
    except Image.DecompressionBombError as error:  # a GIF whose first frame is larger than its screen
        raise ImageTooLarge(subject, _reason(error)) from error
    except _DAMAGE as error:
        raise ImageDamaged(subject, _reason(error)) from error


def check_size(width: int, height: int, max_pixels: int, subject: str) -> None:
    """Raise ImageTooLarge, with both numbers, or ImageDamaged for a picture without pixels."""
    pixels = width * height
    if pixels < 1:
        raise ImageDamaged(subject, f"its header says {width} × {height} pixels")
    if pixels > max_pixels:
        raise ImageTooLarge(subject, f"{width} × {height} = {_megapixels(pixels)}, the limit is {_megapixels(max_pixels)}")


def _tiff(stream: IO[bytes], subject: str, max_pixels: int) -> StoredPixels | None:
    """The pixels of a TIFF file, or None for the kinds that are left to Pillow, with the stream back at its start."""
    with damage_named(subject):
        tiff = TiffHeader(stream)
        check_size(*tiff.size, max_pixels, subject)
        if tiff.is_plain:
            return tiff.pixels()
        stream.seek(0)
        return None


def _opened(stream: IO[bytes], file_format: FileFormat, subject: str, max_pixels: int, draft: int | None) -> StoredPixels:
    with damage_named(subject):
        image = open_image(stream, file_format)
        check_size(*image.size, max_pixels, subject)
        if file_format == "PNG" and _is_deep_png(stream):
            return _deep_png(stream, image)
        if draft is not None:
            image.draft(None, fitted_size(*image.size, draft))
        image.load()
        return _from_pillow(image, subject)


def _is_deep_png(stream: IO[bytes]) -> bool:
    """Whether the bit depth in the IHDR chunk, which comes first, is 16."""
    position = stream.tell()
    stream.seek(24)
    depth = stream.read(1)
    stream.seek(position)
    return depth == b"\x10"


def _deep_png(stream: IO[bytes], image: ImageFile.ImageFile) -> StoredPixels:
    """16-bit PNG by libpng through imagecodecs: Pillow keeps only the high bytes of colours."""
    stream.seek(0)
    samples: Samples = imagecodecs.png_decode(stream.read())
    samples = samples.reshape(image.height, image.width, -1)
    channels = samples.shape[2]
    # Only an eXIf chunk before the pixels: for one after them Pillow would decode the pixels as well.
    orientation = image.getexif().get(_ORIENTATION, 1) if "exif" in image.info else 1
    return StoredPixels(
        colour=samples[..., 0] if channels < 3 else samples[..., :3],
        alpha=samples[..., -1] if channels in (2, 4) else None,
        space="gray" if channels < 3 else "rgb",
        profile=image.info.get("icc_profile"),
        orientation=orientation,
    )


def _from_pillow(image: ImageFile.ImageFile, subject: str) -> StoredPixels:
    """The pixels of a loaded image of at most 8 bits a sample. Raises NotAnImage for a TIFF of signed or other rare samples."""
    if image.mode.startswith(("I", "F")):
        raise NotAnImage(subject, "its samples are neither 8 nor 16-bit whole numbers nor floats")
    orientation = image.getexif().get(_ORIENTATION, 1)  # 1 for TIFF and HEIF, which are turned upright while loading
    profile = image.info.get("icc_profile")
    if image.mode == "LAB":  # its profile describes Lab, which needs none
        return StoredPixels(np.asarray(lab_to_srgb(image)), None, "rgb", None, orientation)
    if image.mode == "CMYK":
        return StoredPixels(np.asarray(image), None, "cmyk", profile, orientation)
    alpha: Samples | None = None
    if image.has_transparency_data:
        rgba = np.asarray(image.convert("RGBA"))
        colour, alpha = rgba[..., :3], rgba[..., 3]
    else:
        colour = np.asarray(image.convert("RGB"))
    if image.mode in _GREY_MODES:
        return StoredPixels(colour[..., 0], alpha, "gray", profile, orientation)
    return StoredPixels(colour, alpha, "rgb", profile, orientation)


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    if lines and "truncated" in lines[0].lower():  # Pillow's word, with a number of bytes that helps nobody
        return "its end is missing"
    return lines[0].rstrip(".") if lines else type(error).__name__


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1_000_000:.6f}".rstrip("0").rstrip(".") + " MP"
