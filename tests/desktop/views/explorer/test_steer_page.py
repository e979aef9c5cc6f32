"""The directions under the hand: sliders, strips, names, layers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktop.views.explorer.steer_page import SteerPage
from desktop.widgets.slider_track import SliderTrack
from engine.api.place_kinds import GROUPS
from tests.desktop.views.finding import named, picture


@pytest.fixture
def page(qtbot: QtBot) -> SteerPage:
    made = SteerPage()
    qtbot.addWidget(made)
    made.set_directions(["Weights 1", "Weights 2"], more=True)
    for place in (0, 1):
        made.set_direction(place, f"Weights {place + 1}", 0.0, GROUPS)
    made.resize(420, 700)
    made.show()
    return made


def test_a_row_tells_its_place(page: SteerPage) -> None:
    told: list[tuple[object, ...]] = []
    page.pushed.connect(lambda place, amount: told.append((place, amount)))
    page.rested.connect(lambda: told.append(("rest",)))
    page.groups_changed.connect(lambda place, groups: told.append((place, groups)))
    page.renamed.connect(lambda place, name: told.append((place, name)))
    row = page.rows[1]
    QTest.mouseClick(row.strip, Qt.MouseButton.LeftButton, pos=QPoint(row.strip.width() - 4, 10))
    named(row, QPushButton, "Weights 2 changes: Colours").click()
    row.name.setFocus()
    row.name.selectAll()
    QTest.keyClicks(row.name, "Warmth")
    QTest.keyClick(row.name, Qt.Key.Key_Return)
    assert told == [(1, 4.0), ("rest",), (1, ("coarse", "middle")), (1, "Warmth")]


@pytest.mark.parametrize("amount", [-3.0, 0.0, 4.0])
def test_the_mark_on_the_strip_stands_above_the_sliders_handle(page: SteerPage, amount: float) -> None:
    page.set_direction(0, "Light", amount, GROUPS)
    QApplication.processEvents()
    row = page.rows[0]
    track = row.slider.findChild(SliderTrack)
    assert track is not None and track.mapTo(row, QPoint(0, 0)).x() == row.strip.x() and track.width() == row.strip.width()
    assert track.x_of(track.value()) == pytest.approx(row.strip.mark_at, abs=0.5)


def test_locks_and_what_is_shown(page: SteerPage) -> None:
    told: list[tuple[object, bool]] = []
    page.locked_changed.connect(lambda group, on: told.append((group, on)))
    named(page, QPushButton, "Keep: Form").click()
    assert told == [("coarse", True)]
    page.set_steered(True, ("fine",))
    assert page.locks.groups == ("fine",) and page.back.isEnabled()
    page.set_strip(0, picture("#406080"))
    page.set_strip(7, picture())
    page.set_direction(0, "Light", 2.5, ("middle",))
    first = page.rows[0]
    assert (first.name.text(), first.slider.value, first.groups.groups) == ("Light", 2.5, ("middle",))
    assert first.strip.grab().toImage().pixelColor(5, 5).name() == "#406080"
    page.set_directions(["Light"], more=False)
    assert len(page.rows) == 1 and not page.more.isVisible()
