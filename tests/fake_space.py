"""What the fake engine answers about a generator's space: pictures of one colour, a library in memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import numpy as np

from engine.api.errors import NotInLibrary, UnknownModel
from engine.api.events import Body, Fidelity, Finished, Frame, Progress, Pulled, Tile, Tiles
from engine.api.exploring import (
    DragPoints,
    ExportFilm,
    Filmed,
    FindDirections,
    FindLatents,
    FindOnMap,
    GeneratorInfo,
    Invert,
    Inverted,
    OpenGenerator,
    ShowStrip,
    ShowTiles,
    Visit,
    verdict,
)
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
    parents_of,
)
from engine.api.latent import Latent, ModelKey, Styles
from engine.api.place_kinds import GROUPS, Direction, MapPoint, Varied
from engine.api.requests import Request

SIDE = 128
LAYERS = (*GROUPS[:1] * 6, *GROUPS[1:2] * 2, *GROUPS[2:] * 4)


@dataclass
class FakeSpace:
    """Generators of 128 px, whose ids are `models`; what is kept and named stays in memory."""

    models: set[str] = field(default_factory=set)
    library: dict[str, Member] = field(default_factory=dict)
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    likeness: float = 0.96
    """Of the photos that are found."""
    resting: set[type[Request[Any]]] = field(default_factory=set)
    """Searches that do not come to their end."""
    mended: str = ""
    """What is said of a library that was damaged."""

    def __call__(self, request: Request[Any]) -> Iterator[Body] | None:
        """None for what is not about a generator's space."""
        match request:
            case OpenGenerator() | Visit() | ShowStrip() | ShowTiles() | Invert() | DragPoints():
                return self._pictures(request)
            case FindDirections() | FindOnMap() | FindLatents() | CheckLibrary() | NameDirection() | DirectionNames() | ExportFilm():
                return self._facts(request)
            case KeepPicture() | MarkPicture() | ListPictures() | FindFamily() | ReplayPicture():
                return self._library(request)
            case _:
                return None

    def _pictures(self, request: Request[Any]) -> Iterator[Body]:
        match request:
            case OpenGenerator(model):
                if model not in self.models:
                    raise UnknownModel(model)
                yield Finished(GeneratorInfo(key_of(model), "style", SIDE, (4, 8, 16, 32, 64, SIDE), LAYERS, 8))
            case Visit(place, sides):
                for side in dict.fromkeys(min(side, SIDE) for side in sides):
                    yield grey(side, place)
                yield Finished(found(place))
            case ShowStrip(base, direction, amounts, _, side):
                yield grey(side, (base, direction), width=side * len(amounts))
            case ShowTiles():
                for column, row in request.tiles:
                    seen = 0.25 if request.visited else 1.0
                    yield Tiles((Tile(request.zoom, column, row, grey(64, (column, row, request.zoom)).pixels, seen),))
            case Invert():
                yield from self._invert(request)
            case DragPoints():
                yield from self._drag(request)

    def _invert(self, request: Invert) -> Iterator[Body]:
        if request.model not in self.models:
            raise UnknownModel(request.model)
        latent = replace(found(request.photo), model=key_of(request.model), name=request.photo.name)
        yield Progress(1, 4, "looking for the photo")
        yield Fidelity(self.likeness / 2, 18.0, replace(latent, noise=None))
        yield grey(SIDE, (request.photo, "half"))
        yield from self._rest(request)
        yield Fidelity(self.likeness, 31.0, latent)
        yield grey(SIDE, request.photo)
        yield Finished(Inverted(latent, self.likeness, 31.0, 2.0, verdict(self.likeness, request.model)))

    def _drag(self, request: DragPoints) -> Iterator[Body]:
        if request.latent.model.id not in self.models:
            raise UnknownModel(request.latent.model.id)
        for step in (1, 2):
            latent = replace(found((request.pulls, step)), model=request.latent.model, name=request.latent.name)
            points = tuple(tuple(a + (b - a) * step / 2 for a, b in zip(pull.start, pull.end, strict=True)) for pull in request.pulls)
            yield Progress(step, 2, "dragging")
            yield Pulled(tuple((x, y) for x, y in points), latent)
            yield grey(SIDE, (request.pulls, step))
            if step == 1:
                yield from self._rest(request)
        yield Finished(latent)

    def _rest(self, request: Request[Any]) -> Iterator[Body]:
        """In the middle of a search, as long as the test wants."""
        while type(request) in self.resting:
            time.sleep(0.001)
            yield Progress(1, 2, "resting")

    def _facts(self, request: Request[Any]) -> Iterator[Body]:
        match request:
            case FindDirections(model, kind, count):
                step = Styles.of(np.ones((1, 8), np.float32))
                yield Finished(tuple(Direction(key_of(model), kind, index, step, 0.5) for index in range(min(count, 8))))
            case FindOnMap(latent, layout):
                yield Finished(MapPoint(latent.model, layout, 0.5, -0.5))
            case FindLatents(places):
                yield Finished(tuple(found(place) for place in places))
            case CheckLibrary():
                yield Finished(self.mended)
            case NameDirection(_, kind, index, name):
                self.names[(kind, index)] = name
            case DirectionNames():
                yield Finished(dict(self.names))
            case ExportFilm(_, path, frames):
                for number in range(4):
                    yield Progress(number, 4, "making the film")
                path.write_bytes(b"a film")
                yield Finished(Filmed(path, frames, SIDE, 0.1))

    def _library(self, request: Request[Any]) -> Iterator[Body]:
        match request:
            case KeepPicture(latent, place, name):
                parents = tuple(parent.key for parent in parents_of(place) if parent.key != latent.key)
                yield Finished(self.library.setdefault(latent.key, Member(latent.key, latent, place, parents, name or place.name)))
            case MarkPicture(id, name, bookmarked):
                member = self.library[id]
                member = replace(member, name=member.name if name is None else name)
                self.library[id] = member if bookmarked is None else replace(member, bookmarked=bookmarked)
                yield Finished(self.library[id])
            case ListPictures(model, bookmarked):
                yield Finished(tuple(one for one in self.library.values() if one.latent.model.id == model and one.bookmarked >= bookmarked))
            case FindFamily(id):
                yield Finished(self._family(id))
            case ReplayPicture(id, model):
                made = replace(self.library[id].latent, model=key_of(model))
                self.library[made.key] = Member(made.key, made, made, (), self.library[id].name)
                yield Finished(Replayed(made, (f"Something has no like in {model}.",)))

    def _family(self, id: str) -> tuple[Member, ...]:
        """As the engine does: the picture, its ancestors and its descendants, in the order in which they were kept."""
        if id not in self.library:
            raise NotInLibrary("The picture")
        above, below = {id}, {id}
        for _ in self.library:
            above |= {parent for one in self.library.values() if one.id in above for parent in one.parents}
            below |= {one.id for one in self.library.values() if below & set(one.parents)}
        return tuple(one for one in self.library.values() if one.id in above | below)


def key_of(model: str) -> ModelKey:
    return ModelKey(model, f"hash of {model}")


def found(place: object) -> Latent:
    """A latent that stands for a place."""
    if isinstance(place, Latent):
        return place
    if isinstance(place, Varied):
        return place.made
    shade = np.full((1, 8), crc32(repr(place).encode()) % 9973, np.float32)
    key = getattr(place, "model", None)
    return Latent(
        key if isinstance(key, ModelKey) else key_of("boats"),
        Styles.of(shade),
        name=getattr(place, "name", ""),
        bends=getattr(place, "bends", ()),
    )


def grey(side: int, value: object, width: int | None = None) -> Frame:
    """A frame of one grey that follows from a value."""
    pixels = np.full((side, width or side, 4), sum(map(ord, repr(value))) % 256, np.uint8)
    pixels[..., 3] = 255
    pixels.setflags(write=False)
    return Frame(pixels, 1.0)
