"""Drag points under the hand: set, pulled, taken back, removed, by mouse and by keys; and what is painted of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.views.explorer.drag_page import DragPage, way_in_words
from desktop.views.explorer.handles import Handles
from desktop.views.training.parts import Stage
from engine.api.exploring import Pull
from tests.desktop.views.finding import picture

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PINNED, PULLED = Pull((0.25, 0.25), (0.25, 0.25)), Pull((0.5, 0.5), (0.75, 0.5))


@pytest.fixture
def handles(qtbot: QtBot) -> Handles:
    """Over a picture of 400 x 400 in a stage of 432 x 432."""
    stage = Stage("The live picture")
    stage.enlarge_up_to(16)
    qtbot.addWidget(stage)
    stage.resize(432, 432)
    stage.show_image(picture(width=100, height=100))
    made = Handles(stage)
    made.show()
    stage.show()
    return made


@pytest.fixture
def told(handles: Handles) -> list[tuple[object, ...]]:
    heard: list[tuple[object, ...]] = []

    def keep(place: tuple[float, float]) -> None:  # as the explorer does: the new point is shown at once
        heard.append(("add", *place))
        handles.set_points((Pull(place, place),), 0, running=False)

    def rounded(place: tuple[float, float]) -> tuple[float, float]:
        return round(place[0], 3), round(place[1], 3)

    handles.added.connect(keep)
    handles.pulled.connect(lambda index, place: heard.append(("pull", index, *rounded(place))))
    handles.seized.connect(lambda index, place: heard.append(("seize", index, *rounded(place))))
    handles.chosen.connect(lambda index: heard.append(("choose", index)))
    handles.removed.connect(lambda index: heard.append(("remove", index)))
    handles.run_wanted.connect(lambda: heard.append(("run",)))
    handles.cancelled.connect(lambda: heard.append(("cancel",)))
    return heard


def test_a_click_pins_and_a_drag_pulls(handles: Handles, told: list[tuple[object, ...]]) -> None:
    at = handles.point_at((0.25, 0.25)).toPoint()
    QTest.mousePress(handles, LEFT, pos=at)
    QTest.mouseMove(handles, at + QPointF(2, 1).toPoint())  # a hand that trembles
    assert told == [("add", 0.25, 0.25), ("choose", 0)]
    told.clear()
    QTest.mouseMove(handles, handles.point_at((0.5, 0.75)).toPoint())
    QTest.mouseMove(handles, QPointF(2000, 216).toPoint())  # beyond the picture
    QTest.mouseRelease(handles, LEFT, pos=at)
    QTest.mouseMove(handles, at)
    assert told == [("pull", 0, 0.5, 0.75), ("pull", 0, 1.0, 0.5)]


def test_a_point_is_taken_by_its_end_or_its_start_and_removed_by_the_right_button(handles: Handles, told: list[tuple[object, ...]]) -> None:
    handles.set_points((PINNED, PULLED), None, running=False)
    for part, to, word in ((PULLED.end, (0.9, 0.9), "pull"), (PULLED.start, (0.6, 0.1), "seize"), (PINNED.end, (0.3, 0.9), "pull")):
        told.clear()
        QTest.mousePress(handles, LEFT, pos=handles.point_at(part).toPoint() + QPointF(5, -5).toPoint())
        QTest.mouseMove(handles, handles.point_at(to).toPoint())
        QTest.mouseRelease(handles, LEFT)
        assert [said[0] for said in told] == ["choose", word]
        assert told[1][2:] == pytest.approx(to, abs=0.002)
    told.clear()
    QTest.mouseClick(handles, RIGHT, pos=handles.point_at(PINNED.end).toPoint())
    QTest.mouseClick(handles, LEFT, pos=QPointF(4, 4).toPoint())  # beside the picture
    assert told == [("remove", 0), ("choose", None)]


def test_keys(handles: Handles, told: list[tuple[object, ...]]) -> None:
    QTest.keyClick(handles, Qt.Key.Key_Insert)
    assert told == [("add", 0.5, 0.5)]
    told.clear()
    handles.set_points((PINNED, PULLED), 1, running=False)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Escape):
        QTest.keyClick(handles, key)
    QTest.keyClick(handles, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    moved = [("pull", 1, 0.758, 0.5), ("choose", 0), ("choose", 0), ("remove", 1), ("run",), ("choose", None), ("pull", 1, 0.75, 0.438)]
    assert told == moved
    told.clear()
    handles.set_points((PINNED,), None, running=False)
    QTest.keyClick(handles, Qt.Key.Key_Escape)
    QTest.keyClick(handles, Qt.Key.Key_Delete)
    QTest.keyClick(handles, Qt.Key.Key_PageUp)
    assert told == [("cancel",), ("choose", 0)]


def test_escape_takes_back_what_the_hand_holds(handles: Handles, told: list[tuple[object, ...]]) -> None:
    handles.set_points((PULLED,), 0, running=False)
    QTest.mousePress(handles, LEFT, pos=handles.point_at(PULLED.end).toPoint())
    QTest.mouseMove(handles, handles.point_at((0.1, 0.1)).toPoint())
    told.clear()
    QTest.keyClick(handles, Qt.Key.Key_Escape)
    QTest.mouseMove(handles, handles.point_at((0.2, 0.2)).toPoint())
    assert told == [("seize", 0, 0.5, 0.5), ("pull", 0, 0.75, 0.5)]


def test_a_workspace_that_goes_away_lets_go_of_the_point(handles: Handles, told: list[tuple[object, ...]]) -> None:
    handles.set_points((PULLED,), 0, running=False)
    QTest.mousePress(handles, LEFT, pos=handles.point_at(PULLED.end).toPoint())
    handles.hide()
    handles.show()
    told.clear()
    QTest.mouseMove(handles, handles.point_at((0.1, 0.1)).toPoint())
    assert told == []


def test_while_it_runs_nothing_but_escape_is_heard(handles: Handles, told: list[tuple[object, ...]]) -> None:
    handles.set_points((PULLED,), 0, running=True)
    QTest.mouseClick(handles, LEFT, pos=handles.point_at((0.1, 0.1)).toPoint())
    QTest.mouseClick(handles, RIGHT, pos=handles.point_at(PULLED.end).toPoint())
    assert told == []
    QTest.keyClick(handles, Qt.Key.Key_Escape)
    assert told == [("cancel",)]


def stage_of(handles: Handles) -> QWidget:
    stage = handles.parentWidget()
    assert stage is not None
    return stage


def lightness(handles: Handles, place: tuple[float, float], across: float = 0) -> int:
    at = handles.point_at(place).toPoint()
    return stage_of(handles).grab().toImage().pixelColor(at.x() + round(across), at.y()).lightness()


def test_points_stand_out_and_follow_the_stages_size(handles: Handles) -> None:
    before = lightness(handles, (0.6, 0.5))
    handles.set_points((PULLED,), None, running=False)
    assert lightness(handles, (0.6, 0.5)) > 240 > before  # the line between
    assert lightness(handles, PULLED.start) > 240 > before > lightness(handles, PULLED.end, across=7)
    handles.set_points((PULLED, PINNED), None, running=False)
    assert lightness(handles, PINNED.end, across=6) > 240  # a disc
    assert lightness(handles, PULLED.end, across=10) > 240 and lightness(handles, PULLED.end, across=12) < before  # a ring with a dark rim
    stage = stage_of(handles)
    stage.resize(332, 332)
    assert handles.size() == stage.size() and lightness(handles, (0.6, 0.5)) > 240


def test_the_list_says_in_words_where_points_go(qtbot: QtBot) -> None:
    page = DragPage()
    qtbot.addWidget(page)
    heard: list[object] = []
    page.removed.connect(lambda index: heard.append(("remove", index)))
    page.chosen.connect(lambda index: heard.append(("choose", index)))
    page.cancelled.connect(lambda: heard.append("cancel"))
    page.set_points((PINNED, PULLED), 1)
    page.set_run(running=False, ready=True, undoable=False, progress=0)
    page.show()
    assert heard == [] and page.run.isEnabled() and not page.undo.isEnabled()
    assert [page.points.item(row).text() for row in (0, 1)] == ["1   pinned: stays where it is", "2   pulled 25% right"]
    assert way_in_words(Pull((0.5, 0.5), (0.4, 0.2))) == "pulled 10% left, 30% up"
    page.points.setCurrentRow(0)
    QTest.keyClick(page.points, Qt.Key.Key_Delete)
    QTest.keyClick(page.points, Qt.Key.Key_Escape)
    assert heard == [("choose", 0), ("remove", 0), "cancel"]
    with qtbot.waitActive(page):
        page.activateWindow()
    page.run.setFocus()
    page.set_run(running=True, ready=False, undoable=True, progress=0.5)
    assert page.focusWidget() is page.stop
    page.set_run(running=False, ready=True, undoable=True, progress=1)
    assert page.focusWidget() is page.run
    page.set_run(running=True, ready=False, undoable=True, progress=0.5)
    assert not page.run.isVisible() and page.stop.isVisible() and page.progress.value() == 500
    page.set_possible(False)
    assert "style-based" in page.words.text()
