"""The pictures of a run that lie in files: read in a worker thread, and kept while they are looked at."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.state.tasks import Tasks

KEPT = 48
"""A grid of 512 × 512 pixels is a megabyte."""


class Album(QObject):
    """`read` carries the path and the image of each file that was asked for; a file that cannot be read brings a null image."""

    read = Signal(object, QImage)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._known: OrderedDict[Path, QImage] = OrderedDict()
        self._wanted: set[Path] = set()

    def image(self, path: Path) -> QImage | None:
        """The file's image, if it is at hand; otherwise `read` will bring it."""
        if (known := self._known.get(path)) is not None:
            self._known.move_to_end(path)
            return known
        if path not in self._wanted:
            self._wanted.add(path)
            self._tasks.spawn(self._read(path), f"read {path.name}")
        return None

    async def _read(self, path: Path) -> None:
        try:
            image = await asyncio.to_thread(QImage, str(path))
        finally:
            self._wanted.discard(path)
        if not image.isNull():
            self._known[path] = image
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        self.read.emit(path, image)
