"""Drag points over the live picture: a dot where a point is taken hold of, a ring where it shall come to, and a line between. A point
that is pinned is a disc."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.views.training.parts import Stage
from desktop.widgets.theme import THEME, Weight, font
from engine.api.exploring import Pull

DOT, RING = 4.5, 10.0
REACH = 14.0
"""Pixels: so near to a point it is meant."""
CLICK = 4
"""A hand that moved less has clicked."""
STEP = 1 / 128
"""Of the picture, for each press of an arrow key; with Shift eight times as far."""
HINT = "Click where you want to take hold of the picture, and drag to where that shall come."

Part = Literal["start", "end"]


class Handles(QWidget):
    """Covers a stage, while it is shown; `set_…` tells nobody. Places are in parts of the picture's side, points known by their number."""

    added = Signal(object)
    """(x, y)."""
    pulled = Signal(int, object)
    seized = Signal(int, object)
    chosen = Signal(object)
    """A number, or None."""
    removed = Signal(int)
    run_wanted = Signal()
    cancelled = Signal()

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.setAccessibleName("Drag points")
        self.setAccessibleDescription(
            "Insert pins a point in the middle, arrow keys pull it, Page up and down choose one, Delete removes it; "
            "Return lets the picture follow, Escape cancels"
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._stage = stage
        self._pulls: tuple[Pull, ...] = ()
        self._chosen: int | None = None
        self._is_running = False
        self._held: tuple[int, Part] | None = None
        self._held_from: Pull | None = None
        stage.installEventFilter(self)
        self.setGeometry(stage.rect())
        self.hide()

    def set_points(self, pulls: Sequence[Pull], chosen: int | None, *, running: bool) -> None:
        """Show the points; while the picture follows them they cannot be changed."""
        self._pulls, self._chosen, self._is_running = tuple(pulls), chosen, running
        if running or (self._held is not None and self._held[0] >= len(pulls)):
            self._held = None
        self._show_cursor(None)
        self.update()

    def place_of(self, at: QPointF) -> tuple[float, float] | None:
        """The picture's place under a point of the widget; None beside the picture."""
        shown = self._stage.picture_rect()
        if self._stage.image.isNull() or not shown.contains(at):
            return None
        return (at.x() - shown.left()) / shown.width(), (at.y() - shown.top()) / shown.height()

    def point_at(self, place: tuple[float, float]) -> QPointF:
        """Where in the widget a place of the picture is."""
        shown = self._stage.picture_rect()
        return QPointF(shown.left() + place[0] * shown.width(), shown.top() + place[1] * shown.height())

    def under(self, at: QPointF) -> tuple[int, Part] | None:
        """Which point's end or start is at a point of the widget; the nearest, ends first."""
        parts: tuple[Part, ...] = ("end", "start")
        near = [
            (_distance(at, self.point_at(pull.end if part == "end" else pull.start)), parts.index(part), index, part)
            for index, pull in enumerate(self._pulls)
            for part in parts
        ]
        distance, _, index, part = min(near, default=(math.inf, 0, 0, "end"))
        return (index, part) if distance <= REACH else None

    # The hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_of(event.position())
        if event.button() == Qt.MouseButton.RightButton and not self._is_running:
            self._remove_under(event.position())
        if event.button() != Qt.MouseButton.LeftButton or self._is_running:
            return
        self._held = self.under(event.position())
        if self._held is None and place is not None:
            count = len(self._pulls)
            self.added.emit(place)  # shown at once, where there is room for one more
            self._held = (count, "end") if len(self._pulls) > count else None
        if self._held is not None:
            self._held_from = self._pulls[self._held[0]]
            self.chosen.emit(self._held[0])
        else:
            self.chosen.emit(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            self._show_cursor(event.position())
            return
        index, part = self._held
        shown = self._stage.picture_rect()
        inside = QPointF(
            min(shown.right(), max(shown.left(), event.position().x())), min(shown.bottom(), max(shown.top(), event.position().y()))
        )
        place = self.place_of(inside)
        was = self._held_from
        # A hand that trembles pins; it does not pull.
        trembles = was is not None and was.start == was.end and _distance(inside, self.point_at(was.start)) < CLICK
        if place is not None and not trembles:
            (self.pulled if part == "end" else self.seized).emit(index, place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = None
            self._show_cursor(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, chosen = Qt.Key(event.key()), self._chosen
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        if key == Qt.Key.Key_Escape and self._held is not None:
            self._take_back()
        elif key == Qt.Key.Key_Escape and (self._is_running or chosen is None):
            self.cancelled.emit()
        elif key == Qt.Key.Key_Escape:
            self.chosen.emit(None)
        elif key == Qt.Key.Key_Insert:
            self.added.emit((0.5, 0.5))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and self._pulls:
            self._choose_next(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.run_wanted.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and chosen is not None:
            self.removed.emit(chosen)
        elif key in ways and chosen is not None:
            step = STEP * (8 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            x, y = self._pulls[chosen].end
            self.pulled.emit(chosen, (x + step * ways[key][0], y + step * ways[key][1]))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        """A hand that was dragging when the workspace went away has let go."""
        super().hideEvent(event)
        self._held = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._stage.rect())
        return super().eventFilter(watched, event)

    def _take_back(self) -> None:
        """The point is where it was before the hand took it."""
        held, was, self._held = self._held, self._held_from, None
        if held is not None and was is not None:
            self.seized.emit(held[0], was.start)
            self.pulled.emit(held[0], was.end)

    def _choose_next(self, by: int) -> None:
        count = len(self._pulls)
        self.chosen.emit((0 if by > 0 else count - 1) if self._chosen is None else (self._chosen + by) % count)

    def _remove_under(self, at: QPointF) -> None:
        under = self.under(at)
        if under is not None:
            self.removed.emit(under[0])

    def _show_cursor(self, at: QPointF | None) -> None:
        if self._is_running:
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif at is not None and self._held is None:
            on_point, on_picture = self.under(at) is not None, self.place_of(at) is not None
            shape = Qt.CursorShape.SizeAllCursor if on_point else Qt.CursorShape.CrossCursor if on_picture else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)

    # What is seen

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, pull in enumerate(self._pulls):
            self._paint_pull(painter, index, pull)
        if not self._pulls and not self._stage.image.isNull():
            self._paint_hint(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(THEME.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_pull(self, painter: QPainter, index: int, pull: Pull) -> None:
        """Seen on any ground: everything light has a dark rim."""
        start, end, is_chosen = self.point_at(pull.start), self.point_at(pull.end), index == self._chosen
        light, dark = QColor(THEME.accent if is_chosen else "white"), QColor(0, 0, 0, 190)
        apart = _distance(start, end)
        if apart > RING:
            rim = start + (end - start) * ((apart - RING) / apart)  # the line ends at the ring
            for colour, width in ((dark, 4.5), (light, 2.0)):
                painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawLine(start, rim)
        if apart > 1:
            painter.setPen(QPen(dark, 1.5))
            painter.setBrush(light)
            painter.drawEllipse(start, DOT, DOT)
        is_pinned = pull.start == pull.end  # a disc: it goes nowhere
        painter.setBrush(light if is_pinned else QColor(0, 0, 0, 150))
        for colour, width in ((dark, 4.5), (light, 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(end, RING, RING)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(THEME.on_accent) if is_pinned else light)
        painter.setFont(font(THEME.size_small, Weight.DemiBold, tabular=True))
        painter.drawText(QRectF(end.x() - RING, end.y() - RING, 2 * RING, 2 * RING), Qt.AlignmentFlag.AlignCenter, str(index + 1))

    def _paint_hint(self, painter: QPainter) -> None:
        painter.setFont(font(THEME.size_label))
        shown = self._stage.picture_rect()
        room = QRectF(self.rect()).adjusted(THEME.space_5, 0, -THEME.space_5, 0)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        words = painter.boundingRect(room, flags, HINT)
        words.moveCenter(QPointF(shown.center().x(), shown.bottom() - words.height() / 2 - 3 * THEME.space_2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(18, 18, 18, 205))
        painter.drawRoundedRect(words.adjusted(-12, -7, 12, 7), THEME.radius_large, THEME.radius_large)
        painter.setPen(QColor(THEME.text))
        painter.drawText(words.adjusted(-1, -1, 1, 1), flags, HINT)


def _distance(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
