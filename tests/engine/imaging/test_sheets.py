from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.sheets import GROUND, sheet, sheet_size


@pytest.mark.parametrize(("count", "size"), [(1, (4, 4)), (2, (8, 4)), (3, (8, 8)), (5, (12, 8)), (16, (16, 16))])
def test_a_sheet_is_nearly_square(count: int, size: tuple[int, int]) -> None:
    assert sheet_size(count, 4) == size
    assert sheet(np.zeros((count, 3, 4, 4), np.uint8)).shape == (size[1], size[0], 3)


def test_pictures_lie_in_rows_on_grey() -> None:
    pictures = np.stack([np.full((3, 2, 2), value, np.uint8) for value in (10, 20, 30)])
    laid = sheet(pictures, 2)
    assert [int(laid[0, 0, 0]), int(laid[0, 2, 1]), int(laid[2, 0, 2]), int(laid[3, 3, 0])] == [10, 20, 30, GROUND]
