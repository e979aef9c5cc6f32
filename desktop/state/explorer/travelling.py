"""A journey through bookmarked pictures or along a line on the map: its stops, where on it one is, and its film."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from desktop.state.explorer.bookmarks import Bookmarks
from desktop.state.explorer.viewer import Viewer
from desktop.state.jobs import Jobs
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.photo_thumbnails import PhotoThumbnails
from desktop.state.tasks import Tasks
from desktop.state.writing import written
from engine.api.exploring import MOST_STOPS, ExportFilm, Filmed
from engine.api.latent import Latent
from engine.api.place_kinds import Easing, Journey, Waypoint

FRAME_RATE = 30.0
TICK_MS = 40
SECONDS = (1.0, 120.0)


@dataclass(frozen=True)
class Stop:
    id: str
    latent: Latent
    name: str


class Travelling(QObject):
    """`changed` follows the stops and settings, `moved` where one is, `pictured` a stop's thumbnail."""

    changed = Signal()
    moved = Signal()
    pictured = Signal()

    def __init__(
        self,
        viewer: Viewer,
        bookmarks: Bookmarks,
        link: Link,
        tasks: Tasks,
        notices: Notices,
        jobs: Jobs,
        thumbnails: PhotoThumbnails,
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
        self._drawn: dict[str, Stop] = {}
        self._thumbnails = thumbnails
        thumbnails.made.connect(self.pictured)
        self._former: tuple[tuple[str, ...], bool] = ((), True)
        self.stops: tuple[str, ...] = ()
        """Ids of bookmarks and of places on the map; one may come more than once."""
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
        latents = self.latents
        return None if len(latents) < 2 else Journey(latents, self.loop, self.easing)

    @property
    def latents(self) -> tuple[Latent, ...]:
        """Of the stops."""
        return tuple(stop.latent for id in self.stops if (stop := self.find(id)) is not None)

    def find(self, id: str) -> Stop | None:
        member = self._bookmarks.find(id)
        return self._drawn.get(id) if member is None else Stop(id, member.latent, member.name or "A picture")

    def thumbnail(self, id: str) -> QImage:
        """Null as long as there is none."""
        image = self._bookmarks.thumbnail(id)
        return self._thumbnails.image(id) if image.isNull() else image

    @property
    def frames(self) -> int:
        return max(1, round(self.seconds * FRAME_RATE))

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    # The stops

    def leave(self) -> None:
        """Another generator: there is nowhere to go."""
        self.play(False)
        self._drawn.clear()
        self._former = ((), True)
        self._set_stops(())

    def add(self, *ids: str) -> None:
        """What is too much for one journey is left out, and told."""
        stops = (*self.stops, *ids)
        if len(stops) > MOST_STOPS:
            self._notices.say(f"A journey has {MOST_STOPS} stops at the most")
        self._set_stops(stops[:MOST_STOPS])

    def append(self, latent: Latent) -> None:
        """Add a picture that need not be a bookmark."""
        self._draw((latent,))
        self.add(latent.key)

    def follow(self, latents: Sequence[Latent], *, loop: bool) -> None:
        """A new journey, along a line on the map. `restore` brings back the one before."""
        former = (self.stops, self.loop)
        self.play(False)
        self._draw(latents)
        self.loop, self.at = loop, 0.0
        self._set_stops(tuple(latent.key for latent in latents))
        self._former = former
        self.changed.emit()

    @property
    def can_restore(self) -> bool:
        """Whether a line took the place of another journey."""
        return len(self._former[0]) > 1

    def restore(self) -> None:
        """The journey before the last line was drawn; the line can be brought back the same way."""
        if self.can_restore:
            here = (self.stops, self.loop)
            (stops, self.loop), self.at = self._former, 0.0
            self._set_stops(tuple(id for id in stops if self.find(id) is not None))
            self._former = here
            self.changed.emit()

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

    def _draw(self, latents: Sequence[Latent]) -> None:
        for latent in latents:
            self._drawn[latent.key] = Stop(latent.key, latent, latent.name or "A picture")
            self._thumbnails.want_source(latent)

    def _set_stops(self, stops: tuple[str, ...]) -> None:
        self.stops = stops
        self.changed.emit()

    def _forget_removed(self) -> None:
        kept = tuple(id for id in self.stops if self.find(id) is not None)
        if kept != self.stops:
            self._set_stops(kept)

    async def _export(self, request: ExportFilm) -> Filmed | None:
        try:
            done = await written(request, f"Filming {request.path.name}", self._link, self._jobs)
        except asyncio.CancelledError:
            self._notices.say(f"Stopped: {request.path.name} was not written")
            raise
        if done is not None:
            self._notices.say(f"Filmed {done.path.name}: {done.frames} frames of {done.side} × {done.side} px", done.path)
        return done
