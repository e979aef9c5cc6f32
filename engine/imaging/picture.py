"""A decoded picture as a value: sRGB samples, and perhaps their opacity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]
"""uint8 (0..255) or uint16 (0..65535) samples."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in sRGB.

    `pixels`: (H, W, 3), uint8 or uint16, gamma-encoded sRGB, not multiplied by alpha.
    `alpha`: (H, W) of the same type, 0 is transparent; None where the picture is opaque.
    Both arrays are made contiguous and read-only, so that a picture can be shared between threads and snapshots
    (`torch.tensor` copies such an array; `torch.from_numpy` would warn).

    Raises ValueError for any other shape or type, or an empty picture.
    """

    pixels: Samples
    alpha: Samples | None = None

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3 or self.pixels.size == 0:
            raise ValueError(f"pixels must be (H, W, 3) and not empty, not {self.pixels.shape}")
        if self.pixels.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"pixels must be uint8 or uint16, not {self.pixels.dtype}")
        object.__setattr__(self, "pixels", _frozen(self.pixels))
        if self.alpha is not None:
            if self.alpha.shape != self.pixels.shape[:2] or self.alpha.dtype != self.pixels.dtype:
                raise ValueError(f"alpha {self.alpha.shape} {self.alpha.dtype} does not fit pixels {self.pixels.shape} {self.pixels.dtype}")
            object.__setattr__(self, "alpha", _frozen(self.alpha))

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def long_edge(self) -> int:
        return max(self.width, self.height)

    @property
    def bits(self) -> int:
        """8 or 16 bits a sample."""
        return 8 * self.pixels.dtype.itemsize


def to_uint8(samples: Samples) -> npt.NDArray[np.uint8]:
    """uint8 or uint16 samples of any shape as uint8, rounded to the nearest."""
    if samples.dtype == np.uint8:
        return samples.astype(np.uint8, copy=False)
    # v * 255 / 65535 is v / 257, and 257 is odd: adding its half rounds exactly.
    return ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _frozen(samples: Samples) -> Samples:
    contiguous = np.ascontiguousarray(samples)
    contiguous.setflags(write=False)
    return contiguous
