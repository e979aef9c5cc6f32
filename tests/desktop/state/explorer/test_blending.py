"""Bookmarks blended, without a pad."""

from __future__ import annotations

import math

import pytest

from desktop.state.explorer.blending import Mode, weights
from desktop.state.explorer.explorer import Explorer
from engine.api.exploring import Visit
from engine.api.place_kinds import GROUPS, Blend
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting


async def with_bookmarks(sitting: Sitting, count: int) -> Explorer:
    """Of the first seeds, each bookmarked in turn: they take the pad's places in this order."""
    explorer = await explored(sitting, "boats")
    for seed in range(1, count + 1):
        explorer.steering.set_seed(seed)
        explorer.bookmark()
        await sitting.settle()
    return explorer


@pytest.mark.parametrize("mode", ["two", "four", "sum"])
@pytest.mark.parametrize("spot", [(0.0, 0.0), (1.0, 1.0), (0.3, 0.8)])
def test_weights_add_up(mode: Mode, spot: tuple[float, float]) -> None:
    assert math.isclose(sum(weights(mode, spot)), 1)


def test_the_ends_of_the_pad_are_the_pictures_themselves() -> None:
    assert weights("two", (1, 0.5)) == (0, 1)
    assert weights("four", (1, 0)) == (0, 1, 0, 0) and weights("four", (0, 1)) == (0, 0, 1, 0)
    assert weights("sum", (0, 0.5)) == (1, 0, 0)


def test_form_of_one_colours_of_another(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await with_bookmarks(sitting, 3)
        blending, before = explorer.blending, len(sitting.engine.requests_of(Visit))
        first, second, third = (member.latent for member in reversed(explorer.bookmarks.all))
        blending.set_mode("two")
        assert len(sitting.engine.requests_of(Visit)) == before, "nothing is looked at before the hand moves"
        assert not blending.is_live
        blending.move(GROUPS, (0.0, 0.9))
        blending.move(("fine",), (1.0, 0.2))
        blending.rest()
        await sitting.settle()
        place = Blend((first, second), (1.0, 0.0), (1.0, 0.0), (0.0, 1.0), "boats 1 with boats 2")
        assert explorer.viewer.place == place
        assert explorer.steering.base == explorer.viewer.latent, "steering goes on from the blend"
        blending.set_parent(0, third.key)
        await sitting.settle()
        assert isinstance(explorer.viewer.place, Blend) and explorer.viewer.place.parents == (third, second)
        assert blending.is_live
        explorer.viewer.go(first)
        assert not blending.is_live, "the picture is another one now"

    play(scenario)


def test_too_few_pictures_make_no_blend_and_one_that_goes_leaves_its_place(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await with_bookmarks(sitting, 2)
        blending = explorer.blending
        blending.set_mode("four")
        assert blending.place is None and blending.parents[2:] == (None, None)
        blending.move(GROUPS, (0.2, 0.2))
        blending.set_mode("two")
        assert blending.place is not None
        explorer.bookmarks.remove(explorer.bookmarks.all[0].id)
        await sitting.settle()
        assert blending.place is None and len(explorer.bookmarks.all) == 1

    play(scenario)
