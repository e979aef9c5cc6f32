"""The Train workspace in the window: the way there, what is seen of a training from elsewhere, and leaving while one runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from desktop.actions import NEED_STUDIO, SPACES
from desktop.app import App
from desktop.client import EngineLike, OnEvent
from desktop.views.dialogs import Ask
from desktop.views.training.welcome import STANDINGS
from engine.api.places import Places, places
from engine.api.requests import ResumeTraining
from engine.api.training import RunDescription
from tests.desktop.conftest import Visit, Visitor
from tests.desktop.sitting import run_in_window
from tests.fake_engine import FakeEngine, StudioScript


class Stage:
    """A sitting whose engine waits in the midst of a training."""

    def __init__(self) -> None:
        self.script = StudioScript(places().blobs, halts_at=12)
        self.engine = FakeEngine(self.script, threaded=True)

    def start(self, where: Places, on_event: OnEvent) -> EngineLike:
        return self.engine.start(on_event)

    def play(self, application: QApplication, scenario: Visit) -> None:
        async def sit() -> None:
            app = App(places(), self.start)
            app.show()
            try:
                await app.begin()
                await app.studio.tasks.idle()
                await scenario(app)
            finally:
                await app.close()

        run_in_window(application, sit())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "boats"
    made.mkdir()
    return made


async def train(app: App, folder: Path) -> None:
    app.handlers.train_on(folder)
    await app.studio.tasks.idle()
    assert app.window.training is not None
    app.window.training.plan.begin_button.click()
    while app.studio.workshop.run.course.step != 12:
        await asyncio.sleep(0.005)


def test_the_way_there_and_back(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        window = app.window
        app.studio.open(boat)
        await app.studio.tasks.idle()
        assert window.training is None and not window.in_training
        window.actions_by_id["train-space"].trigger()
        assert window.in_training and window.space_switch.value == SPACES[1]
        assert not any(window.actions_by_id[id].isEnabled() for id in NEED_STUDIO)
        assert not window.tools.isVisible()
        app.studio.notices.trouble("Something is wrong.")
        assert window.banners.isVisible()
        window.space_switch.chosen.emit(SPACES[0])
        assert not window.in_training and window.canvas.isVisible() and window.tools.isVisible()
        assert window.actions_by_id["save"].isEnabled() and window.actions_by_id["train-space"].isChecked() is False
        assert window.banners.isVisible()
        window.actions_by_id["train-space"].trigger()
        app.handlers.open_path(boat)
        assert not window.in_training
        await app.studio.tasks.idle()

    visit(scenario)


def test_a_folder_is_dropped_on_the_workspace_or_on_the_canvas(visit: Visitor, folder: Path) -> None:
    async def scenario(app: App) -> None:
        app.window.canvas.photo_dropped.emit([str(folder)])
        assert app.window.in_training and app.studio.workshop.page == "plan"
        await app.studio.tasks.idle()
        space = app.window.training
        assert space is not None
        app.studio.workshop.go_back()
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(folder))])
        drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        space.dropEvent(drop)
        assert [app.studio.workshop.page] == ["plan"]
        await app.studio.tasks.idle()
        assert space.plan.begin_button.isEnabled()
        assert not space.plan.sheet.image.isNull()

    visit(scenario)


def test_a_training_is_seen_from_the_studio(qapp: QApplication, folder: Path) -> None:
    stage = Stage()

    async def scenario(app: App) -> None:
        await train(app, folder)
        app.handlers.show_studio()
        pill = app.window.training_pill
        assert pill.isVisible() and pill.text() == "boats: 384 pictures"
        pill.click()
        assert app.window.in_training and app.studio.workshop.page == "run"
        space = app.window.training
        assert space is not None and not space.run.samples.image.isNull()
        while space.run.charts is None:
            await asyncio.sleep(0.01)
        app.window.actions_by_id["pause-training"].trigger()
        await app.studio.tasks.idle()
        assert not pill.isVisible()
        space.run.time._track.setValue(0)
        await app.studio.tasks.idle()
        assert space.run.samples.image.size() == QImage(str(app.studio.workshop.run.course.grids[0].path)).size()
        app.window.actions_by_id["pause-training"].trigger()
        await app.studio.tasks.idle()
        assert app.studio.workshop.run.phase == "finished"
        space.run.panel.use.click()
        await app.studio.tasks.idle()
        assert app.window.in_explorer and app.studio.explorer.model == "boats"
        assert app.window.explorer is not None and not app.window.explorer.stage.image.isNull()
        app.handlers.show_training()
        app.studio.workshop.use_model("boats")
        await app.studio.tasks.idle()
        assert space.model.title.text() == "boats" and not space.model.picture.image.isNull()
        space.model.photo.click()
        await app.studio.tasks.idle()
        assert not app.window.in_training
        assert app.studio.session.recipe.layers[0].source.name == "boats, seed 0.png"

    stage.play(qapp, scenario)


def test_closing_the_window_pauses_the_training_and_says_so(qapp: QApplication, folder: Path) -> None:
    stage = Stage()

    async def scenario(app: App) -> None:
        left: list[bool] = []
        app.handlers.leaving.connect(lambda: left.append(app.studio.workshop.run.at_work))
        await train(app, folder)
        app.window.close()
        assert "boats is being paused and saved" in app.window.banners.sentences[-1]
        await app.studio.tasks.idle()
        await asyncio.sleep(0)
        assert left == [False]
        assert app.studio.workshop.run.phase == "paused"

    stage.play(qapp, scenario)


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_training_that_cannot_be_saved_keeps_the_window_open(qapp: QApplication, folder: Path, goes_on: bool) -> None:
    stage = Stage()

    async def scenario(app: App) -> None:
        left: list[bool] = []
        app.handlers.leaving.connect(lambda: left.append(True))
        await train(app, folder)
        run = app.studio.workshop.run
        app.window.close()
        await asyncio.sleep(0)
        run._fail("There is no room on the disk.")
        await app.studio.tasks.idle()
        assert left == [] and "no room" in app.window.banners.sentences[-1]
        if goes_on:
            run.go_on(None)
        app.window.close()
        assert left == ([] if goes_on else [True]), "what trains again is paused again"
        await app.studio.tasks.idle()
        await asyncio.sleep(0)
        assert left == [True]

    stage.play(qapp, scenario)


def test_who_closes_twice_need_not_wait(qapp: QApplication, folder: Path) -> None:
    stage = Stage()

    async def scenario(app: App) -> None:
        left: list[bool] = []
        app.handlers.leaving.connect(lambda: left.append(app.studio.workshop.run.at_work))
        await train(app, folder)
        app.window.close()
        app.window.close()
        assert left == [True]
        await app.studio.tasks.idle()

    stage.play(qapp, scenario)


@pytest.mark.parametrize("count", [1, 2])
def test_paused_trainings_are_offered_at_the_start(qapp: QApplication, folder: Path, count: int) -> None:
    stage = Stage()
    runs = [RunDescription(f"sails {number}", 1, folder, "style", 64, 38, 9, 288, 40.0, None, None, "", None) for number in range(count)]
    stage.script.runs = tuple(runs)

    async def scenario(app: App) -> None:
        (sentence,) = app.window.banners.sentences
        assert "sails 0" in sentence and "paused" in sentence
        answer = "Go on" if count == 1 else "Show them"
        next(button for button in app.window.banners.findChildren(QPushButton) if button.text() == answer).click()
        assert app.window.in_training
        await app.studio.tasks.idle()
        if count == 1:
            assert stage.engine.requests_of(ResumeTraining) == [ResumeTraining("sails 0", run=folder)]
        else:
            space = app.window.training
            assert space is not None and space.welcome.isVisible()

    stage.play(qapp, scenario)


def test_a_paused_training_is_deleted_after_a_question(qapp: QApplication, folder: Path) -> None:
    stage = Stage()

    async def scenario(app: App) -> None:
        await train(app, folder)
        run = app.studio.workshop.run.course.run
        assert run is not None
        described = RunDescription("boats", 1, run, "style", 64, 40, 12, 384, 12.0, None, None, "", "boats", bytes=31_000_000)
        stage.script.runs = (described,)
        app.window.actions_by_id["pause-training"].trigger()
        await app.studio.tasks.idle()
        space = app.window.training
        assert space is not None
        assert space.run.time._label.text() == "after 384 pictures"
        for answer, left in (("Keep it", (described,)), ("Delete", ())):
            space.run.panel.delete.click()
            await app.studio.tasks.idle()
            question = space.findChildren(Ask)[-1]
            said = " ".join(label.text() for label in question.findChildren(QLabel))
            assert "Delete the training “boats”?" in said and "31.0 MB" in said and "The model boats stays" in said
            next(button for button in question.findChildren(QPushButton) if button.text() == answer).click()
            await app.studio.tasks.idle()
            assert app.studio.workshop.runs.all == left
        assert app.studio.workshop.page == "welcome"

    stage.play(qapp, scenario)


def test_what_stands_how_is_listed_apart(qapp: QApplication, folder: Path) -> None:
    stage = Stage()
    waits = RunDescription("boats", 1, folder / "1", "style", 64, 38, 9, 288, 40.0, None, None, "", None)
    done = RunDescription("sails", 2, folder / "2", "style", 64, 38, 9, 288, 40.0, None, None, "", "sails", model_steps=9)
    stuck = RunDescription("oars", 1, folder / "3", None, None, 0, 0, 0, 0.0, None, None, "", None, "It is cut short.", bytes=2_000_000)
    stage.script.runs = (waits, done, stuck)

    async def scenario(app: App) -> None:
        app.handlers.show_training()
        await app.studio.tasks.idle()
        space = app.window.training
        assert space is not None
        texts = [label.text() for label in space.welcome.findChildren(QLabel) if label.isVisible()]
        shown = [text for text in texts if text in ("boats", "sails (2)", "oars", *STANDINGS.values())]
        assert shown == ["Trainings that wait", "boats", "Finished trainings", "sails (2)", "Trainings that cannot go on", "oars"]
        assert "2.0 MB · It is cut short." in texts

    stage.play(qapp, scenario)
