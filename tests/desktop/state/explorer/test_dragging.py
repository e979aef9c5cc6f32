"""Drag points without the picture under them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.state.explorer.dragging import MOST_POINTS
from desktop.state.explorer.explorer import Explorer
from engine.api.exploring import DragPoints, Pull
from engine.api.latent import Latent
from engine.api.place_kinds import Steered, Varied
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting

PULLS = (Pull((0.25, 0.5), (0.75, 0.5)), Pull((0.5, 0.9), (0.5, 0.9)))


async def pulled(sitting: Sitting) -> Explorer:
    """A point that is pulled, and one that is pinned."""
    explorer = await explored(sitting, "boats")
    dragging = explorer.dragging
    dragging.add((0.25, 0.5))
    dragging.pull(0, (0.75, 0.5))
    dragging.add((0.5, 0.9))
    return explorer


async def running(sitting: Sitting) -> Explorer:
    """In the middle of a run, which does not end by itself."""
    explorer = await pulled(sitting)
    sitting.script.space.resting.add(DragPoints)
    before = explorer.viewer.image
    explorer.dragging.run()
    await sitting.until(lambda: explorer.viewer.image != before)
    return explorer


def test_points_are_pinned_pulled_moved_and_removed(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        dragging = (await pulled(sitting)).dragging
        assert dragging.pulls == PULLS and dragging.chosen == 1 and dragging.can_run
        dragging.seize(0, (-1.0, 0.2))
        assert dragging.pulls[0] == Pull((0.0, 0.2), (0.75, 0.5)) and dragging.chosen == 0
        dragging.remove(0)
        assert list(dragging.pulls) == [PULLS[1]] and dragging.chosen == 0 and not dragging.can_run
        dragging.run()  # nothing is pulled
        dragging.remove(7)
        dragging.choose(None)
        for _ in range(MOST_POINTS + 3):
            dragging.add((0.5, 0.5))
        assert len(dragging.pulls) == MOST_POINTS and dragging.chosen == MOST_POINTS - 1
        dragging.clear()
        assert dragging.pulls == () and dragging.chosen is None
        assert sitting.engine.requests_of(DragPoints) == []

    play(scenario)


def test_the_picture_follows_its_points_and_can_go_back(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await pulled(sitting)
        dragging, before = explorer.dragging, explorer.viewer.place
        dragging.run()
        assert dragging.is_running and not dragging.can_run
        dragging.add((0.1, 0.1))  # not while it runs
        await sitting.settle()
        (request,) = sitting.engine.requests_of(DragPoints)
        assert request.pulls == PULLS
        assert explorer.viewer.latent == explorer.steering.base != before
        assert explorer.viewer.latent is not None and explorer.viewer.latent.name == "boats 0, dragged"
        kept = sitting.script.space.library[explorer.viewer.latent.key]
        assert kept.place == Varied(Latent.of_seed(kept.latent.model, 0, 0.8), kept.latent)  # it knows what it came of
        assert dragging.pulls == (Pull((0.75, 0.5), (0.75, 0.5)), PULLS[1]) and sitting.said[-1] == "Every point has come to its end"
        dragging.pull(0, (0.9, 0.9))
        dragging.run()
        await sitting.settle()
        assert explorer.viewer.latent.name == "boats 0, dragged"
        dragging.undo()
        dragging.undo()
        await sitting.settle()
        assert explorer.viewer.place == before and dragging.pulls == PULLS and not dragging.can_undo
        assert explorer.steering.seed == 0

    play(scenario)


def test_a_cancelled_run_leaves_the_picture_and_its_points_as_they_were(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await pulled(sitting)
        ways = explorer.ways
        ways.watch(True)
        await sitting.settle()
        explorer.steering.push(ways.all[0], 2.0)
        explorer.steering.rest()
        await sitting.settle()
        place, image = explorer.viewer.place, explorer.viewer.image
        assert isinstance(place, Steered)
        sitting.script.space.resting.add(DragPoints)
        explorer.dragging.run()
        await sitting.until(lambda: explorer.viewer.image != image)
        assert explorer.dragging.pulls[0].start == (0.5, 0.5)  # half way
        explorer.dragging.stop(keep=False)
        await sitting.settle()
        assert explorer.viewer.place is place and explorer.viewer.image == image and explorer.steering.is_steered
        assert explorer.dragging.pulls == PULLS and not explorer.dragging.is_running and not explorer.dragging.can_undo

    play(scenario)


def test_a_run_that_is_stopped_keeps_what_it_has_come_to(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await running(sitting)
        explorer.dragging.stop(keep=True)
        await sitting.settle()
        assert explorer.viewer.latent is not None and explorer.viewer.latent.name == "boats 0, dragged"
        assert explorer.dragging.pulls == (replace(PULLS[0], start=(0.5, 0.5)), PULLS[1]) and explorer.dragging.can_undo
        assert sitting.said[-1].startswith("Pulled a part of the way")

    play(scenario)


def test_cancelled_at_once_nothing_has_happened(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await pulled(sitting)
        place = explorer.viewer.place
        explorer.dragging.run()
        explorer.dragging.stop(keep=True)
        await sitting.settle()
        assert explorer.viewer.place is place and explorer.dragging.pulls == PULLS and sitting.troubles == []

    play(scenario)


@pytest.mark.parametrize("other", ["picture", "generator"])
def test_another_hand_ends_the_run(play: Play, other: str) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await running(sitting)
        if other == "picture":
            explorer.steering.set_seed(7)
        else:
            sitting.script.space.models.add("sails")
            explorer.use("sails")
        await sitting.settle()
        assert not explorer.dragging.is_running and sitting.troubles == [] and not explorer.dragging.can_undo
        assert explorer.steering.seed == (7 if other == "picture" else 0)
        assert explorer.viewer.latent == explorer.steering.base
        assert explorer.dragging.pulls == (PULLS if other == "picture" else ())

    play(scenario)


def test_a_generator_that_was_removed_is_told_and_the_picture_stays(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await pulled(sitting)
        image, place = explorer.viewer.image, explorer.viewer.place
        sitting.script.generators.clear()
        sitting.script.space.models.clear()
        explorer.dragging.run()
        await sitting.settle()
        assert len(sitting.troubles) == 1 and "no model called boats" in sitting.troubles[0]
        assert explorer.viewer.image == image and explorer.viewer.place is place and explorer.dragging.pulls == PULLS

    play(scenario)
