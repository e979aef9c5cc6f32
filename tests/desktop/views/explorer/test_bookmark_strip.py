"""The bookmarks below the live picture: what is read of their names."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.explorer.bookmark_strip import BookmarkStrip
from tests.desktop.views.finding import picture


def test_a_name_stands_below_its_picture_and_in_its_tip(qtbot: QtBot) -> None:
    strip = BookmarkStrip()
    qtbot.addWidget(strip)
    strip.set_bookmarks([("a", "Seed 0 with seed 212247")])
    item = strip.list.item(0)
    assert item.text() == item.toolTip() == "Seed 0 with seed 212247"
    assert strip.list.textElideMode() == Qt.TextElideMode.ElideRight


def test_pictures_stand_evenly_whenever_they_come(qtbot: QtBot) -> None:
    strip = BookmarkStrip()
    qtbot.addWidget(strip)
    strip.resize(600, strip.height())
    strip.show()
    strip.set_bookmarks([("a", "boats 1"), ("b", "boats 2"), ("c", "boats 3")])
    QApplication.processEvents()
    strip.set_picture("b", picture())
    QApplication.processEvents()
    left = [strip.list.visualItemRect(strip.list.item(row)).left() for row in range(3)]
    assert left[1] - left[0] == left[2] - left[1] > 0


def test_a_bookmark_that_nobody_can_go_to_stands_greyed_at_the_end(qtbot: QtBot) -> None:
    strip = BookmarkStrip()
    qtbot.addWidget(strip)
    strip.resize(600, strip.height())
    strip.show()
    told: list[tuple[str, str]] = []
    strip.visited.connect(lambda id: told.append(("visit", id)))
    strip.removed.connect(lambda id: told.append(("remove", id)))
    strip.set_bookmarks([("a", "boats 1")], [("b", "boats 2", "Another version of boats made it.")])
    QApplication.processEvents()
    item = strip.list.item(1)
    assert strip.ids == ["a", "b"] and item.toolTip() == "boats 2\nAnother version of boats made it."
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    for row in (1, 0):
        QTest.mouseClick(strip.list.viewport(), Qt.MouseButton.LeftButton, pos=strip.list.visualItemRect(strip.list.item(row)).center())
    assert told == [("visit", "a")]
    menu = strip.menu_of(item)
    assert [action.text() for action in menu.actions()] == ["Remove the bookmark"]
    menu.actions()[0].trigger()
    assert told[-1] == ("remove", "b")
    strip.set_bookmarks([], [("b", "boats 2", "Another version of boats made it.")])
    assert strip.ids == ["b"] and strip.list.isVisible()
