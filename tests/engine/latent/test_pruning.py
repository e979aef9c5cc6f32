"""What searches leave behind is removed, and nothing that anything refers to ever is."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from desktop.document import archive
from desktop.document.document import Document, Kin
from desktop.document.recovery import Recovery
from engine.api.family import KeepPicture, MarkPicture, PruneTunings
from engine.api.latent import Latent, ModelKey, Morph, Styles
from engine.api.place_kinds import Blend, Journey, Waypoint
from engine.api.recipe import Layer, Recipe
from engine.context import Context
from engine.jobs import family
from engine.latent import pruning
from engine.latent.pruning import GRACE, is_tuning, prune_tunings
from tests.tiny import drive

KEY = ModelKey("scrolls", "0" * 64)


def tuned(context: Context, number: int, *, age: float = 2 * GRACE) -> Latent:
    """A photo's code, whose tuning was last used so many seconds ago."""
    blob = context.blobs.add(save({"levels.0.conv.weight": torch.full((4,), float(number))}))
    aged(context.blobs.path(blob), age)
    return Latent(KEY, Styles.of(torch.full((2, 3), float(number)).numpy()), tuning=blob, name=f"photo {number}")


def aged(file: Path, age: float) -> None:
    os.utime(file, (time.time() - age,) * 2)


def is_there(code: Latent, context: Context) -> bool:
    assert code.tuning is not None
    return context.blobs.holds(code.tuning)


def keep(code: Latent, place: object, context: Context) -> None:
    drive(family.keep_picture(KeepPicture(code, place, code.name), context))  # type: ignore[arg-type]


def in_library(code: Latent, context: Context) -> None:
    keep(code, code, context)


def bookmarked(code: Latent, context: Context) -> None:
    keep(code, code, context)
    drive(family.mark_picture(MarkPicture(code.key, bookmarked=True), context))


def parent_of_a_blend(code: Latent, context: Context) -> None:
    plain = Latent(KEY, 1)
    keep(replace(plain, code=2), Blend((plain, code), (0.5, 0.5), (0.5, 0.5), (0.5, 0.5)), context)


def end_of_a_morph(code: Latent, context: Context) -> None:
    keep(Latent(KEY, 3), Morph(Latent(KEY, 1), code, 0.3), context)


def stop_of_a_journey(code: Latent, context: Context) -> None:
    keep(Latent(KEY, 4), Waypoint(Journey((Latent(KEY, 1), code)), 0.2), context)


def autosaved(code: Latent, context: Context) -> None:
    Recovery(context.places.recovery).write(Document(Recipe((Layer(code),))), None)


def autosaved_in_a_family(code: Latent, context: Context) -> None:
    child = Latent(KEY, 5)
    Recovery(context.places.recovery).write(replace(Document(Recipe((Layer(child),))), family=(Kin(child, code, "child"),)), None)


def set_aside_after_a_crash(code: Latent, context: Context) -> None:
    """A recovery file that could not be read is kept under another name."""
    autosaved(code, context)
    for file in list(context.places.recovery.iterdir()):
        file.rename(file.with_name("1-2.json.damaged")).write_bytes(b"\xff{" + code.tuning.encode())  # type: ignore[union-attr]


def in_another_file(code: Latent, context: Context) -> None:
    (context.places.home / "later.json").write_text(json.dumps({"anything": [code.tuning]}))


def opened_just_now(code: Latent, context: Context) -> None:
    """From a document on disk, which has the tuning in it: the folder had it already."""
    file = context.places.home / "work.sfumato"
    archive.save(file, Document(Recipe((Layer(code),))), context.places.blobs, None)
    aged(context.blobs.path(code.tuning or ""), 2 * GRACE)
    archive.load(file, context.places.blobs)


def taken_in_again(code: Latent, context: Context) -> None:
    """As a code file that is read takes in what is there."""
    context.blobs.add(context.blobs.read(code.tuning or ""))


REFERENCES: tuple[Callable[[Latent, Context], None], ...] = (
    in_library,
    bookmarked,
    parent_of_a_blend,
    end_of_a_morph,
    stop_of_a_journey,
    autosaved,
    autosaved_in_a_family,
    set_aside_after_a_crash,
    in_another_file,
    opened_just_now,
    taken_in_again,
)


@pytest.mark.parametrize("refer", REFERENCES, ids=lambda refer: refer.__name__)
def test_what_is_referred_to_stays_and_what_is_not_goes(context: Context, refer: Callable[[Latent, Context], None]) -> None:
    left, kept = tuned(context, 1), tuned(context, 2)
    refer(kept, context)
    removed, _ = drive(family.prune(PruneTunings(), context))
    assert removed == 1 and not is_there(left, context)
    assert is_there(kept, context)


def test_all_that_a_lively_folder_refers_to_stays(context: Context) -> None:
    kept = [tuned(context, number) for number in range(len(REFERENCES))]
    left = [tuned(context, 100 + number) for number in range(5)]
    for refer, code in zip(REFERENCES, kept, strict=True):
        if refer not in (autosaved, set_aside_after_a_crash):  # one studio has one recovery file
            refer(code, context)
    prune_tunings(context.places)
    gone = {kept[REFERENCES.index(refer)].tuning for refer in (autosaved, set_aside_after_a_crash)} | {code.tuning for code in left}
    there = {file.name for file in context.places.blobs.iterdir()}
    assert there == {code.tuning for code in kept} - gone


def test_what_is_young_and_what_is_no_tuning_stays(context: Context) -> None:
    young = tuned(context, 1, age=GRACE - 60)
    picture = context.blobs.add(b"\x89PNG\r\n\x1a\n" + bytes(200))
    short, other = context.blobs.add(b"cut"), context.places.blobs / "notes.txt"
    listing = context.blobs.add((2).to_bytes(8, "little") + b"[]")
    odd = context.blobs.add((7).to_bytes(8, "little") + b'{"a":1}')
    other.write_bytes(save({"a": torch.zeros(1)}))
    for file in context.places.blobs.iterdir():
        if file.name != young.tuning:
            aged(file, 10 * GRACE)
    assert prune_tunings(context.places) == 0 and other.exists() and is_there(young, context)
    assert all(map(context.blobs.holds, (picture, short, listing, odd)))
    assert is_tuning(other) and not is_tuning(context.blobs.path(odd))


def test_without_a_folder_there_is_nothing_to_do(context: Context) -> None:
    assert prune_tunings(context.places) == 0


def test_where_the_library_cannot_be_read_nothing_goes(context: Context) -> None:
    code = tuned(context, 1)
    context.places.library.write_bytes(b"no library" * 1000)
    assert prune_tunings(context.places) == 0 and is_there(code, context)


@pytest.mark.parametrize("suffix", [".damaged-1", ".mending", ".salvage"])
def test_where_a_damaged_library_is_kept_nothing_goes(context: Context, suffix: str) -> None:
    code = tuned(context, 1)
    in_library(Latent(KEY, 1), context)
    context.places.library.with_suffix(suffix).write_bytes(b"?")
    assert prune_tunings(context.places) == 0 and is_there(code, context)


def test_where_a_part_of_the_library_is_lost_nothing_goes(context: Context) -> None:
    """It may be the one that refers to a tuning: here the first row of a page, without which SQLite reads on and says nothing."""
    code = tuned(context, 1)
    in_library(code, context)
    for number in range(60):
        in_library(Latent(KEY, 10 + number, name="x" * 400), context)
    whole = context.places.library.read_bytes()
    page = 4096
    at = next(start for start in range(0, len(whole), page) if (code.tuning or "").encode() in whole[start : start + page])
    leaf = bytearray(whole[at : at + page])
    count = int.from_bytes(leaf[3:5])
    leaf[3:5] = (count - 1).to_bytes(2)
    leaf[8 : 8 + 2 * (count - 1)] = leaf[10 : 10 + 2 * (count - 1)]
    context.places.library.write_bytes(whole[:at] + leaf + whole[at + page :])
    assert prune_tunings(context.places) == 0 and is_there(code, context)


def test_where_a_recovery_file_goes_meanwhile_nothing_goes(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """It became another one, perhaps, that was not seen."""
    code = tuned(context, 1)
    autosaved(code, context)

    def vanished(path: Path, *_: object, **__: object) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", vanished)
    assert prune_tunings(context.places) == 0 and is_there(code, context)


def test_what_is_used_while_references_are_looked_for_stays(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    code = tuned(context, 1)

    def looked(_places: object) -> tuple[str, ...]:
        aged(context.blobs.path(code.tuning or ""), 0)
        return ()

    monkeypatch.setattr(pruning, "_referred", looked)
    assert prune_tunings(context.places) == 0 and is_there(code, context)


def test_the_library_is_only_read(context: Context) -> None:
    tuned(context, 1)
    in_library(Latent(KEY, 1), context)
    before = context.places.library.read_bytes()
    assert prune_tunings(context.places) == 1 and context.places.library.read_bytes() == before
    with sqlite3.connect(context.places.library) as library:
        assert library.execute("SELECT count(*) FROM pictures").fetchone() == (1,)
