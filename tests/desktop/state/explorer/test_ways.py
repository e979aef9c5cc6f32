"""Directions without their widgets: found, named, pushed, kept from changing some layers."""

from __future__ import annotations

from desktop.state.explorer.explorer import Explorer
from engine.api.exploring import FindDirections, ShowStrip
from engine.api.latent import Latent
from engine.api.place_kinds import GROUPS, Push, Steered
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting
from tests.fake_space import key_of


async def steered(sitting: Sitting) -> Explorer:
    explorer = await explored(sitting, "boats")
    explorer.ways.watch(True)
    await sitting.settle()
    return explorer


def test_six_directions_come_with_strips_and_more_on_demand(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        pictured: list[int] = []
        explorer = await explored(sitting, "boats")
        ways = explorer.ways
        ways.pictured.connect(lambda place, _: pictured.append(place))
        assert sitting.engine.requests_of(FindDirections) == [], "not before they are seen"
        ways.watch(True)
        await sitting.settle()
        assert [ways.name(way) for way in ways.all] == [f"Direction {number} of its weights" for number in range(1, 7)]
        assert pictured == list(range(6)) and ways.has_more
        ways.more()
        await sitting.settle()
        assert len(ways.all) == 8 and not ways.has_more
        assert pictured[6:] == [6, 7], "strips that are there are not made again"
        ways.more()
        await sitting.settle()
        assert [request.count for request in sitting.engine.requests_of(FindDirections)] == [6, 8, 8], (
            "no more are asked for than there are"
        )
        ways.set_kind("ganspace")
        await sitting.settle()
        assert ways.name(ways.all[0]) == "Direction 1 of its pictures" and len(ways.all) == 6

    play(scenario)


def test_a_name_in_ones_own_words_is_there_again(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        ways = (await steered(sitting)).ways
        first = ways.all[0]
        ways.rename(first, "  Warmth ")
        await sitting.settle()
        assert ways.name(first) == "Warmth" and sitting.script.space.names == {("sefa", 0): "Warmth"}
        ways.open(key_of("boats"))
        await sitting.settle()
        assert ways.name(first) == "Warmth"
        ways.rename(first, "")
        await sitting.settle()
        assert ways.name(first) == "Direction 1 of its weights"

    play(scenario)


def test_steps_add_up_in_the_layers_that_are_chosen_and_not_locked(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await steered(sitting)
        steering, (one, other, *_) = explorer.steering, explorer.ways.all
        steering.push(one, 1.5)
        steering.push(other, -2.0)
        steering.set_groups(other, ("coarse",))
        steering.set_locked("fine", True)
        base = Latent.of_seed(key_of("boats"), 0, 0.8)
        pushes = (Push(one, 1.5, GROUPS), Push(other, -2.0, ("coarse",)))
        assert explorer.viewer.place == Steered(base, pushes, ("fine",), "boats 0, steered")
        steering.set_seed(9)
        assert isinstance(explorer.viewer.place, Steered) and explorer.viewer.place.pushes == pushes
        await sitting.settle()
        assert steering.base is not None and steering.base.code == 9
        steering.straighten()
        await sitting.settle()
        assert explorer.viewer.latent == steering.base and not steering.is_steered

    play(scenario)


def test_elsewhere_the_steps_begin_anew_and_so_do_the_strips(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await steered(sitting)
        explorer.steering.push(explorer.ways.all[0], 2.0)
        explorer.steering.rest()
        await sitting.settle()
        assert len(sitting.engine.requests_of(ShowStrip)) == 6, "the base is the same"
        explorer.visit(Latent.of_seed(key_of("boats"), 3))
        await sitting.settle()
        assert not explorer.steering.is_steered
        assert {request.base.code for request in sitting.engine.requests_of(ShowStrip)[6:]} == {3}
        explorer.ways.watch(False)
        explorer.steering.set_seed(4)
        await sitting.settle()
        assert len(sitting.engine.requests_of(ShowStrip)) == 12

    play(scenario)
