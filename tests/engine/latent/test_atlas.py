from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from engine.api.errors import BadRequest
from engine.api.events import Superseded, Tile, Tiles
from engine.api.exploring import FindOnMap, ShowTiles, Visit
from engine.api.latent import Latent
from engine.api.place_kinds import Layout, MapPoint
from engine.context import Context
from engine.jobs import atlas, explore
from engine.jobs.atlas import find_on_map, show_tiles
from engine.latent import maps, stills
from engine.latent.atlas import REACH, SIDE, Sorting, Spread, spread_codes, tile_centre, waves
from engine.latent.directions import sampled
from engine.latent.maps import codes_at, prepared
from engine.models.generators import GeneratorModel
from tests.engine.jobs.stage import Stage
from tests.tiny import drive

LAYOUTS: tuple[Layout, ...] = ("spread", "look")


@pytest.fixture(autouse=True)
def _sorted_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "SWAPS", 500)


@pytest.fixture(scope="module")
def spread_network() -> Any:
    from tests.tiny import tiny_generator

    return tiny_generator()


def tiles(context: Context, request: ShowTiles) -> list[Tile]:
    return [tile for body in drive(show_tiles(request, context))[1] if isinstance(body, Tiles) for tile in body.tiles]


def test_codes_of_the_map_are_spread_like_the_models_own(spread_network: Any) -> None:
    points = np.random.default_rng(0).normal(size=(4000, 2))
    codes = spread_codes(points, Spread.of(spread_network))
    own = sampled(spread_network, 4000)
    assert torch.allclose(codes.mean(0), own.mean(0), atol=0.15 * float(own.std()))
    assert torch.allclose(codes.std(0), own.std(0), rtol=0.35)


def test_the_coordinates_are_the_two_main_components(spread_network: Any) -> None:
    spread = Spread.of(spread_network)
    assert torch.allclose(spread.coordinates(spread_codes(np.array([[1.5, -0.5]]), spread))[0, :2], torch.tensor([1.5, -0.5]), atol=1e-4)


def test_waves_of_later_components_are_shorter_and_all_have_unit_variance() -> None:
    line = np.stack([np.linspace(-REACH, REACH, 2000), np.zeros(2000)], 1)
    values = waves(line, 2, 128)
    turns = (values[1:].sign() != values[:-1].sign()).sum(0)
    assert turns[:4].float().mean() < 6 < turns[-40:].float().mean()
    assert waves(np.random.default_rng(0).uniform(-REACH, REACH, (4000, 2)), 2, 128).var() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_near_points_are_near_codes_and_nearer_ones_nearer(model: GeneratorModel, context: Context, layout: Layout) -> None:
    drive(prepared("mine", layout, context))
    start = np.random.default_rng(2).uniform(-2, 2, (50, 2))
    apart = [
        float((codes_at(start + np.array([step, 0]), layout, model, context) - codes_at(start, layout, model, context)).norm(dim=1).mean())
        for step in (1.0, 0.1, 0.01)
    ]
    assert apart[0] > 3 * apart[1] > 9 * apart[2] > 0


def test_neighbours_on_the_map_of_looks_look_alike() -> None:
    seen = torch.randn(SIDE * SIDE, 6, generator=torch.Generator().manual_seed(0))
    sorting, again = Sorting(seen), Sorting(seen)
    random = Sorting(seen)
    random.order = np.random.default_rng(0).permutation(SIDE * SIDE)
    before = sorting.total()
    for sorted_ in (sorting, again):
        sorted_.run(3000)
    assert sorting.total() < before < 0.9 * random.total()
    assert np.array_equal(sorting.order, again.order) and sorted(sorting.order) == list(range(SIDE * SIDE))


def test_the_map_of_looks_is_kept_on_disk(model: GeneratorModel, context: Context) -> None:
    drive(prepared("mine", "look", context))
    (file,) = (context.places.cache / "maps").iterdir()
    point = np.array([[0.3, 0.4]])
    before, kept = codes_at(point, "look", model, context), file.read_bytes()
    context.models.cache.clear()
    _, said = drive(prepared("mine", "look", context))
    assert said == [] and torch.equal(codes_at(point, "look", model, context), before)
    file.write_bytes(b"damaged")
    context.models.cache.clear()
    assert drive(prepared("mine", "look", context))[1] != []
    assert file.read_bytes() == kept


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_tile_shows_what_a_visit_to_its_middle_does(model: GeneratorModel, context: Context, layout: Layout) -> None:
    (tile,) = tiles(context, ShowTiles("mine", layout, 3, ((2, 5),)))
    point = MapPoint(model.key, layout, *tile_centre(3, 2, 5))
    code, frames = drive(explore.visit(Visit(point, (16,)), context))
    assert np.abs(frames[0].pixels.astype(int) - tile.pixels).max() <= 6  # thumbnails may be made in bf16
    assert isinstance(code, Latent) and np.array_equal(drive(explore.visit(Visit(code, (16,)), context))[1][0].pixels, frames[0].pixels)


def test_a_tile_is_the_whole_picture_reduced(model: GeneratorModel, context: Context) -> None:
    (tile,) = tiles(context, ShowTiles("mine", "spread", 3, ((2, 5),), side=8))
    point = MapPoint(model.key, "spread", *tile_centre(3, 2, 5))
    whole, level = (explore.visit(Visit(point, (side,)), context) for side in (16, 8))
    reduced = drive(whole)[1][0].pixels.reshape(8, 2, 8, 2, 4).mean((1, 3))
    unlike = np.abs(drive(level)[1][0].pixels.astype(float) - reduced).max()
    assert tile.pixels.shape == (8, 8, 4)
    assert np.abs(tile.pixels - reduced).max() <= 6 < unlike, "the network's own level of that size is another picture"


def test_tiles_of_a_large_generator_come_small_first(model: GeneratorModel, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (stills, atlas):
        monkeypatch.setattr(module, "LIGHT", 8)
    wanted = tuple((column, row) for row in range(3) for column in range(3))
    monkeypatch.setattr(atlas, "GLANCE", 8)
    assert [tile.pixels.shape[0] for tile in tiles(context, ShowTiles("mine", "spread", 2, wanted))] == [8] * 9 + [16] * 9


def test_tiles_come_in_their_order_and_are_remembered(model: GeneratorModel, context: Context) -> None:
    wanted = tuple((column, row) for row in range(3) for column in range(3))
    shown = tiles(context, ShowTiles("mine", "spread", 2, wanted))
    assert [(tile.column, tile.row) for tile in shown] == list(wanted)
    assert {tile.pixels.shape for tile in shown} == {(16, 16, 4)}

    def never(*_: object) -> None:
        raise AssertionError("it is remembered")

    model.network.synthesize = never  # type: ignore[method-assign, assignment]
    again = tiles(context, ShowTiles("mine", "spread", 2, wanted[::-1]))
    assert all(np.array_equal(tile.pixels, before.pixels) for tile, before in zip(again, shown[::-1], strict=True))


def test_a_view_is_whole_where_hardly_anything_can_be_remembered(model: GeneratorModel, context: Context) -> None:
    context.models.cache.room = 2000  # two thumbnails of 16 px
    wanted = tuple((column, row) for row in range(2) for column in range(4))
    shown = tiles(context, ShowTiles("mine", "spread", 2, wanted))
    assert [(tile.column, tile.row) for tile in shown] == list(wanted)
    assert len({tile.pixels.tobytes() for tile in shown}) == len(wanted)


def test_where_one_has_been_is_not_new(model: GeneratorModel, context: Context) -> None:
    here = MapPoint(model.key, "spread", *tile_centre(2, 0, 0))
    request = ShowTiles("mine", "spread", 2, ((0, 0), (3, 3)), visited=(here,))
    at_home, far = tiles(context, request)
    assert at_home.novelty < 0.1 and far.novelty > 0.4
    assert [tile.novelty for tile in tiles(context, replace(request, visited=()))] == [1, 1]


def test_the_newest_view_wins_and_the_older_one_shows_something(model: GeneratorModel, context: Context) -> None:
    stage = Stage(context)
    wanted = tuple((column, row) for row in range(8) for column in range(8))
    older = stage.submit(ShowTiles("mine", "spread", 3, wanted))
    stage.until(lambda: any(isinstance(body, Tiles) for body in stage.of(older)))
    newer = stage.submit(ShowTiles("mine", "spread", 3, wanted[:4]))
    stage.until(lambda: stage.ended(newer))
    assert isinstance(stage.terminal(older), Superseded)
    assert sum(len(body.tiles) for body in stage.of(older) if isinstance(body, Tiles)) < 16


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_picture_is_found_on_the_map(model: GeneratorModel, context: Context, layout: Layout) -> None:
    drive(prepared("mine", layout, context))
    point = MapPoint(model.key, layout, *((0.8, -1.1) if layout == "spread" else (-0.75, 0.75)), truncation=1.0)
    code, _ = drive(explore.visit(Visit(point, (4,)), context))
    found, _ = drive(find_on_map(FindOnMap(code, layout), context))
    assert isinstance(found, MapPoint)
    assert (found.x, found.y) == pytest.approx((point.x, point.y), abs=1e-3 if layout == "spread" else 2 * REACH / SIDE)


@pytest.mark.parametrize(
    ("request_", "part"),
    [
        (ShowTiles("mine", "spread", 25, ()), "between 0 and 24"),
        (ShowTiles("mine", "spread", 1, ((2, 0),)), "beyond the map"),
        (ShowTiles("mine", "spread", 1, ((0, 0),) * 1025), "1024 at the most"),
        (ShowTiles("mine", "spread", 1, (), truncation=-1), "between 0 and 2"),
    ],
)
def test_a_view_that_makes_no_sense_is_refused(model: GeneratorModel, context: Context, request_: ShowTiles, part: str) -> None:
    with pytest.raises(BadRequest, match=part):
        drive(show_tiles(request_, context))


def test_a_point_beyond_the_map_is_refused(model: GeneratorModel, context: Context) -> None:
    with pytest.raises(BadRequest, match="the map reaches"):
        drive(explore.visit(Visit(MapPoint(model.key, "spread", float("nan"), 0)), context))
