from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QStyle
from pytestqt.qtbot import QtBot

from desktop.widgets.menu_bar import MenuBar


def underlines(bar: MenuBar) -> bool:
    return bool(bar.style().styleHint(QStyle.StyleHint.SH_UnderlineShortcut, None, bar))


def test_keys_are_underlined_after_alt_only(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = MenuBar()
    bar.addMenu("&File").addAction("Open")
    bar.addMenu("&Edit").addAction("Undo")
    window.setMenuBar(bar)
    field = QLineEdit()
    window.setCentralWidget(field)
    with qtbot.waitActive(window):
        window.show()
    field.setFocus()
    quiet = bar.grab().toImage()
    assert not underlines(bar)
    QTest.keyClick(field, Qt.Key.Key_Alt)
    qtbot.waitUntil(bar.hasFocus)
    assert underlines(bar)
    assert bar.grab().toImage() != quiet
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not bar.hasFocus())
    assert bar.grab().toImage() == quiet
