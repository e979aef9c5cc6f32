"""Points of the live picture that are pinned or pulled, and the picture that follows them."""

from __future__ import annotations

import math
from contextlib import aclosing
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.client import RequestFailed, Stop
from desktop.state.explorer.viewer import Viewer
from desktop.state.frames import to_image
from desktop.state.link import Link
from desktop.state.notices import Notices
from desktop.state.tasks import Tasks
from engine.api.events import Cancelled, Failed, Finished, Frame, Progress, Pulled
from engine.api.exploring import DragPoints, Pull
from engine.api.latent import Latent
from engine.api.place_kinds import Place, Varied

MOST_POINTS = 16
MOST_UNDONE = 32
ARRIVED = 0.015
"""In parts of the picture's side: a point that is so near to its end is there."""
DRAGGING = "drag points"

Point = tuple[float, float]
"""x and y (downward) in parts of the picture's side, 0..1."""


@dataclass(frozen=True, eq=False)
class Before:
    """What a run began with: the place, its picture, and the points on it."""

    place: Place
    image: QImage
    pulls: tuple[Pull, ...]


class Dragging(QObject):
    """`changed` follows the points and the run. While it runs, points cannot be changed; another tool that moves the picture ends it.

    Points are places on the picture: they stay where they are when another picture takes its place.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer, link: Link, tasks: Tasks, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._link = link
        self._tasks = tasks
        self._notices = notices
        self._stop = Stop()
        self._is_kept = False
        self._begun: Before | None = None
        self._undone: list[Before] = []
        self.pulls: tuple[Pull, ...] = ()
        self.chosen: int | None = None
        self.progress = 0.0
        viewer.moved.connect(self._end_where_another_leads)

    @property
    def is_running(self) -> bool:
        return self._begun is not None

    @property
    def can_run(self) -> bool:
        """Whether any point is pulled."""
        return not self.is_running and any(pull.start != pull.end for pull in self.pulls)

    @property
    def can_undo(self) -> bool:
        return not self.is_running and bool(self._undone)

    def leave(self) -> None:
        """Another generator: there is nothing to go back to."""
        self._tasks.cancel(DRAGGING)
        self._begun = None
        self._undone.clear()
        self._set(())

    # The points

    def add(self, at: Point) -> None:
        """Pin a point; it stays where it is until it is pulled."""
        if not self.is_running and len(self.pulls) < MOST_POINTS:
            place = _within(at)
            self._set((*self.pulls, Pull(place, place)), len(self.pulls))

    def pull(self, index: int, end: Point) -> None:
        """Where a point shall come to."""
        self._change(index, end=_within(end))

    def seize(self, index: int, start: Point) -> None:
        """Take hold of another point of the picture."""
        self._change(index, start=_within(start))

    def remove(self, index: int) -> None:
        if not self.is_running and 0 <= index < len(self.pulls):
            left = self.pulls[:index] + self.pulls[index + 1 :]
            self._set(left, min(index, len(left) - 1) if left else None)

    def clear(self) -> None:
        if not self.is_running:
            self._set(())

    def choose(self, index: int | None) -> None:
        if index is None or 0 <= index < len(self.pulls):
            self._set(self.pulls, index)

    def _change(self, index: int, **ends: Point) -> None:
        if not self.is_running and 0 <= index < len(self.pulls):
            changed = replace(self.pulls[index], **ends)
            self._set((*self.pulls[:index], changed, *self.pulls[index + 1 :]), index)

    def _set(self, pulls: tuple[Pull, ...], chosen: int | None = None) -> None:
        self.pulls, self.chosen = pulls, chosen
        self.changed.emit()

    # The run

    def run(self) -> None:
        """Let the picture follow its points."""
        if self.can_run:
            self._viewer.when_there(self._run)

    def stop(self, *, keep: bool) -> None:
        """End the run: keep what the picture has come to, or go back to before."""
        if self.is_running:
            self._is_kept = keep
            self._stop()

    def undo(self) -> None:
        """Back to the picture before the last run, and to its points."""
        if self.can_undo:
            before = self._undone.pop()
            self._set(before.pulls)
            self._viewer.go(before.place)

    def _run(self, latent: Latent) -> None:
        place = self._viewer.place
        if self.can_run and place is not None:
            self._begun, self._stop = Before(place, self._viewer.image, self.pulls), Stop()
            self._is_kept, self.progress = False, 0.0
            self.changed.emit()
            self._tasks.spawn_latest(self._dragged(DragPoints(latent, self.pulls), self._begun, self._stop), DRAGGING)

    async def _dragged(self, request: DragPoints, before: Before, stop: Stop) -> None:
        latest: Latent | None = None
        async with aclosing(self._link.stream(request, stop)) as bodies:
            async for body in bodies:
                if self._begun is not before:
                    return
                match body:
                    case Progress():
                        self.progress = body.fraction
                    case Pulled(points, latent):
                        latest = latent
                        self.pulls = tuple(replace(pull, start=point) for pull, point in zip(before.pulls, points, strict=True))
                    case Frame(pixels):
                        self._viewer.follow(to_image(pixels))
                    case Finished(Latent() as latent):
                        self._land(before, request.latent, latent)
                    case Cancelled() if self._is_kept and latest is not None:
                        self._land(before, request.latent, latest)
                    case Cancelled():
                        self._go_back(before)
                    case Failed(failure):
                        self._go_back(before)
                        raise RequestFailed(failure)
                    case _:
                        pass
                self.changed.emit()

    def _land(self, before: Before, base: Latent, made: Latent) -> None:
        """What has not come to its end can be pulled on from where it is; what was pinned is pinned there again."""
        self._begun = None
        self._undone = [*self._undone, before][-MOST_UNDONE:]
        self.pulls = tuple(
            replace(now, start=now.end) if was.start == was.end or math.dist(now.start, now.end) < ARRIVED else now
            for was, now in zip(before.pulls, self.pulls, strict=True)
        )
        there = all(pull.start == pull.end for pull in self.pulls)
        self._notices.say("Every point has come to its end" if there else "Pulled a part of the way: pull once more, or leave it there")
        name = made.name if made.name.endswith(", dragged") else f"{made.name}, dragged"
        self._viewer.go(Varied(base, replace(made, name=name)), seen=True)

    def _go_back(self, before: Before) -> None:
        """The place was never left: only its picture has to be seen again."""
        self._begun, self.pulls = None, before.pulls
        self._viewer.follow(before.image)

    def _end_where_another_leads(self) -> None:
        if self._begun is not None and self._viewer.place is not self._begun.place:
            self.pulls, self._begun = self._begun.pulls, None
            self._tasks.cancel(DRAGGING)
            self.changed.emit()


def _within(point: Point) -> Point:
    return min(1.0, max(0.0, point[0])), min(1.0, max(0.0, point[1]))
