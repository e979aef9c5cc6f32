"""Buttons: an icon with a name, a text in three weights, a link, and a switch."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QPushButton, QToolButton, QWidget

from desktop.widgets.icons import GRID, icon
from desktop.widgets.theme import THEME, Weight, font

Kind = Literal["primary", "secondary", "ghost"]


def push_button(text: str, kind: Kind = "secondary", *, icon_name: str | None = None, parent: QWidget | None = None) -> QPushButton:
    """A text button. `primary` is the one thing to do here, `ghost` has no frame until it is hovered."""
    button = QPushButton(text, parent)
    button.setProperty("kind", kind)
    button.setFont(font(weight=Weight.Medium))
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    if icon_name is not None:
        button.setIcon(icon(icon_name, colour=THEME.on_accent if kind == "primary" else None))
        button.setIconSize(QSize(GRID + 2, GRID - 4))  # wider than high: the icon stands a little off the text
    return button


class LinkButton(QPushButton):
    """A button that reads as part of a sentence."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("kind", "link")
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class IconButton(QToolButton):
    """A button that shows an icon only: `text` is its accessible name and its tooltip. A click does not take the keyboard focus
    away from where the artist works; Tab does."""

    def __init__(self, icon_name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIconSize(QSize(GRID, GRID))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoRaise(True)
        self.setIcon(icon(icon_name))
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """What the button does: its name for a screen reader, and its tooltip."""
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(text)


def with_keys(text: str, keys: QKeySequence) -> str:
    """A tooltip that also tells the keys: "Save  (Ctrl+S)"."""
    return text if keys.isEmpty() else f"{text}  ({keys.toString(QKeySequence.SequenceFormat.NativeText)})"


class Switch(QCheckBox):
    """A check box drawn as a switch, the text on its left and the switch at the right edge."""

    WIDTH, HEIGHT = 30, 18

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(text)
        self.setFont(font(THEME.size_label))
        self.setMinimumHeight(26)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + THEME.space_3 + self.WIDTH + 4, 26)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.WIDTH + 4 + 40, 26)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(self.width() - self.WIDTH, (self.height() - self.HEIGHT) / 2, self.WIDTH, self.HEIGHT)
        self._draw_text(painter, track.left() - THEME.space_2)
        self._draw_switch(painter, track)
        painter.end()

    def _draw_text(self, painter: QPainter, width: float) -> None:
        painter.setPen(QColor(THEME.text if self.isEnabled() else THEME.text_disabled))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(QRectF(0, 0, width, self.height()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _draw_switch(self, painter: QPainter, track: QRectF) -> None:
        on = self.isChecked()
        ground = THEME.accent if on else (THEME.pressed if self.underMouse() else THEME.hover)
        knob = THEME.on_accent if on else THEME.text_muted
        if not self.isEnabled():
            ground, knob = THEME.raised, THEME.text_disabled
        if self.hasFocus():
            painter.setPen(QPen(QColor(THEME.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = track.adjusted(0.75, 0.75, -0.75, -0.75)
            painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
            track = track.adjusted(3, 3, -3, -3)
        radius = track.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(track, radius, radius)
        painter.setBrush(QColor(knob))
        centre = QPointF(track.right() - radius if on else track.left() + radius, track.center().y())
        painter.drawEllipse(centre, radius - 2.5, radius - 2.5)
