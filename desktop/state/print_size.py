"""How large a picture is written: pixels, centimetres or inches, of which each follows from the others. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, get_args

from engine.api.limits import MAX_EDGE
from engine.api.output import CM_PER_INCH

Unit: TypeAlias = Literal["px", "cm", "in"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)

PRINT_DPI: Final = 300.0
"""What printers ask for."""

PAPERS: Final = {"A4": (29.7, 21.0), "A3": (42.0, 29.7), "A2": (59.4, 42.0), "A1": (84.1, 59.4)}
"""Centimetres of the long and the short side."""


@dataclass(frozen=True)
class PrintSize:
    """A size of a picture that keeps its shape.

    `edge` is the long edge in pixels, not rounded, so that going from unit to unit and back changes nothing. On paper (`unit` "cm" or
    "in") another resolution keeps the centimetres, in pixels it keeps the pixels.
    """

    native: tuple[int, int]
    """The picture's own size in pixels."""
    edge: float
    dpi: float = PRINT_DPI
    unit: Unit = "px"

    @classmethod
    def of(cls, native: tuple[int, int], long_edge: int | None, dpi: float | None = None, unit: Unit = "px") -> PrintSize:
        """`long_edge` None: the picture's own."""
        return cls(native, float(long_edge or max(native)), dpi or PRINT_DPI, unit)

    @property
    def long_edge(self) -> int:
        """Whole pixels."""
        return max(1, round(self.edge))

    @property
    def is_native(self) -> bool:
        return self.long_edge == max(self.native)

    @property
    def pixels(self) -> tuple[int, int]:
        """(width, height), as a recipe rounds them."""
        scale = self.long_edge / max(*self.native, 1)
        return max(1, round(self.native[0] * scale)), max(1, round(self.native[1] * scale))

    @property
    def shown(self) -> tuple[float, float]:
        """(width, height) in the unit."""
        if self.unit == "px":
            return self.pixels
        scale = self.edge / max(*self.native, 1) * self._per_pixel
        return self.native[0] * scale, self.native[1] * scale

    @property
    def centimetres(self) -> tuple[float, float]:
        """(width, height) on paper."""
        width, height = self.pixels
        return width / self.dpi * CM_PER_INCH, height / self.dpi * CM_PER_INCH

    def wide(self, width: float) -> PrintSize:
        """With this width, in the unit."""
        return self._with_edge(width * max(self.native) / max(1, self.native[0]))

    def high(self, height: float) -> PrintSize:
        """With this height, in the unit."""
        return self._with_edge(height * max(self.native) / max(1, self.native[1]))

    def at(self, dpi: float) -> PrintSize:
        """At another resolution."""
        return replace(self, dpi=dpi, edge=self.edge if self.unit == "px" else self.edge * dpi / self.dpi)

    def in_unit(self, unit: Unit) -> PrintSize:
        """The same size in another unit."""
        return replace(self, unit=unit)

    def fitted(self, paper: str) -> PrintSize:
        """As large as fits on one of `PAPERS`, turned as the picture is."""
        long, short = PAPERS[paper]
        shape = max(self.native) / max(1, min(self.native))
        edge = min(long, short * shape) / CM_PER_INCH * self.dpi
        return replace(self, edge=edge, unit="cm" if self.unit == "px" else self.unit)

    @property
    def problem(self) -> str:
        """Why there is no picture of this size; empty where there is."""
        if round(self.edge) < 1:
            return "A picture has at least one pixel. Give it a width."
        if self.long_edge > MAX_EDGE:
            return f"The long edge has {self.long_edge:,} px; {MAX_EDGE:,} are the most."
        return ""

    @property
    def _per_pixel(self) -> float:
        """Of the unit."""
        return {"px": 1.0, "cm": CM_PER_INCH / self.dpi, "in": 1 / self.dpi}[self.unit]

    def _with_edge(self, length: float) -> PrintSize:
        return replace(self, edge=length / self._per_pixel)


def pixels_in_words(width: int, height: int) -> str:
    """ "1,024 × 683 px"."""
    return f"{width:,} × {height:,} px"


def on_paper(pixels: float, dpi: float, unit: Unit) -> str:
    """A length on paper in words: "12.3 cm", "4.8 in"."""
    return f"{pixels / dpi:.1f} in" if unit == "in" else f"{pixels / dpi * CM_PER_INCH:.1f} cm"


def to_centimetres(length: float, unit: Unit) -> float:
    return length * CM_PER_INCH if unit == "in" else length


def from_centimetres(centimetres: float, unit: Unit) -> float:
    length = centimetres / CM_PER_INCH if unit == "in" else centimetres
    return length if math.isfinite(length) else 0.0
