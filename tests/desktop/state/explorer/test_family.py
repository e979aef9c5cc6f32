"""The family tree without its page: read, gone back in, made anew in another generator; and what the document knows of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desktop.document.document import Kin
from desktop.state.explorer.explorer import Explorer
from engine.api.errors import NotWritable
from engine.api.family import CheckLibrary, FindFamily, KeepPicture
from engine.api.latent import Latent
from engine.api.place_kinds import Steered
from engine.api.requests import Request
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting
from tests.fake_space import FakeSpace, key_of


async def pushed(sitting: Sitting) -> Explorer:
    """A seed, pushed along the first direction, whose name is Smile; the tree is in front."""
    explorer = await explored(sitting, "boats", "sails")
    explorer.ways.watch(True)
    await sitting.settle()
    explorer.ways.rename(explorer.ways.all[0], "Smile")
    explorer.steering.push(explorer.ways.all[0], 2.0)
    explorer.steering.rest()
    await sitting.settle()
    explorer.family.watch(True)
    await sitting.settle()
    return explorer


def told(explorer: Explorer) -> list[tuple[str, str]]:
    return [(row.part, row.how) for row in explorer.family.rows]


def test_nobody_asks_for_a_tree_that_is_not_seen(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        await explored(sitting, "boats")
        assert sitting.engine.requests_of(FindFamily) == []

    play(scenario)


def test_the_tree_follows_the_picture_and_an_ancestor_is_opened(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await pushed(sitting)
        assert told(explorer) == [("self", "pushed along Smile"), ("ancestor", "seed 0")]
        assert not any(explorer.family.thumbnail(row.id).isNull() for row in explorer.family.rows)
        ancestor = explorer.family.find(explorer.family.rows[1].id)
        assert ancestor is not None
        explorer.visit(ancestor.latent)
        await sitting.settle()
        assert told(explorer) == [("child", "pushed along Smile"), ("self", "seed 0")]
        assert explorer.steering.seed == 0

    play(scenario)


def test_steps_from_a_bent_picture_keep_the_whole_line(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await pushed(sitting)
        explorer.bending.add("blur")
        await sitting.settle()
        assert told(explorer) == [("self", "pushed along Smile"), ("ancestor", "bent by blur"), ("ancestor", "seed 0")]

    play(scenario)


def test_a_picture_is_made_anew_in_another_generator_and_opened_there(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await pushed(sitting)
        before = explorer.viewer.latent
        explorer.family.replay("sails")
        assert explorer.family.is_replaying
        await asyncio.sleep(0)
        assert [job.title for job in sitting.studio.jobs.running] == ["Making boats 0, steered anew in sails"]
        await sitting.settle()
        family = explorer.family
        assert explorer.model == "sails" and explorer.viewer.latent is not None and explorer.viewer.latent.model == key_of("sails")
        assert not family.is_replaying and family.is_remade and family.said == ("Something has no like in sails.",)
        assert before is not None
        explorer.visit(before)
        await sitting.settle()
        assert explorer.model == "boats" and explorer.viewer.latent == before, "back to the other generator's picture"
        assert not family.is_remade and family.said == ()

    play(scenario)


def test_a_picture_that_is_made_anew_late_does_not_take_away_the_one_that_is_looked_at(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await pushed(sitting)
        family = explorer.family
        family.replay("sails")
        explorer.steering.set_seed(7)
        explorer.steering.rest()
        await sitting.settle()
        assert explorer.model == "boats" and explorer.steering.seed == 7
        assert sitting.said[-1] == "Seed 0, steered is made anew in sails: Family leads there"
        made = family.waiting
        assert made is not None and made.model == key_of("sails")
        explorer.visit(made)
        await sitting.settle()
        assert explorer.viewer.latent == made and family.waiting is None
        assert family.is_remade and family.said == ("Something has no like in sails.",)

    play(scenario)


def test_a_library_that_cannot_be_read_is_told_and_the_parents_are_known(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await pushed(sitting)
        answer = FakeSpace.__call__

        def locked(space: FakeSpace, request: Request[object]) -> object:
            if isinstance(request, FindFamily):
                raise NotWritable("library.sqlite", "it is locked")
            return answer(space, request)

        monkeypatch.setattr(FakeSpace, "__call__", locked)
        explorer.family.refresh()
        await sitting.settle()
        assert "library.sqlite" in explorer.family.trouble
        assert told(explorer) == [("self", "pushed along Smile"), ("ancestor", "seed 0")]

    play(scenario)


def test_a_library_that_was_mended_is_told_once_and_before_it_is_used(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        sitting.script.space.mended = "The library of your pictures was damaged."
        explorer = await explored(sitting, "boats", "sails")
        explorer.use("sails")
        await sitting.settle()
        assert sitting.troubles == ["The library of your pictures was damaged."]
        kinds = [type(request) for request in sitting.engine.requests]
        assert kinds.count(CheckLibrary) == 1 and kinds.index(CheckLibrary) < kinds.index(KeepPicture)

    play(scenario)


def test_the_document_keeps_the_family_and_brings_it_to_another_machine(play: Play, tmp_path: Path) -> None:
    file = tmp_path / "boats.sfumato"

    async def here(sitting: Sitting) -> None:
        explorer, session = await pushed(sitting), sitting.studio.session
        assert explorer.viewer.latent is not None
        explorer.lay(explorer.viewer.latent)
        await sitting.settle()
        pushed_on, seed = session.document.family
        assert isinstance(pushed_on.place, Steered) and seed == Kin(seed.latent, seed.latent, "boats 0") and seed.latent.code == 0
        session.undo()
        assert session.document.family == (), "only what belongs to the picture"
        session.redo()
        assert await sitting.studio.documents.save(file, None)

    async def there(sitting: Sitting) -> None:
        await sitting.open(file)
        assert len(sitting.studio.session.document.family) == 2
        kept = sitting.script.space.library
        assert [len(member.parents) for member in kept.values()] == [1, 0]
        assert sitting.troubles == []

    play(here)
    play(there)


def test_a_picture_that_the_library_does_not_know_is_laid_all_the_same(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await explored(sitting, "boats")
        stranger = Latent.of_seed(key_of("boats"), 77)
        explorer.lay(stranger)
        await sitting.settle()
        assert sitting.studio.session.document.family == (Kin(stranger, stranger, "boats 77"),) and sitting.troubles == []

    play(scenario)
