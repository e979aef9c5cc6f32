"""A sitting, a crash, and the sitting after it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from desktop.app import StartEngine
from engine.api.output import Output
from engine.api.places import places
from engine.api.recipe import PictureStyle
from tests.flows.conftest import Travel, Traveller


def crash() -> None:
    """What a killed process leaves: its recovery file, under the name of a process that is gone."""
    (kept,) = places().recovery.glob("*.json")
    kept.rename(kept.with_name("999999999-1.json"))


def test_drop_paint_save_crash_recover_export_undo(
    engine: StartEngine, travel: Travel, photo: Path, painting: Path, tmp_path: Path
) -> None:
    document, exported = tmp_path / "boat.sfumato", tmp_path / "out.png"

    async def until_the_crash(artist: Traveller) -> None:
        studio, window = artist.app.studio, artist.app.window
        await artist.drop_photo(photo)
        assert window.canvas.has_picture
        await artist.drop_style(painting)
        (use,) = studio.session.recipe.layers[0].styles
        assert isinstance(use.style, PictureStyle)
        assert window.gallery.shown_keys[0] == f"mine:{use.style.blob}"
        await artist.drag_strength(0.9, 0.8, 0.7)
        assert studio.session.recipe.layers[0].strength == pytest.approx(0.7)
        assert not window.canvas.current_image().isNull()
        assert await studio.documents.save(document, window.canvas.current_image())
        assert not window.isWindowModified()
        await artist.drag_strength(0.6, 0.5)
        assert window.isWindowModified()
        studio.documents.keep()
        crash()
        assert artist.troubles == []

    async def after_the_crash(artist: Traveller) -> None:
        studio, window = artist.app.studio, artist.app.window
        (sentence,) = window.banners.sentences
        assert "“boat” was not saved" in sentence
        (offer,) = studio.documents.offers()
        studio.documents.recover(offer)
        await artist.settle()
        assert studio.session.recipe.layers[0].strength == pytest.approx(0.5)
        assert studio.session.path == document
        done = await studio.exporter.export(studio.session.recipe, Output(exported))
        assert done is not None
        assert (done.width, done.height) == (96, 64)
        assert exported.read_bytes().startswith(b"\x89PNG")
        await artist.drag_strength(0.2)
        window.actions_by_id["undo"].trigger()
        await artist.settle()
        assert studio.session.recipe.layers[0].strength == pytest.approx(0.5)
        assert artist.troubles == []

    travel(engine, until_the_crash)
    travel(engine, after_the_crash)
    assert list(places().recovery.glob("*.json")) == []


@pytest.mark.parametrize("bad", ["notes.txt", "gone.png", "cut.png", "damaged.sfumato"])
def test_bad_input_is_told_above_the_canvas_and_nothing_changes(
    engine: StartEngine, travel: Travel, photo: Path, tmp_path: Path, bad: str
) -> None:
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    (tmp_path / "cut.png").write_bytes(photo.read_bytes()[:20])
    (tmp_path / "damaged.sfumato").write_bytes(b"PK\x03\x04 not a zip")

    async def journey(artist: Traveller) -> None:
        await artist.drop_photo(photo)
        before, image = artist.app.studio.session.document, artist.app.window.canvas.current_image()
        await artist.drop_photo(tmp_path / bad)
        assert artist.app.studio.session.document == before
        assert artist.app.window.canvas.current_image() == image
        (sentence,) = artist.app.window.banners.sentences
        assert bad in sentence
        await artist.drop_style(tmp_path / bad)
        assert artist.app.studio.session.document == before

    travel(engine, journey)


def test_an_empty_canvas_stays_empty_after_a_file_that_is_no_picture(engine: StartEngine, travel: Travel, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")

    async def journey(artist: Traveller) -> None:
        await artist.drop_photo(tmp_path / "notes.txt")
        assert not artist.app.window.canvas.has_picture
        assert not artist.app.window.actions_by_id["save"].isEnabled()

    travel(engine, journey)


def test_an_exported_picture_that_is_dropped_can_be_changed_again(
    real_engine: StartEngine, travel: Travel, photo: Path, painting: Path, tmp_path: Path
) -> None:
    exported = tmp_path / "painted.png"

    async def journey(artist: Traveller) -> None:
        studio, banners = artist.app.studio, artist.app.window.banners
        await artist.drop_photo(photo)
        assert banners.sentences == []
        await artist.drop_style(painting)
        painted = studio.session.recipe
        await studio.exporter.export(painted, Output(exported))
        await artist.drop_photo(exported)
        assert studio.session.recipe != painted
        (sentence,) = banners.sentences
        assert "painted.png" in sentence
        next(button for button in banners.findChildren(QPushButton) if button.text() == "Restore its recipe").click()
        assert studio.session.recipe == painted
        await artist.settle()
        studio.session.undo()
        assert studio.session.recipe != painted
        await artist.settle()

    travel(real_engine, journey)


def test_an_export_that_cannot_be_written_is_told_and_leaves_nothing(
    real_engine: StartEngine, travel: Travel, photo: Path, tmp_path: Path
) -> None:
    async def journey(artist: Traveller) -> None:
        await artist.drop_photo(photo)
        target = tmp_path / "no such folder" / "out.png"
        outcome: Awaitable[object] = artist.app.studio.exporter.export(artist.app.studio.session.recipe, Output(target))
        await asyncio.gather(outcome, return_exceptions=True)
        await artist.settle()
        assert "no such folder" in artist.troubles[-1]
        assert not target.parent.exists()

    travel(real_engine, journey)
