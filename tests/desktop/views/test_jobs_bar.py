from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QProgressBar, QToolButton
from pytestqt.qtbot import QtBot

from desktop.views.jobs_bar import JobRow, JobsBar, time_left
from tests.desktop.views.finding import named

EXPORT = JobRow(7, "Exporting harbour.png", "rendering", 0.25, 31.0)
WAITING = JobRow(8, "Exporting clouds.png", "waiting", None, None)


@pytest.fixture
def bar(qtbot: QtBot) -> JobsBar:
    made = JobsBar()
    qtbot.addWidget(made)
    made.resize(640, made.height())
    made.show()
    return made


def shown_texts(bar: JobsBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisible() and label.text()]


def test_idle_it_is_empty_and_keeps_its_height(bar: JobsBar) -> None:
    height = bar.height()
    assert shown_texts(bar) == []
    bar.set_jobs([EXPORT])
    bar.set_jobs([])
    assert shown_texts(bar) == []
    assert bar.height() == height


def test_it_tells_the_job_how_far_it_is_and_how_long_it_takes(bar: JobsBar) -> None:
    bar.set_jobs([EXPORT])
    assert shown_texts(bar) == ["Exporting harbour.png – rendering", "about 30 s left"]
    progress = named(bar, QProgressBar, "Progress")
    assert progress.value() / progress.maximum() == pytest.approx(0.25)


def test_what_is_not_known_is_not_told(bar: JobsBar) -> None:
    bar.set_jobs([WAITING])
    assert shown_texts(bar) == ["Exporting clouds.png – waiting"]
    assert named(bar, QProgressBar, "Progress").maximum() == 0


def test_the_job_can_be_stopped(bar: JobsBar, qtbot: QtBot) -> None:
    bar.set_jobs([EXPORT])
    with qtbot.waitSignal(bar.cancel_requested) as stopped:
        named(bar, QToolButton, "Stop: Exporting harbour.png").click()
    assert stopped.args == [7]


def test_other_jobs_stand_behind_a_button_and_can_be_stopped(bar: JobsBar, qtbot: QtBot) -> None:
    bar.set_jobs([EXPORT, WAITING])
    more = named(bar, QToolButton, "1 more jobs")
    assert more.text() == "1 more"
    with qtbot.waitSignal(bar.cancel_requested) as stopped:
        more.menu().actions()[0].trigger()
    assert stopped.args == [8]
    bar.set_jobs([EXPORT])
    assert not more.isVisible()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (2, "a few seconds left"),
        (12, "about 10 s left"),
        (44, "about 40 s left"),
        (58, "about 1 min left"),
        (185, "about 3 min left"),
        (3700, "about 1 h 2 min left"),
    ],
)
def test_time_is_told_in_words(seconds: float, words: str) -> None:
    assert time_left(seconds) == words
