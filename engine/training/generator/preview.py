"""Sheets of samples: the same latents through the whole run, so that one can see it learn."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from engine.api.atomic import atomic_file
from engine.imaging.sheets import Pixels, sheet

SHEET = 512
"""About the side of a preview grid in pixels; at least sixteen pictures are on it in any case."""


def grid_side(size: int) -> int:
    """How many pictures of `size` pixels stand side by side in a preview grid: 8 at the most, 4 at the least."""
    return min(8, max(4, SHEET // size))


def save_sheet(pictures: Pixels, path: Path, columns: int) -> None:
    """Write a sheet as a PNG, whole or not at all."""
    with atomic_file(path, overwrite=True, durable=False) as file:
        Image.fromarray(sheet(pictures, columns)).save(file, "PNG")
