"""The explorer without its window: a generator opened, its pictures steered, bookmarked, sent to the canvas."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.api.errors import ModelDamaged
from engine.api.exploring import OpenGenerator, Visit
from engine.api.family import KeepPicture
from engine.api.latent import Latent, ModelKey
from engine.api.manifest import Manifest
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting
from tests.fake_space import FakeSpace, key_of


def test_nothing_is_loaded_before_the_artist_comes_and_then_the_first_generator_is(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.script.generators["boats"] = Manifest("boats", "generator", Path("boats.safetensors"))
        sitting.studio.workshop.look_around()
        await sitting.settle()
        assert sitting.engine.requests_of(OpenGenerator) == []
        explorer = await explored(sitting, "boats", "sails")
        assert explorer.model == "boats" and explorer.info is not None and explorer.info.size == 128
        assert explorer.viewer.latent == Latent.of_seed(key_of("boats"), 0, 0.8)
        assert explorer.viewer.image.width() == 128
        explorer.use("sails")
        await sitting.settle()
        assert explorer.viewer.latent is not None and explorer.viewer.latent.model == key_of("sails")

    play(scenario)


def test_without_a_generator_there_is_nothing_to_look_at(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting)
        explorer.bookmark()
        explorer.steering.another()
        await sitting.settle()
        assert explorer.model is None and explorer.viewer.image.isNull()
        assert sitting.engine.requests_of(Visit) == [] and sitting.troubles == []

    play(scenario)


def test_a_generator_that_cannot_be_opened_is_told_where_its_picture_would_be(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        explorer.use("gone")
        await sitting.settle()
        assert "no model called gone" in explorer.trouble
        explorer.use("boats")
        await sitting.settle()
        assert explorer.trouble == "" and not explorer.viewer.image.isNull()

    play(scenario)


def test_a_model_that_is_removed_while_it_is_open_is_told(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        told: list[str] = []
        explorer.viewer.troubled.connect(told.append)

        def gone(_space: FakeSpace, _request: object) -> None:
            raise ModelDamaged("boats.safetensors", "it cannot be read")

        monkeypatch.setattr(FakeSpace, "__call__", gone)
        explorer.steering.another()
        await sitting.settle()
        assert len(told) == 1 and "boats.safetensors" in told[0] and sitting.troubles == told

    play(scenario)


def test_a_slide_shows_what_can_follow_it_and_a_resting_hand_all(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        for variety in (0.7, 0.6, 0.5):
            explorer.steering.set_variety(variety)
        explorer.steering.rest()
        await sitting.settle()
        visits = sitting.engine.requests_of(Visit)[1:]
        assert [visit.sides for visit in visits] == [(256,)] * 3 + [(65536,)]
        assert explorer.viewer.latent == Latent.of_seed(key_of("boats"), 0, 0.5)
        kept = [request.latent.truncation for request in sitting.engine.requests_of(KeepPicture)]
        assert kept == [0.8, 0.5], "only where the hand rested"

    play(scenario)


def test_seed_and_grain(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        steering = explorer.steering
        steering.set_seed(7)
        steering.set_grain(False)
        steering.set_seed(8)
        assert steering.base is not None and steering.base.noise is None
        steering.set_grain(True)
        await sitting.settle()
        assert steering.base == Latent.of_seed(key_of("boats"), 8, 0.8) == explorer.viewer.latent
        steering.another_grain()
        steering.another()
        assert steering.seed is not None and steering.seed != 8
        await sitting.settle()

    play(scenario)


def test_bookmarks_are_found_again_in_the_next_sitting(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats", "sails")
        first = explorer.viewer.latent
        assert first is not None
        explorer.bookmark()
        await sitting.settle()
        explorer.steering.set_seed(5)
        explorer.bookmark()
        await sitting.settle()
        bookmarks = explorer.bookmarks
        assert [member.name for member in bookmarks.all] == ["boats 5", "boats 0"]
        assert not bookmarks.thumbnail(first.key).isNull()
        bookmarks.rename(first.key, "the grey one")
        bookmarks.remove(bookmarks.all[0].id)
        await sitting.settle()
        assert [member.name for member in bookmarks.all] == ["the grey one"]
        explorer.use("sails")
        await sitting.settle()
        assert not bookmarks.all
        explorer.use("boats")
        await sitting.settle()
        assert [member.latent for member in bookmarks.all] == [first]
        explorer.visit(first)
        await sitting.settle()
        assert explorer.steering.seed == 0
        explorer.bookmark()
        await sitting.settle()
        assert not bookmarks.holds(first), "once more takes it away"

    play(scenario)


def test_a_picture_on_the_canvas_is_a_layer_that_can_be_undone(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer, session = await explored(sitting, "boats"), sitting.studio.session
        await sitting.open(photo)
        explorer.viewer.when_there(explorer.lay)
        await sitting.settle()
        layer = session.recipe.layers[-1]
        assert layer.source == explorer.viewer.latent and session.history.undo_label == "layer boats 0"
        session.undo()
        assert len(session.recipe.layers) == 1
        await sitting.settle()

    play(scenario)


def test_a_picture_on_the_empty_canvas_makes_the_picture(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer, session = await explored(sitting, "boats"), sitting.studio.session
        explorer.viewer.when_there(explorer.lay)
        assert session.recipe.native_size == (1024, 1024) and session.name == "boats 0"
        await sitting.settle()
        session.undo()
        assert session.recipe.layers == ()
        await sitting.settle()

    play(scenario)


def test_what_cannot_be_made_is_told_and_the_live_picture_stays(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        told: list[str] = []
        sitting.studio.notices.said.connect(told.append)
        before, visits = explorer.viewer.latent, len(sitting.engine.requests_of(Visit))
        gone = replace(Latent.of_seed(key_of("sails"), 3), name="the vase")
        older = Latent.of_seed(ModelKey("boats", "hash of older boats"), 3)
        assert explorer.absence(Latent.of_seed(key_of("boats"), 9)) == ""
        assert explorer.absence(gone) == "sails, which made it, is no longer here."
        assert explorer.absence(older) == "Another version of boats made it, which is not here."
        for picture in (gone, older):
            explorer.visit(picture)
            await sitting.settle()
        assert explorer.viewer.latent == before and len(sitting.engine.requests_of(Visit)) == visits
        assert sitting.troubles == [] and told == [
            "the vase cannot be made. sails, which made it, is no longer here.",
            "boats 3 cannot be made. Another version of boats made it, which is not here.",
        ]

    play(scenario)


def test_bookmarks_of_another_version_are_known_and_can_be_taken_away(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats", "sails")
        older = Latent.of_seed(ModelKey("boats", "hash of older boats"), 3)
        explorer.bookmark()
        explorer.bookmarks.add(older, older)
        await sitting.settle()
        explorer.use("sails")
        await sitting.settle()
        assert not explorer.bookmarks.all and not explorer.bookmarks.lost
        explorer.use("boats")
        await sitting.settle()
        assert [member.latent for member in explorer.bookmarks.lost] == [older] and len(explorer.bookmarks.all) == 1
        explorer.bookmarks.remove(older.key)
        await sitting.settle()
        assert explorer.bookmarks.lost == () and len(explorer.bookmarks.all) == 1

    play(scenario)
