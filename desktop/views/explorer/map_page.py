"""The map: drag to travel, turn the wheel to look closer, click a picture to go there."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
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
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.training.parts import level_line
from desktop.widgets.controls import Caption, LinkButton, Switch
from desktop.widgets.segments import Segments
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
    """Paints thumbnails and pins; knows nothing of the map. `travelled` and `chosen` carry pixels, `zoomed` a ratio."""

    travelled = Signal(float, float)
    chosen = Signal(float, float)
    zoomed = Signal(float)
    rested = Signal()
    resized = Signal(int, int)
    shown = Signal(bool)
    """Whether it is seen at all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Map of the generator's pictures")
        self.setAccessibleDescription("Arrow keys travel, plus and minus look closer or from farther away")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setMinimumSize(200, 200)
        self._thumbnails: tuple[Drawn, ...] = ()
        self._pins: tuple[tuple[float, float, QImage], ...] = ()
        self._words = ""
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._is_dragged = False

    def sizeHint(self) -> QSize:
        return QSize(400, 500)

    def show_map(self, thumbnails: Iterable[Drawn], pins: Iterable[tuple[float, float, QImage]], words: str = "") -> None:
        """`words` stand in the middle while nothing else does."""
        self._thumbnails, self._pins, self._words = tuple(thumbnails), tuple(pins), words
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
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._last = event.position()
            self._is_dragged = False
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        if (event.position() - self._pressed).manhattanLength() > CLICK:
            self._is_dragged = True
        if self._is_dragged:
            step, self._last = self._last - event.position(), event.position()
            self.travelled.emit(step.x(), step.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if self._is_dragged:
            self.rested.emit()
        else:
            self.chosen.emit(event.position().x(), event.position().y())

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
            square = QRectF(left, top, side, side)
            painter.drawImage(square, image)
            if novelty < 1:
                painter.fillRect(square, QColor(0, 0, 0, round(255 * DARKEST * (1 - novelty))))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for left, top, image in self._pins:
            self._paint_pin(painter, QPointF(left, top), image)
        self._paint_middle(painter)
        if self._words:
            self._paint_words(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(THEME.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_pin(self, painter: QPainter, at: QPointF, image: QImage) -> None:
        frame = QRectF(at.x() - 17, at.y() - 42, 34, 34)
        painter.setPen(QPen(QColor(THEME.on_accent), 1))
        painter.setBrush(QColor(THEME.accent))
        painter.drawPolygon([at, QPointF(at.x() - 6, at.y() - 9), QPointF(at.x() + 6, at.y() - 9)])
        painter.drawRoundedRect(frame, 4, 4)
        if not image.isNull():
            painter.drawImage(frame.adjusted(2, 2, -2, -2), image)

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


class MapPage(QWidget):
    """The map with what belongs to it."""

    layout_chosen = Signal(object)
    shades_changed = Signal(bool)
    find_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = MapCanvas()
        self.layouts = Segments("Neighbours", [("spread", "By spread"), ("look", "By look")])
        self.layouts.set_tip("look", "Pictures that look alike are neighbours")
        self.layouts.set_tip("spread", "Across and down are the two ways in which the pictures differ most")
        self.layouts.chosen.connect(self.layout_chosen)
        self.shades = Switch("Darker where you have been")
        self.shades.setChecked(True)
        self.shades.clicked.connect(self.shades_changed)
        self.find_link = LinkButton("Find the picture on the map")
        self.find_link.clicked.connect(self.find_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(level_line())
        foot = QVBoxLayout()
        foot.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_3)
        foot.setSpacing(THEME.space_2)
        foot.addWidget(self.layouts)
        foot.addWidget(self.shades)
        row = QHBoxLayout()
        row.addWidget(self.find_link)
        row.addStretch(1)
        foot.addLayout(row)
        foot.addWidget(Caption("Drag to travel, turn the wheel to look closer: it shows ever finer variation.", wrap=True))
        column.addLayout(foot)
