"""The map: drag to travel, turn the wheel to look closer, click a picture to go there; hold Shift to draw a path."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.views.explorer.map_marks import NO_CURVE, Curve, Pin, paint_curve, paint_line, paint_pin, pin_at
from desktop.widgets.theme import THEME

STEP = 24
"""Pixels for each press of an arrow key."""
CLICK = 4
"""A hand that moved less has clicked."""
DARKEST = 0.62
"""How much darker what looks like a visited place is."""


Drawn = tuple[float, float, float, QImage, float]
"""A thumbnail: left, top, side, image, and how new it is."""


class MapCanvas(QWidget):
    """Paints thumbnails, pins and the journey; knows nothing of the map. Its signals carry pixels, and `zoomed` a ratio."""

    travelled = Signal(float, float)
    chosen = Signal(float, float)
    pin_chosen = Signal(str)
    drawn = Signal(object)
    """The points of a line, from its beginning on."""
    place_added = Signal()
    """While a path is drawn with the keyboard: the middle is its next stop."""
    drawing_left = Signal()
    zoomed = Signal(float)
    rested = Signal()
    resized = Signal(int, int)
    shown = Signal(bool)
    """Whether it is seen at all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Map of the generator's pictures")
        self.setAccessibleDescription(
            "Arrow keys travel, plus and minus look closer or from farther away; while a path is drawn, Enter adds the place in the middle"
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setMinimumSize(200, 200)
        self.setMouseTracking(True)
        self._thumbnails: tuple[Drawn, ...] = ()
        self._pins: tuple[Pin, ...] = ()
        self._curve = Curve()
        self._line: list[QPointF] | None = None
        self._is_drawing = False
        self._words = ""
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._is_dragged = False

    def sizeHint(self) -> QSize:
        return QSize(400, 500)

    def show_map(self, thumbnails: Iterable[Drawn], pins: Iterable[Pin], curve: Curve = NO_CURVE, words: str = "") -> None:
        """Later pins lie over earlier ones; `words` stand in the middle while nothing else does."""
        self._thumbnails, self._pins, self._curve, self._words = tuple(thumbnails), tuple(pins), curve, words
        self.update()

    def set_drawing(self, on: bool) -> None:
        """Whether the hand draws a path; with Shift it does in any case."""
        self._is_drawing = on
        self._line = None
        self._show_cursor()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit(self.width(), self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._is_drawing or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._line = [event.position()]
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self._pressed = self._last = event.position()
            self._is_dragged = False
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._line is not None:
            self._line.append(event.position())
            self.update()
            return
        if self._pressed is None:
            self._show_cursor(event.position())
            return
        if (event.position() - self._pressed).manhattanLength() > CLICK:
            self._is_dragged = True
        if self._is_dragged:
            step, self._last = self._last - event.position(), event.position()
            self.travelled.emit(step.x(), step.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._line is not None:
            self._end_line()
        elif self._pressed is not None:
            self._pressed = None
            self._end_press(event.position())
        self._show_cursor(event.position())

    def _end_line(self) -> None:
        line, self._line = self._line or [], None
        self.update()
        self.drawn.emit([(point.x(), point.y()) for point in line])

    def _end_press(self, at: QPointF) -> None:
        pin = pin_at(self._pins, at)
        if self._is_dragged:
            self.rested.emit()
        elif pin is not None:
            self.pin_chosen.emit(pin.id)
        else:
            self.chosen.emit(at.x(), at.y())

    def _show_cursor(self, at: QPointF | None = None) -> None:
        on_pin = at is not None and pin_at(self._pins, at) is not None
        shape = Qt.CursorShape.PointingHandCursor if on_pin else Qt.CursorShape.OpenHandCursor
        self.setCursor(Qt.CursorShape.CrossCursor if self._is_drawing else shape)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            pin = pin_at(self._pins, QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if pin is None else pin.tip, self)
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoomed.emit(2 ** (event.angleDelta().y() / 480))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        key = Qt.Key(event.key())
        if key in ways:
            across, down = ways[key]
            self.travelled.emit(STEP * across, STEP * down)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(0.5**0.5 if key == Qt.Key.Key_Minus else 2**0.5)
        elif self._is_drawing and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.place_added.emit()
        elif key == Qt.Key.Key_Escape and (self._is_drawing or self._line is not None):
            self._line = None
            self.update()
            self.drawing_left.emit()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        if event.key() in arrows and not event.isAutoRepeat():
            self.rested.emit()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.rested.emit()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(THEME.canvas))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for left, top, side, image, novelty in self._thumbnails:
            square = self._on_pixels(left, top, side)
            painter.drawImage(square, image)
            if novelty < 1:
                painter.fillRect(square, QColor(0, 0, 0, round(255 * DARKEST * (1 - novelty))))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_curve(painter, self._curve)
        for pin in self._pins:
            paint_pin(painter, pin)
        paint_line(painter, self._line or ())
        self._paint_middle(painter)
        if self._words:
            self._paint_words(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(THEME.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _on_pixels(self, left: float, top: float, side: float) -> QRectF:
        """A square whose edges lie between pixels of the screen: where two meet, neither leaves a line of the ground."""
        ratio = self.devicePixelRatioF()
        from_left, from_top, to_right, to_bottom = (round(edge * ratio) / ratio for edge in (left, top, left + side, top + side))
        return QRectF(from_left, from_top, to_right - from_left, to_bottom - from_top)

    def _paint_middle(self, painter: QPainter) -> None:
        """Where the live picture is, seen on any ground."""
        middle = QRectF(self.rect()).center()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 160), 4.5), (QColor("white"), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(middle, 9, 9)

    def _paint_words(self, painter: QPainter) -> None:
        room = self.rect().adjusted(THEME.space_5, 0, -THEME.space_5, -self.height() // 3)
        painter.setPen(QColor(THEME.text_muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
