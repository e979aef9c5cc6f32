"""The canvas under the artist's hands: pan, zoom, compare, drop something on it, drag the result out."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from desktop.views.canvas_compare import CompareMode
from desktop.views.canvas_drop import DropZone, Payload
from desktop.views.canvas_overlay import DropOverlay
from desktop.views.canvas_surface import CanvasSurface
from desktop.views.canvas_welcome import CanvasWelcome
from desktop.widgets.theme import THEME

ZOOM_STEP = 1.25
PAN_STEP = 64.0
USES_SPACE = (QAbstractButton, QAbstractSpinBox, QLineEdit, QPlainTextEdit, QTextEdit)
"""Controls whose Space key the canvas never takes."""


class Canvas(CanvasSurface):
    """The picture, to work with.

    Keys: arrows pan, + and − zoom, Space and drag pans, O held shows the original, Enter opens a photo while the canvas is empty.
    """

    photo_dropped = Signal(list)
    """Paths; a document of the studio (.sfumato) arrives here too."""
    image_dropped = Signal(QImage)
    """A picture without a file."""
    style_dropped = Signal(list)
    """Styles to use in place of those in use: "file:<path>", or the gallery's keys ("gallery:<id>", "mine:<blob>")."""
    style_mix_dropped = Signal(list)
    """Styles to add to those in use, named as in `style_dropped`."""
    layer_dropped = Signal(list)
    drag_out_requested = Signal()
    open_requested = Signal()
    house_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode_before_hold: CompareMode | None = None
        self._space = False
        self._pan_from: QPointF | None = None
        self._press: QPointF | None = None
        self._shows_focus = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self._welcome = CanvasWelcome(self)
        self._welcome.open_requested.connect(self.open_requested)
        self._welcome.house_requested.connect(self.house_requested)
        self._overlay = DropOverlay(self)
        self._refresh()

    def _refresh(self) -> None:
        super()._refresh()
        focused = QApplication.focusWidget()
        if self.has_picture and focused is not None and self._welcome.isAncestorOf(focused):
            # Before it is hidden: Qt would hand the focus on as if Tab had been pressed.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._welcome.setGeometry(self.rect())
        self._welcome.setVisible(not self.has_picture and not self._overlay.isVisibleTo(self))
        self._overlay.setGeometry(self.rect())
        self._show_cursor()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._shows_focus and self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(THEME.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
            painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1 + event.value(), event.position())
            return True
        return super().event(event)

    def _show_cursor(self) -> None:
        if self._pan_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space and self.has_picture:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (is_left and self._space):
            self._pan_from = event.position()
            self._show_cursor()
        elif is_left and self._frame is not None and self._view.target.contains(event.position()):
            self._press = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            self._look(self._view.panned(event.position() - self._pan_from))
            self._pan_from = event.position()
        elif self._press is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._drag_out_from(self._press, event.position())

    def _drag_out_from(self, press: QPointF, here: QPointF) -> None:
        if (here - press).manhattanLength() >= QApplication.startDragDistance():
            # Forgotten first: the drag that follows swallows the release.
            self._press = None
            self.drag_out_requested.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pan_from = self._press = None
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.has_picture:
            return
        if self._fitted:
            self._look(self._view.zoomed(1.0, event.position()))
        else:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.has_picture:
            event.ignore()
            return
        # A touchpad tells pixels, a wheel eighths of a degree: a notch is 120.
        pixels = event.pixelDelta().y()
        notches = pixels / 60 if pixels else event.angleDelta().y() / 120
        self.zoom_by(math.pow(ZOOM_STEP, notches), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = PAN_STEP * (4 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        pans = {Qt.Key.Key_Left: (step, 0), Qt.Key.Key_Right: (-step, 0), Qt.Key.Key_Up: (0, step), Qt.Key.Key_Down: (0, -step)}
        zooms = {Qt.Key.Key_Plus: ZOOM_STEP, Qt.Key.Key_Equal: ZOOM_STEP, Qt.Key.Key_Minus: 1 / ZOOM_STEP}
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.has_picture:
            self.open_requested.emit()
        elif key == Qt.Key.Key_Space:
            self._hold_space(True)
        elif key == Qt.Key.Key_O and not event.modifiers():
            if not event.isAutoRepeat():
                self.hold_original(True)
        elif key in pans and self.has_picture:
            self._look(self._view.panned(QPointF(*pans[key])))
        elif key in zooms and self.has_picture:
            self.zoom_by(zooms[key])
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() or event.key() not in (Qt.Key.Key_Space, Qt.Key.Key_O):
            super().keyReleaseEvent(event)
        elif event.key() == Qt.Key.Key_Space:
            self._hold_space(False)
        else:
            self.hold_original(False)

    def _hold_space(self, held: bool) -> None:
        self._space = held
        self._show_cursor()

    def hold_original(self, held: bool) -> None:
        """Show the original while a key is down, then what was shown before."""
        if held and self._mode_before_hold is None:
            self._mode_before_hold = self.compare
            self.set_compare("original")
        elif not held and self._mode_before_hold is not None:
            before, self._mode_before_hold = self._mode_before_hold, None
            self.set_compare(before)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        # A key released elsewhere is never told to the canvas.
        self.hold_original(False)
        self._hold_space(False)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def leaveEvent(self, event: QEvent) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self._hold_space(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While the pointer is on the canvas, Space is its own wherever the keyboard focus is, save where Space means something."""
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) or not isinstance(event, QKeyEvent):
            return False
        if event.key() != Qt.Key.Key_Space or isinstance(QApplication.focusWidget(), USES_SPACE):
            return False
        if not event.isAutoRepeat():
            self._hold_space(event.type() == QEvent.Type.KeyPress)
        return True

    # Drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._overlay.open_for(event, self.has_picture)
        self._refresh()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._overlay.follow(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._overlay.close_zones()
        self._refresh()

    def dropEvent(self, event: QDropEvent) -> None:
        taken = self._overlay.take(event)
        self._refresh()
        if taken is not None:
            self._dropped(*taken, event)

    def _dropped(self, zone: DropZone, payload: Payload, event: QDropEvent) -> None:
        items = list(payload.items)
        styles = items if payload.kind == "styles" else [f"file:{path}" for path in items]
        if payload.kind == "image":
            image = event.mimeData().imageData()
            if isinstance(image, QImage) and not image.isNull():  # the other program may not deliver what it offered
                self.image_dropped.emit(image)
        elif zone.action == "photo":
            self.photo_dropped.emit(items)
        elif zone.action == "style":
            self.style_dropped.emit(styles)
        elif zone.action == "mix":
            self.style_mix_dropped.emit(styles)
        else:
            self.layer_dropped.emit(items)
