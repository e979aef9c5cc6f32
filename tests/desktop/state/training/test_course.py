from __future__ import annotations

from pathlib import Path

import pytest

from desktop.state.training.course import Course, Note
from engine.api.events import Learned
from engine.api.training import Curve, Judged, PreviewGrid, RunDescription, RunHistory, Watched

RUN = Path("runs/boats/001")
GREEN = Watched("green", "It learns.", (), 0.1, 0.5, 0.0, 0.5, 0.9, 0.5)
RED = Watched("red", "It copies.", ("I raised it",), 0.5, 0.8, 0.3, 0.2, 0.9, 0.6, RUN / "suspects-1.png")


def test_what_is_told_adds_up() -> None:
    course = Course()
    course.learn(Learned(RUN, 0, 0, 10.0, saved=True, notes=("It begins.",), grid=RUN / "grid-0.png"))
    course.learn(Learned(RUN, 1, 32, 12.0, losses={"critic": 0.7, "generator": 0.9}))
    course.learn(Learned(RUN, 2, 64, 14.0, losses={"critic": 0.6, "generator": 0.8}, watched=GREEN, grid=RUN / "grid-0.png"))
    assert (course.run, course.step, course.seen, course.seconds, course.saved) == (RUN, 2, 64, 14.0, True)
    assert course.losses == {"critic": ([32, 64], [0.7, 0.6]), "generator": ([32, 64], [0.9, 0.8])}
    assert course.verdict == GREEN and course.suspects is None
    assert course.grids == [PreviewGrid(0, RUN / "grid-0.png")]
    assert course.notes == [Note(0, "It begins."), Note(64, "It learns.", "green")]
    assert course.pace == pytest.approx(16.0)
    assert course.sitting_seconds == 4.0
    course.learn(Learned(RUN, 3, 96, 15.0, watched=RED))
    assert course.suspects == RED.suspects


def test_nothing_is_claimed_before_it_is_known() -> None:
    course = Course()
    assert (course.verdict, course.suspects, course.pace, course.sitting_seconds) == (None, None, None, 0.0)
    course.learn(Learned(RUN, 0, 0, 3.0))
    course.learn(Learned(RUN, 0, 0, 3.0))
    assert course.pace is None


def test_a_new_sitting_is_timed_anew() -> None:
    course = Course()
    for step in range(3):
        course.learn(Learned(RUN, step, 32 * step, 10.0 * step))
    course.begin_sitting()
    assert not course.pace
    course.learn(Learned(RUN, 3, 96, 21.0))
    course.learn(Learned(RUN, 4, 128, 22.0))
    assert [course.pace, course.sitting_seconds] == [32.0, 1.0]


def test_a_run_that_goes_back_forgets_what_came_after() -> None:
    course = Course()
    for step in range(4):
        course.learn(Learned(RUN, step, 32 * step, float(step), {"critic": 1.0}, GREEN, grid=RUN / f"grid-{step}.png"))
    course.learn(Learned(RUN, 1, 32, 5.0, notes=("It went back.",)))
    assert course.losses["critic"] == ([0, 32], [1.0, 1.0])
    assert [verdict.seen for verdict in course.verdicts] == [0, 32]
    assert [grid.seen for grid in course.grids] == [0, 32]
    assert course.pace is None


def test_a_run_of_an_earlier_sitting_goes_on_where_it_was() -> None:
    saved = RunDescription("boats", 1, RUN, "style", 64, 40, 4, 128, 60.0, None, "green", "It learns.", None)
    curves = {"critic": Curve((32, 64), (0.7, 0.6))}
    course = Course.of(saved, RunHistory(RUN, curves, (Judged(64, GREEN),), (PreviewGrid(0, RUN / "grid-0.png"),)))
    assert (course.step, course.seen, course.saved, course.verdict) == (4, 128, True, GREEN)
    course.learn(Learned(RUN, 4, 128, 60.0))
    course.learn(Learned(RUN, 5, 160, 62.0, losses={"critic": 0.5}))
    assert course.losses["critic"] == ([32, 64, 160], [0.7, 0.6, 0.5])
    assert course.notes == [Note(64, "It learns.", "green")]
    assert course.sitting_seconds == 2.0
