"""A family as rows: who stands where, and what is said of each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from desktop.state.explorer.pedigree import MOST_ROWS, pedigree, words
from engine.api.family import Member, parents_of
from engine.api.latent import Bend, Latent, Morph, Styles
from engine.api.place_kinds import Blend, Direction, Journey, MapPoint, Place, Push, Steered, Varied, Waypoint
from tests.fake_space import found, key_of

KEY = key_of("boats")
A, B, C = (Latent.of_seed(KEY, seed) for seed in (1, 2, 3))
WAYS = [Direction(KEY, "sefa", index, Styles.of(np.ones((1, 8), np.float32)), 0.5) for index in range(5)]
BLUR, NOISE = Bend("blur", 0.5, 8), Bend("noise", 0.5, 8)
CODE = found(Blend.of((A, B), (0.5, 0.5)))


def kept(place: Place, made: float = 0.0, name: str = "") -> Member:
    latent = place if isinstance(place, Latent) else found(place)
    return Member(latent.key, latent, place, tuple(parent.key for parent in parents_of(place)), name, made=made)


def name_of(way: Direction) -> str:
    return "Smile" if way.index == 0 else way.name


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (A, "seed 1"),
        (replace(A, bends=(BLUR, NOISE, BLUR)), "seed 1, bent by blur and noise"),
        (CODE, "a code"),
        (replace(CODE, tuning="f" * 64), "found for a photo"),
        (MapPoint(KEY, "look", 0, 0, bends=(BLUR,)), "a place on the map, bent by blur"),
        (Varied(A, replace(A, bends=(BLUR,))), "bent by blur"),
        (Varied(replace(CODE, bends=(BLUR,)), replace(CODE, noise=None, truncation=0.5)), "no longer bent, without grain, variety 50%"),
        (Varied(CODE, replace(CODE, noise=7)), "other grain"),
        (Varied(A, CODE), "points dragged, other grain"),
        (Steered(A, (Push(WAYS[0], 2.0), Push(WAYS[1], 0.0))), "pushed along Smile"),
        (Steered(A, (Push(WAYS[0], 2.0), Push(WAYS[1], 1.0))), "pushed along Smile and Direction 2 of its weights"),
        (Steered(A, tuple(Push(way, 1.0) for way in WAYS)), "pushed along Smile, Direction 2 of its weights and three more"),
        (Blend.of((A, B), (0.5, 0.5)), "blend of two"),
        (Blend((A, B), (1, 0), (0, 1), (0, 1)), "blend of two, form and colours apart"),
        (Blend.of((A, B, C), (1, -1, 1)), "this − that + other"),
        (Morph(A, B, 0.25), "between two, 25% of the way"),
        (Waypoint(Journey((A, B, C)), 0.5), "on a journey through three pictures"),
    ],
)
def test_each_step_has_its_words(place: Place, said: str) -> None:
    assert words(place, name_of) == said


def test_a_family_is_read_from_the_newest_to_the_oldest() -> None:
    blend = Blend.of((A, B), (0.5, 0.5), "the blend")
    steered = Steered(found(blend), (Push(WAYS[0], 1.0),), name="pushed")
    child, grandchild = kept(blend), kept(steered, 3.0)
    sibling = kept(Varied(found(blend), replace(found(blend), noise=5)), 2.0)
    family = [kept(A), kept(B, name="the grey one"), child, sibling, grandchild]
    rows = pedigree(child.latent, child.latent, family, name_of)
    assert [(row.part, row.name, row.how) for row in rows] == [
        ("child", "pushed", "pushed along Smile"),
        ("child", "the blend", "other grain"),
        ("self", "the blend", "blend of two"),
        ("ancestor", "boats 1", "seed 1"),
        ("ancestor", "the grey one", "seed 2"),
    ]
    assert [(row.depth, row.is_branch, row.rails) for row in rows[3:]] == [(1, True, (0,)), (1, True, ())]


def test_a_line_of_single_parents_goes_straight_down_and_a_branch_is_indented() -> None:
    steps = [A]
    members = [kept(A)]
    for noise in (3, 4, 5):
        place = Varied(steps[-1], replace(CODE, noise=noise))
        members.append(kept(place))
        steps.append(place.made)
    blend = Blend.of((steps[-1], B), (0.5, 0.5))
    rows = pedigree(found(blend), blend, [*members, kept(B)], name_of)
    assert [row.latent for row in rows] == [found(blend), *reversed(steps), B]
    assert [row.depth for row in rows] == [0, 1, 1, 1, 1, 1]
    assert [row.rails for row in rows[1:]] == [(0,), (0,), (0,), (0,), ()], "the trunk goes on to the second parent"


def test_what_was_not_kept_is_known_from_its_child() -> None:
    rows = pedigree(CODE, Steered(A, (Push(WAYS[0], 1.0),)), [], name_of)
    assert [(row.part, row.latent) for row in rows] == [("self", CODE), ("ancestor", A)]


def test_a_picture_that_comes_up_twice_is_followed_once_and_circles_end() -> None:
    middle = kept(Steered(A, (Push(WAYS[0], 1.0),)))
    blend = Blend.of((middle.latent, middle.latent, B), (0.3, 0.3, 0.4))
    twice = Steered(middle.latent, (Push(WAYS[1], 1.0),))
    top = Blend.of((found(blend), found(twice)), (0.5, 0.5))
    rows = pedigree(found(top), top, [middle, kept(blend), kept(twice)], name_of)
    assert [row.how for row in rows if row.latent == middle.latent] == ["pushed along Smile", "pushed along Smile (see above)"]
    one, other = Varied(A, replace(A, bends=(BLUR,))), Varied(replace(A, bends=(BLUR,)), A)
    assert len(pedigree(A, A, [kept(one), replace(kept(other), id=A.key, latent=A)], name_of)) == 4


def test_a_long_line_is_cut() -> None:
    members, last = [], A
    for noise in range(2 * MOST_ROWS):
        members.append(kept(Varied(last, replace(CODE, noise=noise))))
        last = members[-1].latent
    assert len(pedigree(last, last, members, name_of)) == MOST_ROWS
