"""What an export will cost - bytes on the disk, memory, time - and what the file formats can hold. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import Final

from engine.api.errors import BadRequest
from engine.api.limits import print_budget
from engine.api.output import Compression
from engine.api.upscaling import enlarges_by_network


@dataclass(frozen=True)
class FileFormat:
    """A picture format: the longest side that it can hold in pixels (None: no limit that matters), and what it is good for."""

    id: str
    title: str
    suffix: str
    purpose: str
    max_side: int | None = None
    has_quality: bool = False
    other_suffixes: tuple[str, ...] = ()
    is_deep: bool = False
    """Whether it holds 16 bits a sample."""


FORMATS: Final = (
    FileFormat("png", "PNG", ".png", "Every pixel exact. For editing and the web.", is_deep=True),
    FileFormat("jpeg", "JPEG", ".jpg", "Small, opens everywhere. For sharing.", 65_500, True, (".jpeg",)),
    FileFormat("webp", "WebP", ".webp", "Smaller than JPEG. For the web.", 16_383, True),
    FileFormat("tiff", "TIFF", ".tif", "Every pixel exact. For print and archive.", None, False, (".tiff",), True),
)

# Bits a pixel with 8 and with 16 bits a sample: medians over eight photos in three styles each (a meadow in oil, a linocut, a print of a
# lake), rendered with a long edge of 1024 px in 16 bits, cut to whole tiles of 256, dithered for 8 bits, and written by
# `engine.imaging.writers`. Of 24 files the smallest took 0.72 to 0.92 of the median and the largest 1.04 to 1.21. The lower byte of 16
# bits is as good as noise: nothing of it is saved, and LZW, which sees no more of it, makes it longer.
_EXACT_BITS: Final = {"png": (16.4, 44.1), "webp": (13.4, 13.4)}
_TIFF_BITS: Final[dict[Compression, tuple[float, float]]] = {"deflate": (16.0, 43.4), "lzw": (19.8, 59.3), "none": (24.0, 48.0)}
# Bits a pixel by quality: medians over paintings 1024 px wide, encoded as the engine does. Real pictures lie within about half and double.
_LOSSY_BITS: Final = {
    "jpeg": ((1, 0.35), (10, 0.57), (30, 1.16), (50, 1.75), (70, 2.2), (80, 2.6), (85, 3.1), (92, 3.7), (96, 5.1), (100, 9.0)),
    "webp": ((1, 0.3), (10, 0.5), (30, 0.9), (50, 1.25), (70, 1.6), (80, 2.0), (85, 2.35), (92, 3.1), (96, 3.8), (100, 4.7)),
}

_LEVEL_BYTES: Final = 9
"""A pixel of a painted layer's levels on the disk while the picture is made: six bytes of the largest, half as much of the others."""

_FINE_BYTES: Final = 24
"""A pixel that a network makes four of for a print larger than its photo: six bytes each."""

_ENLARGED_EFFORT: Final = 0.3
"""What a pixel beyond the photo's own costs, where one that is painted costs 1: it is put together and written."""
_FINE_EFFORT: Final = 1.7
"""What a pixel costs that a network makes four of."""

_ENGINE_BYTES: Final = 800_000_000
"""torch, the stylizer, the tile and the strips at work: a print is made strip by strip."""
_WIDTH_BYTES: Final = 4_000
"""A pixel of the picture's width: its column of a strip, and what the encoder holds of a few rows."""
_PHOTO_BYTES: Final = 9
"""A pixel of a photo that is enlarged, which is held whole: between photos of 4 and of 24 megapixels, `sfumato upscale` grew by so much."""
_WEBP_BYTES_A_PIXEL: Final = 10
"""WebP alone is encoded in one piece."""


@dataclass(frozen=True)
class Estimate:
    """`bytes` on the disk, `memory_bytes` at the peak, `seconds` None where the machine's speed is not known yet. `scratch_bytes` are on
    the disk as well while the picture is made."""

    bytes: int
    memory_bytes: int
    seconds: float | None
    scratch_bytes: int = 0


@dataclass(frozen=True)
class Samples:
    """What of a file, beside its size and quality, decides how large it is."""

    bits: int = 8
    channels: int = 3
    compression: Compression = "deflate"
    lossless: bool = False


def pixel_limit() -> int | None:
    """The most pixels that the engine writes; None where the variable makes no sense, as the engine will say in words."""
    try:
        return print_budget()
    except BadRequest:
        return None


def longest_edge(width: int, height: int, pixels: int) -> int:
    """The longest edge, in pixels, at which a picture of this shape (sides of at least 1) has no more than `pixels`."""
    longest, shortest = max(width, height), min(width, height)
    edge = math.isqrt(pixels * longest // shortest)
    while edge > 1 and edge * max(1, round(shortest * edge / longest)) > pixels:  # the shorter side is rounded
        edge -= 1
    return edge


def file_format(name: str) -> FileFormat:
    """The format by id, title or suffix, in any case; PNG where there is none of that name."""
    wanted = name.casefold()
    return next((each for each in FORMATS if wanted in (each.id, each.suffix, *each.other_suffixes)), FORMATS[0])


def typed_suffix(name: str) -> str:
    """The suffix with which a file's name asks for a format, as it was typed; empty where it has none ("harbour v1.2")."""
    suffix = PurePath(name).suffix
    return suffix if any(suffix.casefold() in (each.suffix, *each.other_suffixes) for each in FORMATS) else ""


def estimate(
    width: int,
    height: int,
    format: str,
    quality: int,
    seconds_per_megapixel: float | None,
    samples: Samples = Samples(),
    painted_pixels: int = 0,
    native: tuple[int, int] | None = None,
    enlarged_layers: int = 0,
    held_pixels: int = 0,
) -> Estimate:
    """What a picture of `width` × `height` pixels will take as `format` ("png", "jpeg", "webp", "tiff") at `quality` 1…100.

    `painted_pixels`: those that the network paints, all layers together. `native`: the photo's own size, where it is known.
    `enlarged_layers`: how many paintings and bare photos a larger print enlarges. `held_pixels`: those of a photo that is held whole.
    """
    pixels = width * height
    exact = format not in _LOSSY_BITS or samples.lossless
    bits = _exact_bits(format, samples) if exact else _between(_LOSSY_BITS[format], quality)
    size = round(pixels * bits / 8 * samples.channels / 3)
    seconds = None if seconds_per_megapixel is None else effort(width, height, native) * seconds_per_megapixel
    memory = _ENGINE_BYTES + width * _WIDTH_BYTES + held_pixels * _PHOTO_BYTES + (pixels * _WEBP_BYTES_A_PIXEL if format == "webp" else 0)
    scratch = pixels * samples.channels * samples.bits // 8 + painted_pixels * _LEVEL_BYTES
    scratch += enlarged_layers * _doubled(width, height, native) * _FINE_BYTES
    return Estimate(size, memory, seconds, scratch)


def effort(width: int, height: int, native: tuple[int, int] | None) -> float:
    """The megapixels of a print, of which those count less that lie beyond the photo's own."""
    pixels = width * height
    own = pixels if native is None else min(pixels, max(1, native[0] * native[1]))
    return (own + _ENLARGED_EFFORT * (pixels - own) + _FINE_EFFORT * _doubled(width, height, native)) / 1e6


def _doubled(width: int, height: int, native: tuple[int, int] | None) -> int:
    """The photo's pixels where a network enlarges them for this print, else 0."""
    if native is None or min(native) < 1 or not enlarges_by_network(max(width / native[0], height / native[1])):
        return 0
    return native[0] * native[1]


def _exact_bits(format: str, samples: Samples) -> float:
    """Of a pixel of three samples."""
    eight, sixteen = _TIFF_BITS[samples.compression] if format == "tiff" else _EXACT_BITS[format]
    return sixteen if samples.bits == 16 else eight


def room_problem(cost: Estimate, free: int | None) -> str:
    """Why the disk has no room for the picture and its raw strips; empty where it has, or where it does not say."""
    needed = cost.bytes + cost.scratch_bytes
    if free is None or needed <= free:
        return ""
    return f"The disk has {size_in_words(free)} free; about {size_in_words(needed)} are needed while the picture is made."


def in_words(cost: Estimate) -> str:
    """ "About 21 MB · 1.2 GB of memory · 40 seconds · 90 MB more on the disk meanwhile"."""
    parts = [f"About {size_in_words(cost.bytes)}", f"{size_in_words(cost.memory_bytes)} of memory"]
    if cost.seconds is not None:
        parts.append(time_in_words(cost.seconds))
    if cost.scratch_bytes:
        parts.append(f"{size_in_words(cost.scratch_bytes)} more on the disk meanwhile")
    return " · ".join(parts)


def size_in_words(count: int) -> str:
    """A number of bytes with two figures that mean something: "840 kB", "3.2 MB", "21 MB", "1.4 GB"."""
    for unit, size in (("GB", 1_000_000_000), ("MB", 1_000_000)):
        if count >= 0.95 * size:
            share = count / size
            return f"{share:.1f} {unit}" if share < 9.95 else f"{share:.0f} {unit}"
    return f"{max(1, round(count / 1000))} kB"


def time_in_words(seconds: float) -> str:
    """ "a moment", "20 seconds", "3 minutes", "1 h 20 min"."""
    if seconds < 3:
        return "a moment"
    if seconds < 57:
        return f"{max(5, 5 * round(seconds / 5))} seconds"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"{minutes // 60} h {minutes % 60} min"


def _between(table: tuple[tuple[int, float], ...], at: int) -> float:
    """Straight lines between the points of `table`, whose first column rises."""
    for (low, low_value), (high, high_value) in pairwise(table):
        if at <= high:
            return low_value + (high_value - low_value) * max(0, at - low) / (high - low)
    return table[-1][1]
