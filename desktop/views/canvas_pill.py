"""Small dark labels on the picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from desktop.widgets.theme import THEME, Weight, font


class Pill(QLabel):
    """A small dark label on the picture. With `dot`, a spot of the accent colour says that something is under way."""

    def __init__(self, parent: QWidget, text: str = "", *, dot: bool = False) -> None:
        super().__init__(text, parent)
        self._dot = dot
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(font(THEME.size_label, Weight.Medium))
        self.hide()

    def place(self, x: float, y: float) -> None:
        """Show it with its corner at (x, y)."""
        self.resize(self.sizeHint())
        self.move(round(x), round(y))
        self.raise_()
        self.show()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 24 + (14 if self._dot else 0), 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(255, 255, 255, 28), 1))
        painter.setBrush(QColor(20, 20, 20, 225))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12.5, 12.5)
        left = 12
        if self._dot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(THEME.accent))
            painter.drawEllipse(QPointF(15, self.height() / 2), 3, 3)
            left = 26
        painter.setPen(QColor(THEME.text))
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()
