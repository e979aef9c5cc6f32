"""The bar of a value slider: a thin track, a round handle, and a mark where the default is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from desktop.widgets.theme import THEME

HANDLE_RADIUS = 6.0
TRACK_HEIGHT = 3.0
MARGIN = 8.0
"""From the ends of the track to the handle's centre at the lowest and highest value: room for its focus ring."""


class SliderTrack(QSlider):
    """A horizontal slider over whole positions 0 … `steps`. A press anywhere takes the handle there; the wheel works only while it
    has the keyboard focus, so that a scrolling panel changes nothing on its way."""

    reset_requested = Signal()

    def __init__(self, steps: int, default: int, origin: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._default, self._origin = default, origin
        self.setRange(0, steps)
        self.setPageStep(max(1, steps // 10))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(160, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 20)

    def x_of(self, position: int) -> float:
        """Where a position lies on the track, in logical pixels."""
        return MARGIN + (self.width() - 2 * MARGIN) * position / max(1, self.maximum())

    def position_at(self, x: float) -> int:
        """The position nearest to `x`, within the range."""
        share = (x - MARGIN) / max(1.0, self.width() - 2 * MARGIN)
        return round(min(1.0, max(0.0, share)) * self.maximum())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self.setValue(self.position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(self.position_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._draw_track(painter)
        self._draw_handle(painter)
        painter.end()

    def _draw_track(self, painter: QPainter) -> None:
        middle, round_end = self.height() / 2, TRACK_HEIGHT / 2
        track = QRectF(0, middle - round_end, self.width(), TRACK_HEIGHT)
        painter.setBrush(QColor(THEME.pressed if self.isEnabled() else THEME.raised))
        painter.drawRoundedRect(track, round_end, round_end)
        painter.setBrush(QColor(THEME.text_disabled))
        painter.drawRoundedRect(QRectF(self.x_of(self._default) - 1, middle - 5, 2, 10), 1, 1)
        if self.isEnabled():
            start = 0.0 if self._origin == 0 else self.x_of(self._origin)
            ends = sorted((start, self.x_of(self.value())))
            active = self.isSliderDown() or self.hasFocus()
            painter.setBrush(QColor(THEME.accent if active else THEME.text_faint))
            painter.drawRoundedRect(QRectF(ends[0], middle - round_end, ends[1] - ends[0], TRACK_HEIGHT), round_end, round_end)

    def _draw_handle(self, painter: QPainter) -> None:
        centre = QPointF(self.x_of(self.value()), self.height() / 2)
        # A rim in the panel's colour lifts the handle off the track.
        painter.setBrush(QColor(THEME.panel))
        painter.drawEllipse(centre, HANDLE_RADIUS + 1.5, HANDLE_RADIUS + 1.5)
        held = self.isSliderDown() or self.underMouse()
        painter.setBrush(QColor((THEME.text if held else "#d4d4d4") if self.isEnabled() else THEME.text_disabled))
        painter.drawEllipse(centre, HANDLE_RADIUS, HANDLE_RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(THEME.accent), 1.5))
            painter.drawEllipse(centre, HANDLE_RADIUS + 2, HANDLE_RADIUS + 2)
