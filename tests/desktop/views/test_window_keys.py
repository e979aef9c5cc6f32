from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.gallery import Card
from desktop.views.gallery_grid import GalleryGrid
from desktop.views.window import Window
from tests.desktop.views.finding import named, picture


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made, before_close_func=lambda window: window.allow_close())
    made.gallery.set_cards([Card("gallery:olive", "Olive Trees")])
    made.results.add_result("first", picture(), "Olive Trees")
    made.canvas.set_frame(np.zeros((40, 60, 4), np.uint8), 1.0)
    made.canvas.set_original(np.full((40, 60, 4), 255, np.uint8))
    made.set_document("boat", dirty=False, has_picture=True)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


def focus(widget: QWidget) -> None:
    widget.setFocus()
    assert widget.hasFocus()


def search(window: Window) -> QLineEdit:
    return named(window, QLineEdit, "Search styles")


@pytest.mark.parametrize("name", ["Styles", "Results of this sitting", "Canvas"])
def test_holding_o_shows_the_original_wherever_the_keyboard_is(window: Window, name: str) -> None:
    focus(next(child for child in window.findChildren(QWidget) if child.accessibleName() == name and child.focusPolicy()))
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_O)
    held = window.canvas.compare
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_O)
    assert (held, window.canvas.compare) == ("original", "off")


def test_o_is_a_letter_in_a_text_field(window: Window) -> None:
    focus(search(window))
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_O)
    assert search(window).text() == "o"
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_O)
    assert window.canvas.compare == "off"


def test_leaving_the_window_lets_go_of_the_original(window: Window, qtbot: QtBot) -> None:
    focus(named(window, GalleryGrid, "Styles"))
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_O)
    held = window.canvas.compare
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    with qtbot.waitActive(other):
        other.activateWindow()
    assert (held, window.canvas.compare) == ("original", "off")


class TakesEndOfLine(QObject):
    """Has a field take Ctrl+E, as Qt's fields do under X11 and Wayland."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        taken = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_E
        if taken:
            event.accept()
        return taken


def test_export_works_from_the_search_field(window: Window, qtbot: QtBot) -> None:
    search(window).installEventFilter(TakesEndOfLine(window))
    focus(search(window))
    with qtbot.waitSignal(window.actions_by_id["export"].triggered, timeout=1000):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
