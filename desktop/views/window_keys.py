"""Keys that are the window's own, whichever of its parts has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from desktop.actions import command
from desktop.views.canvas import Canvas

TEXT_FIELDS = (QAbstractSpinBox, QLineEdit, QPlainTextEdit, QTextEdit)


class WindowKeys(QObject):
    """O held shows the original, except in a text field; the keys of Export work in text fields too.

    It listens where the platform hands keys to the window, before a list takes a letter for a search.
    """

    def __init__(self, window: QWidget, canvas: Canvas) -> None:
        super().__init__(window)
        self._window = window
        self._canvas = canvas
        self._export = [QKeySequence(keys) for keys in command("export").shortcuts]
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Show and watched is self._window:
            self._window.windowHandle().installEventFilter(self)
        elif kind == QEvent.Type.WindowDeactivate:
            # A key released over another window is never told here.
            self._canvas.hold_original(False)
        elif isinstance(event, QKeyEvent) and kind == QEvent.Type.ShortcutOverride:
            return self._leave_to_window(event)
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_O:
            return self._hold(event)
        return False

    def _leave_to_window(self, event: QKeyEvent) -> bool:
        """Qt's fields take Ctrl+E for the end of the line."""
        if QKeySequence(event.keyCombination()) not in self._export:
            return False
        event.ignore()
        return True

    def _hold(self, event: QKeyEvent) -> bool:
        elsewhere = isinstance(QApplication.focusWidget(), TEXT_FIELDS) or QApplication.activePopupWidget() is not None
        if event.type() == QEvent.Type.KeyRelease:
            if not event.isAutoRepeat():
                self._canvas.hold_original(False)
            return not elsewhere
        if elsewhere or event.modifiers():
            return False
        if not event.isAutoRepeat():
            self._canvas.hold_original(True)
        return True
