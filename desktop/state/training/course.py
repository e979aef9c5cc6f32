"""The course of a run, as it was told: its figures, losses, verdicts and preview grids. Plain values, without Qt."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path

from engine.api.events import Learned
from engine.api.training import Judged, PreviewGrid, RunDescription, RunHistory, Watched, WatchState

PACE_STEPS = 40
"""The pace is that of so many last news."""


@dataclass(frozen=True)
class Note:
    """A sentence for the log of a run."""

    seen: int
    text: str
    state: WatchState | None = None


class Course:
    """Grows with each `Learned`; a run that is gone on with begins with what it was before."""

    def __init__(self) -> None:
        self.run: Path | None = None
        self.step = self.seen = 0
        self.seconds = 0.0
        """Of training, all sittings together."""
        self.losses: dict[str, tuple[list[int], list[float]]] = {}
        """By name: pictures seen, and the loss then."""
        self.verdicts: list[Judged] = []
        self.grids: list[PreviewGrid] = []
        self.notes: list[Note] = []
        self.saved = False
        """Whether there is a checkpoint to go on from."""
        self._began_at: float | None = None
        self._recent: deque[tuple[int, float]] = deque(maxlen=PACE_STEPS)

    @classmethod
    def of(cls, run: RunDescription, history: RunHistory) -> Course:
        """The course of a run of an earlier sitting, up to its newest checkpoint."""
        course = cls()
        course.run, course.step, course.seen, course.seconds, course.saved = run.folder, run.steps, run.seen, run.seconds, True
        for name, curve in history.curves.items():
            course.losses[name] = (list(curve.seen), list(curve.values))
        course.verdicts, course.grids = list(history.verdicts), list(history.grids)
        for verdict in history.verdicts:
            course._note(Note(verdict.seen, verdict.watched.sentence, verdict.watched.state))
        return course

    @property
    def verdict(self) -> Watched | None:
        """The watch's last."""
        return self.verdicts[-1].watched if self.verdicts else None

    @property
    def suspects(self) -> Path | None:
        """The last sheet of suspected copies, where the watch's last verdict has one."""
        return self.verdict.suspects if self.verdict is not None else None

    @property
    def pace(self) -> float | None:
        """Pictures a second; None before it can be told."""
        if len(self._recent) < 2:
            return None
        (seen, seconds), (seen_now, seconds_now) = self._recent[0], self._recent[-1]
        return (seen_now - seen) / (seconds_now - seconds) if seconds_now > seconds else None

    @property
    def sitting_seconds(self) -> float:
        """Of training in this sitting."""
        return 0.0 if self._began_at is None else self.seconds - self._began_at

    def begin_sitting(self) -> None:
        """What comes now is timed anew."""
        self._began_at = None
        self._recent.clear()

    def learn(self, news: Learned) -> None:
        self.run = news.run
        if news.step < self.step:
            self._go_back_to(news.seen)
        self.step, self.seen, self.seconds = news.step, news.seen, news.seconds
        if self._began_at is None:
            self._began_at = news.seconds
        if not self._recent or news.seen != self._recent[-1][0]:
            self._recent.append((news.seen, news.seconds))
        self.saved = self.saved or news.saved
        for name, loss in news.losses.items():
            seen, values = self.losses.setdefault(name, ([], []))
            seen.append(news.seen)
            values.append(loss)
        if news.watched is not None:
            self.verdicts.append(Judged(news.seen, news.watched))
            self._note(Note(news.seen, news.watched.sentence, news.watched.state))
        for note in news.notes:
            self._note(Note(news.seen, note))
        if news.grid is not None:
            self.add_grid(PreviewGrid(news.seen, news.grid))

    def add_grid(self, grid: PreviewGrid) -> None:
        """Put a grid in its place in time, once."""
        if all(known.path != grid.path for known in self.grids):
            self.grids = sorted([*self.grids, grid], key=lambda known: known.seen)

    def _note(self, note: Note) -> None:
        """Twice the same is said once."""
        if not self.notes or note.text != self.notes[-1].text:
            self.notes.append(note)

    def _go_back_to(self, seen: int) -> None:
        """The run went back to an older checkpoint: what came after it is of a course that is not taken."""
        self._recent.clear()
        self.verdicts = [verdict for verdict in self.verdicts if verdict.seen <= seen]
        self.grids = [grid for grid in self.grids if grid.seen <= seen]
        for name, (at, values) in self.losses.items():
            kept = sum(place <= seen for place in at)
            self.losses[name] = (at[:kept], values[:kept])
