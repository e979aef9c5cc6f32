"""The map under the hand: dragged, turned, clicked, by keys; and what it paints."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.views.explorer.map_page import MapCanvas, MapPage
from tests.desktop.views.finding import picture


@pytest.fixture
def page(qtbot: QtBot) -> MapPage:
    made = MapPage()
    qtbot.addWidget(made)
    made.resize(400, 600)
    made.show()
    return made


@pytest.fixture
def told(page: MapPage) -> list[tuple[object, ...]]:
    heard: list[tuple[object, ...]] = []
    page.canvas.travelled.connect(lambda across, down: heard.append(("travel", across, down)))
    page.canvas.chosen.connect(lambda left, top: heard.append(("go", left, top)))
    page.canvas.zoomed.connect(lambda ratio: heard.append(("zoom", round(ratio, 3))))
    page.canvas.rested.connect(lambda: heard.append(("rest",)))
    return heard


def test_a_drag_travels_and_a_click_goes_there(page: MapPage, told: list[tuple[object, ...]]) -> None:
    canvas = page.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(canvas, QPoint(80, 110))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(80, 110))
    assert told == [("travel", 20.0, -10.0), ("rest",)]
    told.clear()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(30, 40))
    assert told == [("go", 30.0, 40.0)]


def test_wheel_and_keys(page: MapPage, told: list[tuple[object, ...]]) -> None:
    canvas = page.canvas
    middle, none = QPointF(50, 50), Qt.KeyboardModifier.NoModifier
    canvas.wheelEvent(
        QWheelEvent(middle, middle, QPoint(), QPoint(0, 480), Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False)
    )
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert told == [("zoom", 2.0), ("zoom", 0.707), ("travel", 24.0, 0.0), ("rest",)]


def colour(canvas: MapCanvas, x: int, y: int) -> int:
    return canvas.grab().toImage().pixelColor(x, y).lightness()


def test_what_looks_like_a_visited_place_is_darker(page: MapPage) -> None:
    canvas, image = page.canvas, picture("#c0c0c0", 64, 64)
    canvas.show_map([(0, 0, 64, image, 1.0), (64, 0, 64, image, 0.0)], [])
    assert colour(canvas, 20, 20) == 0xC0 and colour(canvas, 90, 20) < 0x60
    canvas.show_map([], [(100, 100, picture("#102030"))], "The map is being made")
    assert colour(canvas, 100, 75) < 0x30
