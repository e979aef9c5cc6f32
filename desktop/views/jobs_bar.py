"""The jobs bar: what the engine is at work on, how long it will take, and the button that stops it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QSizePolicy, QToolButton, QWidget

from desktop.widgets.controls import Caption, ElidedLabel, IconButton
from desktop.widgets.theme import THEME, Weight, font

HEIGHT = 30
STEPS = 1000


@dataclass(frozen=True)
class JobRow:
    """A job to show. `stage` in plain words, `fraction` 0…1 or None before it is known, `seconds_left` None until it can be told."""

    id: int
    title: str
    stage: str
    fraction: float | None
    seconds_left: float | None


class JobsBar(QWidget):
    """One line: the first job in full, the others behind a button. It keeps its height when idle, so that nothing jumps."""

    cancel_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Jobs")
        self._jobs: tuple[JobRow, ...] = ()
        self._title = ElidedLabel()
        self._progress = QProgressBar()
        self._time = Caption(tabular=True)
        self._cancel = IconButton("close", "Stop this job")
        self._more = QToolButton()
        self._menu = QMenu(self._more)
        self._arrange()
        self._cancel.clicked.connect(self._cancel_first)
        self.set_jobs(())

    def set_jobs(self, jobs: Sequence[JobRow]) -> None:
        """Show these jobs, the one at work first."""
        self._jobs = tuple(jobs)
        for part in (self._title, self._progress, self._time, self._cancel):
            part.setVisible(bool(jobs))
        if jobs:
            self._show(jobs[0])
        self._show_others(jobs[1:])

    def _arrange(self) -> None:
        self.setFixedHeight(HEIGHT)
        self._progress.setFixedWidth(140)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Progress")
        # The title takes the room that it needs, and gives way where there is not enough.
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._time.setMinimumWidth(self._time.fontMetrics().horizontalAdvance(time_left(59 * 60)))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self._menu)
        self._more.setFont(font(THEME.size_label, Weight.Medium))
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(THEME.space_3, 0, THEME.space_2, 0)
        row.setSpacing(THEME.space_3)
        row.addWidget(self._title)
        row.addWidget(self._progress)
        row.addWidget(self._time)
        row.addWidget(self._cancel)
        row.addWidget(self._more)
        row.addStretch(1)

    def _cancel_first(self) -> None:
        if self._jobs:
            self.cancel_requested.emit(self._jobs[0].id)

    def _show(self, job: JobRow) -> None:
        self._title.setText(f"{job.title} – {job.stage}" if job.stage else job.title)
        self._title.updateGeometry()
        if job.fraction is None:
            self._progress.setRange(0, 0)  # Qt's way to say: at work, no telling how far
        else:
            self._progress.setRange(0, STEPS)
            self._progress.setValue(round(STEPS * job.fraction))
        self._progress.setAccessibleDescription(job.title)
        self._time.setText("" if job.seconds_left is None else time_left(job.seconds_left))
        self._cancel.set_text(f"Stop: {job.title}")

    def _show_others(self, others: Sequence[JobRow]) -> None:
        self._more.setVisible(bool(others))
        self._more.setText(f"{len(others)} more")
        self._more.setAccessibleName(f"{len(others)} more jobs")
        if not self._menu.isVisible():  # an open menu must not change under the hand
            self._menu.clear()
            for job in others:
                self._menu.addAction(f"Stop: {job.title}", partial(self.cancel_requested.emit, job.id))


def time_left(seconds: float) -> str:
    """The time left in words, in steps so coarse that the words stand still: 5 s, then 10 s, then minutes."""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 20:
        return f"about {5 * round(seconds / 5)} s left"
    if seconds < 55:
        return f"about {10 * round(seconds / 10)} s left"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {minutes} min left"
    return f"about {minutes // 60} h {minutes % 60} min left"
