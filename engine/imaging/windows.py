"""Any window of a picture at any size, without the whole of it: the samples of a pixel depend on its place in the picture alone.

Positions are of the whole result, and every sample is made by the same operations in the same order, so that windows meet without
a seam, to the last bit, however the result is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from engine.imaging.picture import Samples

_GRIDLESS = (-1, 4, 10, 4, -1)
"""In sixteenths: as flat as five taps can be toward long waves, and nothing of what alternates (Herrmann 1971)."""

Floats = npt.NDArray[np.float32]

_SHARPNESS = -0.5
"""The parameter of the cubic kernel (Keys 1981): Catmull-Rom, which passes through the samples."""


@dataclass(frozen=True)
class Rect:
    """Pixels left <= x < right, top <= y < bottom."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def grown(self, margin: int) -> Rect:
        """The rectangle with `margin` pixels more on every side."""
        return Rect(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def times(self, scale: int) -> Rect:
        """Where it lies in the picture enlarged."""
        return Rect(self.left * scale, self.top * scale, self.right * scale, self.bottom * scale)

    def source(self, scale: int) -> Rect:
        """Of the picture that was enlarged by so much to this one: the smallest rectangle that it comes from."""
        return Rect(self.left // scale, self.top // scale, -(-self.right // scale), -(-self.bottom // scale))

    def within(self, around: Rect) -> tuple[slice, slice]:
        """Its rows and columns in the samples of a rectangle around it."""
        left, top = self.left - around.left, self.top - around.top
        return slice(top, top + self.height), slice(left, left + self.width)


class Raster(Protocol):
    """Samples of a whole picture, in memory or in a file."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        ...

    def read(self, rect: Rect) -> Samples:
        """(h, w, channels) of a rectangle that lies inside the picture."""
        ...


@dataclass(frozen=True, eq=False)
class ArrayRaster:
    """An array (H, W, C) as a raster."""

    samples: Samples

    @property
    def shape(self) -> tuple[int, int, int]:
        height, width, channels = self.samples.shape
        return height, width, channels

    def read(self, rect: Rect) -> Samples:
        return self.samples[rect.top : rect.bottom, rect.left : rect.right]


@dataclass(frozen=True, eq=False)
class Cutout:
    """Of a picture of width x height only the samples (h, w, C) in `rect`, for whoever reads no others."""

    height: int
    width: int
    rect: Rect
    samples: Samples

    @classmethod
    def empty(cls, width: int, height: int) -> Cutout:
        """For its shape alone."""
        return cls(height, width, Rect(0, 0, 0, 0), np.empty((0, 0, 3), np.uint16))

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.height, self.width, int(self.samples.shape[2])

    def read(self, rect: Rect) -> Samples:
        return self.samples[rect.within(self.rect)]


@dataclass(frozen=True, eq=False)
class Channels:
    """Some channels of a raster: `first` <= channel < `last`."""

    raster: Raster
    first: int
    last: int

    @property
    def shape(self) -> tuple[int, int, int]:
        height, width, _ = self.raster.shape
        return height, width, self.last - self.first

    def read(self, rect: Rect) -> Samples:
        return self.raster.read(rect)[..., self.first : self.last]


@dataclass(frozen=True)
class Axis:
    """One direction of an enlargement: `source` samples become `scaled`, of which `length` from `offset` on are the picture."""

    source: int
    scaled: int
    offset: int
    length: int

    def taps(self, start: int, stop: int) -> tuple[npt.NDArray[np.int64], Floats]:
        """Of each place from `start` to `stop`: the indices (n, 4) of the source samples around it, edges repeated, and their
        weights (n, 4), which add up to 1."""
        position = (np.arange(start, stop) + self.offset + 0.5) * (self.source / self.scaled) - 0.5
        first = np.floor(position).astype(np.int64)
        part = position - first
        weights = np.stack([_cubic(part + 1), _cubic(part), _cubic(1 - part), _cubic(2 - part)], 1)
        indices = np.clip(first[:, None] + np.arange(-1, 3), 0, self.source - 1)
        return indices, weights.astype(np.float32)

    @property
    def is_plain(self) -> bool:
        return self.source == self.scaled


@dataclass(frozen=True, eq=False)
class Enlarged:
    """A raster at a size that is not below its own, each window by itself."""

    raster: Raster
    rows: Axis
    columns: Axis

    @classmethod
    def stretched(cls, raster: Raster, width: int, height: int) -> Enlarged:
        """The whole raster at width x height."""
        source_height, source_width, _ = raster.shape
        return cls(raster, Axis(source_height, height, 0, height), Axis(source_width, width, 0, width))

    @classmethod
    def covering(cls, raster: Raster, width: int, height: int) -> Enlarged:
        """The raster scaled to cover width x height, and cut evenly where the shapes differ."""
        source_height, source_width, _ = raster.shape
        scale = max(width / source_width, height / source_height)
        scaled_width, scaled_height = max(width, round(source_width * scale)), max(height, round(source_height * scale))
        return cls(
            raster,
            Axis(source_height, scaled_height, (scaled_height - height) // 2, height),
            Axis(source_width, scaled_width, (scaled_width - width) // 2, width),
        )

    def samples(self, rect: Rect) -> Samples:
        """(h, w, C) of a rectangle inside the picture, which has the raster's own size: no sample is changed."""
        assert self.rows.is_plain and self.columns.is_plain
        left, top = rect.left + self.columns.offset, rect.top + self.rows.offset
        return self.raster.read(Rect(left, top, left + rect.width, top + rect.height))

    def window(self, rect: Rect) -> Floats:
        """(h, w, C) in 0..1 of a rectangle inside the picture."""
        if self.rows.is_plain and self.columns.is_plain:
            return unit(self.samples(rect))
        row_taps, row_weights = self.rows.taps(rect.top, rect.bottom)
        column_taps, column_weights = self.columns.taps(rect.left, rect.right)
        needed = around_indices(row_taps, column_taps)
        samples = unit(self.raster.read(needed))
        rows = _weighted(samples, row_taps - needed.top, row_weights, axis=0)
        return np.clip(_weighted(rows, column_taps - needed.left, column_weights, axis=1), 0, 1)

    def needed(self, rect: Rect) -> Rect:
        """What of the raster a window is made of."""
        return around_indices(self.rows.taps(rect.top, rect.bottom)[0], self.columns.taps(rect.left, rect.right)[0])


@dataclass(frozen=True, eq=False)
class Mirrored:
    """A raster mirrored by `margin` at every edge, and on to a multiple of `multiple` at the right and the bottom, as `np.pad` does it
    with "reflect". The picture is larger than the margins."""

    inner: Enlarged
    margin: int
    multiple: int

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._around(self.inner.rows.length), self._around(self.inner.columns.length), self.inner.raster.shape[2]

    def _around(self, length: int) -> int:
        return 2 * self.margin + length + -length % self.multiple

    def read(self, rect: Rect) -> Samples:
        rows = mirrored(rect.top - self.margin, rect.bottom - self.margin, self.inner.rows.length)
        columns = mirrored(rect.left - self.margin, rect.right - self.margin, self.inner.columns.length)
        around = around_indices(rows, columns)
        samples = self.inner.samples(around)
        return samples[(rows - around.top)[:, None], columns - around.left]


@dataclass(frozen=True, eq=False)
class Gridless:
    """A raster without what alternates from pixel to pixel, in whole numbers. Along each axis waves of four pixels keep three
    quarters, of eight 98 %."""

    REACH: ClassVar[int] = 2

    raster: Raster

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.raster.shape

    def read(self, rect: Rect) -> Samples:
        height, width, _ = self.shape
        rows = mirrored(rect.top - self.REACH, rect.bottom + self.REACH, height)
        columns = mirrored(rect.left - self.REACH, rect.right + self.REACH, width)
        around = around_indices(rows, columns)
        samples = self.raster.read(around)
        sharp = samples[(rows - around.top)[:, None], columns - around.left].astype(np.int32)
        sums = np.zeros((rect.height, *sharp.shape[1:]), np.int32)
        for row, weight in enumerate(_GRIDLESS):
            sums += weight * sharp[row : row + rect.height]
        total = np.full((rect.height, rect.width, sharp.shape[2]), 128, np.int32)
        for column, weight in enumerate(_GRIDLESS):
            total += weight * sums[:, column : column + rect.width]
        even: Samples = (total >> 8).clip(0, np.iinfo(samples.dtype).max).astype(samples.dtype)
        return even


def mirrored(start: int, stop: int, length: int) -> npt.NDArray[np.int64]:
    """Indices of a line of `length` samples that is mirrored at both of its ends, again and again; the ends themselves once."""
    period = max(1, 2 * (length - 1))
    place = np.arange(start, stop) % period
    return np.minimum(place, period - place) if length > 1 else np.zeros_like(place)


def around_indices(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Rect:
    """The smallest rectangle that holds these rows and columns."""
    return Rect(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


def unit(samples: Samples) -> Floats:
    """uint8 or uint16 samples as floats in 0..1."""
    return samples.astype(np.float32) / np.float32(np.iinfo(samples.dtype).max)


def _weighted(samples: Floats, taps: npt.NDArray[np.int64], weights: Floats, axis: int) -> Floats:
    """Sums of four taps along an axis of (h, w, C). Products and sums apart: fused, they would round by the place in memory."""
    shape = (-1, 1, 1) if axis == 0 else (1, -1, 1)
    total: Floats | None = None
    for tap in range(taps.shape[1]):
        part = np.take(samples, taps[:, tap], axis)
        part *= weights[:, tap].reshape(shape)
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None
    return total


def _cubic(distance: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Keys' cubic convolution kernel at distances of 0 to 2."""
    near = ((_SHARPNESS + 2) * distance - (_SHARPNESS + 3)) * distance**2 + 1
    far = _SHARPNESS * (((distance - 5) * distance + 8) * distance - 4)
    return np.where(distance <= 1, near, far)
