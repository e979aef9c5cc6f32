"""The family tree under the hand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop.state.explorer.pedigree import Relative
from desktop.views.explorer.family_list import SIDE
from desktop.views.explorer.family_page import ALONE, BUSY, EXACT, REPLAY, FamilyPage
from engine.api.latent import Latent, ModelKey
from tests.desktop.views.finding import picture

SEED = Latent.of_seed(ModelKey("boats", "hash"), 1)
ROWS = (
    Relative("c", SEED, "boats 3", "bent by blur", "child"),
    Relative("s", SEED, "the vase", "blend of two", "self"),
    Relative("a", SEED, "boats 1", "seed 1", "ancestor", 1, True, True, False, (0,)),
    Relative("b", SEED, "boats 2", "seed 2", "ancestor", 1, True, True),
)


@pytest.fixture
def page(qtbot: QtBot) -> FamilyPage:
    made = FamilyPage()
    qtbot.addWidget(made)
    made.set_others([("sails", "sails")])
    made.set_family(ROWS)
    made.set_replay(ready=True, busy=False, remade=False, said=())
    made.resize(420, 700)
    made.show()
    return made


@pytest.fixture
def told(page: FamilyPage) -> list[tuple[str, ...]]:
    heard: list[tuple[str, ...]] = []
    page.visited.connect(lambda id: heard.append(("visit", id)))
    page.canvas_wanted.connect(lambda id: heard.append(("canvas", id)))
    page.replay_wanted.connect(lambda id: heard.append(("replay", id)))
    return heard


def test_a_click_or_a_key_opens_a_relative(page: FamilyPage, told: list[tuple[str, ...]]) -> None:
    rows = page.list
    texts = [rows.item(row).text() for row in range(rows.count())]
    assert texts == ["What came of it", "boats 3", "This picture", "the vase", "What it came of", "boats 1", "boats 2"]
    spoken = rows.item(6).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "boats 2: seed 2" and rows.currentItem().text() == "the vase"
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(5)).center())
    QTest.keyClick(rows, Qt.Key.Key_Down)
    QTest.keyClick(rows, Qt.Key.Key_Return)
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(3)).center())
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(0)).center())
    assert told == [("visit", "a"), ("visit", "b")], "one is there already, and a title leads nowhere"
    menu = rows.menu_of(ROWS[0])
    for action in menu.actions():
        action.trigger()
    assert told[2:] == [("visit", "c"), ("canvas", "c")]


def test_pictures_come_and_stay(page: FamilyPage) -> None:
    page.list.set_picture("b", picture("#804020", SIDE, SIDE))
    page.set_family(ROWS)
    at = page.list.visualItemRect(page.list.item(6))
    shown = page.list.viewport().grab().toImage()
    assert shown.pixelColor(16 + 28 + SIDE // 2, at.center().y()).name() == "#804020"
    assert [relative.id for relative in page.list.relatives] == ["c", "s", "a", "b"]


def test_the_replay_and_what_it_says(page: FamilyPage, told: list[tuple[str, ...]]) -> None:
    page.replay.click()
    assert told == [("replay", "sails")] and page.words.text() == REPLAY
    page.set_replay(ready=True, busy=True, remade=False, said=())
    assert not page.replay.isEnabled() and page.words.text() == BUSY
    page.set_replay(ready=True, busy=False, remade=True, said=("The bend blur is left out.",))
    assert page.words.text() == "The bend blur is left out."
    page.set_replay(ready=True, busy=False, remade=True, said=())
    assert page.words.text() == EXACT
    assert not page.show_remade.isVisible()
    page.remade_wanted.connect(lambda: told.append(("remade",)))
    page.set_replay(ready=True, busy=False, remade=False, said=(), waiting="boats 0 was made anew in sails meanwhile.")
    assert page.words.text() == "boats 0 was made anew in sails meanwhile."
    page.show_remade.click()
    assert told[-1] == ("remade",)
    page.set_others([])
    page.set_replay(ready=True, busy=False, remade=False, said=())
    assert not page.replay.isVisible() and page.words.text() == ALONE


def test_no_picture_and_a_library_in_trouble(page: FamilyPage) -> None:
    page.set_family((), "library.sqlite is damaged.")
    assert page.empty.isVisible() and page.trouble.text() == "library.sqlite is damaged."


def test_a_relative_that_nobody_can_go_to_is_greyed_and_says_so(page: FamilyPage, told: list[tuple[str, ...]]) -> None:
    why = "sails, which made it, is no longer here."
    page.set_family(ROWS, absence=lambda row: why if row.id == "a" else "")
    item, rows = page.list.item(5), page.list
    assert item.toolTip() == f"boats 1\nseed 1\n{why}"
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == f"boats 1: {why}"
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(item).center())
    QTest.keyClick(rows, Qt.Key.Key_Return)
    rows.customContextMenuRequested.emit(rows.visualItemRect(item).center())
    assert told == [] and rows.findChildren(QMenu) == []
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(6)).center())
    assert told == [("visit", "b")]
