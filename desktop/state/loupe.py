"""The loupe of the dialogs that write pictures: the real pixels of a spot of a print, or an enlargement, that is not made yet."""

from __future__ import annotations

from contextlib import aclosing

from PySide6.QtCore import QObject, Signal

from desktop.state.link import Link
from desktop.state.tasks import Tasks
from engine.api.events import Failed, Finished, Frame
from engine.api.proofing import Comparison, EnlargementSpot
from engine.api.proofing import Loupe as Look


class Loupe(QObject):
    """Asks for spots; the engine lets the latest win. `framed` carries the last one's `Frame`, `compared` the `Comparison` of one that is
    enlarged, `failed` a sentence in their place; these two with what was wanted before them, as it may be wanted no more."""

    framed = Signal(object)
    compared = Signal(object, object)
    failed = Signal(object, str)
    busy_changed = Signal(bool)

    def __init__(self, link: Link, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._wanted: Look | EnlargementSpot | None = None
        """What is being made."""

    def look(self, wanted: Look | EnlargementSpot) -> None:
        """Show this spot from now on; one that is being made already is not asked for again."""
        if wanted != self._wanted:
            self._wanted = wanted
            self.busy_changed.emit(True)
            self._tasks.spawn(self._look(wanted), "loupe")

    def close(self) -> None:
        """Nobody looks any more."""
        self._wanted = None
        self._tasks.cancel("loupe")

    async def _look(self, wanted: Look | EnlargementSpot) -> None:
        try:
            async with aclosing(self._link.stream(wanted)) as bodies:
                async for body in bodies:
                    if wanted is not self._wanted:
                        continue
                    match body:
                        case Frame():
                            self.framed.emit(body)
                        case Finished(Comparison() as pair):
                            self.compared.emit(wanted, pair)
                        case Failed(failure):
                            self.failed.emit(wanted, failure.sentence)
                        case _:
                            pass
        finally:
            if wanted is self._wanted:
                self._wanted = None
                self.busy_changed.emit(False)
