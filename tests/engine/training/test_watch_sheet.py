"""The sheet of suspects: sample left, nearest training picture right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from engine.training.watch import Suspect
from engine.training.watch_sheet import COLUMNS, GAP, MOST, save_suspects


class Folder:
    """Picture i is grey of value 10 i."""

    train, held = np.arange(2, 10), np.arange(2)

    def pictures(self, indices: npt.NDArray[np.int64], /) -> npt.NDArray[np.uint8]:
        return np.stack([np.full((3, 32, 32), 10 * index, np.uint8) for index in indices])


def test_pairs_stand_side_by_side(tmp_path: Path) -> None:
    samples = torch.arange(8, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 32, 32)
    suspects = [Suspect(7, 3, 0.1), Suspect(2, 9, 0.2), Suspect(0, 4, 0.3), Suspect(1, 4, 0.3), Suspect(5, 8, 0.4)]
    save_suspects(samples, suspects, Folder(), tmp_path / "suspects.png")
    sheet = np.asarray(Image.open(tmp_path / "suspects.png"))
    for place, suspect in enumerate(suspects):
        top, left = GAP + place // COLUMNS * (64 + GAP), GAP + place % COLUMNS * (128 + 2 * GAP)
        assert (sheet[top : top + 64, left : left + 64] == suspect.sample).all()
        assert (sheet[top : top + 64, left + 64 : left + 128] == 10 * suspect.picture).all()


def test_a_larger_training_picture_and_more_than_fit(tmp_path: Path) -> None:
    samples = torch.zeros(40, 3, 64, 64)
    save_suspects(samples, [Suspect(index, 2, 0.1) for index in range(40)], Folder(), tmp_path / "suspects.png")
    rows = MOST // COLUMNS
    with Image.open(tmp_path / "suspects.png") as sheet:
        assert sheet.size == (COLUMNS * (128 + 2 * GAP), rows * (64 + GAP) + GAP)
