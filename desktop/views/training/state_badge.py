"""The watch's verdict: a colour, a shape and a word, so that none of them is needed alone."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.widgets.theme import THEME, Weight, font
from engine.api.training import WatchState

WORDS: Final[dict[WatchState | None, str]] = {
    "green": "It is learning",
    "amber": "It begins to memorise",
    "red": "It memorises or collapses",
    None: "No verdict yet",
}
COLOURS: Final[dict[WatchState | None, str]] = {
    "green": THEME.good,
    "amber": THEME.caution,
    "red": THEME.danger,
    None: THEME.text_disabled,
}


class StateMark(QWidget):
    """A disc for green, a triangle for amber, a square for red, a ring before the first verdict."""

    def __init__(self, side: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: WatchState | None = None
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_state(self, state: WatchState | None) -> None:
        self._state = state
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        colour = QColor(COLOURS[self._state])
        painter.setPen(colour)
        if self._state is not None:
            painter.setBrush(colour)
        if self._state == "amber":
            painter.drawPolygon(QPolygonF([QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()]))
        elif self._state == "red":
            painter.drawRect(box)
        else:
            painter.drawEllipse(box)
        painter.end()


class StateBadge(QWidget):
    """The mark and its word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = StateMark()
        self.word = QLabel()
        self.word.setFont(font(THEME.size_body, Weight.DemiBold))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(THEME.space_2)
        row.addWidget(self._mark)
        row.addWidget(self.word, 1)
        self.set_state(None)

    def set_state(self, state: WatchState | None) -> None:
        self._mark.set_state(state)
        self.word.setText(WORDS[state])
        self.word.setStyleSheet(f"color: {COLOURS[state] if state else THEME.text_muted};")
        self.setAccessibleName(f"{state}: {WORDS[state]}" if state else WORDS[None])
