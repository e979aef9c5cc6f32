"""The photo that is to be enlarged: the last one that could be read."""

from __future__ import annotations

from pathlib import Path

from engine.api.recipe import Photo
from tests.desktop.sitting import Play, Sitting


def test_a_file_that_is_no_photo_leaves_the_one_before(play: Play, photo: Path, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        enlargement = sitting.studio.enlargement
        told: list[object] = []
        for signal in (enlargement.taken, enlargement.failed, enlargement.refused):
            signal.connect(told.append)
        gone = tmp_path / "gone.jpg"
        enlargement.take_file(gone)
        await sitting.settle()
        assert len(told) == 1 and "gone.jpg" in str(told.pop())
        enlargement.take_file(photo)
        await sitting.settle()
        (taken,) = told
        assert isinstance(taken, Photo)
        enlargement.take_file(gone)
        await sitting.settle()
        assert told[1] == taken
        assert "gone.jpg" in str(told[2])
        enlargement.close()
        enlargement.take_file(gone)
        await sitting.settle()
        assert len(told) == 4  # the dialog is closed: there is none before

    play(scenario)
