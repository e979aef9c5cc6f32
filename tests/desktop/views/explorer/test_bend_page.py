"""The effects rack under the hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.state.explorer.bending import Effect
from desktop.views.explorer.bend_page import BendPage
from desktop.views.explorer.effect_row import LOOKS
from desktop.widgets.controls import IconButton, LinkButton
from engine.api.latent import BEND_KINDS, Bend
from tests.desktop.views.finding import named

LEVELS = ((4, "Coarsest · 4 px"), (8, "Coarse · 8 px"), (16, "Finest · 16 px"))
BLUR, NOISE = Effect(Bend("blur", 0.4, 8)), Effect(Bend("noise", 1.0, 16, 0.5), is_on=False)


def show(page: BendPage, *effects: Effect, levels: tuple[tuple[int, str], ...] = LEVELS, full: bool = False, restore: bool = False) -> None:
    page.set_rack(effects, levels, is_on=any(effect.is_on for effect in effects), is_full=full, can_restore=restore)


@pytest.fixture
def page(qtbot: QtBot) -> BendPage:
    made = BendPage()
    qtbot.addWidget(made)
    show(made, BLUR, NOISE)
    made.resize(420, 800)
    made.show()
    return made


@pytest.fixture
def told(page: BendPage) -> list[tuple[object, ...]]:
    heard: list[tuple[object, ...]] = []
    signals = ("added", "removed", "shifted", "switched", "all_switched", "side_chosen", "amount_changed", "channels_changed")
    for name in (*signals, "others_wanted", "reset_wanted", "restore_wanted", "rested"):
        getattr(page, name).connect(lambda *values, name=name: heard.append((name, *values)))
    return heard


def test_every_kind_of_bend_is_offered(page: BendPage, told: list[tuple[object, ...]]) -> None:
    assert LOOKS.keys() == set(BEND_KINDS)
    menu = page.menu()
    assert [action.text() for action in menu.actions()] == [look.name for look in LOOKS.values()]
    menu.actions()[-1].trigger()
    assert told == [("added", "invert")]


def test_a_row_tells_its_place(page: BendPage, told: list[tuple[object, ...]]) -> None:
    first, second = page.rows
    assert (first.amount.value, first.level.currentText(), first.switch.isChecked()) == (0.4, "Coarse · 8 px", True)
    assert not second.amount.isEnabled() and not first.earlier.isEnabled() and not second.later.isEnabled()
    named(second, IconButton, "Switch on").click()
    named(second, IconButton, "Earlier").click()
    named(second, IconButton, "Remove the effect").click()
    named(first, QComboBox, "Level").activated.emit(2)
    slider = first.amount.focusProxy()
    assert slider is not None
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert told == [("switched", 1, True), ("shifted", 1, -1), ("removed", 1), ("side_chosen", 0, 16), ("amount_changed", 0, 0.41)]
    told.clear()
    show(page, BLUR, replace(NOISE, is_on=True))
    named(second, LinkButton, "Other features").click()
    assert told == [("others_wanted", 1)]


def test_rows_follow_the_rack(page: BendPage, told: list[tuple[object, ...]]) -> None:
    kept = page.rows[0]
    show(page, BLUR, Effect(Bend("rotate", 30, 4)), NOISE)
    assert [row.kind for row in page.rows] == ["blur", "rotate", "noise"] and page.rows[0] is kept
    named(page.rows[2], IconButton, "Remove the effect").click()
    assert told == [("removed", 2)]
    show(page, BLUR, full=True)
    assert len(page.rows) == 1 and not page.add.isEnabled() and "full" in page.words.text()


def test_an_empty_rack_teaches_and_brings_back(page: BendPage, told: list[tuple[object, ...]]) -> None:
    page.all.click()
    page.reset.click()
    show(page, restore=True)
    assert page.empty.isVisible() and not page.add.isVisible()
    assert len(page.empty.findChildren(QPushButton)) == 1
    page.restore.click()
    assert told == [("all_switched", False), ("reset_wanted",), ("restore_wanted",)]
    show(page, levels=())
    assert page.unbendable.isVisible() and not page.empty.isVisible()
