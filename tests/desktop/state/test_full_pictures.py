from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from engine.api.requests import Export
from tests.desktop.sitting import Play, Sitting


def seen(width: int, height: int) -> QImage:
    """What the canvas shows."""
    return QImage(width, height, QImage.Format.Format_RGB32)


def test_the_whole_picture_follows_a_smaller_one(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        made: list[QImage] = []
        studio.full_pictures.made.connect(made.append)
        await sitting.open(photo)
        studio.painting.use_style("gallery:linocut")
        await sitting.settle()
        studio.full_pictures.make(studio.session.recipe, seen(30, 20))
        await sitting.settle()
        assert [(image.width(), image.height()) for image in made] == [(60, 40)]
        assert sitting.said[-1] == "Copied as on the canvas, 30 × 20 px; all 60 × 40 follow"
        assert studio.jobs.running == ()
        (asked,) = sitting.engine.requests_of(Export)
        assert not asked.output.path.parent.exists()
        assert studio.exporter.pace.seconds_per_megapixel(studio.session.recipe) == pytest.approx(0.1 / 0.0024)

    play(scenario)


def test_a_picture_that_is_whole_already_is_not_made_again(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        await sitting.open(photo)
        sitting.studio.full_pictures.make(sitting.studio.session.recipe, seen(60, 40))
        await sitting.settle()
        assert sitting.said[-1] == "Copied, 60 × 40 px"
        assert not sitting.engine.requests_of(Export)

    play(scenario)


def test_it_can_be_stopped_and_says_what_is_copied_then(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        made: list[QImage] = []
        studio.full_pictures.made.connect(made.append)
        await sitting.open(photo)
        studio.full_pictures.make(studio.session.recipe, seen(30, 20))
        while not studio.jobs.running:
            await asyncio.sleep(0)
        studio.jobs.cancel(studio.jobs.running[0].id)
        await sitting.settle()
        assert sitting.said[-1] == "Stopped: the copy has the canvas's 30 × 20 px"
        assert made == []

    play(scenario)


def test_the_picture_that_is_copied_last_wins(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        made: list[QImage] = []
        studio.full_pictures.made.connect(made.append)
        await sitting.open(photo)
        for _ in range(3):
            studio.full_pictures.make(studio.session.recipe, seen(30, 20))
        await sitting.settle()
        assert len(made) == 1

    play(scenario)
