"""The canvas: what it shows, how it is looked at, and what hands do to it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QImage, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.canvas import Canvas
from desktop.views.canvas_compare import SplitHandle
from desktop.views.canvas_pill import Pill
from desktop.views.canvas_welcome import CanvasWelcome

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
RED, BLUE = (0, 0, 255, 255), (255, 0, 0, 255)
"""Blue, green, red, alpha."""


def flat(colour: tuple[int, int, int, int], height: int = 600, width: int = 800) -> np.ndarray:
    return np.full((height, width, 4), colour, np.uint8)


@pytest.fixture
def empty(qtbot: QtBot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def canvas(empty: Canvas) -> Canvas:
    """Red result of a blue original of 4000 × 3000."""
    empty.set_picture_size(4000, 3000)
    empty.set_frame(flat(RED), 0.2)
    empty.set_original(flat(BLUE))
    return empty


def colour_at(canvas: Canvas, x: float, y: float) -> str:
    return canvas.grab().toImage().pixelColor(round(x), round(y)).name()


def turn_wheel(canvas: Canvas, at: QPointF, *, angle: int = 0, pixels: int = 0) -> None:
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(0, pixels),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def child(canvas: Canvas, kind: type[QWidget]) -> QWidget:
    found = canvas.findChild(kind)
    assert isinstance(found, kind)
    return found


def point_under(canvas: Canvas, at: QPointF) -> QPointF:
    """The picture's point at a place of the canvas, from what it tells of its view."""
    middle = QPointF(canvas.width() / 2, canvas.height() / 2)
    return canvas.centre + (at - middle) * canvas.devicePixelRatioF() / canvas.zoom


# What is shown


def test_a_frame_fills_the_document(canvas: Canvas) -> None:
    assert canvas.zoom == pytest.approx(min((900 - 64) / 4000, (700 - 64) / 3000))
    left, top = 450 - 2000 * canvas.zoom, 350 - 1500 * canvas.zoom
    assert colour_at(canvas, left + 3, top + 3) == "#ff0000"
    assert colour_at(canvas, 900 - left - 4, 700 - top - 4) == "#ff0000"
    assert colour_at(canvas, left - 20, 350) != "#ff0000"


def test_frames_of_any_resolution_lie_alike(canvas: Canvas) -> None:
    zoom, centre = canvas.zoom, canvas.centre
    canvas.set_frame(flat(BLUE, 3000, 4000), 1.0)
    assert (canvas.zoom, canvas.centre) == (zoom, centre)
    assert colour_at(canvas, 450, 350) == "#0000ff"


def test_the_first_frame_gives_the_size(empty: Canvas) -> None:
    empty.set_frame(flat(RED, 300, 400), 0.5)
    assert empty.centre == QPointF(400, 300)


def test_another_size_drops_the_frame(canvas: Canvas) -> None:
    canvas.set_picture_size(100, 100)
    assert canvas.current_image().isNull()
    assert colour_at(canvas, 450, 350) != "#ff0000"


def test_a_proxy_stands_in_until_the_frame(empty: Canvas) -> None:
    proxy = QImage(80, 60, QImage.Format.Format_RGB888)
    proxy.fill(Qt.GlobalColor.green)
    empty.set_picture_size(800, 600)
    empty.set_proxy(proxy)
    assert colour_at(empty, 450, 350) == "#00ff00"
    empty.set_frame(flat(RED), 1.0)
    assert colour_at(empty, 450, 350) == "#ff0000"
    empty.set_proxy(QImage())
    assert colour_at(empty, 450, 350) == "#ff0000"


def test_a_transparent_picture_lies_on_a_checkerboard(canvas: Canvas) -> None:
    canvas.set_frame(np.zeros((600, 800, 4), np.uint8), 0.2)
    image = canvas.grab().toImage()
    colours = {image.pixelColor(x, 350).name() for x in range(400, 440)}
    assert len(colours) == 2


def test_the_current_image_is_a_copy_of_the_result(canvas: Canvas) -> None:
    pixels = flat(RED)
    canvas.set_frame(pixels, 0.2)
    canvas.set_compare("original")
    copy = canvas.current_image()
    pixels[:] = 0
    assert (copy.width(), copy.height()) == (800, 600)
    assert copy.pixelColor(5, 5).name() == "#ff0000"


def test_a_proof_lies_over_the_result_and_is_not_handed_out(canvas: Canvas) -> None:
    canvas.set_proof(flat((0, 255, 0, 255)))
    middle = canvas.rect().center()
    assert colour_at(canvas, middle.x(), middle.y()) == "#00ff00"
    assert canvas.current_image().pixelColor(0, 0).name() == "#ff0000"
    canvas.set_compare("original")
    assert colour_at(canvas, middle.x(), middle.y()) == "#0000ff"
    canvas.set_compare("off")
    canvas.set_proof(None)
    assert colour_at(canvas, middle.x(), middle.y()) == "#ff0000"
    canvas.set_proof(flat((0, 255, 0, 255)))
    canvas.set_picture_size(300, 400)
    canvas.set_frame(flat(RED, 400, 300), 1.0)
    middle = canvas.rect().center()
    assert colour_at(canvas, middle.x(), middle.y()) == "#ff0000"


def test_a_huge_frame_is_shown(empty: Canvas) -> None:
    empty.set_picture_size(8000, 6000)
    empty.set_frame(flat(RED, 6000, 8000), 1.0)
    assert colour_at(empty, 450, 350) == "#ff0000"
    empty.actual_size()
    assert colour_at(empty, 1, 1) == "#ff0000"


def test_pixels_become_squares_from_four_hundred_per_cent_on(empty: Canvas) -> None:
    pixels = flat(RED, 40, 60)
    pixels[:, ::2] = BLUE
    empty.set_frame(pixels, 1.0)

    def colours() -> set[str]:
        image = empty.grab().toImage()
        return {image.pixelColor(x, 350).name() for x in range(430, 470)}

    empty.set_view(8.0, None)
    assert colours() == {"#ff0000", "#0000ff"}
    empty.set_view(3.0, None)
    assert len(colours()) > 2


def test_actual_size_is_sharp(empty: Canvas) -> None:
    pixels = flat(RED, 333, 501)
    pixels[:, ::2] = BLUE
    empty.set_frame(pixels, 1.0)
    empty.set_view(1.0, QPointF(250.3, 166.6))
    image = empty.grab().toImage()
    assert [image.pixelColor(x, 350).name() for x in range(450, 454)] in (["#ff0000", "#0000ff"] * 2, ["#0000ff", "#ff0000"] * 2)


def test_clear_goes_back_to_the_welcome(canvas: Canvas) -> None:
    welcome = child(canvas, CanvasWelcome)
    assert not welcome.isVisible()
    canvas.set_compare("split")
    canvas.clear()
    assert welcome.isVisible()
    assert canvas.compare == "off"
    assert not canvas.has_picture
    assert canvas.current_image().isNull()


def test_a_notice_is_a_pill_at_the_lower_edge(empty: Canvas) -> None:
    empty.set_notice("The engine is warming up…")
    [pill] = [pill for pill in empty.findChildren(Pill) if pill.isVisible()]
    assert pill.text() == "The engine is warming up…"
    assert pill.geometry().center().x() == pytest.approx(450, abs=1)
    empty.resize(500, 400)
    assert 340 < pill.y() < 400
    empty.set_notice(None)
    assert not pill.isVisible()


# The view


def test_the_wheel_zooms_at_the_cursor(canvas: Canvas) -> None:
    at = QPointF(300, 250)
    for angle in (120, 120, 40, -200):
        before, zoom = point_under(canvas, at), canvas.zoom
        turn_wheel(canvas, at, angle=angle)
        assert (canvas.zoom > zoom) == (angle > 0)
        assert (point_under(canvas, at) - before).manhattanLength() < 0.01


def test_a_touchpad_zooms_smoothly(canvas: Canvas) -> None:
    zooms = []
    for _ in range(5):
        turn_wheel(canvas, QPointF(450, 350), pixels=3, angle=24)
        zooms.append(canvas.zoom)
    steps = [after / before for before, after in itertools.pairwise(zooms)]
    assert all(1 < step < 1.03 for step in steps)


def test_fit_follows_the_canvas_until_the_view_is_chosen(canvas: Canvas) -> None:
    assert canvas.is_fitted
    canvas.resize(464, 700)
    assert canvas.zoom == pytest.approx(0.1)
    canvas.zoom_by(2)
    assert not canvas.is_fitted
    canvas.resize(900, 700)
    assert canvas.zoom == pytest.approx(0.2)
    canvas.fit()
    assert canvas.is_fitted
    assert canvas.centre == QPointF(2000, 1500)


def test_the_view_is_told_and_can_be_set(canvas: Canvas) -> None:
    told: list[tuple[float, QPointF]] = []
    canvas.view_changed.connect(lambda zoom, centre: told.append((zoom, centre)))
    canvas.set_view(0.5, QPointF(1000, 800))
    canvas.set_view(0.5, QPointF(1000, 800))
    assert told == [(0.5, QPointF(1000, 800))]
    canvas.set_view(2.0, None)
    assert told[-1] == (2.0, QPointF(2000, 1500))
    canvas.set_view(None, None)
    assert canvas.is_fitted


def test_double_click_goes_to_actual_size_there_and_back(canvas: Canvas) -> None:
    at = QPoint(300, 250)
    before = point_under(canvas, QPointF(at))
    QTest.mouseDClick(canvas, LEFT, pos=at)
    assert canvas.zoom == 1.0
    assert (point_under(canvas, QPointF(at)) - before).manhattanLength() < 0.01
    QTest.mouseDClick(canvas, LEFT, pos=at)
    assert canvas.is_fitted


def test_keys_pan_and_zoom(canvas: Canvas) -> None:
    canvas.actual_size()
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.centre == QPointF(2064, 1500)
    QTest.keyClick(canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.centre == QPointF(2064, 1500 - 256)
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom == pytest.approx(1.25)
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.zoom == pytest.approx(1.0)


def test_keys_do_nothing_to_an_empty_canvas(empty: Canvas) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Plus, Qt.Key.Key_O):
        QTest.keyClick(empty, key)
    turn_wheel(empty, QPointF(5, 5), angle=120)
    empty.zoom_by(2)
    empty.actual_size()
    empty.set_picture_size(4000, 3000)
    assert empty.is_fitted
    assert empty.zoom == pytest.approx((900 - 64) / 4000)


@pytest.mark.parametrize("button", [LEFT, MIDDLE])
def test_panning_by_hand(canvas: Canvas, button: Qt.MouseButton) -> None:
    canvas.actual_size()
    dragged: list[None] = []
    canvas.drag_out_requested.connect(lambda: dragged.append(None))
    if button == LEFT:
        QTest.keyPress(canvas, Qt.Key.Key_Space)
        assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    QTest.mousePress(canvas, button, pos=QPoint(400, 300))
    assert canvas.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    QTest.mouseMove(canvas, QPoint(450, 280))
    QTest.mouseRelease(canvas, button, pos=QPoint(450, 280))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.centre == QPointF(1950, 1520)
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert dragged == []


def test_space_belongs_to_the_canvas_under_the_pointer(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    made, panel, button = Canvas(), QLabel("panel"), QPushButton("button")
    panel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    for widget in (made, panel, button):
        layout.addWidget(widget)
    made.set_frame(flat(RED), 1.0)
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    panel.setFocus()
    QApplication.sendEvent(made, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    QTest.keyPress(panel, Qt.Key.Key_Space)
    assert made.cursor().shape() == Qt.CursorShape.OpenHandCursor
    QTest.keyRelease(panel, Qt.Key.Key_Space)
    assert made.cursor().shape() == Qt.CursorShape.ArrowCursor
    button.setFocus()
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, Qt.Key.Key_Space)
    QApplication.sendEvent(made, QEvent(QEvent.Type.Leave))
    panel.setFocus()
    QTest.keyPress(panel, Qt.Key.Key_Space)
    assert made.cursor().shape() == Qt.CursorShape.ArrowCursor


# Comparing


def test_split_shows_the_original_on_the_left(canvas: Canvas) -> None:
    told: list[str] = []
    canvas.compare_changed.connect(told.append)
    canvas.set_compare("split")
    assert told == ["split"]
    assert colour_at(canvas, 300, 300) == "#0000ff"
    assert colour_at(canvas, 600, 300) == "#ff0000"
    shown = {pill.text() for pill in canvas.findChildren(Pill) if pill.isVisible()}
    assert shown == {"Original", "Result"}
    assert all(pill.geometry().top() > canvas.height() / 2 for pill in canvas.findChildren(Pill) if pill.isVisible())  # clear of banners


def test_the_line_is_dragged(canvas: Canvas) -> None:
    canvas.set_compare("split")
    handle = child(canvas, SplitHandle)
    assert handle.geometry().center().x() == pytest.approx(450, abs=1)
    grip = QPoint(handle.width() // 2, handle.height() // 2)
    QTest.mousePress(handle, LEFT, pos=grip)
    QTest.mouseMove(handle, grip + QPoint(-200, 0))
    QTest.mouseRelease(handle, LEFT, pos=grip)
    assert handle.geometry().center().x() == pytest.approx(250, abs=1)
    assert colour_at(canvas, 300, 300) == "#ff0000"
    assert colour_at(canvas, 200, 300) == "#0000ff"


def test_the_line_is_moved_by_keys(canvas: Canvas) -> None:
    canvas.set_compare("split")
    handle = child(canvas, SplitHandle)
    assert handle.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert handle.accessibleName()
    QTest.keyClick(handle, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    width = 4000 * canvas.zoom
    assert handle.geometry().center().x() == pytest.approx(450 + 0.1 * width, abs=1)
    QTest.keyClick(handle, Qt.Key.Key_Left)
    assert handle.geometry().center().x() == pytest.approx(450 + 0.09 * width, abs=2)
    assert "59 per cent" in handle.accessibleDescription()
    QTest.keyClick(handle, Qt.Key.Key_Home)
    assert colour_at(canvas, 450 - width / 2 + 30, 300) == "#ff0000"


def test_the_line_stays_within_reach(canvas: Canvas) -> None:
    canvas.set_compare("split")
    handle = child(canvas, SplitHandle)
    canvas.set_view(1.0, QPointF(600, 1500))
    assert canvas.rect().contains(handle.geometry().center())
    canvas.set_view(1.0, QPointF(3900, 1500))
    assert canvas.rect().contains(handle.geometry().center())


def test_without_an_original_there_is_nothing_to_compare(canvas: Canvas) -> None:
    canvas.set_compare("split")
    canvas.set_original(None)
    assert canvas.compare == "off"
    canvas.set_compare("original")
    assert canvas.compare == "off"
    assert not child(canvas, SplitHandle).isVisible()


@pytest.mark.parametrize("before", ["off", "split"])
def test_holding_o_shows_the_original(canvas: Canvas, before: str) -> None:
    canvas.set_compare("split" if before == "split" else "off")
    QTest.keyPress(canvas, Qt.Key.Key_O)
    repeated = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_O, Qt.KeyboardModifier.NoModifier, "o", True)
    QApplication.sendEvent(canvas, repeated)
    assert canvas.compare == "original"
    assert colour_at(canvas, 600, 300) == "#0000ff"
    QTest.keyRelease(canvas, Qt.Key.Key_O)
    assert canvas.compare == before


def test_losing_the_focus_lets_go_of_the_original(canvas: Canvas, qtbot: QtBot) -> None:
    with qtbot.waitActive(canvas):
        canvas.activateWindow()
    canvas.setFocus()
    QTest.keyPress(canvas, Qt.Key.Key_O)
    canvas.clearFocus()
    assert canvas.compare == "off"


# Out of the canvas, and into it


def test_the_result_is_dragged_out(canvas: Canvas, qtbot: QtBot) -> None:
    asked: list[None] = []
    canvas.drag_out_requested.connect(lambda: asked.append(None))
    QTest.mousePress(canvas, LEFT, pos=QPoint(450, 350))
    QTest.mouseMove(canvas, QPoint(452, 350))
    assert asked == []
    for x in (480, 500):
        QTest.mouseMove(canvas, QPoint(x, 350))
    assert asked == [None]
    QTest.mouseRelease(canvas, LEFT)
    QTest.mousePress(canvas, LEFT, pos=QPoint(5, 5))
    QTest.mouseMove(canvas, QPoint(90, 90))
    assert asked == [None]


def test_the_welcome_opens_a_photo_or_the_house_picture(empty: Canvas, qtbot: QtBot) -> None:
    buttons = {button.text(): button for button in empty.findChildren(QPushButton)}
    with qtbot.waitSignal(empty.open_requested):
        QTest.keyClick(buttons["Open a photo…"], Qt.Key.Key_Space)
    with qtbot.waitSignal(empty.house_requested), qtbot.assertNotEmitted(empty.open_requested):
        QTest.mouseClick(buttons["start with the house picture"], LEFT)
    with qtbot.waitSignal(empty.open_requested):
        QTest.keyClick(empty, Qt.Key.Key_Return)
    with qtbot.waitSignal(empty.open_requested):
        QTest.mouseClick(child(empty, CanvasWelcome), LEFT, pos=QPoint(20, 20))
    assert all(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in buttons.values())


def test_enter_does_not_open_over_a_picture(canvas: Canvas, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(canvas.open_requested):
        QTest.keyClick(canvas, Qt.Key.Key_Return)


def test_it_has_names_for_screen_readers(empty: Canvas) -> None:
    assert empty.accessibleName() == "Canvas, empty"
    empty.set_frame(flat(RED), 1.0)
    empty.actual_size()
    assert (empty.accessibleName(), empty.accessibleDescription()) == ("Canvas", "Zoom 100 per cent")
    for name in ("Drop zones", "No picture yet"):
        assert name in [widget.accessibleName() for widget in empty.findChildren(QWidget)]


def test_a_ring_shows_where_the_keyboard_is(canvas: Canvas, qtbot: QtBot) -> None:
    with qtbot.waitActive(canvas):
        canvas.activateWindow()
    canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    plain = colour_at(canvas, 1, 350)
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert colour_at(canvas, 1, 350) != plain
