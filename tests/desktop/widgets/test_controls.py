"""Buttons, labels and layouts: their names, their states and where they put things."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.buttons import with_keys
from desktop.widgets.controls import ElidedLabel, EmptyState, FlowLayout, IconButton, Section, Switch, push_button
from desktop.widgets.labels import Heading


def test_an_icon_button_has_a_name(qtbot: QtBot) -> None:
    button = IconButton("trash", "Remove")
    qtbot.addWidget(button)
    assert (button.accessibleName(), button.toolTip()) == ("Remove", "Remove")
    assert not button.icon().isNull()
    button.set_text("Remove Harbour")
    assert (button.accessibleName(), button.toolTip()) == ("Remove Harbour", "Remove Harbour")


def test_a_tip_tells_the_keys() -> None:
    keys = QKeySequence("Ctrl+Z")
    assert with_keys("Undo", keys) == f"Undo  ({keys.toString(QKeySequence.SequenceFormat.NativeText)})"
    assert with_keys("Undo", QKeySequence()) == "Undo"


def test_a_click_on_an_icon_button_leaves_the_focus_alone(qtbot: QtBot) -> None:
    button = IconButton("compare", "Compare")
    button.setCheckable(True)
    qtbot.addWidget(button)
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isChecked()


def test_push_buttons_differ_in_kind(qtbot: QtBot) -> None:
    button = push_button("Export…", "primary", icon_name="export")
    qtbot.addWidget(button)
    assert button.property("kind") == "primary"
    assert not button.icon().isNull()


def test_a_switch_turns_by_mouse_and_keys(qtbot: QtBot) -> None:
    switch = Switch("Keep colours")
    qtbot.addWidget(switch)
    switch.resize(200, 26)
    states: list[bool] = []
    switch.toggled.connect(states.append)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(190, 13))
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert states == [True, False]
    assert switch.accessibleName() == "Keep colours"


def test_a_switch_looks_different_when_on(qtbot: QtBot) -> None:
    switch = Switch("Keep colours")
    qtbot.addWidget(switch)
    switch.resize(200, 26)
    off = switch.grab().toImage()
    switch.setChecked(True)
    assert switch.grab().toImage() != off


def test_a_section_has_a_heading(qtbot: QtBot) -> None:
    section = Section("Export")
    qtbot.addWidget(section)
    content = QLabel("content")
    section.add(content)
    heading = section.findChild(Heading)
    assert isinstance(heading, Heading)
    assert heading.text() == section.accessibleName() == "Export"
    assert section.isAncestorOf(content)


def test_an_empty_state_teaches_and_acts(qtbot: QtBot) -> None:
    empty = EmptyState("layers", "No layers yet", "Drop a second photo on the canvas.", "Add a photo…")
    qtbot.addWidget(empty)
    button = empty.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(empty.activated):
        button.click()
    assert empty.accessibleName() == "No layers yet"
    assert "Drop a second photo on the canvas." in [label.text() for label in empty.findChildren(QLabel)]


def test_a_long_line_is_elided_and_told_in_full(qtbot: QtBot) -> None:
    text = "/media/photos/Pictures/a long folder/picture.png"
    label = ElidedLabel(text, Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.grab()
    assert "…" in label.shown_text
    assert label.toolTip() == text
    label.resize(900, 20)
    label.grab()
    assert label.shown_text == text
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() < 30


def test_items_flow_like_words(qtbot: QtBot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    flow = FlowLayout(10, panel)
    boxes = [QWidget() for _ in range(5)]
    for box in boxes:
        box.setFixedSize(40, 20)
        flow.addWidget(box)
    panel.resize(150, 200)
    panel.show()
    assert [(box.x(), box.y()) for box in boxes] == [(0, 0), (50, 0), (100, 0), (0, 30), (50, 30)]
    assert flow.heightForWidth(150) == 50
    assert flow.heightForWidth(40) == 5 * 20 + 4 * 10
    taken = flow.takeAt(0)
    assert taken is not None
    assert flow.count() == 4
    assert flow.itemAt(9) is None
