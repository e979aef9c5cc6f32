"""The map without its widget: what is seen, what is asked for, and where the bookmarks are."""

from __future__ import annotations

import pytest

from desktop.state.explorer.atlas import Atlas
from desktop.state.explorer.map_view import LARGEST_TILE, REACH, MapView
from engine.api.exploring import FindOnMap, ShowTiles, Visit
from engine.api.latent import Latent
from engine.api.place_kinds import MapPoint
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting
from tests.fake_space import key_of

VIEW = MapView(0.3, -0.2, 140.0, 400, 500)


@pytest.mark.parametrize("ratio", [1, 1.7, 3.3, 40, 1000])
def test_tiles_are_large_enough_to_see_and_no_larger(ratio: float) -> None:
    view = VIEW.zoomed(ratio)
    for key in view.tiles():
        left, top, side = view.rect(key)
        assert LARGEST_TILE / 2 - 1e-6 <= side <= LARGEST_TILE + 1e-6
        assert -side < left < 400 and -side < top < 500


def test_the_tiles_cover_the_view_and_begin_at_its_middle() -> None:
    left, top, side = VIEW.rect(VIEW.tiles()[0])
    assert left <= 200 <= left + side and top <= 250 <= top + side
    assert sum(VIEW.rect(key)[2] ** 2 for key in VIEW.tiles()) >= 400 * 500


def test_a_view_stays_on_the_map_and_zooms_about_its_middle() -> None:
    assert VIEW.moved(1e9, -1e9).x == REACH and VIEW.moved(1e9, -1e9).y == -REACH
    zoomed = VIEW.zoomed(5)
    assert (zoomed.x, zoomed.y) == (VIEW.x, VIEW.y) == pytest.approx(zoomed.point(200, 250))
    assert zoomed.at(*zoomed.point(17, 33)) == pytest.approx((17, 33))
    assert VIEW.zoomed(1e-9).scale * 2 * REACH >= 400 / 1.1 * 0.9


async def watched(sitting: Sitting) -> Atlas:
    atlas = (await explored(sitting, "boats")).atlas
    atlas.set_size(400, 500)
    atlas.watch(True)
    atlas._ask()  # the view stands still
    await sitting.settle()
    return atlas


def test_what_is_seen_is_asked_for_once(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        atlas = await watched(sitting)
        (request,) = sitting.engine.requests_of(ShowTiles)
        assert len(request.tiles) == len(atlas.view.tiles()) == len(list(atlas.thumbnails()))
        assert request.visited == () and not atlas.shades, "the map begins bright"
        atlas._ask()
        atlas.view = atlas.view.moved(40, 0)
        atlas._ask()
        await sitting.settle()
        new = sitting.engine.requests_of(ShowTiles)[1:]
        assert len(new) == 1 and 0 < len(new[0].tiles) < len(request.tiles)
        atlas.set_layout("look")
        assert list(atlas.thumbnails()) == []
        atlas.watch(False)
        atlas._ask()
        await sitting.settle()
        assert len(sitting.engine.requests_of(ShowTiles)) == 2, "a map that nobody sees costs nothing"

    play(scenario)


def test_where_one_has_been_is_asked_about_once_it_is_wanted(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        atlas = await watched(sitting)
        atlas.set_shades(True)
        atlas._ask()
        await sitting.settle()
        assert sitting.engine.requests_of(ShowTiles)[-1].visited == (Latent.of_seed(key_of("boats"), 0, 0.8),)
        atlas.watch(False)

    play(scenario)


def test_what_has_not_come_is_stood_for_by_what_is_coarser(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        atlas = await watched(sitting)
        zoom = atlas.view.zoom
        atlas.zoom(2.01)
        shown = [key for key, _ in atlas.thumbnails()]
        assert shown and {key[0] for key in shown} == {zoom}
        atlas.watch(False)

    play(scenario)


def test_a_drag_moves_the_picture_and_a_resting_hand_keeps_it(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        atlas = explorer.atlas
        atlas.set_size(400, 500)
        for _ in range(3):
            atlas.travel(14, 0)
        atlas.rest()
        await sitting.settle()
        visits = [request.place for request in sitting.engine.requests_of(Visit)][1:]
        assert [round(place.x, 2) for place in visits] == [0.1, 0.2, 0.3, 0.3]
        assert isinstance(explorer.viewer.place, MapPoint) and explorer.steering.base == explorer.viewer.latent
        assert explorer.steering.seed is None
        explorer.steering.set_seed(4)
        assert explorer.steering.base == Latent.of_seed(key_of("boats"), 4, 0.8)
        await sitting.settle()

    play(scenario)


def test_bookmarks_are_pins_on_each_map(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        explorer.bookmark()
        await sitting.settle()
        assert sitting.engine.requests_of(FindOnMap) == []
        atlas = explorer.atlas
        atlas.watch(True)
        await sitting.settle()
        ((latent, point),) = atlas.places("bookmarks")
        assert latent == explorer.bookmarks.all[0].latent and (point.x, point.y) == (0.5, -0.5)
        atlas.find(explorer.bookmarks.all[0].latent)
        await sitting.settle()
        assert (atlas.view.x, atlas.view.y) == (0.5, -0.5)
        atlas.set_layout("look")
        await sitting.settle()
        assert len(atlas.places("bookmarks")) == 1
        explorer.bookmarks.remove(explorer.bookmarks.all[0].id)
        await sitting.settle()
        assert atlas.places("bookmarks") == []
        atlas.watch(False)

    play(scenario)


def test_a_map_without_thumbnails_is_being_laid_out(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        atlas = await watched(sitting)
        assert not atlas.is_bare
        atlas.set_layout("look")
        atlas._pause.stop()
        atlas._ask()  # the view stands still
        assert atlas.is_bare
        await sitting.settle()
        assert not atlas.is_bare, "the sentence goes when the first thumbnails come"

    play(scenario)
