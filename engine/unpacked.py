"""Raw strips of pictures that are too large to be held, and of their other sizes, in a folder of their own."""

from __future__ import annotations

import shutil
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

from engine.api.atomic import make_folder
from engine.imaging.large import Streaming
from engine.imaging.strips import Strips

KEPT = 4
"""How many pictures and sizes stay on the disk: a print wants its photo, and the level that it is at."""


class Unpacked:
    """Scratch files by key, those longest unused the first to go. Used by the I/O worker and its jobs, one after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._strips: OrderedDict[Hashable, Strips] = OrderedDict()
        self._count = 0

    def get(self, key: Hashable) -> Strips | None:
        strips = self._strips.get(key)
        if strips is not None:
            self._strips.move_to_end(key)
        return strips

    def begin(self, make: Callable[[Path], Streaming]) -> Streaming:
        """Strips about to be made in a new scratch file. The first one takes away what an earlier process left."""
        if not self._count:
            shutil.rmtree(self._folder, ignore_errors=True)
        make_folder(self._folder)
        self._count += 1
        return make(self._folder / f"{self._count}.raw")

    def keep(self, key: Hashable, strips: Strips) -> Strips:
        """Remember finished strips."""
        self._strips[key] = strips
        while len(self._strips) > KEPT:
            self._strips.popitem(last=False)[1].remove()
        return strips

    def clear(self) -> None:
        """Take all away."""
        while self._strips:
            self._strips.popitem()[1].remove()
        shutil.rmtree(self._folder, ignore_errors=True)
