"""The live picture: the place that is looked at, quick while a hand moves and whole when it rests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed
from desktop.state.frames import to_image
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from engine.api.errors import Failure
from engine.api.events import Failed, Finished, Frame
from engine.api.exploring import GLANCE, Visit
from engine.api.latent import Latent
from engine.api.place_kinds import Place, Varied

SLIDING = 256
"""The side of the picture that follows a hand, in pixels: larger ones come too slowly to be followed."""
WHOLE = 65536


class Viewer(QObject):
    """One place at a time; the engine lets the latest win, and shows at least one frame of those before.

    `moved` says that another place is looked at, `framed` carries each picture of it. `arrived` says that the hand rests and `latent` is
    what the place stands for; `troubled` carries the sentence of a place that cannot be looked at.
    """

    moved = Signal()
    framed = Signal(QImage)
    arrived = Signal()
    troubled = Signal(str)

    def __init__(self, link: Link, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._waiting: list[Callable[[Latent], None]] = []
        self.place: Place | None = None
        self.latent: Latent | None = None
        self.image = QImage()
        self.sliding = False

    def leave(self) -> None:
        """Look at nothing."""
        self.place, self.latent, self.image, self.sliding = None, None, QImage(), False
        self._waiting.clear()
        self.framed.emit(self.image)

    def go(self, place: Place, *, sliding: bool = False, seen: bool = False) -> None:
        """Look at a place. A hand that slides says so, and `rest`s in the end; of one whose picture was `seen` no glance is wanted."""
        sides = (SLIDING,) if sliding else (WHOLE,) if seen else (GLANCE, WHOLE)
        self._go(place, sides, sliding)

    def follow(self, image: QImage) -> None:
        """Show what a search makes of the picture, before it has come to a place."""
        self.image = image
        self.framed.emit(image)

    def rest(self) -> None:
        """The hand rests: have the whole picture of where it is."""
        if self.place is not None and self.sliding:
            self._go(self.place, (WHOLE,), sliding=False)

    def when_there(self, act: Callable[[Latent], None]) -> None:
        """Do something with the picture's latent: at once where it is known, else on arrival."""
        if self.latent is not None:
            act(self.latent)
        elif self.place is not None:
            self._waiting.append(act)

    def _go(self, place: Place, sides: tuple[int, ...], sliding: bool) -> None:
        self.place, self.sliding = place, sliding
        self.latent = place if isinstance(place, Latent) else place.made if isinstance(place, Varied) else None
        self.moved.emit()
        self._tasks.spawn(self._visited(place, Visit(place, sides, draft=sliding)), "visit")

    async def _visited(self, place: Place, request: Visit) -> None:
        async with aclosing(self._link.stream(request)) as bodies:
            async for body in bodies:
                match body:
                    case Frame(pixels) if self.place is not None:
                        self.image = to_image(pixels)
                        self.framed.emit(self.image)
                    case Finished(Latent() as latent) if place is self.place:
                        self._arrive(latent)
                    case Failed(failure) if place is self.place:
                        self._fail(failure)
                    case _:
                        pass

    def _arrive(self, latent: Latent) -> None:
        self.latent = latent
        if not self.sliding:
            self.arrived.emit()
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act(latent)

    def _fail(self, failure: Failure) -> None:
        self._waiting.clear()
        self.troubled.emit(failure.sentence)
        raise RequestFailed(failure)
