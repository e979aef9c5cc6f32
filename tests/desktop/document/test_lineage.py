"""The ancestors of generated pictures in a document: which belong to it, and how they are kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop.document import archive, lineage, serialization
from desktop.document.document import Document, Kin
from desktop.document.lineage import relatives
from engine.api.latent import Latent, ModelKey, Morph, Styles
from engine.api.place_kinds import Blend, Varied
from engine.api.recipe import Layer, Recipe

KEY = ModelKey("boats", "a" * 64)
A, B = (Latent.of_seed(KEY, seed) for seed in (1, 2))
CODE = Latent(KEY, Styles.of(np.ones((2, 8), np.float32)), name="child")
CHILD = Kin(CODE, Blend.of((A, B), (0.5, 0.5)), "child")
OTHER = Kin(replace(CODE, noise=7), Varied(CODE, replace(CODE, noise=7)))
SEEDS = tuple(Kin(seed, seed, seed.name) for seed in (A, B))


def document(*sources: Latent | Morph, family: tuple[Kin, ...] = ()) -> Document:
    return Document(Recipe(tuple(Layer(source) for source in sources)), family=family)


def test_relatives_are_the_layers_and_their_ancestors_the_nearest_first() -> None:
    known = (*SEEDS, OTHER, CHILD)
    assert relatives(document(CODE).recipe, known) == (CHILD, *SEEDS)
    assert relatives(document(OTHER.latent).recipe, known) == (OTHER, CHILD, *SEEDS)
    assert relatives(document(Morph(CODE, A)).recipe, known) == (CHILD, SEEDS[0], SEEDS[1])
    assert relatives(document().recipe, known) == ()


def test_too_large_a_family_is_cut_at_its_far_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "MOST_BYTES", 1200)
    assert relatives(document(CODE).recipe, (CHILD, *SEEDS)) == (CHILD, SEEDS[0])


def test_a_family_survives_json_and_what_cannot_be_read_of_it_is_left_out() -> None:
    whole = document(OTHER.latent, family=(OTHER, CHILD, *SEEDS))
    plain = json.loads(serialization.encode(serialization.to_plain(whole)))
    assert serialization.from_plain(plain, "x") == whole
    plain["family"][0]["place"]["kind"] = "moon"
    plain["family"][1]["latent"]["tuning"] = "../../etc/passwd"
    assert serialization.from_plain(plain, "x").family == SEEDS
    plain["family"] = 7
    assert serialization.from_plain(plain, "x") == replace(whole, family=())


def test_the_tuning_of_an_ancestor_is_saved_and_one_that_is_gone_does_not_stand_in_the_way(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    blob = hashlib.sha256(b"tuning").hexdigest()
    (here / blob).write_bytes(b"tuning")
    photo = replace(CODE, tuning=blob, name="vase")
    family = (Kin(CODE, Blend.of((photo, A), (0.5, 0.5))), Kin(photo, photo), SEEDS[0])
    archive.save(tmp_path / "a.sfumato", document(CODE, family=family), here)
    assert archive.load(tmp_path / "a.sfumato", there).family == family
    assert (there / blob).read_bytes() == b"tuning"
    (here / blob).unlink()
    archive.save(tmp_path / "b.sfumato", document(CODE, family=family), here)
    assert archive.load(tmp_path / "b.sfumato", there).family == SEEDS[:1]
