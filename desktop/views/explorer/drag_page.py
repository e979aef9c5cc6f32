"""The drag points in a list, and the run that lets the picture follow them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from desktop.views.training.parts import Column
from desktop.widgets.controls import Caption, LinkButton, push_button
from desktop.widgets.theme import THEME, font
from engine.api.exploring import Pull

HOW = (
    "Click on the picture to take hold of a point, and drag to where it shall come: the picture bends after it. "
    "A point that is not pulled is pinned: what lies there stays."
)
OTHER_KIND = (
    "Drag points need a style-based generator, as Sfumato trains them. This one is of an older kind, whose pictures cannot be pulled."
)
MOST_ROWS = 8


class DragPage(QWidget):
    """`set_…` tells nobody; the signals are the artist's hand. Points are known by their number."""

    run_wanted = Signal()
    stop_wanted = Signal()
    cancelled = Signal()
    undo_wanted = Signal()
    clear_wanted = Signal()
    removed = Signal(int)
    chosen = Signal(object)
    shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Caption(HOW, wrap=True)
        self.points = _Points()
        self.run = push_button("Pull", "primary", icon_name="play")
        self.run.setToolTip("Let the picture follow its points  (Return, on the picture)")
        self.stop = push_button("Stop here", icon_name="stop")
        self.stop.setToolTip("Keeps what the picture has come to")
        self.cancel = push_button("Cancel", "ghost")
        self.cancel.setToolTip("Back to the picture as it was  (Esc)")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the pull")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.undo = LinkButton("Undo the pull")
        self.undo.setToolTip("Back to the picture before it, and to its points")
        self.clear = LinkButton("Remove all points")
        self._arrange()
        self._connect()
        self.set_points((), None)

    def set_points(self, pulls: Sequence[Pull], chosen: int | None) -> None:
        with QSignalBlocker(self.points):
            self.points.clear()
            self.points.addItems([f"{number}   {way_in_words(pull)}" for number, pull in enumerate(pulls, 1)])
            self.points.setCurrentRow(-1 if chosen is None else chosen)
        self.points.setVisible(bool(pulls))
        self.points.setFixedHeight(min(MOST_ROWS, len(pulls)) * max(1, self.points.sizeHintForRow(0)) + THEME.space_2)

    def set_run(self, *, running: bool, ready: bool, undoable: bool, progress: float) -> None:
        """What can be done now; `progress` is 0..1."""
        changes = running != self.run.isHidden()
        had_focus = any(button.hasFocus() for button in (self.run, self.stop, self.cancel))
        self.run.setVisible(not running)
        self._running.setVisible(running)
        self.run.setEnabled(ready)
        self.undo.setEnabled(undoable)
        self.clear.setEnabled(self.points.count() > 0 and not running)
        self.points.setEnabled(not running)
        self.progress.setValue(round(1000 * progress))
        if had_focus and changes:  # the keyboard stays where the run is begun and ended
            (self.stop if running else self.run if ready else self.points).setFocus(Qt.FocusReason.OtherFocusReason)

    def set_possible(self, on: bool) -> None:
        """Whether the generator is of a kind whose pictures can be pulled."""
        self.words.setText(HOW if on else OTHER_KIND)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown.emit(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _connect(self) -> None:
        self.points.currentRowChanged.connect(lambda row: self.chosen.emit(row if row >= 0 else None))
        self.points.removed.connect(self.removed)
        self.run.clicked.connect(self.run_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.cancel.clicked.connect(self.cancelled)
        self.undo.clicked.connect(self.undo_wanted)
        self.clear.clicked.connect(self.clear_wanted)

    def _arrange(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(THEME.space_4, 0, THEME.space_4, THEME.space_3)
        column.setSpacing(THEME.space_3)
        self._running = QWidget()
        running = QHBoxLayout(self._running)
        running.setContentsMargins(0, 0, 0, 0)
        running.setSpacing(THEME.space_2)
        running.addWidget(self.progress, 1)
        running.addWidget(self.stop)
        running.addWidget(self.cancel)
        links = QHBoxLayout()
        links.setSpacing(THEME.space_4)
        links.addWidget(self.undo)
        links.addWidget(self.clear)
        links.addStretch(1)
        for part in (self.words, self.points, self.run, self._running):
            column.addWidget(part)
        column.addLayout(links)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(Column(content))


class _Points(QListWidget):
    removed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Drag points")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(font(tabular=True))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.currentRow() >= 0:
            self.removed.emit(self.currentRow())
        else:
            super().keyPressEvent(event)


def way_in_words(pull: Pull) -> str:
    """Where a point goes, in parts of the picture's side."""
    if math.dist(pull.start, pull.end) < 0.005:
        return "pinned: stays where it is"
    across, down = pull.end[0] - pull.start[0], pull.end[1] - pull.start[1]
    ways = ((across, "right" if across > 0 else "left"), (down, "down" if down > 0 else "up"))
    return "pulled " + ", ".join(f"{abs(amount):.0%} {word}" for amount, word in ways if abs(amount) >= 0.005)
