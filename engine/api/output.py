"""How a picture is written: size, depth, colours, paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from engine.api.errors import BadRequest
from engine.api.limits import MAX_EDGE

Intent: TypeAlias = Literal["perceptual", "relative", "saturation", "absolute"]
Compression: TypeAlias = Literal["deflate", "lzw", "none"]
Chroma: TypeAlias = Literal["4:4:4", "4:2:0"]
BleedEdges: TypeAlias = Literal["mirror", "extend"]
"""What lies in the bleed: the picture mirrored at its edge, or its outermost pixels drawn out."""
Statistics: TypeAlias = Literal["preview", "native"]
"""Where the content's statistics come from: the preview's proxy, so that the print is what was seen, or the print's own pixels."""

INTENTS: tuple[Intent, ...] = get_args(Intent)
COMPRESSIONS: tuple[Compression, ...] = get_args(Compression)
CHROMAS: tuple[Chroma, ...] = get_args(Chroma)
BLEED_EDGES: tuple[BleedEdges, ...] = get_args(BleedEdges)
STATISTICS: tuple[Statistics, ...] = get_args(Statistics)

PROFILES = ("srgb", "display-p3", "adobe-rgb")
"""Colour spaces that are known by name."""

CM_PER_INCH = 2.54


@dataclass(frozen=True)
class Output:
    """Where and how a picture is written; the suffix of `path` decides the format."""

    path: Path
    long_edge: int | None = None
    """In pixels, without the bleed. None: the bottom photo's own size."""
    quality: int = 92
    lossless: bool = False
    overwrite: bool = False
    bits: int | None = None
    """8 or 16 a sample. None: 16 where the bottom photo has them and the format holds them."""
    profile: str = "srgb"
    """One of `PROFILES`, or the path of an .icc file, a printer's for example."""
    intent: Intent = "relative"
    black_point: bool = True
    """Black point compensation."""
    dpi: float | None = None
    """Dots per inch that the file says it has; with the pixels it makes the size on paper."""
    bleed: float = 0.0
    """Centimetres that are added beyond each edge, to be cut off: inside the cut the picture has its size; needs `dpi`."""
    bleed_edges: BleedEdges = "mirror"
    chroma: Chroma = "4:4:4"
    """Of JPEG: colours at every pixel, or at every second one."""
    compression: Compression = "deflate"
    """Of TIFF."""
    dither: bool = True
    """Of 8 bits: no steps in soft skies."""
    statistics: Statistics = "preview"
    resume: bool = False
    """Go on with strips that an earlier render of the same picture to the same file left unfinished."""
    keep_unfinished: bool = False
    """When the render fails or is stopped, leave its finished strips beside the file for `resume`."""

    @property
    def bleed_pixels(self) -> int:
        return 0 if self.dpi is None else round(self.bleed / CM_PER_INCH * self.dpi)

    def check(self) -> Output:
        """The output itself; raises BadRequest where a value is out of its range."""
        if self.long_edge is not None and not 1 <= self.long_edge <= MAX_EDGE:
            raise BadRequest(f"The size {self.long_edge}", f"it must lie between 1 and {MAX_EDGE} pixels")
        if not 1 <= self.quality <= 100:
            raise BadRequest(f"The quality {self.quality}", "it must lie between 1 and 100")
        if self.bits not in (None, 8, 16):
            raise BadRequest(f"{self.bits} bits", "a sample has 8 or 16")
        if self.dpi is not None and not 1 <= self.dpi <= 65_535:  # also refuses NaN
            raise BadRequest(f"The resolution {self.dpi:g} dpi", "it must lie between 1 and 65535")
        if not 0 <= self.bleed <= 10:
            raise BadRequest(f"The bleed {self.bleed:g} cm", "it must lie between 0 and 10")
        if self.bleed and self.dpi is None:
            raise BadRequest("The bleed", "it is measured on paper; give the resolution, too, as in --dpi 300")
        _one_of("intent", self.intent, INTENTS)
        _one_of("chroma", self.chroma, CHROMAS)
        _one_of("compression", self.compression, COMPRESSIONS)
        _one_of("kind of bleed", self.bleed_edges, BLEED_EDGES)
        _one_of("kind of statistics", self.statistics, STATISTICS)
        return self


def unfinished_folder(path: Path) -> Path:
    """The hidden folder beside a file that holds what of it is finished while it is made."""
    return path.with_name(f".{path.name}.unfinished")


def pixels_on_paper(centimetres: float, dpi: float) -> int:
    """How many pixels a length on paper takes; raises BadRequest where it is no length."""
    if not 0 < centimetres < math.inf:
        raise BadRequest(f"The width {centimetres:g} cm", "it must be above 0")
    if not 1 <= dpi <= 65_535:
        raise BadRequest(f"The resolution {dpi:g} dpi", "it must lie between 1 and 65535")
    return max(1, round(centimetres / CM_PER_INCH * dpi))


def _one_of(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadRequest(f"The {what} {value}", f"it must be one of {', '.join(known)}")
