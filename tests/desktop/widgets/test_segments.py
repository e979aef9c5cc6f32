from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.widgets.segments import Segments
from tests.desktop.views.finding import named


def test_one_of_several_holds_and_only_a_hand_is_told(qtbot: QtBot) -> None:
    segments = Segments("Size", [(64, "64"), (128, "128"), (256, "256")])
    qtbot.addWidget(segments)
    told: list[object] = []
    segments.chosen.connect(told.append)
    assert segments.value == 64
    segments.set_value(256)
    segments.set_value(99)
    assert segments.value == 256 and told == []
    named(segments, QPushButton, "Size: 128").click()
    assert segments.value == 128 and told == [128]


def test_the_arrow_keys_go_from_one_to_the_next(qtbot: QtBot) -> None:
    segments = Segments("Size", [(64, "64"), (128, "128")])
    qtbot.addWidget(segments)
    with qtbot.waitActive(segments):
        segments.show()
        segments.activateWindow()
    told: list[object] = []
    segments.chosen.connect(told.append)
    first = named(segments, QPushButton, "Size: 64")
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Right)
    assert segments.value == 128 and told == [128]


def test_what_is_not_allowed_cannot_be_chosen(qtbot: QtBot) -> None:
    segments = Segments("Size", [(64, "64"), (128, "128")])
    qtbot.addWidget(segments)
    segments.allow((64,))
    assert not named(segments, QPushButton, "Size: 128").isEnabled()
