"""A photo of the artist's own, looked for in the generator's space: how near the search has come, and what it found."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed, Stop
from desktop.state.frames import encoded, to_image
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.tasks import Tasks
from engine.api.events import Cancelled, Failed, Fidelity, Finished, Frame, Progress
from engine.api.exploring import AKIN, Invert, Inverted
from engine.api.latent import Latent, ModelKey
from engine.api.recipe import Photo
from engine.api.requests import ImportPicture, Thumbnail

EDGE = 512
"""Of the look at the photo, in pixels: its long edge."""
READING, SEARCHING = "read a photo to find", "find a photo"

Phase = Literal["empty", "waiting", "searching", "stopped", "found"]
"""Waiting: there is a photo, and no search has begun."""


class Searching(QObject):
    """One photo and one search at a time. `changed` follows what the page shows; `begun` says that a photo was taken, `arrived` that
    something was found to go on from.

    A search that is stopped keeps the best that it had found. One in another generator's space begins when the artist asks for it.
    """

    changed = Signal()
    begun = Signal()
    arrived = Signal()

    def __init__(self, link: Link, tasks: Tasks, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._model: ModelKey | None = None
        self._is_wanted = False
        self._stop = Stop()
        self.phase: Phase = "empty"
        self.photo: Photo | None = None
        self.original = QImage()
        """The photo's middle square, which is what is looked for."""
        self.tuned = True
        """Whether the generator itself may change a little for the photo."""
        self.is_watched = True
        """Whether the artist is at this search, or has gone to another tool meanwhile."""
        self._clear()

    def _clear(self) -> None:
        self.image = QImage()
        self.near: Fidelity | None = None
        self.progress = 0.0
        self.latent: Latent | None = None
        self.sentence = ""

    @property
    def is_of_another_kind(self) -> bool:
        """Whether the whole search has found hardly anything like the photo."""
        return self.phase == "found" and self.near is not None and self.near.likeness < AKIN

    def open(self, model: ModelKey | None) -> None:
        """Look in another generator's space from now on. The photo stays on the table."""
        self._tasks.cancel(SEARCHING)
        self._model = model
        self._clear()
        self.phase = "empty" if self.photo is None else "waiting"
        self.changed.emit()
        if self._is_wanted and model is not None:
            self.search()

    # The photo

    def take_file(self, path: Path) -> None:
        """Look for the photo in this file. One that cannot be read leaves everything as it is."""
        self._notices.say(f"Reading {path.name}…")
        self._tasks.spawn_latest(self._taken(ImportPicture(path=path)), READING)

    def take_image(self, image: QImage, name: str) -> None:
        """Look for a picture from another program."""
        self._tasks.spawn_latest(self._taken_image(image, name), READING)

    def take(self, photo: Photo) -> None:
        """Look for a photo that the studio has already."""
        self._tasks.cancel(READING)
        self._begin(photo)

    def _begin(self, photo: Photo) -> None:
        self._notices.say(f"Looking for {photo.name}")
        self.photo, self.original = photo, QImage()
        self._tasks.spawn_latest(self._looked_at(photo), "look at the photo to find")
        self.search()
        self.begun.emit()

    async def _taken_image(self, image: QImage, name: str) -> None:
        data = await asyncio.to_thread(encoded, image, "png")
        await self._taken(ImportPicture(data=data, name=name))

    async def _taken(self, request: ImportPicture) -> None:
        self._begin(await self._link.run(request))

    async def _looked_at(self, photo: Photo) -> None:
        async with aclosing(self._link.stream(Thumbnail(photo, EDGE))) as bodies:
            async for body in bodies:
                match body:
                    case Frame(pixels):
                        self.original = _middle(to_image(pixels))
                        self.changed.emit()
                    case Failed(failure):
                        raise RequestFailed(failure)
                    case _:
                        pass

    # The search

    def watch(self, on: bool) -> None:
        """Whether the photo's page is in front."""
        self.is_watched = on

    def set_tuned(self, on: bool) -> None:
        self.tuned = on
        self.changed.emit()

    def search(self) -> None:
        """Look for the photo, anew where it was looked for before; as soon as a generator is open."""
        if self.photo is None:
            return
        self._is_wanted = self._model is None
        self._clear()
        self.phase = "waiting"
        if self._model is not None:
            self.phase, self._stop = "searching", Stop()
            request = Invert(self.photo, self._model.id, tuning=Invert.tuning if self.tuned else 0)
            self._tasks.spawn_latest(self._searched(request, self._stop), SEARCHING)
        self.changed.emit()

    def stop(self) -> None:
        """Be content with what was found so far."""
        self._is_wanted = False
        if self.phase == "searching":
            self._stop()

    async def _searched(self, request: Invert, stop: Stop) -> None:
        async with aclosing(self._link.stream(request, stop)) as bodies:
            async for body in bodies:
                match body:
                    case Progress():
                        self.progress = body.fraction
                    case Fidelity():
                        self.near = body
                    case Frame(pixels):
                        self.image = to_image(pixels)
                    case Finished(Inverted() as found):
                        self._settle("found", found.latent, found.sentence)
                    case Cancelled():
                        self._settle_early()
                    case Failed(failure):
                        self._settle("stopped", None, failure.sentence)
                        raise RequestFailed(failure)
                    case _:
                        pass
                self.changed.emit()

    def _settle_early(self) -> None:
        if self.near is None or self.near.latent is None:
            self._settle("stopped", None, "Stopped before anything was found.")
        else:
            self._settle("stopped", self.near.latent, f"Stopped: the best so far is {self.near.likeness:.0%} alike.")

    def _settle(self, phase: Phase, latent: Latent | None, sentence: str) -> None:
        self.phase, self.latent, self.sentence = phase, latent, sentence
        if latent is not None:
            self.arrived.emit()


def _middle(image: QImage) -> QImage:
    """The square in the middle of a picture."""
    side = min(image.width(), image.height())
    return image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
