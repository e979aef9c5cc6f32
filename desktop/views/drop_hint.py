"""A veil over a panel that says what a drop there will do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.views.thumbnails import paint_icon
from desktop.widgets.theme import THEME, Weight, font


class DropHint(QWidget):
    """Covers its parent while something is dragged over it; the mouse goes through it."""

    def __init__(self, text: str, icon_name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._text, self._icon = text, icon_name
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(font(THEME.size_body, Weight.DemiBold))
        parent.installEventFilter(self)
        self.hide()

    def appear(self) -> None:
        self.setGeometry(self._host.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(THEME.panel)
        veil.setAlpha(225)
        painter.fillRect(self.rect(), veil)
        frame = QRectF(self.rect()).adjusted(12, 12, -12, -12)
        painter.setPen(QPen(QColor(THEME.accent), 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, THEME.radius_large, THEME.radius_large)
        centre = frame.center()
        paint_icon(painter, QPointF(centre.x(), centre.y() - 18), self._icon, 28, THEME.accent)
        painter.setPen(QColor(THEME.text))
        painter.drawText(QRectF(frame.x(), centre.y() + 4, frame.width(), 24), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()
