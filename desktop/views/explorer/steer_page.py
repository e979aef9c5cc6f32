"""The discovered directions below each other, and what none of them may change."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.explorer.direction_row import DirectionRow, GroupButtons
from desktop.views.training.parts import Column, level_line
from desktop.widgets.controls import Caption, LinkButton
from desktop.widgets.segments import Segments
from desktop.widgets.theme import THEME
from engine.api.place_kinds import Group


class SteerPage(QWidget):
    """Rows are known by their place. `set_…` tells nobody; the signals are the artist's hand."""

    kind_chosen = Signal(object)
    locked_changed = Signal(object, bool)
    pushed = Signal(int, float)
    rested = Signal()
    groups_changed = Signal(int, object)
    renamed = Signal(int, str)
    more_wanted = Signal()
    back_wanted = Signal()
    shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[DirectionRow] = []
        self.kinds = Segments("Directions", [("sefa", "From its weights"), ("ganspace", "From its pictures")])
        self.kinds.set_tip("sefa", "What moves the network most")
        self.kinds.set_tip("ganspace", "In what ten thousand of its codes differ most")
        self.kinds.chosen.connect(self.kind_chosen)
        self.locks = GroupButtons("Keep")
        self.locks.toggled.connect(self.locked_changed)
        self.back = LinkButton("Back to the start")
        self.back.setToolTip("All directions to zero")
        self.back.clicked.connect(self.back_wanted)
        self.more = LinkButton("More directions")
        self.more.clicked.connect(self.more_wanted)
        self._words = Caption("Looking for directions…")
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._arrange()

    def set_directions(self, names: Sequence[str], *, more: bool) -> None:
        """As many rows as names; rows that stay keep their strips."""
        while len(self.rows) > len(names):
            row = self.rows.pop()
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place in range(len(self.rows), len(names)):
            self._add(place, names[place])
        self.more.setVisible(more)
        self._words.setVisible(not names)

    def set_direction(self, place: int, name: str, amount: float, groups: Sequence[Group]) -> None:
        self.rows[place].set_direction(name, amount, groups)

    def set_strip(self, place: int, image: QImage) -> None:
        if place < len(self.rows):
            self.rows[place].strip.set_image(image)

    def set_steered(self, on: bool, locked: Sequence[Group]) -> None:
        self.back.setEnabled(on)
        self.locks.set_groups(locked)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown.emit(False)

    def _add(self, place: int, name: str) -> None:
        row = DirectionRow(name)
        row.pushed.connect(lambda amount: self.pushed.emit(place, amount))
        row.rested.connect(self.rested)
        row.groups_changed.connect(lambda groups: self.groups_changed.emit(place, groups))
        row.renamed.connect(lambda text: self.renamed.emit(place, text))
        self.rows.append(row)
        self._list.addWidget(row)

    def _arrange(self) -> None:
        lock_row = QHBoxLayout()
        lock_row.setSpacing(THEME.space_2)
        lock_row.addWidget(Caption("Keep as it is"))
        lock_row.addWidget(self.locks)
        lock_row.addStretch(1)
        lock_row.addWidget(self.back)
        head = QVBoxLayout()
        head.setContentsMargins(THEME.space_4, 0, THEME.space_4, THEME.space_3)
        head.setSpacing(THEME.space_3)
        head.addWidget(self.kinds)
        head.addLayout(lock_row)
        below = QWidget()
        foot = QHBoxLayout(below)
        foot.setContentsMargins(THEME.space_4, THEME.space_1, THEME.space_4, THEME.space_3)
        foot.addWidget(self._words)
        foot.addWidget(self.more)
        foot.addStretch(1)
        rows = QWidget()
        rows.setLayout(self._list)
        self._list.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(level_line())
        column.addWidget(Column(rows, below), 1)
