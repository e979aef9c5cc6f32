"""Lines on the map become journeys; photos and pictures on the canvas are places on it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from desktop.state.explorer.charting import NOWHERE, THINNED
from desktop.state.explorer.drawn_path import CLOSED, SPACING, TOLERANCE, path_of
from desktop.state.explorer.explorer import Explorer
from engine.api.exploring import MOST_STOPS, FindLatents, FindOnMap, Visit
from engine.api.family import KeepPicture
from engine.api.latent import Latent
from engine.api.place_kinds import MapPoint, Waypoint
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting
from tests.fake_space import found, key_of

ANGLE = [(20.0 + x, 50.0) for x in range(0, 201, 4)] + [(220.0, 50.0 + y) for y in range(4, 101, 4)]
CIRCLE = [(200 + 90 * math.cos(t / 20), 200 + 90 * math.sin(t / 20)) for t in range(127)]
SCRIBBLE = [(300 + 280 * math.sin(t / 7.0), 300 + 280 * math.cos(t / 2.3)) for t in range(2000)]


@pytest.mark.parametrize("line", [[], [(5.0, 5.0)], [(5.0, 5.0)] * 40, [(5.0, 5.0), (20.0, 9.0)]])
def test_a_line_that_leads_nowhere_is_none(line: list[tuple[float, float]]) -> None:
    assert path_of(line) is None


def test_the_stops_are_the_corners_and_places_between_them() -> None:
    path = path_of(ANGLE)
    assert path is not None and not path.is_loop and not path.is_thinned
    assert path.spots[0] == (20.0, 50.0) and (220.0, 50.0) in path.spots and path.spots[-1] == (220.0, 150.0)
    assert len(path.spots) == 1 + math.ceil(200 / SPACING) + math.ceil(100 / SPACING)
    assert all(math.dist(a, b) <= SPACING for a, b in zip(path.spots, path.spots[1:], strict=False))


def test_a_trembling_hand_draws_a_straight_line() -> None:
    path = path_of([(x, 100 + TOLERANCE / 3 * math.sin(x)) for x in range(0, 60)])
    assert path is not None and len(path.spots) == 2


def test_a_line_that_comes_back_goes_round() -> None:
    path = path_of(CIRCLE)
    assert path is not None and path.is_loop and 6 <= len(path.spots) < 40
    assert math.dist(path.spots[0], path.spots[-1]) > CLOSED / 2, "its first place is not its last again"
    assert all(abs(math.dist(spot, (200, 200)) - 90) <= TOLERANCE for spot in path.spots)


def test_a_long_scribble_keeps_as_many_places_as_a_path_has() -> None:
    path = path_of(SCRIBBLE)
    assert path is not None and path.is_thinned and len(path.spots) == MOST_STOPS
    assert (path.spots[0], path.spots[-1]) == (SCRIBBLE[0], SCRIBBLE[-1])


async def watched(sitting: Sitting) -> Explorer:
    explorer = await explored(sitting, "boats", "sails")
    explorer.atlas.set_size(400, 400)
    explorer.atlas.watch(True)
    await sitting.settle()
    return explorer


def test_a_line_becomes_the_journey_and_is_seen_on_both_maps(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await watched(sitting)
        atlas, travelling = explorer.atlas, explorer.travelling
        explorer.bending.add("blur")
        await sitting.settle()
        explorer.charting.set_drawing(True)
        explorer.charting.draw(ANGLE)
        await sitting.settle()
        (request,) = sitting.engine.requests_of(FindLatents)
        first = request.places[0]
        assert isinstance(first, MapPoint) and (first.x, first.y) == atlas.view.point(20.0, 50.0)
        assert [bend.kind for bend in first.bends] == ["blur"], "with the effects that are on"
        assert travelling.latents == tuple(found(place) for place in request.places) and not travelling.loop
        assert not explorer.charting.is_drawing and "through 6 places" in sitting.said[-1]
        shown = [atlas.view.at(point.x, point.y) for _, point in atlas.places("route")]
        assert shown == [pytest.approx(spot) for spot in path_of(ANGLE).spots]  # type: ignore[union-attr]
        assert sitting.engine.requests_of(FindOnMap) == [], "one knows where they are"
        assert not travelling.thumbnail(travelling.stops[0]).isNull()
        travelling.scrub(0.5)
        travelling.rest()
        await sitting.settle()
        assert isinstance(explorer.viewer.place, Waypoint) and len(explorer.viewer.place.journey.stops) == 6
        kept = [request.place for request in sitting.engine.requests_of(KeepPicture)]
        assert kept[-7:] == [*request.places, explorer.viewer.place], "the stops' own origins are in the library, too"
        atlas.set_layout("look")
        await sitting.settle()
        assert len(atlas.places("route")) == 6 and sitting.troubles == []
        atlas.watch(False)

    play(scenario)


@pytest.mark.parametrize("line", [[], [(50.0, 50.0)], [(50.0, 50.0), (54.0, 52.0)]])
def test_a_line_that_leads_nowhere_is_told_and_the_journey_stays(play: Play, line: list[tuple[float, float]]) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await watched(sitting)
        explorer.charting.draw(ANGLE)
        await sitting.settle()
        before = explorer.travelling.stops
        explorer.charting.draw(line)
        await sitting.settle()
        assert sitting.said[-1] == NOWHERE and explorer.travelling.stops == before
        explorer.charting.draw(SCRIBBLE)
        await sitting.settle()
        assert sitting.said[-1] == THINNED and len(explorer.travelling.stops) <= MOST_STOPS
        explorer.atlas.watch(False)

    play(scenario)


def test_a_journey_of_bookmarks_is_on_the_map_and_comes_back_after_a_line(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await watched(sitting)
        travelling = explorer.travelling
        for seed in (1, 2):
            explorer.steering.set_seed(seed)
            explorer.bookmark()
            await sitting.settle()
        travelling.add(*(member.id for member in explorer.bookmarks.all))
        explorer.charting.add_here()
        await sitting.settle()
        stops = travelling.stops
        assert len(explorer.atlas.places("route")) == 3 and travelling.loop and not travelling.can_restore
        explorer.charting.draw(ANGLE)
        await sitting.settle()
        assert travelling.can_restore and not travelling.loop
        travelling.restore()
        assert travelling.stops == stops and travelling.loop
        travelling.restore()
        assert len(travelling.stops) == 6, "and the line, too"
        travelling.add(*(stops * MOST_STOPS))
        assert len(travelling.stops) == MOST_STOPS and "64 stops at the most" in sitting.said[-1]
        explorer.use("sails")
        await sitting.settle()
        assert travelling.stops == () and explorer.atlas.places("route") == [] and not travelling.can_restore
        explorer.atlas.watch(False)

    play(scenario)


def test_found_photos_and_pictures_on_the_canvas_are_places(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        photo = replace(found("a vase"), tuning="f" * 64, name="vase.jpg")
        space = sitting.script.space
        for request in (KeepPicture(photo, photo), KeepPicture(replace(photo, noise=3), MapPoint(key_of("boats"), "look", 0, 0))):
            list(space(request) or ())
        explorer = await watched(sitting)
        assert [latent for latent, _ in explorer.atlas.places("photos")] == [photo], "the photo itself, not what was made of it"
        assert explorer.charting.thumbnail(photo).isNull()
        await sitting.settle()
        assert not explorer.charting.thumbnail(photo).isNull()
        seed = Latent.of_seed(key_of("boats"), 5)
        explorer.lay(seed)
        explorer.lay(Latent.of_seed(key_of("sails"), 5))
        other = replace(photo, tuning="e" * 64)
        explorer.visit(other)
        await sitting.settle()
        assert [latent for latent, _ in explorer.atlas.places("canvas")] == [seed]
        assert [layer.opacity for layer in sitting.studio.session.recipe.layers] == [1.0, 1.0], "a picture that is sent there is seen"
        assert [latent for latent, _ in explorer.atlas.places("photos")] == [photo, other]
        assert sitting.engine.requests_of(Visit)[-1].place == other
        explorer.atlas.watch(False)

    play(scenario)
