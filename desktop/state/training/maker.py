"""Pictures made with a generator, one at a time, and their way to the canvas."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from engine.api.requests import Generate

MAKING = "make a picture"
SHEET = 16
"""How many pictures of the first seeds a sheet shows."""


class Maker(QObject):
    """Asks for a picture of a seed, and keeps its file while the studio is open. `changed` follows what it has.

    `image` is null before there is one; `seed` and `variety` belong to it, `file` holds it.
    """

    changed = Signal()

    def __init__(self, link: Link, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.model: str | None = None
        self.seed = 0
        self.variety = Generate.truncation
        self.image = QImage()
        self.file: Path | None = None
        self.sheet = QImage()
        self._sheet_of: tuple[str, float] | None = None
        """The model and the variety that the sheet was made with: it does not change with the seed."""
        self.trouble = ""

    def use(self, model: str) -> None:
        """Make pictures with this generator: a sheet of the first seeds, and the present seed's."""
        self.model, self.image, self.sheet, self.file, self.trouble = model, QImage(), QImage(), None, ""
        self._sheet_of = None
        self.changed.emit()
        self._make()

    def set_seed(self, seed: int) -> None:
        self.seed = seed
        self._make()

    def set_variety(self, variety: float) -> None:
        """0…1: how far from the mean picture."""
        self.variety = variety
        self._make()

    def hand_over(self, take: Callable[[Path], None]) -> None:
        """Have the picture's file taken in."""
        if self.file is not None:
            take(self.file)

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _make(self) -> None:
        if self.model is not None:
            self._tasks.spawn_latest(self._made(self.model, self.seed, self.variety), MAKING)

    async def _made(self, model: str, seed: int, variety: float) -> None:
        folder = self._home()
        file, sheet = folder / f"{model}, seed {seed}.png", folder / "sheet.png"
        try:
            await self._link.run(Generate(model, (seed,), (file,), truncation=variety))
            self.image, self.file, self.trouble = QImage(str(file)), file, ""
            if self._sheet_of != (model, variety):
                self.changed.emit()
                await self._link.run(Generate(model, tuple(range(SHEET)), (), grid=sheet, truncation=variety))
                self.sheet, self._sheet_of = QImage(str(sheet)), (model, variety)
        except RequestFailed as failed:
            self.image, self.file, self.trouble = QImage(), None, failed.failure.sentence
        self.changed.emit()

    def _home(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="sfumato-made-", ignore_cleanup_errors=True)
        return Path(self._folder.name)
