"""The photo that is to be enlarged: the canvas's, or one from a file, which is taken in for it."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed
from desktop.state.frames import to_image
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from engine.api.events import Failed, Frame
from engine.api.recipe import Photo
from engine.api.requests import ImportPicture, Thumbnail

TASK: Final = "photo to enlarge"
EDGE: Final = 600
"""Of the small picture: enough for a dense screen."""


class Enlargement(QObject):
    """Of photos chosen in quick succession the last one counts."""

    reading = Signal(str)
    """A file of this name is being read."""
    taken = Signal(object)
    """The `Photo` is there; how it looks follows by `shown`."""
    shown = Signal(QImage)
    failed = Signal(str)
    """A sentence: the photo cannot be read."""
    refused = Signal(str)
    """A sentence: another photo cannot be read. The one before it is told by `taken` first: it is enlarged as ever."""

    def __init__(self, link: Link, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._photo: Photo | None = None
        """What is to be enlarged as long as no other photo can be read."""

    def use(self, photo: Photo) -> None:
        """Enlarge a photo that is taken in already."""
        self._tasks.spawn_latest(self._show(photo), TASK)

    def take_file(self, path: Path) -> None:
        """Enlarge the photo in this file."""
        self.reading.emit(path.name)
        self._tasks.spawn_latest(self._take(path), TASK)

    def close(self) -> None:
        """Nobody wants it any more."""
        self._photo = None
        self._tasks.cancel(TASK)

    async def _take(self, path: Path) -> None:
        try:
            photo: Photo = await self._link.run(ImportPicture(path=path))
        except RequestFailed as failed:
            if self._photo is None:
                self.failed.emit(str(failed))
            else:
                await self._show(self._photo, str(failed))
        else:
            await self._show(photo)

    async def _show(self, photo: Photo, refusal: str = "") -> None:
        """`refusal`: why another one is not taken."""
        self._photo = photo
        self.taken.emit(photo)
        if refusal:
            self.refused.emit(refusal)
        async with aclosing(self._link.stream(Thumbnail(photo, EDGE))) as bodies:
            async for body in bodies:
                match body:
                    case Frame():
                        self.shown.emit(to_image(body.pixels))
                    case Failed(failure):
                        self.failed.emit(failure.sentence)
                    case _:
                        pass
