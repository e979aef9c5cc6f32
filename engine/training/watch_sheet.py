"""The watch's evidence: suspected copies beside the training pictures they resemble, as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from torch import Tensor

from engine.api.atomic import atomic_file
from engine.training.watch import Suspect
from engine.training.watch_features import Pictures, floats

COLUMNS = 4
MOST = 32
LEAST_SIDE = 64
"""Smaller pictures are enlarged, so that an eye can compare them."""
GAP = 4
BACKGROUND = 24


def save_suspects(samples: Tensor, suspects: Sequence[Suspect], pictures: Pictures, path: Path) -> None:
    """Write a PNG of pairs, the nearest first: left the sample, right its nearest training picture. At least one suspect.

    `samples` are those the suspects were found among: (N, 3, S, S), uint8 or floats in −1..1. Raises as `atomic_file` does.
    """
    shown = list(suspects)[:MOST]
    made = _enlarged(samples[[suspect.sample for suspect in shown]])
    real = _enlarged(pictures.pictures(np.array([suspect.picture for suspect in shown], np.int64)))
    side = max(made.shape[1], real.shape[1])
    columns = min(COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    sheet = np.full((rows * (side + GAP) + GAP, columns * (2 * side + 2 * GAP), 3), BACKGROUND, np.uint8)
    for place, (left, right) in enumerate(zip(made, real, strict=True)):
        top, start = GAP + place // columns * (side + GAP), GAP + place % columns * (2 * side + 2 * GAP)
        sheet[top : top + left.shape[0], start : start + left.shape[1]] = left
        sheet[top : top + right.shape[0], start + side : start + side + right.shape[1]] = right
    with atomic_file(path, overwrite=True) as file:
        Image.fromarray(sheet).save(file, "PNG")


def _enlarged(pictures: Tensor | npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(n, H, W, 3) uint8."""
    shown = floats(pictures).add(1).mul(127.5).round().byte()
    times = -(-LEAST_SIDE // shown.shape[-1])
    return shown.repeat_interleave(times, 2).repeat_interleave(times, 3).permute(0, 2, 3, 1).numpy()
