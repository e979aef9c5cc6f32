"""The family tree, written and read in the I/O thread; a picture replayed in another model."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace
from typing import Any

from engine.api.errors import BadRequest
from engine.api.exploring import Blend, Direction, MapPoint, Place, Steered, Waypoint
from engine.api.family import DirectionNames, FindFamily, KeepPicture, ListPictures, MarkPicture, Member, NameDirection, ReplayPicture
from engine.api.latent import Latent, Morph
from engine.context import Context, Step, Wait
from engine.latent.codes import converted
from engine.latent.directions import directions
from engine.latent.family import FamilyTree, parents_of
from engine.latent.places import resolve
from engine.models.generators import GeneratorModel

DEEPEST = 200
"""Generations that are replayed."""


def tree(context: Context) -> FamilyTree:
    return FamilyTree(context.places.library)


def keep_picture(request: KeepPicture, context: Context) -> Generator[Step, Any, Member]:
    request.latent.check()
    kept: Member = yield Wait(context.io.submit(tree(context).keep, request.latent, request.place, request.name, time.time()))
    return kept


def mark_picture(request: MarkPicture, context: Context) -> Generator[Step, Any, Member]:
    marked: Member = yield Wait(context.io.submit(tree(context).mark, request.id, request.name, request.bookmarked))
    return marked


def list_pictures(request: ListPictures, context: Context) -> Generator[Step, Any, tuple[Member, ...]]:
    wanted = context.io.submit(tree(context).newest, request.model, bookmarked=request.bookmarked, limit=request.limit)
    found: tuple[Member, ...] = yield Wait(wanted)
    return found


def find_family(request: FindFamily, context: Context) -> Generator[Step, Any, tuple[Member, ...]]:
    found: tuple[Member, ...] = yield Wait(context.io.submit(tree(context).family, request.id))
    return found


def name_direction(request: NameDirection, context: Context) -> Generator[Step, Any, None]:
    yield Wait(context.io.submit(tree(context).name_direction, request.model_hash, request.kind, request.index, request.name))


def direction_names(request: DirectionNames, context: Context) -> Generator[Step, Any, dict[tuple[str, int], str]]:
    names: dict[tuple[str, int], str] = yield Wait(context.io.submit(tree(context).direction_names, request.model_hash))
    return names


def replay_picture(request: ReplayPicture, context: Context) -> Generator[Step, Any, Latent]:
    """Ancestors that are not in the library are brought over by their codes, which raises OtherModel where these do not fit."""
    member = yield Wait(context.io.submit(tree(context).member, request.id))
    return (yield from _replayed(member.place, context.models.generator(request.model), context, DEEPEST))


def _replayed(place: Place, model: GeneratorModel, context: Context, depth: int) -> Generator[Step, Any, Latent]:
    if depth == 0:
        raise BadRequest("The picture", f"it has more than {DEEPEST} generations of ancestors")
    if isinstance(place, Latent):
        return converted(place, model)
    anew: list[Latent] = []
    for parent in parents_of(place):
        known: Member | None = yield Wait(context.io.submit(tree(context).find, parent.key))
        made = yield from _replayed(known.place if known is not None else parent, model, context, depth - 1)
        anew.append(replace(made, name=parent.name))
    yield None
    return (yield from resolve(_with_parents(place, tuple(anew), model), context)).latent()


def _with_parents(place: Place, parents: tuple[Latent, ...], model: GeneratorModel) -> Place:
    match place:
        case Morph():
            return replace(place, a=parents[0], b=parents[1])
        case Steered():
            pushes = tuple(replace(push, direction=_same_direction(push.direction, model)) for push in place.pushes)
            return replace(place, base=parents[0], pushes=pushes)
        case Blend():
            return replace(place, parents=parents)
        case Waypoint():
            return replace(place, journey=replace(place.journey, stops=parents))
        case MapPoint():
            return replace(place, model=model.key)
        case Latent():
            return place


def _same_direction(way: Direction, model: GeneratorModel) -> Direction:
    """The direction of the same rank of its kind: what it changes is the other model's affair."""
    return directions(model, way.kind, way.index + 1)[way.index]
