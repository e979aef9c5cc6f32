"""The family tree of the live picture, and the picture made anew in another generator."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed
from desktop.state.explorer.pedigree import Relative, pedigree
from desktop.state.explorer.viewer import Viewer
from desktop.state.jobs import Jobs
from desktop.state.link import Link
from desktop.state.photo_thumbnails import PhotoThumbnails
from desktop.state.tasks import Tasks
from desktop.state.writing import written
from engine.api.errors import NotInLibrary
from engine.api.family import DirectionNames, FindFamily, Member, ReplayPicture
from engine.api.latent import Latent
from engine.api.place_kinds import Direction, Place


class Family(QObject):
    """`changed` follows the tree, `pictured` a thumbnail (id, image), `remade` carries a picture and what another generator made of it."""

    changed = Signal()
    pictured = Signal(str, QImage)
    remade = Signal(object, object)

    def __init__(
        self, viewer: Viewer, link: Link, tasks: Tasks, jobs: Jobs, thumbnails: PhotoThumbnails, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._link = link
        self._tasks = tasks
        self._jobs = jobs
        self._is_watched = False
        self._names: dict[tuple[str, int], str] = {}
        self._thumbnails = thumbnails
        thumbnails.made.connect(self.pictured)
        self._remade: tuple[Latent, tuple[str, ...]] | None = None
        self.rows: tuple[Relative, ...] = ()
        self.trouble = ""
        """Why there is no more to be told of the family."""
        self.is_replaying = False
        self.waiting: Latent | None = None
        """What was made anew while the artist went elsewhere, until it is looked at."""

    @property
    def said(self) -> tuple[str, ...]:
        """Of the live picture, where another generator has just made it anew: what could not be done as it was."""
        return self._remade[1] if self._remade is not None and self._remade[0] == self._viewer.latent else ()

    @property
    def is_remade(self) -> bool:
        """Whether the live picture is the one that was just made anew."""
        return self._remade is not None and self._remade[0] == self._viewer.latent

    def find(self, id: str) -> Relative | None:
        return next((row for row in self.rows if row.id == id), None)

    def thumbnail(self, id: str) -> QImage:
        """Null as long as there is none."""
        return self._thumbnails.image(id)

    def wait(self, made: Latent) -> None:
        """Keep a picture that was made anew until the artist wants to see it."""
        self.waiting = made
        self.changed.emit()

    def watch(self, on: bool) -> None:
        """Whether the tree is in front."""
        self._is_watched = on
        if on:
            self.refresh()

    def leave(self) -> None:
        """There is no picture."""
        self.rows, self.trouble = (), ""
        self.changed.emit()

    def refresh(self) -> None:
        """Read the family of the live picture."""
        picture, place = self._viewer.latent, self._viewer.place
        if self.waiting is not None and self.waiting == picture:
            self.waiting = None
            self.changed.emit()
        if self._is_watched and picture is not None and place is not None:
            self._tasks.spawn_latest(self._read(picture, place), "family")

    def replay(self, model: str) -> None:
        """Make the live picture anew in another generator; it can be stopped where jobs are."""
        if self._viewer.latent is not None and not self.is_replaying:
            self.is_replaying, self.waiting = True, None
            self.changed.emit()
            self._tasks.spawn(self._replay(self._viewer.latent, model), "replay a picture")

    async def _read(self, picture: Latent, place: Place) -> None:
        family: tuple[Member, ...] = ()
        self.trouble = ""
        try:
            self._names = await self._link.run(DirectionNames(picture.model.hash))
            family = await self._link.run(FindFamily(picture.key, near=True))
        except RequestFailed as failed:
            if failed.failure.kind != NotInLibrary.__name__:
                self.trouble = failed.failure.sentence
        self.rows = pedigree(picture, place, family, self._name)
        self.changed.emit()
        for row in self.rows:
            self._thumbnails.want_source(row.latent)

    async def _replay(self, picture: Latent, model: str) -> None:
        title = f"Making {picture.name or 'the picture'} anew in {model}"
        try:
            done = await written(ReplayPicture(picture.key, model), title, self._link, self._jobs)
        finally:
            self.is_replaying = False
            self.changed.emit()
        if done is None:
            return
        self._remade = (done.latent, done.changed)
        self.remade.emit(picture, done.latent)

    def _name(self, direction: Direction) -> str:
        return self._names.get((direction.kind, direction.index)) or direction.name
