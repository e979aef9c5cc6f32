"""The family tree, written and read in the I/O thread; a picture replayed in another model."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

from engine.api.family import (
    CheckLibrary,
    DirectionNames,
    FindFamily,
    KeepPicture,
    ListPictures,
    MarkPicture,
    Member,
    NameDirection,
    PruneTunings,
    Replayed,
    ReplayPicture,
)
from engine.context import Context, Step, Wait
from engine.latent.family import FamilyTree
from engine.latent.mending import check_library
from engine.latent.pruning import prune_tunings
from engine.latent.replay import replayed


def tree(context: Context) -> FamilyTree:
    return FamilyTree(context.places.library)


def mend_library(_request: CheckLibrary, context: Context) -> Generator[Step, Any, str]:
    said: str = yield Wait(context.io.submit(check_library, context.places.library))
    return said


def prune(_request: PruneTunings, context: Context) -> Generator[Step, Any, int]:
    removed: int = yield Wait(context.io.submit(prune_tunings, context.places))
    return removed


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
    found: tuple[Member, ...] = yield Wait(context.io.submit(tree(context).family, request.id, near=request.near))
    return found


def name_direction(request: NameDirection, context: Context) -> Generator[Step, Any, None]:
    yield Wait(context.io.submit(tree(context).name_direction, request.model_hash, request.kind, request.index, request.name))


def direction_names(request: DirectionNames, context: Context) -> Generator[Step, Any, dict[tuple[str, int], str]]:
    names: dict[tuple[str, int], str] = yield Wait(context.io.submit(tree(context).direction_names, request.model_hash))
    return names


def replay_picture(request: ReplayPicture, context: Context) -> Generator[Step, Any, Replayed]:
    """Raises BadRequest where an ancestor's code does not fit the other model."""
    member: Member = yield Wait(context.io.submit(tree(context).member, request.id))
    return (yield from replayed(member, context.models.generator(request.model), tree(context), context))
