"""Many small pictures laid out on one."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

GROUND = 24
"""The grey behind pictures that do not fill their sheet."""


def sheet(pictures: Pixels, columns: int | None = None) -> Pixels:
    """(N, 3, S, S) laid out in rows, (H, W, 3); nearly square where `columns` is not given."""
    count, _, side, _ = pictures.shape
    columns = columns or _columns(count)
    width, height = sheet_size(count, side, columns)
    laid = np.full((height, width, 3), GROUND, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * side, index % columns * side
        laid[top : top + side, left : left + side] = picture.transpose(1, 2, 0)
    return laid


def sheet_size(count: int, side: int, columns: int | None = None) -> tuple[int, int]:
    """(width, height) of a sheet with so many pictures of `side` pixels."""
    columns = columns or _columns(count)
    return columns * side, math.ceil(count / columns) * side


def _columns(count: int) -> int:
    return math.ceil(math.sqrt(count))
