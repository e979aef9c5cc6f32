"""The map under the hand: dragged, turned, clicked, by keys; and what it paints."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.state.explorer.atlas import Marks
from desktop.views.explorer.map_canvas import MapCanvas
from desktop.views.explorer.map_marks import Curve, Pin, curve_path
from desktop.views.explorer.map_page import DRAW, TRAVEL, MapPage
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
    canvas = page.canvas
    canvas.pin_chosen.connect(lambda id: heard.append(("pin", id)))
    canvas.drawn.connect(lambda line: heard.append(("drawn", line)))
    canvas.place_added.connect(lambda: heard.append(("add",)))
    page.drawing_changed.connect(lambda on: heard.append(("drawing", on)))
    return heard


def pin(id: str, left: float, top: float, image: QImage, kind: Marks = "bookmarks") -> Pin:
    return Pin(id, kind, f"boats {id}", left, top, image)


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
    canvas.show_map([], [pin("a", 100, 100, picture("#102030"))], words="The map is being made")
    assert colour(canvas, 100, 75) < 0x30


def test_a_click_on_a_pin_goes_to_its_picture_and_the_upper_one_wins(page: MapPage, told: list[tuple[object, ...]]) -> None:
    canvas = page.canvas
    canvas.show_map([], [pin("a", 100, 100, picture()), pin("b", 110, 100, picture(), "photos")])
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(105, 75))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(86, 75))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert told == [("pin", "b"), ("pin", "a"), ("go", 200.0, 200.0)]
    QTest.mouseMove(canvas, QPoint(105, 75))
    assert canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert pin("b", 0, 0, picture(), "photos").tip == "boats b\nYour photo"


def test_with_shift_or_the_switch_the_hand_draws(page: MapPage, told: list[tuple[object, ...]]) -> None:
    canvas, left, shift = page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    QTest.mousePress(canvas, left, shift, QPoint(20, 20))
    QTest.mouseMove(canvas, QPoint(60, 20))
    QTest.mouseMove(canvas, QPoint(60, 80))
    line = canvas.grab().toImage()
    assert line.pixelColor(40, 20).name() == "#e0a267", "the line is seen while it is drawn"
    QTest.mouseRelease(canvas, left, shift, QPoint(60, 80))
    assert told == [("drawn", [(20.0, 20.0), (60.0, 20.0), (60.0, 80.0)])]
    told.clear()
    page.drawing.click()
    page.set_drawing(True)
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor and page.words.text() == DRAW
    QTest.mouseClick(canvas, left, pos=QPoint(30, 30))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert told == [("drawing", True), ("drawn", [(30.0, 30.0)]), ("add",), ("drawing", False)]
    page.set_drawing(False)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert told[-1] == ("drawing", False) and page.words.text() == TRAVEL and not page.drawing.isChecked()


def test_a_journey_is_a_curve_through_its_stops(page: MapPage) -> None:
    stops = ((40.0, 60.0), (140.0, 60.0), (140.0, 160.0))
    path, round_trip = curve_path(Curve(stops)), curve_path(Curve(stops, is_loop=True))
    assert path.currentPosition() == QPointF(*stops[-1]) and round_trip.currentPosition() == QPointF(*stops[0])
    assert round_trip.length() > path.length() + 100
    page.canvas.show_map([], [], Curve(stops))
    shown = page.canvas.grab().toImage()
    assert shown.pixelColor(40, 60).name() == "#ffffff" and shown.pixelColor(140, 60).name() == "#e0a267"
    page.set_journey(ready=True, playing=True)
    assert page.play.text() == "Pause" and page.to_journey.isVisible()
    page.set_journey(ready=False, playing=False)
    assert not page.play.isVisible()


def test_neighbours_leave_no_line_of_the_ground_between_them(page: MapPage) -> None:
    white = QImage(8, 8, QImage.Format.Format_RGB32)
    white.fill(Qt.GlobalColor.white)
    sides = [(column * 52.3 - 17.45, row * 52.3 - 170.52) for column in range(9) for row in range(16)]
    page.canvas.show_map([(left, top, 52.3, white, 1.0) for left, top in sides], ())
    shown = page.canvas.grab().toImage()
    ratio = shown.devicePixelRatio()
    down = [shown.pixelColor(round(30 * ratio), row).lightness() for row in range(round(20 * ratio), round(180 * ratio))]
    across = [shown.pixelColor(column, round(30 * ratio)).lightness() for column in range(round(20 * ratio), round(180 * ratio))]
    assert min(down) == min(across) == 255
