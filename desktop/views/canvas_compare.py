"""Comparing the result with the original: side by side at a line that can be moved, or the original alone."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.views.canvas_pill import Pill
from desktop.views.canvas_view import CanvasView
from desktop.widgets.theme import THEME

CompareMode = Literal["off", "split", "original"]
EDGE = 28.0
"""How near the line may come to the edge of what is visible, in logical pixels, so that it can always be taken back."""


class SplitHandle(QWidget):
    """The line between the original and the result: dragged with the mouse, moved with the arrow keys."""

    WIDTH = 36
    dragged = Signal(float)
    """The line's new place, in the parent's logical pixels."""
    stepped = Signal(float)
    """Moved by keys: a share of the picture's width, negative to the left."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName("Compare: split between original and result")
        self.setAccessibleDescription("Left and Right move it; with Shift in larger steps")
        self.hide()

    def place(self, x: float, top: float, height: float) -> None:
        self.setGeometry(round(x - self.WIDTH / 2), round(top), self.WIDTH, max(1, round(height)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(self.mapToParent(event.position()).x())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Not the canvas's: that would zoom.
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.01
        steps = {Qt.Key.Key_Left: -step, Qt.Key.Key_Right: step, Qt.Key.Key_Home: -1.0, Qt.Key.Key_End: 1.0}
        if (key := Qt.Key(event.key())) in steps:
            self.stepped.emit(steps[key])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, y = self.width() / 2, self.height() / 2
        painter.fillRect(QRectF(x - 1.5, 0, 3, self.height()), QColor(0, 0, 0, 90))
        painter.fillRect(QRectF(x - 0.75, 0, 1.5, self.height()), QColor(255, 255, 255, 235))
        painter.setPen(QPen(QColor(THEME.accent) if self.hasFocus() else QColor(0, 0, 0, 110), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(250, 250, 250))
        painter.drawEllipse(QPointF(x, y), 14, 14)
        painter.setPen(QPen(QColor(40, 40, 40), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        for side in (-1, 1):
            painter.drawPolyline([QPointF(x + side * 4, y - 4), QPointF(x + side * 8, y), QPointF(x + side * 4, y + 4)])
        painter.end()


class Comparison(QObject):
    """The mode, the place of the line (`share` of the picture's width), and the widgets that float on the picture for it."""

    moved = Signal()

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.mode: CompareMode = "off"
        self.share = 0.5
        self._view = CanvasView.empty()
        self.handle = SplitHandle(canvas)
        self._original, self._result = Pill(canvas, "Original"), Pill(canvas, "Result")
        self.handle.dragged.connect(lambda x: self._move_to(self._view.to_picture(QPointF(x, 0)).x() / self._view.picture.width()))
        self.handle.stepped.connect(lambda step: self._move_to(self.share + step))

    def line(self) -> float:
        """Where the line is drawn, in logical pixels of the canvas: at its share, or at the edge of what is visible."""
        target = self._view.target
        visible = self._view.visible
        inset = min(EDGE, visible.width() / 4)
        x = target.x() + self.share * target.width()
        # At the picture's own edges the line may go all the way; at the canvas's it keeps its distance.
        low = visible.left() if visible.left() <= target.left() + 1 else visible.left() + inset
        high = visible.right() if visible.right() >= target.right() - 1 else visible.right() - inset
        return min(max(x, low), max(low, high))

    def arrange(self, view: CanvasView) -> None:
        """Put handle and labels where they belong for the mode and the view."""
        self._view = view
        visible = view.visible
        is_split = self.mode == "split" and not visible.isEmpty()
        self.handle.setVisible(is_split)
        if is_split:
            self.handle.place(self.line(), visible.top(), visible.height())
        self._label(self._original, self.mode != "off", QRectF(visible), right=False)
        self._label(self._result, is_split, QRectF(visible), right=True)

    def _label(self, pill: Pill, wanted: bool, area: QRectF, *, right: bool) -> None:
        """A label in the lower corner of its side, where that side is wide enough for it: what is told lies along the upper edge."""
        if self.mode == "split":
            area.setLeft(self.line()) if right else area.setRight(self.line())
        if not wanted or area.width() < pill.sizeHint().width() + 24 or area.height() < 60:
            pill.hide()
            return
        size = pill.sizeHint()
        pill.place(area.right() - size.width() - 12 if right else area.left() + 12, area.bottom() - size.height() - 12)

    def _move_to(self, share: float) -> None:
        self.share = min(1.0, max(0.0, share))
        self.handle.setAccessibleDescription(f"{round(self.share * 100)} per cent; Left and Right move it, with Shift in larger steps")
        self.moved.emit()
