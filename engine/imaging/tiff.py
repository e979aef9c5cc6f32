"""TIFF at its full depth: 8, 16 and 32-bit integers and floats, by tifffile.

Pillow reads the rest (1-bit, palette, YCbCr, Lab); it would reduce 16-bit RGB to 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import tifffile

from engine.imaging.picture import Samples
from engine.imaging.profiles import ColourSpace
from engine.imaging.stored import StoredPixels

_SPACES: dict[int, ColourSpace] = {
    tifffile.PHOTOMETRIC.MINISWHITE: "gray",
    tifffile.PHOTOMETRIC.MINISBLACK: "gray",
    tifffile.PHOTOMETRIC.RGB: "rgb",
    tifffile.PHOTOMETRIC.SEPARATED: "cmyk",
}
_CHANNELS: dict[ColourSpace, int] = {"gray": 1, "rgb": 3, "cmyk": 4}
_TYPES = ("uint8", "uint16", "uint32", "float16", "float32", "float64")
_ALPHAS = (tifffile.EXTRASAMPLE.ASSOCALPHA, tifffile.EXTRASAMPLE.UNASSALPHA)


class TiffHeader:
    """The first page of an open TIFF file. The stream must stay open while it is used.

    Any method may raise what tifffile and its codecs raise for a damaged file: ValueError, RuntimeError, struct.error,
    IndexError, KeyError or zlib.error.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        with _damage_as_value_error():
            page = tifffile.TiffFile(stream).pages[0]
        assert isinstance(page, tifffile.TiffPage)  # a TiffFrame only ever follows the first page
        numbers: tuple[object, ...] = (page.imagewidth, page.imagelength, page.imagedepth, page.samplesperpixel, page.bitspersample)
        if not all(isinstance(number, int) and number > 0 for number in numbers):  # tifffile hands on what the tags hold
            raise ValueError("its header is nonsense")
        self._page = page

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) before orientation."""
        return self._page.imagewidth, self._page.imagelength

    @property
    def is_plain(self) -> bool:
        """Whether `pixels` can read it; if not, Pillow may."""
        page = self._page
        if page.photometric not in _SPACES or page.samplesperpixel < _CHANNELS[_SPACES[page.photometric]]:
            return False
        return getattr(page.dtype, "name", "unknown") in _TYPES and page.bitspersample >= 8 and page.imagedepth == 1

    @property
    def description(self) -> str:
        """The ImageDescription tag, or an empty string."""
        return self._page.description

    def pixels(self) -> StoredPixels:
        page = self._page
        self._check_strips()
        with _damage_as_value_error():
            stored = page.asarray(maxworkers=1)
        if page.axes.startswith("S"):  # one plane after another
            stored = np.moveaxis(stored, 0, -1)
        samples = _to_unsigned(stored.reshape(page.imagelength, page.imagewidth, page.samplesperpixel), page.bitspersample)
        space = _SPACES[page.photometric]
        channels = _CHANNELS[space]
        colour = samples[..., :channels] if channels > 1 else samples[..., 0]
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
            colour = np.bitwise_not(colour)
        alpha = self._alpha(samples, channels)
        if alpha is not None and tifffile.EXTRASAMPLE.ASSOCALPHA in page.extrasamples:
            colour = _unmultiplied(colour, alpha)
        return StoredPixels(colour, alpha, space, self._tag(34675, None), self._tag(274, 1))

    def _alpha(self, samples: Samples, channels: int) -> Samples | None:
        """The first extra channel that says it is an alpha; others (spot colours, saved selections) are no part of the look."""
        for index, kind in enumerate(self._page.extrasamples):
            if kind in _ALPHAS and channels + index < samples.shape[2]:
                return samples[..., channels + index]
        return None

    def _check_strips(self) -> None:
        """Raise ValueError where strips are missing: tifffile would fill them with zeros."""
        page = self._page
        ends = [offset + count for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True)]
        if len(ends) < np.prod(page.chunked) or min(page.databytecounts) == 0 or max(ends) > page.parent.filehandle.size:
            raise ValueError("the file is truncated")

    def _tag(self, code: int, default: Any) -> Any:
        tag = self._page.tags.get(code)
        return default if tag is None else tag.value


@contextmanager
def _damage_as_value_error() -> Iterator[None]:
    """Around tifffile alone: tags of the wrong type make it stumble in ways that would be bugs anywhere else."""
    try:
        yield
    except (TypeError, AttributeError, ZeroDivisionError) as error:
        raise ValueError(str(error)) from error


def _to_unsigned(stored: npt.NDArray[Any], bits: int) -> Samples:
    """Floats 0..1 (clipped; not-a-number is 0) and 32-bit integers become uint16; `bits` of a uint16 are scaled up to 16; uint8 stays."""
    if stored.dtype.kind == "f":
        clipped = np.clip(np.nan_to_num(stored.astype(np.float32, copy=False), nan=0.0), 0.0, 1.0)
        whole: Samples = np.rint(clipped * 65535.0).astype(np.uint16)
    elif stored.dtype.itemsize == 4:
        whole = (stored >> 16).astype(np.uint16)
    elif bits < 8 * stored.dtype.itemsize:  # scanners' 10, 12 and 14 bits, each in the low end of 16
        whole = np.rint(stored * (65535.0 / (2**bits - 1))).astype(np.uint16)
    else:
        whole = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    return whole


def _unmultiplied(colour: Samples, alpha: Samples) -> Samples:
    full = int(np.iinfo(colour.dtype).max)
    opacity = alpha if colour.ndim == 2 else alpha[..., None]
    divisor = np.maximum(opacity, 1).astype(np.uint64)
    restored = np.minimum((colour.astype(np.uint64) * full + divisor // 2) // divisor, full)
    straight: Samples = np.where(opacity == 0, 0, restored).astype(colour.dtype)
    return straight
