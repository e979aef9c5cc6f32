"""Draws `styles/drawn/*.webp`: the styles that the project makes itself, as pictures to take palette, texture and stroke from.

    python -m resources.draw_styles [FOLDER]

Only numpy and Pillow; the same seed gives the same pictures. About two minutes on one core.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resources.drawing.noise import Array
from resources.drawing.painted import impasto, ink_wash, pointillism, watercolour
from resources.drawing.pieced import mosaic, stained_glass, tapestry
from resources.drawing.printed import halftone, hatching, linocut, marbling

SIZE, SEED = 1024, 11
MOST_BYTES = 250_000

STYLES: tuple[tuple[str, str, Callable[[int, int], Array]], ...] = (
    ("impasto", "Impasto night", impasto),
    ("pointillism", "Pointillist noon", pointillism),
    ("watercolour", "Watercolour bloom", watercolour),
    ("ink-wash", "Ink wash", ink_wash),
    ("linocut", "Linocut", linocut),
    ("halftone", "Halftone print", halftone),
    ("hatching", "Pen hatching", hatching),
    ("marbling", "Marbled paper", marbling),
    ("mosaic", "Mosaic", mosaic),
    ("stained-glass", "Stained glass", stained_glass),
    ("tapestry", "Tapestry", tapestry),
)


def draw(function: Callable[[int, int], Array], size: int = SIZE, seed: int = SEED) -> NDArray[np.uint8]:
    """One style as (size, size, 3) uint8 sRGB."""
    return np.asarray(function(size, seed) * 255 + 0.5).astype(np.uint8)


def webp(pixels: NDArray[np.uint8], most: int = MOST_BYTES) -> bytes:
    """The best WebP of at most `most` bytes; stippled pictures need a lower quality than smooth ones."""
    for quality in range(90, 20, -4):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= most:
            break
    return buffer.getvalue()


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0]) if arguments else Path(__file__).parent / "styles" / "drawn"
    folder.mkdir(parents=True, exist_ok=True)
    for name, _, function in STYLES:
        (folder / f"{name}.webp").write_bytes(webp(draw(function)))


if __name__ == "__main__":
    main(sys.argv[1:])
