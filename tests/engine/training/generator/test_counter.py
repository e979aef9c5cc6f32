from __future__ import annotations

import pytest

from engine.training.generator.counter import frozen_stages


@pytest.mark.parametrize(("pictures", "frozen"), [(30, 4), (199, 4), (200, 3), (999, 3), (1000, 1), (4999, 1), (5000, 0)])
def test_fewer_pictures_freeze_more(pictures: int, frozen: int) -> None:
    assert frozen_stages(7, pictures) == frozen


def test_something_always_learns() -> None:
    assert [frozen_stages(stages, 10) for stages in (1, 2, 3)] == [0, 1, 2]
