"""Small pictures of photos and of a generator's pictures: for the rows of the layers panel, and for the tools of the Explore workspace."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.state.frames import to_image
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from engine.api.events import Frame
from engine.api.recipe import Layer, Source
from engine.api.requests import Thumbnail

EDGE = 128


class PhotoThumbnails(QObject):
    """`made` carries the source's key and its picture, once for each source of the sitting. One that fails is left out: the same photo
    fails on the canvas too, where it is told."""

    made = Signal(str, QImage)

    def __init__(self, link: Link, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._asked: set[str] = set()
        self._images: dict[str, QImage] = {}

    def image(self, key: str) -> QImage:
        """A source's picture; a null image before it is made."""
        return self._images.get(key, QImage())

    def want(self, layers: Iterable[Layer]) -> None:
        """Make the thumbnails of these layers' photos that are not made yet."""
        for layer in layers:
            self.want_source(layer.source)

    def want_source(self, photo: Source) -> None:
        """Make the thumbnail of a photo or a generated picture, if it is not made yet."""
        if photo.key not in self._asked:
            self._asked.add(photo.key)
            self._tasks.spawn(self._make(photo), f"thumbnail {photo.name}")

    async def _make(self, photo: Source) -> None:
        async with aclosing(self._link.stream(Thumbnail(photo, EDGE))) as bodies:
            async for body in bodies:
                if isinstance(body, Frame):
                    self._images[photo.key] = to_image(body.pixels)
                    self.made.emit(photo.key, self._images[photo.key])
