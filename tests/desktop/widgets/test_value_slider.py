"""A value slider: what it shows, how it is moved, and which changes belong together."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.widgets.controls import ValueSlider
from desktop.widgets.slider_track import SliderTrack
from desktop.widgets.value_slider import KEYBOARD_PAUSE_MS

LEFT = Qt.MouseButton.LeftButton


class Heard:
    """All that a slider told."""

    def __init__(self, slider: ValueSlider) -> None:
        self.changes: list[tuple[float, str]] = []
        self.releases: list[float] = []
        slider.changed.connect(lambda value, gesture: self.changes.append((value, gesture)))
        slider.released.connect(self.releases.append)

    @property
    def gestures(self) -> list[str]:
        return list(dict.fromkeys(gesture for _, gesture in self.changes))


@pytest.fixture
def slider(qtbot: QtBot) -> ValueSlider:
    made = ValueSlider("Strength", 0.0, 1.0, 0.5, step=0.01, default=0.8, unit="%", factor=100)
    qtbot.addWidget(made)
    made.resize(220, 48)
    made.show()
    return made


def track(slider: ValueSlider) -> SliderTrack:
    found = slider.findChild(SliderTrack)
    assert isinstance(found, SliderTrack)
    return found


def edit(slider: ValueSlider) -> QLineEdit:
    found = slider.findChild(QLineEdit)
    assert isinstance(found, QLineEdit)
    return found


def at(slider: ValueSlider, position: int) -> QPoint:
    return QPoint(round(track(slider).x_of(position)), track(slider).height() // 2)


def type_text(slider: ValueSlider, text: str) -> None:
    edit(slider).setFocus()
    edit(slider).clear()
    edit(slider).insert(text)  # as typing does, also for signs that no simulated key has
    QTest.keyClick(edit(slider), Qt.Key.Key_Return)


def test_it_shows_the_value_in_its_unit(slider: ValueSlider) -> None:
    assert edit(slider).text() == "50%"
    slider.set_value(0.07)
    assert edit(slider).text() == "7%"
    assert track(slider).value() == 7


def test_set_value_clamps_and_tells_nobody(slider: ValueSlider) -> None:
    heard = Heard(slider)
    slider.set_value(7.0)
    assert slider.value == 1.0
    assert (heard.changes, heard.releases) == ([], [])


def test_one_drag_is_one_gesture(slider: ValueSlider) -> None:
    heard = Heard(slider)
    QTest.mousePress(track(slider), LEFT, pos=at(slider, 20))
    for position in (30, 40, 60):
        QTest.mouseMove(track(slider), at(slider, position))
    assert [value for value, _ in heard.changes] == [0.2, 0.3, 0.4, 0.6]
    assert heard.releases == []
    QTest.mouseRelease(track(slider), LEFT, pos=at(slider, 60))
    assert heard.releases == [0.6]
    assert len(heard.gestures) == 1
    assert heard.gestures[0]
    QTest.mouseClick(track(slider), LEFT, pos=at(slider, 10))
    assert len(heard.gestures) == 2


def test_a_held_handle_is_not_moved_from_outside(slider: ValueSlider) -> None:
    QTest.mousePress(track(slider), LEFT, pos=at(slider, 20))
    slider.set_value(0.9)
    assert slider.value == 0.2
    QTest.mouseRelease(track(slider), LEFT, pos=at(slider, 20))


def test_a_burst_of_keys_is_one_gesture(slider: ValueSlider, qtbot: QtBot) -> None:
    heard = Heard(slider)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_PageUp):
        QTest.keyClick(track(slider), key)
    assert [value for value, _ in heard.changes] == [0.51, 0.52, 0.62]
    qtbot.waitUntil(lambda: heard.releases == [0.62], timeout=5 * KEYBOARD_PAUSE_MS)
    QTest.keyClick(track(slider), Qt.Key.Key_Home)
    assert heard.changes[-1][0] == 0.0
    assert len(heard.gestures) == 2


def test_gestures_of_two_sliders_differ(slider: ValueSlider, qtbot: QtBot) -> None:
    other = ValueSlider("Other", 0.0, 1.0, 0.5, step=0.1, default=0.5)
    qtbot.addWidget(other)
    both = Heard(slider), Heard(other)
    slider.reset()
    QTest.keyClick(track(other), Qt.Key.Key_Right)
    assert both[0].gestures != both[1].gestures


def test_a_double_click_restores_the_default(slider: ValueSlider) -> None:
    heard = Heard(slider)
    label = slider.findChild(QLabel)
    assert isinstance(label, QLabel)
    QTest.mouseDClick(label, LEFT)
    assert heard.changes[-1][0] == slider.value == 0.8
    assert heard.releases == [0.8]
    slider.set_value(0.1)
    QTest.mouseDClick(track(slider), LEFT, pos=at(slider, 10))
    assert slider.value == 0.8


@pytest.mark.parametrize(("typed", "value"), [("25", 0.25), ("33 %", 0.33), ("12,5", 0.125), ("900", 1.0), ("\N{MINUS SIGN}5", 0.0)])
def test_a_value_can_be_typed(slider: ValueSlider, typed: str, value: float) -> None:
    heard = Heard(slider)
    type_text(slider, typed)
    assert slider.value == pytest.approx(value)
    assert heard.releases == [slider.value]


@pytest.mark.parametrize("typed", ["", "strong", "nan", "1e999", "--3"])
def test_what_is_no_number_is_taken_back(slider: ValueSlider, typed: str) -> None:
    heard = Heard(slider)
    edit(slider).setFocus()
    edit(slider).selectAll()
    edit(slider).insert(typed)
    QTest.keyClick(edit(slider), Qt.Key.Key_Return)
    assert edit(slider).text() == "50%"
    assert heard.changes == []


def test_arrows_step_and_escape_takes_back_in_the_field(slider: ValueSlider) -> None:
    edit(slider).setFocus()
    QTest.keyClick(edit(slider), Qt.Key.Key_Up)
    assert slider.value == 0.51
    QTest.keyClicks(edit(slider), "9")
    QTest.keyClick(edit(slider), Qt.Key.Key_Escape)
    assert edit(slider).text() == "51%"


def test_the_wheel_needs_the_focus(slider: ValueSlider, qtbot: QtBot) -> None:
    def turn() -> bool:
        event = QWheelEvent(
            QPointF(50, 10),
            QPointF(50, 10),
            QPoint(0, 0),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(track(slider), event)
        return event.isAccepted()

    edit(slider).setFocus()
    assert not turn()
    assert slider.value == 0.5
    with qtbot.waitActive(slider):
        slider.activateWindow()
    slider.setFocus()
    turn()
    assert slider.value > 0.5


def test_a_bar_by_ratios(qtbot: QtBot) -> None:
    made = ValueSlider("Style scale", 0.25, 4.0, 1.0, step=0.01, default=1.0, unit="×", log=True)
    qtbot.addWidget(made)
    assert track(made).value() == track(made).maximum() // 2
    assert edit(made).text() == "1.00×"
    track(made).setValue(track(made).maximum())
    assert made.value == 4.0


def test_steps_leave_no_dust_in_the_value(qtbot: QtBot) -> None:
    made = ValueSlider("Opacity", 0.0, 1.0, 0.0, step=0.1, default=1.0)
    qtbot.addWidget(made)
    values = []
    made.changed.connect(lambda value, _: values.append(value))
    for _ in range(10):
        QTest.keyClick(track(made), Qt.Key.Key_Right)
    assert values == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


def test_it_has_names_for_screen_readers(slider: ValueSlider) -> None:
    assert slider.accessibleName() == track(slider).accessibleName() == "Strength"
    assert edit(slider).accessibleName() == "Strength, value"
    assert track(slider).accessibleDescription() == "0% to 100%, usually 80%"


@pytest.mark.parametrize(("low", "high", "step", "log"), [(1, 1, 0.1, False), (0, 1, 0, False), (0, 1, 0.1, True)])
def test_a_senseless_range_is_refused(qapp: QApplication, low: float, high: float, step: float, log: bool) -> None:
    with pytest.raises(ValueError, match="Broken: a slider needs"):
        ValueSlider("Broken", low, high, 0.5, step=step, default=0.5, log=log)
