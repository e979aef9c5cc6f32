from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.api.errors import BadRequest, DiskFull, NotInLibrary, NotWritable
from engine.api.events import Progress
from engine.api.exploring import FindLatents, Visit
from engine.api.family import (
    CheckLibrary,
    DirectionNames,
    FindFamily,
    KeepPicture,
    ListPictures,
    MarkPicture,
    Member,
    NameDirection,
    Replayed,
    ReplayPicture,
)
from engine.api.latent import Bend, Latent, Morph, Styles
from engine.api.place_kinds import Blend, Journey, MapPoint, Place, Push, Steered, Varied, Waypoint
from engine.api.place_values import place_from_plain, place_to_plain
from engine.context import Context
from engine.jobs import explore, family
from engine.latent.codes import styles_of
from engine.latent.directions import directions
from engine.latent.family import FamilyTree
from engine.latent.places import resolve
from engine.models.generators import GeneratorModel
from tests.tiny import drive, write_tiny_generator

BLUR = Bend("blur", 0.5, 8)


@pytest.fixture
def model(context: Context) -> GeneratorModel:
    context.models.add(write_tiny_generator(context.places.models, "mine"))
    return context.models.generator("mine")


def keep(context: Context, place: Place, name: str = "") -> Member:
    latent = place if isinstance(place, Latent) else drive(resolve(place, context))[0].latent()
    member, _ = drive(family.keep_picture(KeepPicture(latent, place, name), context))
    assert isinstance(member, Member)
    return member


def places_of(model: GeneratorModel) -> list[Place]:
    a, b = Latent.of_seed(model.key, 1), Latent.of_seed(model.key, 2)
    (way,) = directions(model, "sefa", 1)
    steered = Steered(a, (Push(way, 1.5, ("coarse",)),), ("fine",), "pushed")
    blend = Blend((a, b), (1, 0), (0.5, 0.5), (0, 1), "child")
    varied = Varied(a, replace(a, bends=(BLUR,), noise=None))
    point = MapPoint(model.key, "spread", 0.5, 1.0, bends=(BLUR,))
    return [a, Morph(a, b, 0.2), varied, steered, blend, Waypoint(Journey((a, b)), 0.3), point]


def test_every_place_survives_json(model: GeneratorModel) -> None:
    for place in places_of(model):
        assert place_from_plain(place_to_plain(place)) == place
    with pytest.raises(ValueError, match="no kind of place"):
        place_from_plain({"kind": "moon"})


def test_a_point_of_the_map_from_before_it_could_be_bent_is_read(model: GeneratorModel) -> None:
    plain = place_to_plain(MapPoint(model.key, "look", 0.5, 1.0))
    del plain["bends"]
    assert place_from_plain(plain) == MapPoint(model.key, "look", 0.5, 1.0)


def test_a_bent_picture_keeps_its_seed_and_its_parent(model: GeneratorModel, context: Context) -> None:
    plain = keep(context, Latent.of_seed(model.key, 1))
    place = Varied(plain.latent, replace(plain.latent, bends=(BLUR,)))
    made, _ = drive(explore.visit(Visit(place, (16,)), context))
    assert made == place.made
    bent, _ = drive(family.keep_picture(KeepPicture(made, place), context))
    assert isinstance(bent, Member) and bent.parents == (plain.id,)


def test_places_as_latents_look_as_they_would_when_visited(model: GeneratorModel, context: Context) -> None:
    points = tuple(MapPoint(model.key, "spread", x, 0.5, bends=(BLUR,)) for x in (-1.0, 0.0, 1.0))
    found, _ = drive(explore.find_latents(FindLatents(points), context))
    assert found == tuple(drive(explore.visit(Visit(point, (16,)), context))[0] for point in points)
    assert isinstance(found, tuple) and len({latent.key for latent in found}) == 3 and found[0].bends == (BLUR,)
    with pytest.raises(BadRequest, match="through 65 pictures"):
        drive(explore.find_latents(FindLatents(points[:1] * 65), context))


def test_a_picture_keeps_its_parents_and_comes_back_after_a_restart(model: GeneratorModel, context: Context) -> None:
    a, b = (keep(context, Latent.of_seed(model.key, seed)) for seed in (1, 2))
    child = keep(context, Blend((a.latent, b.latent), (1, 0), (1, 0), (0, 1)), "child")
    grandchild = keep(context, Steered(child.latent, (Push(directions(model, "sefa", 1)[0], 2.0),)))
    stranger = keep(context, Latent.of_seed(model.key, 3))
    assert child.parents == (a.id, b.id) and child.name == "child"
    for member in (a, child, grandchild):
        tree, _ = drive(family.find_family(FindFamily(member.id), context))
        ids = [found.id for found in tree]
        assert ids == ([a.id, child.id, grandchild.id] if member is a else [a.id, b.id, child.id, grandchild.id])
    newest, _ = drive(family.list_pictures(ListPictures(limit=2), context))
    assert newest == (stranger, grandchild)


def test_the_same_picture_is_kept_once(model: GeneratorModel, context: Context) -> None:
    first = keep(context, Latent.of_seed(model.key, 1), "first")
    assert keep(context, Latent.of_seed(model.key, 1), "again") == first
    assert drive(family.list_pictures(ListPictures("mine"), context))[0] == (first,)
    assert drive(family.list_pictures(ListPictures("other"), context))[0] == ()


def test_pictures_are_named_and_bookmarked(model: GeneratorModel, context: Context) -> None:
    member = keep(context, Latent.of_seed(model.key, 1))
    keep(context, Latent.of_seed(model.key, 2))
    marked, _ = drive(family.mark_picture(MarkPicture(member.id, bookmarked=True), context))
    renamed, _ = drive(family.mark_picture(MarkPicture(member.id, name="the grey one"), context))
    assert (marked.bookmarked, renamed.name, renamed.bookmarked) == (True, "the grey one", True)
    assert drive(family.list_pictures(ListPictures(bookmarked=True), context))[0] == (renamed,)
    with pytest.raises(NotInLibrary, match="not in the library"):
        drive(family.mark_picture(MarkPicture("0" * 64, name="x"), context))


def test_directions_keep_the_artists_names(context: Context) -> None:
    drive(family.name_direction(NameDirection("a" * 64, "sefa", 2, "hats"), context))
    drive(family.name_direction(NameDirection("a" * 64, "sefa", 2, "taller hats"), context))
    assert drive(family.direction_names(DirectionNames("a" * 64), context))[0] == {("sefa", 2): "taller hats"}
    drive(family.name_direction(NameDirection("a" * 64, "sefa", 2, ""), context))
    assert drive(family.direction_names(DirectionNames("a" * 64), context))[0] == {}


def test_a_picture_is_replayed_step_by_step_on_another_model(model: GeneratorModel, context: Context) -> None:
    context.models.add(write_tiny_generator(context.places.models, "other", seed=5))
    other = context.models.generator("other")
    a, b = (keep(context, Latent.of_seed(model.key, seed)) for seed in (1, 2))
    child = keep(context, Blend.of((a.latent, b.latent), (0.5, 0.5)))
    pushed = keep(context, Steered(child.latent, (Push(directions(model, "sefa", 2)[1], 2.0),)))
    replay, said = drive(family.replay_picture(ReplayPicture(pushed.id, "other"), context))
    assert isinstance(replay, Replayed) and replay.changed == ()
    assert [(step.done, step.total) for step in said if isinstance(step, Progress)] == [(number, 4) for number in range(4)]
    steps, _ = drive(family.find_family(FindFamily(replay.latent.key), context))
    assert isinstance(steps, tuple) and [step.name for step in steps[:2]] == ["other 1", "other 2"]
    made = replay.latent
    ours = [styles_of(replace(seed.latent, model=other.key), other.network) for seed in (a, b)]
    step = torch.from_numpy(directions(other, "sefa", 2)[1].step.array())
    assert made.model == other.key
    assert torch.allclose(styles_of(made, other.network), (ours[0] + ours[1]) / 2 + 2 * step, atol=1e-5)


def replay(context: Context, picture: Member, model: str = "other") -> Replayed:
    done, _ = drive(family.replay_picture(ReplayPicture(picture.id, model), context))
    assert isinstance(done, Replayed)
    return done


def test_what_cannot_be_replayed_is_said(model: GeneratorModel, context: Context) -> None:
    context.models.add(write_tiny_generator(context.places.models, "other", seed=5))
    code = Styles.of(styles_of(Latent.of_seed(model.key, 1), model.network)[0].numpy())
    photo = Latent(model.key, code, tuning="f" * 64, name="the vase")
    (way,) = directions(model, "sefa", 1)
    far = Steered(replace(photo, tuning=None), (Push(replace(way, index=500), 1.0), Push(way, 1.0)))
    done = replay(context, keep(context, far))
    assert done.changed[0].startswith("the vase was found in mine") and "Direction 501 of its weights are left out" in done.changed[1]
    parent = keep(context, photo)
    bent = Varied(photo, replace(photo, bends=(BLUR, replace(BLUR, side=64))))
    kept, _ = drive(family.keep_picture(KeepPicture(bent.made, bent), context))
    assert isinstance(kept, Member)
    done = replay(context, kept)
    assert any("stays behind" in sentence for sentence in done.changed)
    assert "The bend blur at 64 px is left out: other has no such level." in done.changed
    assert done.latent.bends == (BLUR,) and done.latent.tuning is None
    tree, _ = drive(family.find_family(FindFamily(done.latent.key), context))
    assert [member.latent.model.id for member in tree] == ["other", "other"], "each step is in the library"
    assert parent.id not in [member.id for member in tree]


def test_a_long_sitting_is_made_anew(model: GeneratorModel, context: Context) -> None:
    context.models.add(write_tiny_generator(context.places.models, "other", seed=5))
    seed = Latent.of_seed(model.key, 1)
    last = keep(context, seed)
    for step in range(1, 1202):
        made = replace(seed, truncation=0.5 + step / 4000)
        last = FamilyTree(context.places.library).keep(made, Varied(last.latent, made), "", float(step))
    done = replay(context, last)
    assert done.changed == () and done.latent == replace(last.latent, model=done.latent.model, name="other 1")
    assert done.latent.model.id == "other" and done.latent.truncation == last.latent.truncation


def test_a_code_of_another_shape_cannot_be_replayed(model: GeneratorModel, context: Context) -> None:
    stranger = keep(context, Latent(model.key, Styles.of(np.ones((2, 3))), name="stranger"))
    with pytest.raises(BadRequest, match="stranger: it cannot be made anew"):
        replay(context, stranger, "mine")


def test_a_damaged_library_is_set_aside(model: GeneratorModel, context: Context) -> None:
    context.places.library.write_bytes(b"this is no library at all" * 100)
    member = keep(context, Latent.of_seed(model.key, 1))
    assert drive(family.list_pictures(ListPictures(), context))[0] == (member,)
    assert context.places.library.with_suffix(".damaged-1").read_bytes().startswith(b"this is no library")


@pytest.mark.expects_log
def test_a_picture_of_another_version_does_not_hide_the_others(
    model: GeneratorModel, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    kept, other = keep(context, Latent.of_seed(model.key, 1)), keep(context, Latent.of_seed(model.key, 2), "moonlight")
    with closing(sqlite3.connect(context.places.library)) as library, library:
        library.execute('UPDATE pictures SET place = \'{"kind": "moon"}\' WHERE id = ?', (other.id,))
    assert drive(family.list_pictures(ListPictures(), context))[0] == (kept,)
    assert "The picture moonlight: it was kept by another version" in caplog.text
    with pytest.raises(BadRequest, match="moonlight: it was kept by another version"):
        FamilyTree(context.places.library).member(other.id)


def damage(context: Context) -> bytes:
    """Overwrite the middle of a library's pages; what the file is then."""
    file = context.places.library
    data = file.read_bytes()
    spoilt = data[: len(data) // 2] + bytes(len(data) // 4) + data[len(data) // 2 + len(data) // 4 :]
    file.write_bytes(spoilt)
    return spoilt


def test_a_library_with_damaged_pages_is_said_and_mended(model: GeneratorModel, context: Context) -> None:
    a = keep(context, Latent.of_seed(model.key, 100), "the first")
    keep(context, Steered(a.latent, (Push(directions(model, "sefa", 1)[0], 1.0),)), "child")
    for seed in range(60):
        keep(context, Latent.of_seed(model.key, seed), "long " * 1000)
    drive(family.mark_picture(MarkPicture(a.id, bookmarked=True), context))
    spoilt = damage(context)
    with pytest.raises(BadRequest, match=r"library\.sqlite: it is damaged"):
        drive(family.list_pictures(ListPictures(), context))
    said, _ = drive(family.mend_library(CheckLibrary(), context))
    assert isinstance(said, str) and "pictures of it could be read" in said and "library.damaged-1" in said
    assert context.places.library.with_suffix(".damaged-1").read_bytes() == spoilt
    found, _ = drive(family.list_pictures(ListPictures(), context))
    assert isinstance(found, tuple) and 5 < len(found) < 62
    tree, _ = drive(family.find_family(FindFamily(a.id), context))
    assert isinstance(tree, tuple) and [(one.name, one.bookmarked) for one in tree] == [("the first", True), ("child", False)]
    assert drive(family.mend_library(CheckLibrary(), context))[0] == ""


def test_a_library_that_is_none_is_begun_anew_and_kept(context: Context) -> None:
    assert drive(family.mend_library(CheckLibrary(), context))[0] == "", "there is none yet"
    context.places.library.write_bytes(b"no library" * 500)
    said, _ = drive(family.mend_library(CheckLibrary(), context))
    assert isinstance(said, str) and "a new one is begun" in said
    assert context.places.library.with_suffix(".damaged-1").read_bytes().startswith(b"no library")
    assert drive(family.list_pictures(ListPictures(), context))[0] == ()


def test_near_relatives_are_all_ancestors_and_the_children(model: GeneratorModel, context: Context) -> None:
    (way,) = directions(model, "sefa", 1)
    line = [keep(context, Latent.of_seed(model.key, 1))]
    for _ in range(3):
        line.append(keep(context, Steered(line[-1].latent, (Push(way, 1.0),))))
    near, _ = drive(family.find_family(FindFamily(line[1].id, near=True), context))
    assert near == tuple(line[:3])


def test_of_a_long_line_the_nearest_are_near(model: GeneratorModel, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.latent.family.MOST_NEAR", 3)
    (way,) = directions(model, "sefa", 1)
    line = [keep(context, Latent.of_seed(model.key, 1))]
    for _ in range(5):
        line.append(keep(context, Steered(line[-1].latent, (Push(way, 1.0),))))
    children = [keep(context, Steered(line[4].latent, (Push(way, amount),))) for amount in (2.0, 3.0, 4.0)]
    near, _ = drive(family.find_family(FindFamily(line[4].id, near=True), context))
    assert near == (*line[2:5], *children), "itself and two ancestors; of four children the three newest"


def full(*_: Any) -> None:
    raise OSError("the disk is full")


def test_a_mending_that_fails_halfway_is_told_and_tried_again(
    model: GeneratorModel, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(60):
        keep(context, Latent.of_seed(model.key, seed), "long " * 1000)
    spoilt, file = damage(context), context.places.library
    for step in ("_rows", "set_aside"):
        with monkeypatch.context() as broken:
            broken.setattr(f"engine.latent.mending.{step}", full)
            with pytest.raises(NotWritable, match="the disk is full"):
                drive(family.mend_library(CheckLibrary(), context))
        assert file.read_bytes() == spoilt
    said, _ = drive(family.mend_library(CheckLibrary(), context))
    assert isinstance(said, str) and "could be read" in said and not file.with_suffix(".mending").exists()
    file.rename(file.with_suffix(".mending"))
    assert drive(family.mend_library(CheckLibrary(), context))[0] == said, "stopped just before the end, it is ended and told"
    assert len(drive(family.list_pictures(ListPictures(), context))[0] or ()) > 5
    assert drive(family.mend_library(CheckLibrary(), context))[0] == ""


def test_half_of_what_was_brought_over_is_never_the_library(
    model: GeneratorModel, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(60):
        keep(context, Latent.of_seed(model.key, seed), "long " * 1000)
    damage(context)
    file = context.places.library
    monkeypatch.setattr("engine.latent.mending._rows", full)
    with pytest.raises(NotWritable):
        drive(family.mend_library(CheckLibrary(), context))
    half = file.with_suffix(".salvage")
    assert half.exists()
    file.unlink()  # by the artist, who wants to begin anew
    assert drive(family.mend_library(CheckLibrary(), context))[0] == ""
    assert not file.exists()


def test_what_was_mended_of_an_older_damage_does_not_come_back(model: GeneratorModel, context: Context) -> None:
    keep(context, Latent.of_seed(model.key, 1))
    file = context.places.library
    file.with_suffix(".mending").write_bytes(b"older")
    assert drive(family.mend_library(CheckLibrary(), context))[0] == ""
    assert not file.with_suffix(".mending").exists()


@pytest.mark.parametrize(("code", "kind"), [(sqlite3.SQLITE_FULL, DiskFull), (sqlite3.SQLITE_READONLY, NotWritable)])
def test_a_library_that_cannot_be_written_is_said(
    model: GeneratorModel, context: Context, monkeypatch: pytest.MonkeyPatch, code: int, kind: type[Exception]
) -> None:
    def full(*_: Any, **__: Any) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = code
        raise error

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(kind, match=r"library\.sqlite"):
        keep(context, Latent.of_seed(model.key, 1))


def test_a_library_belongs_to_its_folder(tmp_path: Path) -> None:
    with pytest.raises(NotInLibrary, match="not in the library"):
        FamilyTree(tmp_path / "new" / "library.sqlite").member("0" * 64)
