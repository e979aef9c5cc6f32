from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.state.training.course import Note
from desktop.state.training.run import Phase
from desktop.views.training.run_page import RunPage
from desktop.views.training.run_panel import RunPanel, RunState
from desktop.views.training.state_badge import COLOURS, WORDS, StateBadge
from desktop.views.training.time_slider import TimeSlider
from engine.api.events import Progress
from engine.api.training import Judged, PreviewGrid, Watched, WatchState
from tests.desktop.views.finding import picture

RUNNING = RunState(
    phase="running",
    name="boats",
    about="40 pictures",
    seen=6400,
    pace=21.4,
    seconds=300.0,
    sitting=300.0,
    budget=60.0,
    stage=None,
    trouble="",
    can_finish=True,
    finishes_at_checkpoint=False,
    is_kept=True,
)
NEW = replace(RUNNING, can_finish=False, is_kept=False)
DELETE = "Delete this training…"
GREEN = Watched("green", "It learns.", (), 0.1, 0.55, 0.01, 0.4, 0.9, 0.5)
GRIDS = tuple(PreviewGrid(6400 * place, Path(f"grid-{place}.png")) for place in range(3))


@pytest.fixture
def panel(qtbot: QtBot) -> RunPanel:
    made = RunPanel()
    qtbot.addWidget(made)
    made.show()
    return made


def buttons(panel: RunPanel) -> set[str]:
    offered = (panel.pause, panel.give_up, panel.stop, panel.go_on, panel.make, panel.use, panel.carry_on, panel.delete)
    return {button.text() for button in offered if button.isVisible()}


def texts(panel: RunPanel) -> set[str]:
    return {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}


def test_what_a_running_training_says(panel: RunPanel) -> None:
    panel.set_state(RUNNING)
    assert {"boats", "Training", "6,400", "21 pictures a second", "5 min", "about 55 min"} <= texts(panel)
    assert buttons(panel) == {"Pause", "Stop…"}
    assert panel.bar.value() / panel.bar.maximum() == pytest.approx(5 / 60, abs=0.001)
    panel.set_state(replace(RUNNING, budget=None, pace=2.34))
    assert {"until you stop it", "2.3 pictures a second"} <= texts(panel)
    assert not panel.bar.isVisible()


def test_each_phase_offers_what_can_be_done(panel: RunPanel) -> None:
    for state, words, offered in (
        (replace(NEW, phase="preparing", stage=Progress(3, 9, "reading pictures")), "Reading pictures", {"Pause", "Stop"}),
        (NEW, "Training", {"Pause", "Stop"}),
        (replace(RUNNING, phase="preparing", can_finish=False), "Getting ready", {"Pause"}),
        (replace(RUNNING, phase="pausing"), "Pausing: what has been learnt is saved", set()),
        (replace(RUNNING, phase="paused"), "Paused and saved", {"Go on", "Make the model", DELETE}),
        (replace(RUNNING, phase="finishing"), "Making the model", set()),
        (replace(RUNNING, phase="finished", ending="None is a copy."), "None is a copy.", {"Use this model", "Go on", DELETE}),
        (replace(RUNNING, finishes_at_checkpoint=True), "Training", {"Pause", "Stop…", "Carry on instead"}),
        (replace(RUNNING, phase="paused", trouble="The disk is full."), "The disk is full.", {"Go on", "Make the model", DELETE}),
    ):
        panel.set_state(state)
        assert words in texts(panel)
        assert buttons(panel) == offered, state.phase


def test_what_has_learnt_nothing_is_stopped_and_not_paused(panel: RunPanel) -> None:
    told: list[object] = []
    panel.pause_wanted.connect(lambda: told.append("stopped"))
    panel.set_state(NEW)
    assert not panel.pause.isEnabled()
    panel.give_up.click()
    assert told == ["stopped"]
    panel.set_state(RUNNING)
    assert panel.pause.isEnabled()


def test_three_ways_to_stop_and_one_to_go_on(panel: RunPanel) -> None:
    told: list[object] = []
    panel.finish_wanted.connect(lambda: told.append("now"))
    panel.finish_later_wanted.connect(lambda: told.append("later"))
    panel.pause_wanted.connect(lambda: told.append("pause"))
    panel.go_on_wanted.connect(told.append)
    panel.set_state(RUNNING)
    for action in panel.stop.menu().actions():
        action.trigger()
    assert told == ["now", "later", "pause"]
    panel.set_state(replace(RUNNING, phase="paused"))
    panel.minutes.setCurrentIndex(panel.minutes.count() - 1)
    panel.go_on.click()
    assert told[3:] == [None]


def test_the_slider_goes_through_time_and_follows_at_its_end(qtbot: QtBot) -> None:
    slider = TimeSlider()
    qtbot.addWidget(slider)
    looked: list[object] = []
    slider.looked_at.connect(looked.append)
    slider.set_grids(GRIDS[:2])
    assert slider.path is None and looked == []
    slider._track.setValue(0)
    slider.set_grids(GRIDS)
    assert slider.path == GRIDS[0].path
    slider._track.setValue(1)
    slider.follow()
    assert looked == [GRIDS[0].path, GRIDS[1].path, None]
    slider.set_grids(())
    assert slider.path is None


@pytest.mark.parametrize("state", ["green", "amber", "red", None])
def test_the_state_is_a_word_a_colour_and_a_shape(qtbot: QtBot, state: WatchState | None) -> None:
    badge = StateBadge()
    qtbot.addWidget(badge)
    badge.set_state(state)
    assert badge.word.text() == WORDS[state]
    assert len(set(WORDS.values())) == len(set(COLOURS.values())) == 4
    assert badge.accessibleName() == (f"{state}: {WORDS[state]}" if state else WORDS[None])
    badge.grab()


def test_suspected_copies_take_the_samples_place_for_a_while(qtbot: QtBot) -> None:
    page = RunPage()
    qtbot.addWidget(page)
    page.show()
    assert not page.watch.enlarge.isVisible()
    page.set_suspects(picture())
    page.watch.enlarge.click()
    assert not page.samples.isVisible() and page._suspects.isVisible()
    page.show_samples()
    assert page.samples.isVisible()
    page.watch.sheet.clicked.emit(0)
    page.set_suspects(type(page.samples.image)())
    assert page.samples.isVisible() and not page.watch.enlarge.isVisible()


def test_the_watch_speaks(qtbot: QtBot) -> None:
    page = RunPage()
    qtbot.addWidget(page)
    page.watch.set_verdict(GREEN)
    assert (page.watch.badge.word.text(), page.watch.sentence.text()) == ("It is learning", "It learns.")
    page.notes.set_notes([Note(0, "It begins."), Note(6400, "It learns.", "green")])
    rows = [label.text() for label in page.notes.findChildren(QLabel)]
    assert rows.index("It learns. (after 6,400)") < rows.index("It begins.")


@pytest.mark.parametrize(
    ("phase", "words"),
    [("running", "first verdict comes soon"), ("paused", "has not seen enough pictures yet"), ("finished", "finished before the watch")],
)
def test_without_a_verdict_it_is_said_what_to_expect(qtbot: QtBot, phase: Phase, words: str) -> None:
    page = RunPage()
    qtbot.addWidget(page)
    page.watch.set_verdict(None, phase)
    assert words in page.watch.sentence.text()
    assert ("soon" in page.watch.sentence.text()) == (phase == "running")


def test_charts_draw_what_there_is(qtbot: QtBot) -> None:
    from desktop.views.training.charts import Charts, watch_curves

    charts = Charts()
    qtbot.addWidget(charts)
    charts.show()
    charts.set_losses({"critic": ([0, 32], [0.7, 0.6]), "lr": ([0], [0.002])})
    verdicts = (Judged(32, GREEN), Judged(64, replace(GREEN, auc=None, copies=0.2)))
    charts.set_verdicts(verdicts)
    assert list(charts._losses._curves) == ["critic"]
    assert watch_curves(verdicts)["by heart"] == ([32], [0.55])
    assert watch_curves(verdicts)["copies"] == ([32, 64], [0.01, 0.2])
    assert [list(values) for values in charts._watch._curves["copies"].getData()] == [[32, 64], [0.01, 0.2]]
    charts.set_losses({})
    assert charts._losses._curves["critic"].getData()[0] is None or len(charts._losses._curves["critic"].getData()[0]) == 0
    charts.grab()
