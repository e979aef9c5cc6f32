from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.state.training.plan import Plan
from desktop.views.training.choices import minutes_in_words
from desktop.views.training.plan_page import NAMED, PlanPage
from engine.api.events import Progress
from engine.api.training import Estimate, FolderReport, LeftOut

FOLDER = Path("boats")
LEFT_OUT = (LeftOut("cut.jpg", "broken", "it ends too early"), LeftOut("twin.png", "duplicate", "sun.png"), LeftOut("notes.txt", "other"))
SENTENCES = (
    "40 pictures are ready to train on at 64 × 64.",
    "1 file is left out as unreadable: cut.jpg (it ends too early).",
    "3 pictures are not square: the middle is used.",
)
REPORT = FolderReport(FOLDER, 64, 40, LEFT_OUT, SENTENCES, Estimate(20.0, 10**9, 10**10))


@pytest.fixture
def page(qtbot: QtBot) -> PlanPage:
    made = PlanPage()
    qtbot.addWidget(made)
    made.set_folder(str(FOLDER))
    made.choices.set_plan(Plan(FOLDER, "boats"), "")
    made.show()
    return made


def texts(page: PlanPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_a_report_says_what_can_be_used_and_lists_what_is_left_out(page: PlanPage) -> None:
    page.set_report(REPORT, ("It takes an hour.",))
    shown = texts(page)
    assert "40 pictures are ready to train on at 64 × 64" in shown
    assert "3 files are left out; see the list at the right.\n3 pictures are not square: the middle is used." in shown
    left_out = {"cut.jpg – it ends too early", "twin.png is the same picture as sun.png", "notes.txt"}
    assert {"Cannot be read (1)", "There already (1)"} | left_out <= set(shown)
    assert "It takes an hour." in shown
    assert not page.progress.isVisible() and not page.again.isVisible()


def test_of_many_files_the_first_are_named(page: PlanPage) -> None:
    many = tuple(LeftOut(f"{index}.txt", "other") for index in range(NAMED + 5))
    page.set_report(replace(REPORT, left_out=many), ())
    assert f"Not pictures ({NAMED + 5})" in texts(page) and "and 5 more" in texts(page)
    page.set_report(replace(REPORT, left_out=()), ())
    assert not any("Left out" in text for text in texts(page))


def test_progress_and_trouble(page: PlanPage, qtbot: QtBot) -> None:
    page.set_progress(Progress(3, 12, "reading pictures"))
    assert "3 of 12" in texts(page) and page.progress.value() == 3
    page.set_progress(Progress(0, 1, "measuring how fast this machine trains"))
    assert "Measuring how fast this machine trains…" in texts(page)
    page.set_trouble("boats: it is empty; put the pictures to learn from into it.")
    assert "It is empty; put the pictures to learn from into it." in texts(page)
    assert not page.sheet.isVisible() and not page.progress.isVisible()
    with qtbot.waitSignal(page.again_wanted):
        page.again.click()


def test_the_choices_are_told_by_the_hand_only(page: PlanPage) -> None:
    choices = page.choices
    told: list[object] = []
    for signal in (choices.name_changed, choices.start_changed, choices.size_changed, choices.fit_changed, choices.minutes_changed):
        signal.connect(told.append)
    choices.kind_changed.connect(told.append)
    choices.set_starts([("scrolls", "scrolls (128 px, style-based)")])
    choices.set_plan(Plan(FOLDER, "sails", size=256, fit="pad", minutes=None), "Taken.")
    assert told == []
    assert (choices.name.text(), choices.side.value, choices.fit.value, choices.minutes.currentData()) == ("sails", 256, "pad", None)
    assert choices.trouble.isVisible() and choices.trouble.text() == "Taken."
    choices.side.chosen.emit(128)
    choices.start.setCurrentIndex(1)
    choices.start.activated.emit(1)
    choices.kind.setCurrentIndex(2)
    choices.kind.activated.emit(2)
    QTest.keyClicks(choices.name, "!")
    assert told == [128, "scrolls", "dense", "sails!"]


def test_a_model_to_begin_with_and_a_classic_bind_the_size(page: PlanPage) -> None:
    choices = page.choices
    choices.set_starts([("scrolls", "scrolls (128 px)")])
    choices.set_plan(Plan(FOLDER, "x", begin_from="scrolls", size=128), "")
    assert choices.start.currentData() == "scrolls" and not choices.kind.isEnabled()
    choices.set_plan(Plan(FOLDER, "x", begin_from="scrolls", size=16), "")
    assert not choices.side.isVisible() and choices.fixed_size.text() == "16 × 16 pixels, as the model"
    choices.set_plan(Plan(FOLDER, "x").with_kind("dense"), "")
    assert not choices.side.isVisible() and "32 × 32" in choices.fixed_size.text()
    assert choices.kind.isVisible()


def test_a_style_based_model_can_grow(page: PlanPage) -> None:
    choices = page.choices
    choices.set_starts([("scrolls", "scrolls (128 px)")])
    plan = Plan(FOLDER, "x", begin_from="scrolls", size=128, known_size=128)
    assert plan.sizes == (128, 256, 512) and plan.request().size is None
    choices.set_plan(plan, "")
    assert not choices.fixed_size.isVisible()
    plan = replace(plan, size=256)
    choices.set_plan(plan, "")
    assert choices.side.isVisible() and choices.fixed_size.text() == "It grows from 128 px: what it knows is kept"
    assert (plan.request().size, plan.request().kind, plan.request().begin_from) == (256, None, "scrolls")
    assert replace(plan, kind="dcgan").sizes == (128,)


def test_time_in_words() -> None:
    assert [minutes_in_words(minutes) for minutes in (15, 60, 180, None)] == ["15 minutes", "1 hour", "3 hours", "Until I stop it"]
