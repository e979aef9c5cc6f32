"""One picture file, of any format and size, as a small upright sRGB image without alpha, in bounded memory.

Pillow reads all that it reads rightly at 8 bits a sample, so that training needs nothing else; what is left (HEIC, deep or
float TIFF, Lab) goes to `engine.imaging`, where its libraries are installed.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from engine.api.errors import FileMissing, FileUnreadable, ImageDamaged, ImageTooLarge, NotAnImage, SfumatoError

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "PPM")
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".heic", ".heif", ".ppm", ".pgm"})
"""What a name must end with for a file that is no picture to count as a broken one."""

MAX_BYTES = 1_000_000_000
"""The most that the decoded pixels of one picture may take. A 12,000 × 12,000 PNG takes 576 MB, a JPEG of that size 9 MB."""
DEEP_MAX_PIXELS = 50_000_000  # engine.imaging keeps 16 bits a sample and makes a few copies: some 20 bytes a pixel

_ORIENTATION = 0x0112  # the EXIF tag
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_STRIP_PIXELS = 4_000_000  # what is converted at once while a large picture is made small
_SPARE = 2  # the small image is at least so many times the size asked for: the last step is a good filter's
_PLAIN = frozenset({"L", "RGB", "CMYK"})
_WITH_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
_SIMPLE = frozenset({"1", "P", "RGBX", "YCbCr"})  # Pillow converts these to RGB without loss
_PROFILES = {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}


@dataclass(frozen=True, eq=False)
class Reading:
    """`image`: RGB, upright. `width`, `height`: of the original, upright."""

    image: Image.Image
    width: int
    height: int


def read(stream: IO[bytes], path: Path, size: int) -> Reading:
    """The picture of a seekable stream, its short side at least twice `size` where the original has as much.

    Transparent parts become white. Raises NotAnImage, ImageDamaged, ImageTooLarge or FileUnreadable, which name `path`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's doubts about tags and sizes: the size is checked here
            return _by_pillow(stream, path, size)
    except (UnidentifiedImageError, _NotForPillow):
        return _by_engine(path)
    except SfumatoError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise ImageTooLarge(path, _reason(error)) from error
    except OSError as error:
        if error.errno is not None:  # the system's; Pillow raises OSError without a number for bad contents
            raise FileUnreadable(path, error.strerror or str(error)) from error
        raise ImageDamaged(path, _reason(error)) from error
    except Exception as error:  # of hostile bytes decoders raise nearly anything, and one odd picture must not end a run
        raise ImageDamaged(path, _reason(error)) from error


class _NotForPillow(Exception):
    """Pillow opens it, but does not convert it rightly."""


def _by_pillow(stream: IO[bytes], path: Path, size: int) -> Reading:
    image: Image.Image = Image.open(stream, formats=_formats())
    short = size * _SPARE
    scale = min(1.0, short / max(1, min(image.size)))
    width, height = image.size
    image.draft(None, (max(1, int(width * scale)), max(1, int(height * scale))))  # of JPEG alone; never smaller than this
    needed = image.width * image.height * (1 if image.mode in ("1", "L", "P") else 4)
    if needed > MAX_BYTES:
        raise ImageTooLarge(path, f"{width} × {height} pixels need {needed / 1e9:.1f} GB to open")
    image.load()
    orientation, profile = _orientation(image), image.info.get("icc_profile")
    small = _opaque(_shrunk(image, max(1, min(image.size) // short)), profile)
    if orientation in _TURNS:
        small = small.transpose(_TURNS[orientation])
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    return Reading(small, width, height)


@cache
def _formats() -> tuple[str, ...]:
    """Those of `FORMATS` that this Pillow was built with."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _orientation(image: Image.Image) -> int:
    """1 too for TIFF, which Pillow turns upright while loading, and where the camera wrote nonsense."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF data do not make the picture worse
        return 1


def _shrunk(image: Image.Image, factor: int) -> Image.Image:
    """The image at 1 / factor by box averages, in a mode of `_PLAIN` or RGBA, converted strip by strip: no second full-size copy."""
    mode = _target_mode(image)
    if factor == 1:
        return _converted(image, mode)
    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    rows = max(1, _STRIP_PIXELS // (image.width * factor))  # of the small image
    for top in range(0, small.height, rows):
        box = (0, top * factor, image.width, min(image.height, (top + rows) * factor))
        strip = image.crop(box)
        strip.info = image.info  # a palette's transparency
        small.paste(_converted(strip, mode).reduce(factor), (0, top))
    return small


def _target_mode(image: Image.Image) -> str:
    if image.mode.startswith("I;16"):
        return "L"
    if image.mode in _WITH_ALPHA or (image.mode in _PLAIN | _SIMPLE and image.has_transparency_data):
        return "RGBA"
    if image.mode in _PLAIN:
        return image.mode
    if image.mode in _SIMPLE:
        return "RGB"
    raise _NotForPillow(image.mode)


def _converted(image: Image.Image, mode: str) -> Image.Image:
    if image.mode.startswith("I;16"):  # Pillow's own conversion has meant different things over the years
        deep = np.asarray(image).astype(np.uint32)
        return Image.fromarray(((deep + 128) // 257).astype(np.uint8))
    return image if image.mode == mode else image.convert(mode)


def _opaque(image: Image.Image, profile: bytes | None) -> Image.Image:
    """sRGB over white."""
    if image.mode != "RGBA":
        return _srgb(image, profile)
    paper = Image.new("RGB", image.size, "white")
    paper.paste(_srgb(image.convert("RGB"), profile), mask=image.getchannel("A"))
    return paper


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB by the embedded profile; one that is broken or meant for other pixels is passed over, as the picture itself is whole."""
    if profile and image.mode == "L" and profile[16:20] == _PROFILES["RGB"]:
        image = image.convert("RGB")
    if profile and profile[16:20] == _PROFILES[image.mode]:
        try:
            converted = ImageCms.applyTransform(image, _transform(profile, image.mode))
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


@lru_cache(maxsize=8)  # a folder's pictures mostly share one profile, and building a transform costs more than using it
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _by_engine(path: Path) -> Reading:
    try:
        from engine.imaging.files import load
    except ImportError as error:  # a machine for training alone
        raise NotAnImage(path, "it is none of the formats that can be read without imagecodecs, tifffile and pillow-heif") from error
    from engine.imaging.picture import to_uint8

    picture = load(path, max_pixels=DEEP_MAX_PIXELS)
    image = Image.fromarray(to_uint8(picture.pixels))
    if picture.alpha is not None:
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=Image.fromarray(to_uint8(picture.alpha)))
        image = paper
    return Reading(image, picture.width, picture.height)


def open_file(path: Path) -> io.BufferedReader:
    """The file's bytes. Raises FileMissing for one that has vanished, FileUnreadable."""
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise FileMissing(path) from error
    except OSError as error:
        raise FileUnreadable(path, error.strerror or str(error)) from error


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    if lines and "truncated" in lines[0].lower():  # Pillow's word, with a number of bytes that helps nobody
        return "its end is missing"
    return lines[0].rstrip(".") if lines else type(error).__name__
