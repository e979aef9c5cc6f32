"""The family tree of the live picture, and its replay in another generator."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.state.explorer.pedigree import Relative
from desktop.views.explorer.family_list import FamilyList
from desktop.views.training.choices import combo
from desktop.views.training.parts import level_line
from desktop.widgets.controls import Caption, EmptyState, push_button
from desktop.widgets.theme import THEME

REPLAY = "The same seeds, blends and steps, from the oldest picture on. What they show is the other generator's own."
ALONE = "With a second generator, a picture can be made anew in it: the same steps, another world."
BUSY = "Making it anew, step by step…"
EXACT = "Made anew: every step could be done as it was."


class FamilyPage(QWidget):
    """`set_…` tells nobody; the signals are the artist's hand."""

    visited = Signal(str)
    canvas_wanted = Signal(str)
    replay_wanted = Signal(str)
    """The id of the generator."""
    remade_wanted = Signal()
    """To look at what was made anew in the meantime."""
    shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = FamilyList()
        self.list.visited.connect(self.visited)
        self.list.canvas_wanted.connect(self.canvas_wanted)
        self.trouble = Caption(wrap=True)
        self.trouble.setProperty("role", "error")
        self.empty = EmptyState("explore", "No picture yet", "What the large picture came of is shown here, and what came of it.")
        self.model = combo("Another generator")
        self.replay = push_button("Make it anew", icon_name="redo")
        self.replay.clicked.connect(lambda: self.replay_wanted.emit(self.model.currentData()))
        self.words = Caption(REPLAY, wrap=True)
        self.show_remade = push_button("Show it")
        self.show_remade.clicked.connect(self.remade_wanted)
        self.show_remade.hide()
        self._pages = QStackedWidget()
        self._arrange()

    def set_family(self, rows: Sequence[Relative], trouble: str = "", absence: Callable[[Relative], str] = lambda _row: "") -> None:
        """`absence` says why nobody can go to a row's picture."""
        self.list.set_rows(rows, absence)
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self._pages.setCurrentIndex(0 if rows else 1)

    def set_others(self, models: Sequence[tuple[str, str]]) -> None:
        """(id, name) of the generators in which the picture could be made anew."""
        if [(self.model.itemData(row), self.model.itemText(row)) for row in range(self.model.count())] != list(models):
            self.model.clear()
            for id, name in models:
                self.model.addItem(name, id)

    def set_replay(self, *, ready: bool, busy: bool, remade: bool, said: Sequence[str], waiting: str = "") -> None:
        """`remade`: the live picture has just been made anew, and `said` is what could not be done as it was. `waiting` tells of one that
        was made anew meanwhile, and is not seen yet."""
        can = self.model.count() > 0
        self.model.setVisible(can)
        self.replay.setVisible(can)
        self.replay.setEnabled(ready and not busy)
        self.model.setEnabled(not busy)
        self.show_remade.setVisible(bool(waiting) and not busy)
        if busy:
            self.words.setText(BUSY)
        elif remade:
            self.words.setText("\n".join(said) or EXACT)
        elif waiting:
            self.words.setText(waiting)
        else:
            self.words.setText(REPLAY if can else ALONE)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown.emit(False)

    def _arrange(self) -> None:
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.empty)
        foot = QVBoxLayout()
        foot.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_3)
        foot.setSpacing(THEME.space_2)
        row = QHBoxLayout()
        row.setSpacing(THEME.space_2)
        row.addWidget(self.model, 1)
        row.addWidget(self.replay)
        foot.addWidget(self.trouble)
        foot.addLayout(row)
        news = QHBoxLayout()
        news.setSpacing(THEME.space_2)
        news.addWidget(self.words, 1)
        news.addWidget(self.show_remade)
        foot.addLayout(news)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._pages, 1)
        column.addWidget(level_line())
        column.addLayout(foot)
