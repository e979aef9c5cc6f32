"""The directions that were discovered in a generator, their names in the artist's words, and a strip of what each does."""

from __future__ import annotations

from contextlib import aclosing

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed
from desktop.state.explorer.steering import Steering
from desktop.state.frames import to_image
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from engine.api.events import Failed, Frame
from engine.api.exploring import FindDirections, ShowStrip
from engine.api.family import DirectionNames, NameDirection
from engine.api.latent import Latent, ModelKey
from engine.api.place_kinds import Direction, DirectionKind, Group

FIRST = 6
"""How many are shown before more are asked for."""
AMOUNTS = (-4.0, -2.0, 0.0, 2.0, 4.0)
"""Of the pictures on a strip, in steps."""


class Ways(QObject):
    """`changed` follows the directions and their names, `pictured` a strip. Nothing is made while they are not `watched`."""

    changed = Signal()
    pictured = Signal(int, QImage)
    """The direction's place in `all`, and its strip."""

    def __init__(self, steering: Steering, link: Link, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steering = steering
        self._link = link
        self._tasks = tasks
        self._model: ModelKey | None = None
        self._names: dict[tuple[str, int], str] = {}
        self._count = self._most = FIRST
        self._is_watched = False
        self._shown: dict[tuple[str, int], tuple[Latent, tuple[Group, ...]]] = {}
        self.kind: DirectionKind = "sefa"
        self.all: tuple[Direction, ...] = ()
        self.has_more = False

    def open(self, model: ModelKey | None, most: int = FIRST) -> None:
        """Those of another model, which has so many."""
        self._model, self._most, self._count = model, most, min(FIRST, most)
        self._names.clear()
        self._forget()

    def watch(self, on: bool) -> None:
        """Whether the directions are in front."""
        self._is_watched = on
        if on and not self.all:
            self._find()
        elif on:
            self.show_strips()
        else:
            self._tasks.cancel("strips")

    def set_kind(self, kind: DirectionKind) -> None:
        if kind != self.kind:
            self.kind, self._count = kind, min(FIRST, self._most)
            self._forget()

    def more(self) -> None:
        """Twice as many as there were, as far as the generator has them."""
        self._count = min(2 * self._count, self._most)
        self._find()

    def name(self, direction: Direction) -> str:
        return self._names.get((direction.kind, direction.index)) or direction.name

    def rename(self, direction: Direction, name: str) -> None:
        """In the artist's words; an empty name gives back the old one."""
        name = name.strip()
        if self._model is None or name == self.name(direction):
            return
        kept = "" if name == direction.name else name
        self._names[(direction.kind, direction.index)] = kept
        self._tasks.spawn(self._link.run(NameDirection(self._model.hash, direction.kind, direction.index, kept)), "name a direction")
        self.changed.emit()

    def show_strips(self) -> None:
        """Make the strips anew whose picture or layers have changed."""
        base = self._steering.base
        if self._is_watched and base is not None and self.all and base.model == self._model:
            self._tasks.spawn_latest(self._strips(base), "strips")

    def _forget(self) -> None:
        self.all, self.has_more = (), False
        self._shown.clear()
        self.changed.emit()
        if self._is_watched:
            self._find()

    def _find(self) -> None:
        if self._model is not None:
            self._tasks.spawn_latest(self._found(self._model, self.kind, self._count), "directions")

    async def _found(self, model: ModelKey, kind: DirectionKind, count: int) -> None:
        found = await self._link.run(FindDirections(model.id, kind, count))
        names = await self._link.run(DirectionNames(model.hash))
        if model == self._model and kind == self.kind:
            self.all, self._names, self.has_more = found, names, len(found) == count < self._most
            self.changed.emit()
            self.show_strips()

    async def _strips(self, base: Latent) -> None:
        for place, direction in enumerate(self.all):
            groups = self._steering.push_of(direction).groups
            key = (direction.kind, direction.index)
            if self._shown.get(key) != (base, groups):
                await self._strip(place, ShowStrip(base, direction, AMOUNTS, groups))
                self._shown[key] = (base, groups)

    async def _strip(self, place: int, request: ShowStrip) -> None:
        async with aclosing(self._link.stream(request)) as bodies:
            async for body in bodies:
                match body:
                    case Frame(pixels):
                        self.pictured.emit(place, to_image(pixels))
                    case Failed(failure):
                        raise RequestFailed(failure)
                    case _:
                        pass
