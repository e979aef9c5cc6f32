"""A photo looked for in the generator's space, without its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.state.explorer.explorer import Explorer
from desktop.state.explorer.searching import Searching
from engine.api.exploring import Invert
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting
from tests.fake_engine import png


def phase_of(searching: Searching) -> str:
    return searching.phase


async def searched(sitting: Sitting, photo: Path) -> Explorer:
    """The explorer in the middle of a search, which does not end by itself."""
    explorer = await explored(sitting, "boats", "sails")
    sitting.script.space.resting.add(Invert)
    explorer.searching.take_file(photo)
    await sitting.until(lambda: not explorer.searching.image.isNull() and not explorer.searching.original.isNull())
    return explorer


def test_a_photo_that_was_found_is_the_live_picture_and_all_tools_go_on_from_it(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        searching = explorer.searching
        assert phase_of(searching) == "empty"
        searching.take_file(photo)
        await sitting.settle()
        assert phase_of(searching) == "found" and searching.sentence == "Found in boats: 96% alike." == sitting.said[-1]
        assert searching.near is not None and searching.near.likeness == 0.96 and not searching.is_of_another_kind
        assert (searching.original.width(), searching.original.height()) == (40, 40)  # the middle of 60 x 40
        assert explorer.viewer.latent == searching.latent == explorer.steering.base
        explorer.bookmark()
        await sitting.settle()
        (kept,) = explorer.bookmarks.all
        assert kept.latent == searching.latent and kept.name == "boat.png"
        (request,) = sitting.engine.requests_of(Invert)
        assert (request.model, request.tuning) == ("boats", Invert.tuning)
        searching.set_tuned(False)
        searching.search()
        await sitting.settle()
        assert sitting.engine.requests_of(Invert)[-1].tuning == 0

    play(scenario)


def test_what_is_found_while_the_artist_is_elsewhere_waits_on_its_page(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await searched(sitting, photo)
        before = explorer.viewer.latent
        explorer.searching.watch(False)
        sitting.script.space.resting.clear()
        explorer.searching.search()
        await sitting.settle()
        assert phase_of(explorer.searching) == "found" and explorer.viewer.latent == before != explorer.searching.latent
        assert sitting.said[-1] == "Found in boats: 96% alike. Photo leads there."

    play(scenario)


def test_stopping_keeps_the_best_so_far(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await searched(sitting, photo)
        searching = explorer.searching
        assert phase_of(searching) == "searching" and searching.near is not None
        best = searching.near.latent
        assert best is not None and explorer.viewer.latent != best
        searching.stop()
        await sitting.settle()
        assert phase_of(searching) == "stopped" and searching.sentence == "Stopped: the best so far is 48% alike."
        assert explorer.viewer.latent == best and sitting.troubles == []

    play(scenario)


def test_stopped_at_once_there_is_nothing_to_keep(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        before = explorer.viewer.latent
        explorer.searching.begun.connect(explorer.searching.stop)
        explorer.searching.take_file(photo)
        await sitting.settle()
        assert phase_of(explorer.searching) == "stopped" and explorer.searching.latent is None
        assert explorer.searching.sentence == "Stopped before anything was found." and explorer.viewer.latent == before
        assert sitting.troubles == []

    play(scenario)


def test_a_photo_of_another_kind_is_told_and_can_be_laid_on_the_canvas(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        sitting.script.space.likeness = 0.3
        explorer.searching.take_file(photo)
        await sitting.settle()
        assert explorer.searching.is_of_another_kind and "hardly a picture of the kind" in explorer.searching.sentence
        assert explorer.canvas_photo is None
        explorer.lay_photo()
        assert explorer.canvas_photo == explorer.searching.photo
        explorer.lay_photo()
        assert len(sitting.studio.session.recipe.layers) == 1

    play(scenario)


def test_another_photo_takes_the_place_of_the_one_that_is_looked_for(play: Play, photo: Path, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await searched(sitting, photo)
        other = tmp_path / "sail.png"
        other.write_bytes(png(30, 50, (1, 2, 3)))
        explorer.searching.take_file(other)
        await sitting.until(lambda: explorer.searching.photo is not None and explorer.searching.photo.name == "sail.png")
        sitting.script.space.resting.clear()
        await sitting.settle()
        assert phase_of(explorer.searching) == "found" and explorer.searching.latent is not None
        assert explorer.searching.latent.name == "sail.png" == explorer.viewer.place.name  # type: ignore[union-attr]
        assert len(sitting.engine.cancelled) == 1 and sitting.troubles == []

    play(scenario)


def test_a_file_that_is_no_photo_is_told_and_the_search_goes_on(play: Play, photo: Path, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await searched(sitting, photo)
        broken = tmp_path / "broken.jpg"
        broken.write_bytes(b"no picture")
        explorer.searching.take_file(broken)
        explorer.searching.take_file(tmp_path / "gone.jpg")
        await sitting.until(lambda: bool(sitting.troubles))
        explorer.searching.take_file(broken)
        await sitting.until(lambda: len(sitting.troubles) > 1)
        assert "gone.jpg does not exist" in sitting.troubles[0] and "broken.jpg is not an image" in sitting.troubles[1]
        sitting.script.space.resting.clear()
        await sitting.settle()
        assert phase_of(explorer.searching) == "found" and explorer.searching.photo is not None
        assert explorer.searching.photo.name == "boat.png"

    play(scenario)


def test_another_generator_ends_the_search_and_keeps_the_photo(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await searched(sitting, photo)
        explorer.use("sails")
        await sitting.settle()
        searching = explorer.searching
        assert phase_of(searching) == "waiting" and searching.image.isNull() and not searching.original.isNull()
        sitting.script.space.resting.clear()
        searching.search()
        await sitting.settle()
        assert searching.latent is not None and searching.latent.model.id == "sails"

    play(scenario)


def test_a_generator_that_was_removed_is_told(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        sitting.script.generators.clear()
        sitting.script.space.models.clear()
        explorer.searching.take_file(photo)
        await sitting.settle()
        assert phase_of(explorer.searching) == "stopped" and "no model called boats" in explorer.searching.sentence
        assert len(sitting.troubles) == 1

    play(scenario)


def test_a_photo_that_comes_before_the_generator_is_there_waits_for_it(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats", "sails")
        await sitting.open(photo)
        explorer.use("sails")
        assert explorer.canvas_photo is not None
        explorer.searching.take(explorer.canvas_photo)
        assert phase_of(explorer.searching) == "waiting"
        await sitting.settle()
        assert phase_of(explorer.searching) == "found" and sitting.engine.requests_of(Invert)[-1].model == "sails"

    play(scenario)


def test_a_hand_that_is_moving_the_picture_is_not_disturbed(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await searched(sitting, photo)
        explorer.steering.set_variety(0.5)
        sitting.script.space.resting.clear()
        await sitting.until(lambda: phase_of(explorer.searching) == "found")
        await sitting.settle()
        assert explorer.viewer.place != explorer.searching.latent and explorer.viewer.sliding

    play(scenario)


@pytest.mark.parametrize("layers", [0, 1])
def test_the_photo_on_the_canvas_can_be_looked_for(play: Play, photo: Path, layers: int) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        await sitting.open(photo)
        for _ in range(layers):
            assert explorer.viewer.latent is not None
            explorer.lay(explorer.viewer.latent)
        assert explorer.canvas_photo is not None
        explorer.searching.take(explorer.canvas_photo)
        await sitting.settle()
        assert phase_of(explorer.searching) == "found" and explorer.searching.latent is not None
        assert explorer.searching.latent.name == "boat.png"

    play(scenario)
