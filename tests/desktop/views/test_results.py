from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListView
from pytestqt.qtbot import QtBot

from desktop.views.results import RESULT_ROLE, SHOWN_ROLE, Results
from tests.desktop.views.finding import named, picture


@pytest.fixture
def results(qtbot: QtBot) -> Results:
    made = Results()
    qtbot.addWidget(made)
    made.resize(500, made.height())
    made.show()
    for number in range(20):
        made.add_result(str(number), picture(), f"Picture {number}")
    made.mark_shown("19")
    return made


def strip(results: Results) -> QListView:
    return named(results, QListView, "Results of this sitting")


def test_empty_it_says_what_will_be_here(qtbot: QtBot) -> None:
    results = Results()
    qtbot.addWidget(results)
    results.show()
    (line,) = (label for label in results.findChildren(QLabel) if label.isVisible())
    assert line.text() == "Every picture you make in this sitting is kept here."


def test_the_newest_is_at_the_right_end_and_in_sight(results: Results, qtbot: QtBot) -> None:
    view = strip(results)
    bar = view.horizontalScrollBar()
    qtbot.waitUntil(lambda: 0 < bar.maximum() <= bar.value() + 1)
    assert results.ids == [str(number) for number in range(20)]
    newest = view.visualRect(view.model().index(19, 0))
    assert view.viewport().rect().contains(newest.center())


def test_click_and_enter_restore(results: Results, qtbot: QtBot) -> None:
    view = strip(results)
    with qtbot.waitSignal(results.restore_requested) as clicked:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(18, 0)).center())
    QTest.keyClick(view, Qt.Key.Key_Left)
    with qtbot.waitSignal(results.restore_requested) as entered:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert (clicked.args, entered.args) == (["18"], ["17"])


def test_the_menu_restores_exports_and_copies(results: Results, qtbot: QtBot) -> None:
    view = strip(results)
    actions = {action.text(): action for action in view.make_menu("3").actions()}  # type: ignore[attr-defined]
    for text, signal in (
        ("Go back to this picture", results.restore_requested),
        ("Export…", results.export_requested),
        ("Copy", results.copy_requested),
    ):
        with qtbot.waitSignal(signal) as told:
            actions[text].trigger()
        assert told.args == ["3"]


def test_a_drag_is_handed_to_the_window(results: Results, qtbot: QtBot) -> None:
    view = strip(results)
    start = view.visualRect(view.model().index(19, 0)).center()
    with qtbot.waitSignal(results.drag_out_requested) as dragged:
        QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
        for step in (10, 30, 60):
            QTest.mouseMove(view.viewport(), start - QPoint(0, step // 2) - QPoint(step, 0))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton)
    assert dragged.args == ["19"]


def test_results_can_be_removed(results: Results) -> None:
    results.remove_result("19")
    assert results.ids[-1] == "18"
    assert strip(results).model().index(18, 0).data(RESULT_ROLE).title == "Picture 18"
    for id in results.ids:
        results.remove_result(id)
    assert results.ids == []
    assert not strip(results).isVisible()


def test_an_ordinary_wheel_turns_the_strip(results: Results, qtbot: QtBot) -> None:
    view = strip(results)
    qtbot.waitUntil(lambda: view.horizontalScrollBar().value() > 0)
    before = view.horizontalScrollBar().value()
    keys, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    turn = QWheelEvent(QPointF(20, 20), QPointF(20, 20), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, keys, phase, False)
    view.wheelEvent(turn)
    assert view.horizontalScrollBar().value() == before - 120


def test_a_screen_reader_hears_which_picture_it_is(results: Results) -> None:
    assert strip(results).model().index(4, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Picture 4, picture 5 of 20"
    assert strip(results).model().index(19, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Picture 19, picture 20 of 20, on the canvas"


def marked(results: Results) -> list[str]:
    model = strip(results).model()
    indexes = [model.index(row, 0) for row in range(model.rowCount())]
    return [index.data(RESULT_ROLE).id for index in indexes if index.data(SHOWN_ROLE)]


def test_the_picture_on_the_canvas_is_marked_and_in_sight(results: Results, qtbot: QtBot) -> None:
    assert marked(results) == ["19"]
    results.mark_shown("2")
    view = strip(results)
    qtbot.waitUntil(lambda: view.viewport().rect().contains(view.visualRect(view.model().index(2, 0)).center()))
    assert marked(results) == ["2"]
    results.mark_shown(None)
    assert marked(results) == []


def test_what_a_caption_has_no_room_for_is_in_the_tooltip(results: Results) -> None:
    results.add_result("20", picture(), "Lake Suwa in Shinano Province + Stained glass", "70/30 · 80%")
    tip = strip(results).model().index(20, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "Lake Suwa in Shinano Province + Stained glass\n70/30 · 80%"
    assert results.grab().width() == results.width()


def test_a_tall_picture_leaves_room_for_its_caption(results: Results) -> None:
    results.add_result("20", picture(width=20, height=90), "A column")
    view = strip(results)
    assert view.sizeHintForIndex(view.model().index(20, 0)).width() > 80


def test_the_marked_picture_stays_in_sight_when_the_strip_shrinks(results: Results, qtbot: QtBot) -> None:
    results.mark_shown("2")
    results.resize(180, results.height())
    view = strip(results)
    qtbot.waitUntil(lambda: view.viewport().rect().contains(view.visualRect(view.model().index(2, 0)).center()))
    assert marked(results) == ["2"]
