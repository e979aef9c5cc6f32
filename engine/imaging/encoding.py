"""From a `Picture` to the bytes of a file. The same picture and options give the same bytes."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from engine.api.errors import BadRequest, FormatLimit
from engine.imaging.annotation import PNG_KEYWORD, to_xmp
from engine.imaging.picture import Picture, Samples, to_uint8
from engine.imaging.profiles import srgb_profile

JPEG_SIDE = ("JPEG", 65_500)  # libjpeg's JPEG_MAX_DIMENSION
WEBP_SIDE = ("WebP", 16_383)  # 14 bits in the VP8 header
SIDE_LIMITS = {".jpg": JPEG_SIDE, ".jpeg": JPEG_SIDE, ".webp": WEBP_SIDE}
JPEG_MAX_XMP = 65_504  # an APP1 segment less its length and the XMP signature
_PNG_LEVEL = 4  # of zlib: level 6 takes nearly twice as long for files 1 % smaller
_IHDR_END = 8 + 25
_EXIF_X_RESOLUTION, _EXIF_Y_RESOLUTION, _EXIF_RESOLUTION_UNIT, _INCH = 0x011A, 0x011B, 0x0128, 2


@dataclass(frozen=True)
class EncodeOptions:
    """`quality` 1..100 (JPEG, lossy WebP), `lossless` (WebP), `dpi` dots per inch, `annotation` ASCII text to embed."""

    quality: int = 92
    lossless: bool = False
    dpi: float | None = None
    annotation: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.quality <= 100:
            raise BadRequest(f"The quality {self.quality}", "it must lie between 1 and 100")
        if self.dpi is not None and not 1 <= self.dpi <= 65_535:
            raise BadRequest(f"The resolution {self.dpi} dpi", "it must lie between 1 and 65535")


def encode_png(picture: Picture, options: EncodeOptions, subject: str) -> bytes:
    """8 or 16 bits, alpha kept, the annotation in an iTXt chunk."""
    encoded = imagecodecs.png_encode(_stacked(picture), level=_PNG_LEVEL)
    chunks = [_png_chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(srgb_profile()))]
    if options.dpi is not None:
        per_metre = round(options.dpi / 0.0254)
        chunks.append(_png_chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)))
    if options.annotation is not None:
        chunks.append(_png_chunk(b"iTXt", PNG_KEYWORD.encode() + b"\0\0\0\0\0" + options.annotation.encode("ascii")))
    return b"".join([encoded[:_IHDR_END], *chunks, encoded[_IHDR_END:]])


def encode_tiff(picture: Picture, options: EncodeOptions, subject: str) -> bytes:
    """8 or 16 bits, alpha kept (not premultiplied), deflate with a predictor, the annotation in ImageDescription."""
    stream = io.BytesIO()
    tifffile.imwrite(
        stream,
        _stacked(picture),
        photometric="rgb",
        extrasamples=None if picture.alpha is None else ["unassalpha"],
        compression="zlib",
        predictor=True,
        maxworkers=1,
        iccprofile=srgb_profile(),
        resolution=None if options.dpi is None else (options.dpi, options.dpi),
        resolutionunit="inch" if options.dpi is not None else None,
        description=options.annotation,
        software="Sfumato",
        metadata=None,
    )
    return stream.getvalue()


def encode_jpeg(picture: Picture, options: EncodeOptions, subject: str) -> bytes:
    """8 bits, full colour resolution, transparent parts on white, the annotation in XMP. Raises FormatLimit."""
    xmp = b"" if options.annotation is None else to_xmp(options.annotation)
    if len(xmp) > JPEG_MAX_XMP:
        raise FormatLimit(subject, f"its recipe takes {len(xmp)} bytes, JPEG holds at most {JPEG_MAX_XMP}")
    stream = io.BytesIO()
    dpi = (0, 0) if options.dpi is None else (round(options.dpi), round(options.dpi))
    image = Image.fromarray(to_uint8(_on_white(picture)))
    image.save(stream, "JPEG", quality=options.quality, subsampling="4:4:4", dpi=dpi, icc_profile=srgb_profile(), xmp=xmp)
    return stream.getvalue()


def encode_webp(picture: Picture, options: EncodeOptions, subject: str) -> bytes:
    """8 bits, alpha kept, lossless on request, the annotation in XMP."""
    Image.fromarray(to_uint8(_stacked(picture))).save(
        stream := io.BytesIO(),
        "WEBP",
        quality=options.quality,
        lossless=options.lossless,
        exact=options.lossless,  # colours under full transparency too
        icc_profile=srgb_profile(),
        exif=b"" if options.dpi is None else resolution_exif(options.dpi),
        xmp=b"" if options.annotation is None else to_xmp(options.annotation),
    )
    return stream.getvalue()


def resolution_exif(dpi: float) -> Image.Exif:
    """Dots per inch where a format has no field of its own for them."""
    exif = Image.Exif()
    exif[_EXIF_X_RESOLUTION] = exif[_EXIF_Y_RESOLUTION] = dpi
    exif[_EXIF_RESOLUTION_UNIT] = _INCH
    return exif


ENCODERS: dict[str, Callable[[Picture, EncodeOptions, str], bytes]] = {
    ".png": encode_png,
    ".jpg": encode_jpeg,
    ".jpeg": encode_jpeg,
    ".webp": encode_webp,
    ".tif": encode_tiff,
    ".tiff": encode_tiff,
}


def _stacked(picture: Picture) -> Samples:
    """(H, W, 3), or (H, W, 4) with alpha."""
    return picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])


def _on_white(picture: Picture) -> Samples:
    if picture.alpha is None:
        return picture.pixels
    full = int(np.iinfo(picture.pixels.dtype).max)
    alpha = picture.alpha.astype(np.uint64)[..., None]
    mixed: Samples = ((picture.pixels * alpha + full * (full - alpha) + full // 2) // full).astype(picture.pixels.dtype)
    return mixed


def check_side(width: int, height: int, suffix: str, subject: str) -> None:
    """Raises FormatLimit where the format of `suffix` cannot hold a picture of this size."""
    name, limit = SIDE_LIMITS.get(suffix, ("", None))
    if limit is not None and max(width, height) > limit:
        raise FormatLimit(subject, f"{name} holds at most {limit} pixels on a side, this is {width} × {height}")


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    """PNG (third edition), 5.3: length, type, data, CRC of type and data."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
