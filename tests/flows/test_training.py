"""A folder becomes a generator by hand: dropped, read about, trained, paused, left, gone on with, finished, used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.app import StartEngine
from desktop.state.training.workshop import Workshop
from desktop.views.training.space import TrainingSpace
from engine.api.places import places
from tests.fake_engine import png
from tests.flows.conftest import Journey, Travel, Traveller

PICTURES = 12


@pytest.fixture
def tiny_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network of a few channels, whose watch and previews come every few steps."""
    import torch

    from engine.training.generator import config, loop, model_file
    from engine.training.watch import WatchConfig
    from tests.tiny import TINY_GENERATOR

    recipe = {"network": TINY_GENERATOR, "batch": 8, "watch": WatchConfig(window=40), "preview_every": 32}
    monkeypatch.setattr(config, "recipe_for", lambda *_, **__: recipe)
    monkeypatch.setattr(model_file, "SAMPLES", 32)
    monkeypatch.setattr(loop, "SAMPLES", 32)
    torch.set_num_threads(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures, and what is lying about among them."""
    from tests.tiny import picture_file

    made = tmp_path / "boats"
    made.mkdir()
    for index in range(PICTURES):
        picture_file(made / f"{index}.png", 80, 64, index)
    (made / "cut.png").write_bytes((made / "0.png").read_bytes()[:60])
    (made / "notes.txt").write_text("no picture", encoding="utf-8")
    return made


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def space_of(artist: Traveller) -> TrainingSpace:
    space = artist.app.window.training
    assert space is not None
    return space


def workshop_of(artist: Traveller) -> Workshop:
    return artist.app.studio.workshop


def the_first_sitting(folder: Path) -> Journey:
    """To the closing of the window, while it trains."""

    async def journey(artist: Traveller) -> None:
        artist.app.handlers.show_training()
        space, workshop = space_of(artist), workshop_of(artist)
        space.folder_dropped.emit(folder)
        await artist.settle()
        assert "12 pictures are ready" in space.plan.headline.text()
        assert not space.plan.sheet.image.isNull() and "pictures a second" in space.plan.estimate.text()
        report = workshop.planning.report
        assert report is not None and {item.name for item in report.left_out} == {"cut.png", "notes.txt"}
        space.plan.begin_button.click()
        await until(lambda: len(workshop.run.course.grids) >= 2 and bool(workshop.run.course.verdicts))
        await until(lambda: space.run.charts is not None)
        assert workshop.run.phase == "running" and not space.run.samples.image.isNull()
        assert space.run.watch.sentence.text() == workshop.run.course.verdicts[-1].watched.sentence
        space.run.panel.pause.click()
        await artist.settle()
        paused_at = workshop.run.course.step
        assert "Paused" in space.run.panel.phase.text()
        space.run.panel.go_on.click()
        await until(lambda: workshop.run.course.step > paused_at + 1)
        artist.app.window.close()
        await until(lambda: not workshop.run.at_work)
        assert any("paused and saved" in said for said in artist.said)
        assert artist.troubles == []

    return journey


def the_next_sitting(photo: Path) -> Journey:
    """To a picture of the new model on the canvas."""

    async def journey(artist: Traveller) -> None:
        workshop = workshop_of(artist)
        (sentence,) = artist.app.window.banners.sentences
        assert "boats is paused" in sentence
        (run,) = workshop.runs.paused
        artist.app.handlers.show_training()
        workshop.open_run(run)
        await artist.settle()
        space = space_of(artist)
        before = workshop.run.course.step
        assert before == run.steps > 0 and len(workshop.run.course.grids) >= 2
        space.run.time._track.setValue(0)
        await artist.settle()
        assert not space.run.samples.image.isNull()
        space.run.panel.go_on.click()
        await until(lambda: workshop.run.course.step > before)
        space.run.panel.finish_wanted.emit()
        await artist.settle()
        assert workshop.run.phase == "finished" and workshop.run.result is not None
        assert (places().models / "boats.safetensors").exists()
        await artist.drop_photo(photo)
        artist.app.handlers.show_training()
        space.run.panel.use.click()
        await artist.settle()
        explored = artist.app.window.explorer
        assert explored is not None and not explored.stage.image.isNull()
        artist.app.handlers.show_training()
        workshop.use_model("boats")
        await artist.settle()
        assert "samples" in space.model.sentence.text() and not space.model.picture.image.isNull()
        space.model.layer.click()
        await artist.settle()
        assert [layer.source.name for layer in artist.app.studio.session.recipe.layers] == ["boat.png", "boats, seed 0.png"]
        assert artist.troubles == []

    return journey


def test_drop_read_train_pause_leave_go_on_finish_use(
    real_engine: StartEngine, travel: Travel, tiny_training: None, folder: Path, photo: Path
) -> None:
    travel(real_engine, the_first_sitting(folder))
    travel(real_engine, the_next_sitting(photo))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "It is empty"),
        ({"a.txt": b"words", "b.txt": b"words"}, "only other files"),
        ({"one.png": png(64, 64, (40, 90, 160))}, "one picture to train on"),
        ({"cut.png": png(64, 64)[:40], "cut too.png": png(64, 64)[:50]}, "None of its pictures"),
        (None, "does not exist"),
    ],
)
def test_a_folder_that_cannot_be_learnt_from_is_told_in_one_sentence(
    real_engine: StartEngine, travel: Travel, tmp_path: Path, tiny_training: None, files: dict[str, bytes] | None, words: str
) -> None:
    folder = tmp_path / "mine"
    if files is not None:
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)

    async def journey(artist: Traveller) -> None:
        artist.app.handlers.train_on(folder)
        await artist.settle()
        page = space_of(artist).plan
        assert words in page.words.text() and page.words.text().count(". ") == 0
        assert not page.begin_button.isEnabled() and page.again.isVisibleTo(page)
        assert page.choices.name.text() == "mine"
        assert artist.troubles == []

    travel(real_engine, journey)
