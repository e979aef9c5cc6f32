"""Texts: small headings, captions, and a line that is shortened with an ellipsis where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.widgets.theme import THEME, Weight, font


class Heading(QLabel):
    """A section's name: small, letter-spaced capitals (the text itself stays as written, for screen readers)."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", "heading")
        self.setFont(font(THEME.size_small, Weight.DemiBold, tracking=0.07, capitals=True))
        self.setMinimumHeight(18)  # as high as what may stand beside it, so that headings of neighbours share a line


class Caption(QLabel):
    """A quiet line or paragraph beside the thing that it explains."""

    def __init__(self, text: str = "", *, wrap: bool = False, tabular: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", "caption")
        self.setFont(font(THEME.size_label, tabular=tabular))
        self.setWordWrap(wrap)


class ElidedLabel(QLabel):
    """One line of text that gives way: what does not fit is replaced by an ellipsis, and the tooltip has it all."""

    def __init__(
        self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, *, role: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode
        self.setProperty("role", role)
        self.setFont(font(THEME.size_label))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def shown_text(self) -> str:
        """What there is room for."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown_text
        tip = self.text() if shown != self.text() else ""
        if tip != self.toolTip():
            self.setToolTip(tip)
        painter = QPainter(self)
        self.style().drawItemText(
            painter, self.contentsRect(), self.alignment(), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )
        painter.end()
