"""Pictures of a model that the artist wants to find again. They live in the library, and outlast the sitting."""

from __future__ import annotations

from contextlib import aclosing

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed
from desktop.state.explorer.names import short_name
from desktop.state.frames import to_image
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.tasks import Tasks
from engine.api.events import Failed, Frame
from engine.api.family import KeepPicture, ListPictures, MarkPicture, Member
from engine.api.latent import Latent, ModelKey
from engine.api.place_kinds import Place
from engine.api.requests import Thumbnail

EDGE = 128


class Bookmarks(QObject):
    """The bookmarks of the model that is open, the newest first. `changed` follows them, `pictured` a thumbnail (id, image); `removed`
    carries the one that was taken away."""

    changed = Signal()
    pictured = Signal(str, QImage)
    removed = Signal(object)

    def __init__(self, link: Link, tasks: Tasks, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._model: ModelKey | None = None
        self._thumbnails: dict[str, QImage] = {}
        self._asked: set[str] = set()
        self._is_keeping = True
        self.all: tuple[Member, ...] = ()
        self.lost: tuple[Member, ...] = ()
        """Those of other versions of the model, which nobody can go to."""

    def look(self, model: ModelKey | None) -> None:
        """Read those of a model."""
        self._model, self.all, self.lost = model, (), ()
        self.changed.emit()
        if model is not None:
            self._tasks.spawn_latest(self._look(model), "list bookmarks")

    def find(self, id: str) -> Member | None:
        return next((member for member in self.all if member.id == id), None)

    def thumbnail(self, id: str) -> QImage:
        """Null as long as there is none."""
        return self._thumbnails.get(id, QImage())

    def holds(self, latent: Latent | None) -> bool:
        return latent is not None and self.find(latent.key) is not None

    def keep(self, latent: Latent, place: Place) -> None:
        """Enter a picture into the library, without a bookmark. A library that cannot be written is told once."""
        if self._is_keeping:
            self._tasks.spawn(self._keep(latent, place), "keep a picture")

    def add(self, latent: Latent, place: Place) -> None:
        self._tasks.spawn(self._add(latent, place), "bookmark")

    def remove(self, id: str) -> None:
        """Take the bookmark away; the picture stays in the library, with its name."""
        self._tasks.spawn(self._remove(id), "bookmark")

    def restore(self, id: str) -> None:
        self._tasks.spawn(self._mark(MarkPicture(id, bookmarked=True)), "bookmark")

    def rename(self, id: str, name: str) -> None:
        if name.strip():
            self._tasks.spawn(self._mark(MarkPicture(id, name=name.strip())), "bookmark")

    async def _look(self, model: ModelKey) -> None:
        found = await self._link.run(ListPictures(model.id, bookmarked=True))
        if model == self._model:
            self.lost = tuple(member for member in found if member.latent.model != model)
            self._set(tuple(member for member in found if member.latent.model == model))

    async def _keep(self, latent: Latent, place: Place) -> None:
        try:
            await self._link.run(KeepPicture(latent, place, latent.name))
        except RequestFailed:
            self._is_keeping = False
            raise

    async def _add(self, latent: Latent, place: Place) -> None:
        kept = await self._link.run(KeepPicture(latent, place, latent.name))
        await self._mark(MarkPicture(kept.id, bookmarked=True))
        self._notices.say(f"Bookmarked {short_name(kept.name, kept.latent.model.id) or 'the picture'}")

    async def _remove(self, id: str) -> None:
        marked = await self._mark(MarkPicture(id, bookmarked=False))
        can_return = marked.latent.model == self._model  # nobody can go to one that is lost
        self._notices.say("Bookmark removed. Ctrl+B on the picture brings it back" if can_return else "Bookmark removed.")
        self.removed.emit(marked)

    async def _mark(self, change: MarkPicture) -> Member:
        marked = await self._link.run(change)
        if marked.latent.model != self._model:
            if self._model is not None and marked.latent.model.id == self._model.id:
                others = tuple(member for member in self.lost if member.id != marked.id)
                self.lost = (*others, marked) if marked.bookmarked else others
                self.changed.emit()
            return marked
        there = self.find(marked.id) is not None
        if not marked.bookmarked:
            self._set(tuple(member for member in self.all if member.id != marked.id))
        elif there:
            self._set(tuple(marked if member.id == marked.id else member for member in self.all))
        else:
            self._set((marked, *self.all))
        return marked

    def _set(self, members: tuple[Member, ...]) -> None:
        self.all = members
        self.changed.emit()
        for member in members:
            if member.id not in self._asked:
                self._asked.add(member.id)
                self._tasks.spawn(self._picture(member), "picture of a bookmark")

    async def _picture(self, member: Member) -> None:
        async with aclosing(self._link.stream(Thumbnail(member.latent, EDGE))) as bodies:
            async for body in bodies:
                match body:
                    case Frame(pixels):
                        self._thumbnails[member.id] = to_image(pixels)
                        self.pictured.emit(member.id, self._thumbnails[member.id])
                    case Failed(failure):
                        raise RequestFailed(failure)
                    case _:
                        pass
