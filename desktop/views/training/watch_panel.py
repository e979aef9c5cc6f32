"""What the memorisation watch says: its verdict in colour, word and sentence, what was done, and suspected copies."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.state.training.course import Note
from desktop.state.training.run import Phase
from desktop.views.training.parts import Stage
from desktop.views.training.state_badge import StateBadge, StateMark
from desktop.widgets.controls import Caption, LinkButton, Section
from desktop.widgets.theme import THEME, font
from engine.api.training import Watched

SHOWN = 6
"""So many of the last notes."""
WAITS = "The watch listens to what the network says of pictures that it has not been shown. Its first verdict comes soon."
TOO_EARLY = "It has not seen enough pictures yet for the watch to judge it: go on, and the first verdict comes."
ENDED_EARLY = "It was finished before the watch had heard enough to judge it. The training can still go on."


class WatchPanel(QWidget):
    """`suspects_wanted` asks to see the suspected copies large."""

    suspects_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.badge = StateBadge()
        self.sentence = Caption(WAITS, wrap=True)
        self.sentence.setFont(font())
        verdict = Section("Is it learning, or copying?")
        verdict.body.setSpacing(THEME.space_2)
        verdict.add(self.badge)
        verdict.add(self.sentence)
        self._suspects = Section("Suspected copies")
        self.sheet = Stage("Suspected copies: left the sample, right the training picture that is nearest to it")
        self.sheet.setFixedHeight(112)
        self.sheet.clicked.connect(lambda _: self.suspects_wanted.emit())
        self._suspects.add(self.sheet)
        self._suspects.add(Caption("Left: a sample. Right: its nearest training picture.", wrap=True))
        self.enlarge = LinkButton("See them large")
        self.enlarge.clicked.connect(self.suspects_wanted)
        self._suspects.add_action(self.enlarge)
        self._suspects.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (verdict, self._suspects):
            column.addWidget(part)

    def set_verdict(self, watched: Watched | None, phase: Phase = "running") -> None:
        """The last verdict; before the first one, what the phase of the training lets one expect."""
        self.badge.set_state(None if watched is None else watched.state)
        without = ENDED_EARLY if phase in ("finishing", "finished") else TOO_EARLY if phase in ("pausing", "paused") else WAITS
        self.sentence.setText(without if watched is None else watched.sentence)

    def set_suspects(self, image: QImage) -> None:
        """Show the sheet; a null image hides it."""
        self.sheet.show_image(image)
        self.sheet.set_cells(0 if image.isNull() else 1)
        self._suspects.setVisible(not image.isNull())


class Notes(Section):
    """What was told and done, the newest first."""

    def __init__(self) -> None:
        super().__init__("What happened")
        self._shown: tuple[Note, ...] = ()
        self._rows: list[QWidget] = []
        self.hide()

    def set_notes(self, notes: Sequence[Note]) -> None:
        shown = tuple(reversed(notes[-SHOWN:]))
        if shown == self._shown:
            return
        self._shown = shown
        for row in self._rows:
            self.body.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [_row(note) for note in shown]
        for row in self._rows:
            self.add(row)
        self.setVisible(bool(shown))


def _row(note: Note) -> QWidget:
    mark, text = StateMark(8), Caption(f"{note.text} (after {note.seen:,})" if note.seen else note.text, wrap=True)
    mark.set_state(note.state)
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(THEME.space_2)
    left = QVBoxLayout()
    left.setContentsMargins(0, 4, 0, 0)
    left.addWidget(mark)
    left.addStretch(1)
    line.addLayout(left)
    line.addWidget(text, 1)
    return row
