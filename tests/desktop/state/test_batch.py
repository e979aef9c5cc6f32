"""The queue of many pictures: what is made, in which order, and what one bad file does to the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.state.batch import Batch
from engine.api.output import Output
from engine.api.recipe import GalleryStyle, Layer, Photo
from engine.api.requests import Export, ImportPicture
from tests.desktop.sitting import Play, Sitting
from tests.fake_engine import png

LOOK = Layer(Photo("", 1, 1), strength=0.7, style_scale=1.5, keep_colors=True)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{name}.png" for name in ("boat", "quay", "pier")]
    for number, file in enumerate(files):
        file.write_bytes(png(60 + number, 40))
    return files


@pytest.fixture
def prints(tmp_path: Path) -> Path:
    folder = tmp_path / "prints"
    folder.mkdir()
    return folder


def queue(sitting: Sitting, photos: list[Path], prints: Path, **output: object) -> Batch:
    """Every photo in both styles."""
    batch = sitting.studio.batch
    batch.add(photos, sitting.studio.library.entries[:2], LOOK, Output(prints, **output), ".png")  # type: ignore[arg-type]
    return batch


def states(batch: Batch) -> list[str]:
    return [item.state for item in batch.items]


def test_every_photo_is_made_in_every_style(play: Play, photos: list[Path], prints: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        batch = queue(sitting, photos[:2], prints, long_edge=30)
        assert batch.left == 4
        await sitting.settle()
        assert states(batch) == ["done"] * 4
        made = ["boat – Linocut.png", "boat – The Olive Trees.png", "quay – Linocut.png", "quay – The Olive Trees.png"]
        assert sorted(path.name for path in prints.iterdir()) == made
        assert batch.items[0].path == prints / "boat – The Olive Trees.png"
        exports = sitting.engine.requests_of(Export)
        assert [export.output.long_edge for export in exports] == [30] * 4
        layer = exports[0].recipe.layers[0]
        assert (layer.strength, layer.style_scale, layer.keep_colors) == (0.7, 1.5, True)
        assert layer.styles[0].style == GalleryStyle("olive-trees")
        assert len(sitting.engine.requests_of(ImportPicture)) == 2  # each photo is read once
        assert sitting.said[-1] == "4 of 4 pictures are made"

    play(scenario)


def test_one_bad_file_stops_no_other_and_says_why(play: Play, photos: list[Path], prints: Path) -> None:
    photos[0].write_bytes(b"Dear diary")

    async def scenario(sitting: Sitting) -> None:
        batch = queue(sitting, photos[:2], prints)
        await sitting.settle()
        assert states(batch) == ["failed", "failed", "done", "done"]
        assert "boat.png is not an image" in batch.items[0].sentence
        assert sitting.troubles == ["2 of 4 pictures are made; 2 could not be made: the queue says of each why."]
        photos[0].write_bytes(png(60, 40))
        batch.retry([batch.items[0].id])
        await sitting.settle()
        assert states(batch) == ["failed", "done", "done", "done"]
        batch.clear()
        assert batch.items == ()

    play(scenario)


def test_no_file_is_overwritten(play: Play, photos: list[Path], prints: Path) -> None:
    (prints / "boat – Linocut.png").write_bytes(b"older")

    async def scenario(sitting: Sitting) -> None:
        for _ in range(2):
            queue(sitting, photos[:1], prints)
        await sitting.settle()
        assert (prints / "boat – Linocut.png").read_bytes() == b"older"
        assert len(list(prints.iterdir())) == 5
        assert (prints / "boat – Linocut (3).png").exists()

    play(scenario)


def test_a_paused_queue_waits_and_can_be_put_in_another_order(play: Play, photos: list[Path], prints: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.studio.batch.pause(True)
        batch = queue(sitting, photos[:2], prints)
        await sitting.settle()
        assert states(batch) == ["waiting"] * 4
        first, second, third, fourth = (item.id for item in batch.items)
        batch.move(fourth, -3)
        batch.move(first, -1)
        batch.move(first, -1)  # it is the first now: it cannot go further
        batch.move(third, 5)
        assert [item.id for item in batch.items] == [first, fourth, second, third]
        batch.cancel([second])
        batch.pause(False)
        await sitting.settle()
        assert [export.output.path.name for export in sitting.engine.requests_of(Export)] == [
            "boat – The Olive Trees.png",
            "quay – Linocut.png",
            "quay – The Olive Trees.png",
        ]

    play(scenario)


def test_what_is_at_work_is_stopped_and_the_others_go_on(play: Play, photos: list[Path], prints: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.script.exports_wait = True
        batch = queue(sitting, photos[:1], prints)
        await sitting.until(lambda: batch.items[0].fraction is not None)
        assert states(batch) == ["working", "waiting"]
        assert [job.title for job in sitting.studio.jobs.running] == ["Making boat – The Olive Trees.png"]
        sitting.script.exports_wait = False
        batch.cancel([batch.items[0].id])
        await sitting.settle()
        assert states(batch) == ["stopped", "done"]
        assert batch.items[0].sentence == "Stopped; nothing was written."
        assert sitting.studio.jobs.running == ()

    play(scenario)


def test_the_jobs_bar_stops_one_picture_and_not_the_queue(play: Play, photos: list[Path], prints: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.script.exports_wait = True
        batch = queue(sitting, photos[:1], prints)
        await sitting.until(lambda: batch.items[0].fraction is not None)
        sitting.script.exports_wait = False
        sitting.studio.jobs.cancel(sitting.studio.jobs.running[0].id)
        await sitting.settle()
        assert states(batch) == ["stopped", "done"]

    play(scenario)


def test_a_queue_that_was_emptied_is_paused_no_more(play: Play, photos: list[Path], prints: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        batch = queue(sitting, photos[:1], prints)
        batch.pause(True)  # the second one waits
        await sitting.settle()
        assert batch.paused and states(batch) == ["done", "waiting"]
        batch.cancel([batch.items[1].id])
        assert not batch.paused
        queue(sitting, photos[1:2], prints)
        await sitting.settle()
        assert states(batch) == ["done"] * 3

    play(scenario)


def test_leaving_ends_the_queue(play: Play, photos: list[Path], prints: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.script.exports_wait = True
        batch = queue(sitting, photos[:1], prints)
        await sitting.until(lambda: batch.items[0].state == "working")

    play(scenario)
    assert list(prints.iterdir()) == []
