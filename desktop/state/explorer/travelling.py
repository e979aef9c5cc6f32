"""A journey through bookmarked pictures: its stops, where on it one is, and its film."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.state.explorer.bookmarks import Bookmarks
from desktop.state.explorer.viewer import Viewer
from desktop.state.jobs import Jobs
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.tasks import Tasks
from desktop.state.writing import written
from engine.api.exploring import MOST_STOPS, Easing, ExportFilm, Filmed, Journey, Waypoint

FRAME_RATE = 30.0
TICK_MS = 40
SECONDS = (1.0, 120.0)


class Travelling(QObject):
    """`changed` follows the stops and settings, `moved` where one is."""

    changed = Signal()
    moved = Signal()

    def __init__(
        self,
        viewer: Viewer,
        bookmarks: Bookmarks,
        link: Link,
        tasks: Tasks,
        notices: Notices,
        jobs: Jobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._bookmarks = bookmarks
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._jobs = jobs
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.stops: tuple[str, ...] = ()
        """Ids of bookmarks; one may come more than once."""
        self.loop = True
        self.easing: Easing = "even"
        self.seconds = 4.0
        self.side: int | None = None
        """Of the film's frames, in pixels; None: as the generator learnt."""
        self.at = 0.0
        bookmarks.changed.connect(self._forget_removed)
        viewer.moved.connect(self._stop_where_another_leads)

    @property
    def journey(self) -> Journey | None:
        """None as long as it leads nowhere."""
        members = [member for id in self.stops if (member := self._bookmarks.find(id)) is not None]
        if len(members) < 2:
            return None
        return Journey(tuple(member.latent for member in members), self.loop, self.easing)

    @property
    def frames(self) -> int:
        return max(1, round(self.seconds * FRAME_RATE))

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    # The stops

    def add(self, *ids: str) -> None:
        self._set_stops((*self.stops, *ids)[:MOST_STOPS])

    def remove(self, place: int) -> None:
        self._set_stops(self.stops[:place] + self.stops[place + 1 :])

    def shift(self, place: int, by: int) -> None:
        """Let a stop come earlier or later."""
        to = place + by
        if 0 <= place < len(self.stops) and 0 <= to < len(self.stops):
            stops = list(self.stops)
            stops.insert(to, stops.pop(place))
            self._set_stops(tuple(stops))

    def set_loop(self, on: bool) -> None:
        self.loop = on
        self.changed.emit()

    def set_easing(self, easing: Easing) -> None:
        self.easing = easing
        self.changed.emit()

    def set_seconds(self, seconds: float) -> None:
        self.seconds = min(SECONDS[1], max(SECONDS[0], seconds))
        self.changed.emit()

    def set_side(self, side: int | None) -> None:
        self.side = side
        self.changed.emit()

    # On the way

    def scrub(self, at: float) -> None:
        """Look at a place of the journey, 0..1, while a hand slides; `rest` ends it."""
        journey = self.journey
        self.at = at
        self.moved.emit()
        if journey is not None:
            self._viewer.go(Waypoint(journey, at, "on a journey"), sliding=True)

    def rest(self) -> None:
        if not self.is_playing:
            self._viewer.rest()

    def play(self, on: bool) -> None:
        """Travel by itself, as fast as the film will."""
        if on and self.journey is not None:
            self._timer.start()
        elif self.is_playing:
            self._timer.stop()
            self._viewer.rest()
        self.changed.emit()

    def export(self, path: Path) -> asyncio.Task[Filmed | None] | None:
        """Write the film: .mp4, .gif, or a folder of frames. What is changed meanwhile does not come into it."""
        journey = self.journey
        if journey is None:
            return None
        request = ExportFilm(journey, path, self.frames, FRAME_RATE, self.side, overwrite=True)
        return self._tasks.spawn(self._export(request), f"film {path.name}")

    def _tick(self) -> None:
        at = self.at + TICK_MS / 1000 / self.seconds
        if at >= 1 and not self.loop:
            self.scrub(1.0)
            self.play(False)
        elif self.journey is None:
            self.play(False)
        else:
            self.scrub(at % 1.0)

    def _stop_where_another_leads(self) -> None:
        if self.is_playing and not isinstance(self._viewer.place, Waypoint):
            self._timer.stop()
            self.changed.emit()

    def _set_stops(self, stops: tuple[str, ...]) -> None:
        self.stops = stops
        self.changed.emit()

    def _forget_removed(self) -> None:
        kept = tuple(id for id in self.stops if self._bookmarks.find(id) is not None)
        if kept != self.stops:
            self._set_stops(kept)

    async def _export(self, request: ExportFilm) -> Filmed | None:
        try:
            done = await written(request, f"Filming {request.path.name}", self._link, self._jobs)
        except asyncio.CancelledError:
            self._notices.say(f"Stopped: {request.path.name} was not written")
            raise
        if done is not None:
            self._notices.say(f"Filmed {done.path.name}: {done.frames} frames of {done.side} × {done.side} pixels")
        return done
