"""Sheets of samples: the same latents through the whole run, so that one can see it learn."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.api.atomic import atomic_file

Pixels = npt.NDArray[np.uint8]

SHEET = 512
"""About the side of a preview grid in pixels; at least sixteen pictures are on it in any case."""

GROUND = 24
"""The grey behind pictures that do not fill their sheet."""


def grid_side(size: int) -> int:
    """How many pictures of `size` pixels stand side by side in a preview grid: 8 at the most, 4 at the least."""
    return min(8, max(4, SHEET // size))


def sheet(pictures: Pixels, columns: int | None = None, gap: int = 0) -> Pixels:
    """(N, 3, S, S) laid out in rows, (H, W, 3); nearly square where `columns` is not given."""
    count, _, side, _ = pictures.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    step = side + gap
    laid = np.full((rows * step - gap, columns * step - gap, 3), GROUND, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * step, index % columns * step
        laid[top : top + side, left : left + side] = picture.transpose(1, 2, 0)
    return laid


def save_sheet(pictures: Pixels, path: Path, columns: int | None = None, gap: int = 0) -> None:
    """Write a sheet as a PNG, whole or not at all."""
    with atomic_file(path, overwrite=True, durable=False) as file:
        Image.fromarray(sheet(pictures, columns, gap)).save(file, "PNG")
