"""The picture, small, with a frame on it that is put anywhere; and through a loupe the real pixels of the print inside the frame."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.canvas_pill import Pill
from desktop.widgets.theme import THEME, font

WIDTH: Final = 300
SMALL_HEIGHT: Final = 190
LOUPE_HEIGHT: Final = 220
STEP: Final = 0.02
SMALLEST_FRAME: Final = 14.0
"""Logical pixels: of a large print the spot would be too small to see."""


class SmallPicture(QWidget):
    """Click or drag, or the arrow keys, put the frame elsewhere: `moved` carries its middle, 0..1 across and down."""

    moved = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(WIDTH, SMALL_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Where the loupe looks")
        self.setAccessibleDescription("Arrow keys move it, with Shift in larger steps")
        self._image = QImage()
        self._middle = QPointF(0.5, 0.5)
        self._shares = (1.0, 1.0)

    @property
    def middle(self) -> tuple[float, float]:
        return self._middle.x(), self._middle.y()

    def set_image(self, image: QImage) -> None:
        """The whole picture, of any size."""
        self._image = image
        self.update()

    def set_frame(self, width: float, height: float) -> None:
        """How much of the picture the loupe shows, 0..1 each."""
        self._shares = (min(1.0, width), min(1.0, height))
        self.update()

    @property
    def area(self) -> QRectF:
        """Where the picture lies."""
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio) if not self._image.isNull() else self.size()
        return QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height())

    def put(self, x: float, y: float) -> None:
        """Look there: 0..1 across and down."""
        self._middle = QPointF(min(1.0, max(0.0, x)), min(1.0, max(0.0, y)))
        self.update()
        self.moved.emit(*self.middle)

    def _put_at(self, point: QPointF) -> None:
        area = self.area
        self.put((point.x() - area.x()) / area.width(), (point.y() - area.y()) / area.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._put_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._put_at(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = 5 * STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        steps = {Qt.Key.Key_Left: (-step, 0), Qt.Key.Key_Right: (step, 0), Qt.Key.Key_Up: (0, -step), Qt.Key.Key_Down: (0, step)}
        if (key := Qt.Key(event.key())) in steps:
            across, down = steps[key]
            self.put(self._middle.x() + across, self._middle.y() + down)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.area
        if self._image.isNull():
            painter.fillRect(area, QColor(THEME.raised))
        else:
            painter.drawImage(area, self._image)
            self._draw_frame(painter, area)
        if self.hasFocus():
            painter.setPen(QPen(QColor(THEME.accent), 2))
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        painter.end()

    def _draw_frame(self, painter: QPainter, area: QRectF) -> None:
        width = min(area.width(), max(SMALLEST_FRAME, self._shares[0] * area.width()))
        height = min(area.height(), max(SMALLEST_FRAME, self._shares[1] * area.height()))
        x = area.x() + min(max(0.0, self._middle.x() * area.width() - width / 2), area.width() - width)
        y = area.y() + min(max(0.0, self._middle.y() * area.height() - height / 2), area.height() - height)
        frame = QRectF(x, y, width, height)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 160), 3.5))
        painter.drawRect(frame)
        painter.setPen(QPen(QColor(255, 255, 255), 1.5))
        painter.drawRect(frame)


class LoupeView(QWidget):
    """Shows the pixels one to one on the screen's own; while new ones are made, the old ones stay, and a dot says so."""

    def __init__(self, name: str = "Loupe, 100 per cent", height: int = LOUPE_HEIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(WIDTH, height)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self._image = QImage()
        self._sentence = ""
        self._busy = Pill(self, "Making these pixels", dot=True)

    @property
    def pixels(self) -> QSize:
        """How many of the print it shows, across and down."""
        return self.size() * self.devicePixelRatioF()

    def set_image(self, image: QImage) -> None:
        self._image, self._sentence = image, ""
        self.update()

    def set_sentence(self, sentence: str) -> None:
        """Why there are no pixels."""
        self._image, self._sentence = QImage(), sentence
        self.update()

    def set_busy(self, busy: bool) -> None:
        self.setAccessibleDescription("Making these pixels" if busy else self._sentence)
        if busy:
            hint = self._busy.sizeHint()
            self._busy.place((self.width() - hint.width()) / 2, self.height() - hint.height() - THEME.space_2)
        else:
            self._busy.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(THEME.canvas))
        if not self._image.isNull():
            ratio = self.devicePixelRatioF()
            width, height = self._image.width() / ratio, self._image.height() / ratio
            painter.drawImage(QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height), self._image)
        elif self._sentence:
            painter.setPen(QColor(THEME.text_muted))
            painter.setFont(font(THEME.size_label))
            margin = THEME.space_4
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(margin, margin, -margin, -margin), flags, self._sentence)
        painter.end()
