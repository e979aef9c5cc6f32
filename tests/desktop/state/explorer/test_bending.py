"""The rack without its page: effects added, ordered, switched, taken along and brought back."""

from __future__ import annotations

import pytest

from desktop.state.explorer.bending import BEGINNINGS, Bending, level_names
from desktop.state.explorer.explorer import Explorer
from engine.api.exploring import GeneratorInfo, Visit
from engine.api.family import KeepPicture
from engine.api.latent import BEND_KINDS, BEND_RANGES, MOST_BENDS, Latent
from engine.api.place_kinds import GROUPS, MapPoint
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting
from tests.fake_space import key_of


async def racked(sitting: Sitting, *kinds: str) -> tuple[Explorer, Bending]:
    explorer = await explored(sitting, "boats")
    for kind in kinds:
        explorer.bending.add(kind)  # type: ignore[arg-type]
    await sitting.settle()
    return explorer, explorer.bending


def kinds(explorer: Explorer) -> list[str]:
    """What bends the live picture."""
    latent = explorer.viewer.latent
    assert latent is not None
    return [bend.kind for bend in latent.bends]


@pytest.mark.parametrize("kind", BEND_KINDS)
def test_an_effect_begins_with_an_amount_that_is_seen(kind: str) -> None:
    low, high, idle = BEND_RANGES[kind]  # type: ignore[index]
    assert low <= BEGINNINGS[kind] <= high and BEGINNINGS[kind] != idle  # type: ignore[index]


def test_levels_are_named_from_coarsest_to_finest() -> None:
    info = GeneratorInfo(key_of("boats"), "style", 64, (4, 8, 16, 32, 64), (*GROUPS[:1] * 6, *GROUPS[1:2] * 2, *GROUPS[2:] * 2), 8)
    assert [name for _, name in level_names(info)] == [
        "Coarsest · 4 px",
        "Coarse · 8 px",
        "Coarse · 16 px",
        "Middle · 32 px",
        "Finest · 64 px",
    ]
    assert level_names(GeneratorInfo(key_of("old"), "dcgan", 64, (), GROUPS[:1], 8)) == ()


def test_effects_follow_each_other_and_the_picture_follows_them(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer, rack = await racked(sitting, "blur", "noise", "rotate")
        assert kinds(explorer) == ["blur", "noise", "rotate"]
        assert explorer.viewer.latent is not None and explorer.viewer.latent.bends[0].side == 16, "a middling level"
        rack.shift(2, -1)
        rack.switch(0, False)
        await sitting.settle()
        assert kinds(explorer) == ["rotate", "noise"] and len(rack.effects) == 3
        rack.remove(1)
        rack.shift(0, -1)
        rack.switch(0, True)
        await sitting.settle()
        assert kinds(explorer) == ["blur", "noise"]
        rack.set_amount(0, 0.0)
        rack.rest()
        await sitting.settle()
        assert kinds(explorer) == ["noise"], "what changes nothing is no bend"

    play(scenario)


def test_a_slide_is_followed_and_the_rest_is_kept_with_its_parent(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer, rack = await racked(sitting, "blur")
        before = len(sitting.engine.requests_of(Visit))
        for amount in (0.4, 0.5, 0.6):
            rack.set_amount(0, amount)
        rack.set_side(0, 64)
        await sitting.settle()
        assert [request.sides for request in sitting.engine.requests_of(Visit)[before:]] == [(256,)] * 4 + [(65536,)]
        kept = sitting.engine.requests_of(KeepPicture)[-1]
        assert (kept.latent.bends[0].amount, kept.latent.bends[0].side) == (0.6, 64)
        plain = Latent.of_seed(key_of("boats"), 0, 0.8)
        assert sitting.script.space.library[kept.latent.key].parents == (plain.key,)
        assert explorer.steering.seed == 0, "it is still that seed's picture"

    play(scenario)


def test_the_rack_stays_on_from_seed_to_map_and_goes_with_bookmark_and_canvas(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer, rack = await racked(sitting, "blur")
        explorer.steering.set_seed(5)
        await sitting.settle()
        bent = explorer.viewer.latent
        assert bent is not None and bent.code == 5 and kinds(explorer) == ["blur"]
        explorer.bookmark()
        explorer.lay(bent)
        await sitting.settle()
        assert explorer.bookmarks.all[0].latent.bends == bent.bends
        assert sitting.studio.session.recipe.layers[0].source == bent
        explorer.atlas.travel(30, 0)
        explorer.atlas.rest()
        await sitting.settle()
        assert isinstance(explorer.viewer.place, MapPoint) and explorer.viewer.place.bends == bent.bends
        explorer.visit(Latent.of_seed(key_of("boats"), 9))
        await sitting.settle()
        assert kinds(explorer) == [] and not rack.is_on and len(rack.effects) == 1, "a plain picture is shown plain"
        rack.switch_all(True)
        await sitting.settle()
        assert kinds(explorer) == ["blur"]
        explorer.visit(bent)
        assert rack.effects[0].bend == bent.bends[0] and rack.is_on
        await sitting.settle()

    play(scenario)


def test_all_of_it_can_be_taken_back_and_that_too(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer, rack = await racked(sitting, "blur", "invert")
        rack.switch_all(False)
        await sitting.settle()
        assert explorer.viewer.latent == explorer.viewer.place == Latent.of_seed(key_of("boats"), 0, 0.8)
        rack.switch_all(True)
        rack.reset()
        await sitting.settle()
        assert kinds(explorer) == [] and rack.effects == () and rack.can_restore
        rack.restore()
        await sitting.settle()
        assert kinds(explorer) == ["blur", "invert"] and not rack.can_restore

    play(scenario)


def test_a_full_rack_takes_no_more(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer, rack = await racked(sitting, *["noise"] * (MOST_BENDS + 1))
        assert rack.is_full and len(kinds(explorer)) == MOST_BENDS and sitting.troubles == []

    play(scenario)


def test_another_share_and_other_features(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        _, rack = await racked(sitting, "scale")
        first = rack.effects[0].bend
        rack.set_channels(0, 0.5)
        rack.draw_others(0)
        assert rack.effects[0].bend.channels == 0.5 and rack.effects[0].bend.seed != first.seed
        await sitting.settle()

    play(scenario)


def test_another_generator_finds_the_rack_switched_off(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer, rack = await racked(sitting, "blur")
        sitting.script.space.models.add("sails")
        explorer.use("sails")
        await sitting.settle()
        assert [effect.is_on for effect in rack.effects] == [False] and kinds(explorer) == []

    play(scenario)
