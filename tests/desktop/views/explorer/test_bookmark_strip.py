"""The bookmarks below the live picture: what is read of their names."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from desktop.views.explorer.bookmark_strip import BookmarkStrip, short_name
from tests.desktop.views.finding import picture


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("scrolls-128 5042", "Seed 5042"),
        ("scrolls-128, a place on the map", "A place on the map"),
        ("scrolls-128, place 12 of a path", "Place 12 of a path"),
        ("scrolls-1289 4", "scrolls-1289 4"),
        ("scrolls-128", "scrolls-128"),
        ("The twelfth", "The twelfth"),
    ],
)
def test_the_generators_name_gives_way(name: str, short: str) -> None:
    assert short_name(name, "scrolls-128") == short
    assert short_name(name, "") == name


def test_the_short_name_is_drawn_and_the_whole_one_edited(qtbot: QtBot) -> None:
    strip = BookmarkStrip()
    qtbot.addWidget(strip)
    strip.set_bookmarks([("a", "scrolls-128 5042")], "scrolls-128")
    option, item = QStyleOptionViewItem(), strip.list.item(0)
    strip.list.names.initStyleOption(option, strip.list.indexFromItem(item))
    assert option.text == "Seed 5042"
    assert item.text() == item.toolTip() == "scrolls-128 5042"


def test_pictures_stand_evenly_whenever_they_come(qtbot: QtBot) -> None:
    strip = BookmarkStrip()
    qtbot.addWidget(strip)
    strip.resize(600, strip.height())
    strip.show()
    strip.set_bookmarks([("a", "boats 1"), ("b", "boats 2"), ("c", "boats 3")], "boats")
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
    strip.set_bookmarks([("a", "boats 1")], "boats", [("b", "boats 2", "Another version of boats made it.")])
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
    strip.set_bookmarks([], "boats", [("b", "boats 2", "Another version of boats made it.")])
    assert strip.ids == ["b"] and strip.list.isVisible()
