"""The blend pad and the journey's page under the hand."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.views.explorer.blend_page import APART, BlendPage
from desktop.views.explorer.journey_page import JourneyPage
from desktop.widgets.controls import IconButton
from desktop.widgets.theme import THEME
from engine.api.place_kinds import GROUPS
from tests.desktop.views.finding import named, picture

MIDDLE = dict.fromkeys(GROUPS, (0.5, 0.5))
BOOKMARKS = [("a", "boats 1", picture("#800000")), ("b", "boats 2", picture("#008000")), ("c", "boats 3", picture("#000080"))]


def test_the_pad(qtbot: QtBot) -> None:
    page = BlendPage()
    qtbot.addWidget(page)
    page.set_choices(BOOKMARKS)
    page.set_blend("two", MIDDLE, ("a", "b"), {"a": BOOKMARKS[0][2], "b": BOOKMARKS[1][2]})
    page.resize(420, 700)
    page.show()
    told: list[tuple[object, ...]] = []
    page.pad.moved.connect(lambda groups, spot: told.append((groups, round(spot[0], 2))))
    page.pad.rested.connect(lambda: told.append(("rest",)))
    page.parent_chosen.connect(lambda slot, id: told.append((slot, id)))
    ground = page.pad.ground()
    QTest.mouseClick(page.pad, Qt.MouseButton.LeftButton, pos=QPoint(round(ground.right()), round(ground.center().y())))
    assert told == [(GROUPS, 1.0), ("rest",)]
    told.clear()
    named(page, QPushButton, "The hand moves: Colours").click()
    QTest.keyClick(page.pad, Qt.Key.Key_Left)
    assert told == [(("fine",), 0.46), ("rest",)]
    told.clear()
    field = named(page, QComboBox, "Right")
    assert field.currentText() == "boats 2"
    field.activated.emit(2)
    assert told == [(1, "c")]
    assert page.pad.grab().toImage().pixelColor(20, page.pad.height() // 2).name() == "#800000"

    def handle() -> str:
        return page.pad.grab().toImage().pixelColor(page.pad.rect().center()).name()

    shown = {"a": BOOKMARKS[0][2], "b": BOOKMARKS[1][2]}
    page.set_blend("two", MIDDLE, ("a", "b"), shown, live=False)
    hollow = handle()
    page.set_blend("two", MIDDLE, ("a", "b"), shown)
    assert handle() == THEME.accent.lower() != hollow
    assert page.hint.text() == APART
    page.set_blend("sum", MIDDLE, ("a", "b", None), shown)
    assert "At the left is this" in page.hint.text() and "that is taken out" in page.hint.text()
    page.set_blend("four", MIDDLE | {"fine": (0.1, 0.9)}, ("a", "b", "c", None), {})
    assert not page.pad.isEnabled() and page.words.isVisible()
    page.pad.grab()


def test_the_journeys_page(qtbot: QtBot) -> None:
    page = JourneyPage()
    qtbot.addWidget(page)
    page.resize(420, 700)
    page.show()
    page.set_choices(BOOKMARKS)
    page.set_journey([], ready=False, loop=True, playing=False, frames=120)
    assert page.add.isVisible() and page.words.isVisible() and "Two stops" in page.words.text()
    useless = (page.loop, page.easing, page.where, page.play, page.seconds, page.film_size, page.film, page.remove, page.earlier)
    assert not any(part.isVisible() for part in useless)
    told: list[tuple[object, ...]] = []
    page.added.connect(lambda ids: told.append(("add", ids)))
    page.shifted.connect(lambda place, by: told.append(("shift", place, by)))
    page.removed.connect(lambda place: told.append(("remove", place)))
    page.play_toggled.connect(lambda on: told.append(("play", on)))
    page.side_chosen.connect(lambda side: told.append(("side", side)))
    menu = page.menu()
    for action in menu.actions():
        if action.text() in ("boats 2", "All bookmarks"):
            action.trigger()
    assert told == [("add", ("b",)), ("add", ("c", "b", "a"))]
    told.clear()
    page.set_journey([(name, image) for _, name, image in BOOKMARKS], ready=True, loop=True, playing=False, frames=60)
    assert page.length.text() == "60 frames" and not page.words.isVisible() and not page.earlier.isEnabled()
    assert all(part.isVisible() for part in useless)
    page.stops.setCurrentRow(1)
    page.earlier.click()
    QTest.keyClick(page.stops, Qt.Key.Key_Delete)
    named(page, IconButton, "Play").click()
    page.film_size.activated.emit(2)
    assert told == [("shift", 1, -1), ("remove", 0), ("play", True), ("side", 512)]
    page.set_journey([], ready=True, loop=False, playing=True, frames=60)
    named(page, IconButton, "Pause").click()
    assert told[-1] == ("play", False) and not page.loop.isChecked()


def test_the_film_says_how_large_and_how_long_it_is(qtbot: QtBot) -> None:
    page = JourneyPage()
    qtbot.addWidget(page)
    page.set_own_side(128)
    assert page.film_size.itemText(0) == "As the generator learnt – 128 px" and page.film_size.itemData(0) is None
    page.set_own_side(None)
    assert page.film_size.itemText(0) == "As the generator learnt"
