"""The Explore workspace in the window: the way there, its commands, and the way of a picture to the canvas."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton

from desktop.actions import NEED_EXPLORER, NEED_STUDIO, SPACES
from desktop.app import App
from desktop.views import window as window_module
from desktop.views.explorer.space import ExplorerSpace
from engine.api.exploring import DragPoints, Invert
from engine.api.manifest import Manifest
from tests.desktop.conftest import Visitor
from tests.desktop.sitting import until
from tests.fake_engine import StudioScript


async def explore(app: App, script: StudioScript, *models: str) -> ExplorerSpace:
    script.generators = {id: Manifest(id, "generator", Path(f"{id}.safetensors")) for id in models}
    app.studio.workshop.look_around()
    await app.studio.tasks.idle()
    app.window.actions_by_id["explore-space"].trigger()
    await app.studio.tasks.idle()
    space = app.window.explorer
    assert space is not None
    return space


def test_without_a_generator_the_way_leads_to_the_train_workspace(visit: Visitor, script: StudioScript) -> None:
    async def scenario(app: App) -> None:
        space = await explore(app, script)
        assert app.window.in_explorer and space.empty.isVisible() and not space.stage.isVisible()
        space.empty.findChildren(QPushButton)[0].click()
        assert app.window.in_training
        assert not any(app.window.actions_by_id[id].isEnabled() for id in NEED_EXPLORER)

    visit(scenario)


def test_a_picture_is_found_bookmarked_and_sent_to_the_canvas(visit: Visitor, script: StudioScript) -> None:
    async def scenario(app: App) -> None:
        window = app.window
        space = await explore(app, script, "boats", "sails")
        assert window.space_switch.value == SPACES[2] and not space.empty.isVisible()
        assert not any(window.actions_by_id[id].isEnabled() for id in NEED_STUDIO)
        assert space.panel.model.currentText() == "boats" and space.panel.seed.value() == 0
        space.panel.seed.setValue(12)
        await app.studio.tasks.idle()
        assert space.stage.image.width() == 128
        window.actions_by_id["bookmark"].trigger()
        await app.studio.tasks.idle()
        (id,) = space.bookmarks.ids
        command = window.actions_by_id["bookmark"]
        assert space.panel.bookmark.text() == command.text() == "Remove the bookmark"
        assert space.panel.bookmark.toolTip() == command.toolTip() == "Take the bookmark away; the picture stays in your library  (Ctrl+B)"
        assert not space.bookmarks.list.item(0).icon().isNull()
        window.actions_by_id["another-picture"].trigger()
        await app.studio.tasks.idle()
        assert space.panel.bookmark.text() == "Bookmark" and command.text() == "Bookmark the picture"
        space.bookmarks.list.item(0).setText("the twelfth")
        space.bookmarks.visited.emit(id)
        await app.studio.tasks.idle()
        assert space.panel.seed.value() == 12
        window.actions_by_id["send-to-canvas"].trigger()
        await app.studio.tasks.idle()
        assert not window.in_explorer and window.canvas.has_picture
        assert app.studio.session.recipe.layers[0].source == app.studio.explorer.viewer.latent
        window.actions_by_id["undo"].trigger()
        assert app.studio.session.recipe.layers == ()
        space.panel.model_chosen.emit("sails")
        await app.studio.tasks.idle()
        assert space.bookmarks.ids == []

    visit(scenario)


def test_a_photo_is_looked_for_stopped_and_laid_on_the_canvas(visit: Visitor, script: StudioScript, boat: Path) -> None:
    async def scenario(app: App) -> None:
        space, searching = await explore(app, script, "boats"), app.studio.explorer.searching
        script.space.likeness = 0.4
        script.space.resting.add(Invert)
        assert not space.photo.from_canvas.isEnabled()
        space.drop.file_dropped.emit(boat)
        await until(lambda: not space.photo.found.image.isNull() and not space.photo.photo.image.isNull())
        assert space.tool == "Photo" and space.switch.value == "Photo" and space.photo.meter.text == "20% alike"
        space.photo.stop.click()
        await app.studio.tasks.idle()
        assert space.photo.sentence.text() == "Stopped: the best so far is 20% alike." and not space.photo.layers.isVisible()
        script.space.resting.clear()
        space.photo.again.click()
        await app.studio.tasks.idle()
        assert "hardly a picture of the kind" in space.photo.sentence.text()
        window = app.window
        space.photo.layers.click()
        await app.studio.tasks.idle()
        assert not window.in_explorer and app.studio.session.recipe.layers[0].source == searching.photo
        window.actions_by_id["explore-space"].trigger()
        assert space.photo.from_canvas.isEnabled()
        space.panel.another.click()
        space.photo.visit.click()
        await app.studio.tasks.idle()
        assert app.studio.explorer.viewer.latent == searching.latent and space.panel.seed.text() == "none"

    visit(scenario)


def test_points_are_dragged_on_the_picture_and_leaving_the_workspace_lets_go(visit: Visitor, script: StudioScript) -> None:
    async def scenario(app: App) -> None:
        space, dragging = await explore(app, script, "boats"), app.studio.explorer.dragging
        assert not space.handles.isVisible()
        space.show_tool("Drag")
        handles = space.handles
        assert handles.isVisible() and handles.size() == space.stage.size() and not space.drag.run.isEnabled()
        start, end = (handles.point_at(place).toPoint() for place in ((0.25, 0.5), (0.75, 0.5)))
        QTest.mousePress(handles, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(handles, end)
        app.window.actions_by_id["studio-space"].trigger()  # the hand still holds the point
        assert not handles.isVisible()
        app.window.actions_by_id["explore-space"].trigger()
        QTest.mouseMove(handles, start)
        assert dragging.pulls[0].end[0] == pytest.approx(0.75, abs=0.01)
        script.space.resting.add(DragPoints)
        before = space.stage.image
        space.drag.run.click()
        await until(lambda: space.stage.image != before)
        assert space.drag.stop.isVisible() and space.drag.points.item(0).text() == "1   pulled 25% right"
        app.window.actions_by_id["train-space"].trigger()  # nothing is pulled unseen
        await app.studio.tasks.idle()
        assert not dragging.is_running and dragging.can_undo
        app.window.actions_by_id["explore-space"].trigger()
        QTest.keyClick(handles, Qt.Key.Key_Return)
        assert dragging.is_running
        QTest.keyClick(handles, Qt.Key.Key_Escape)
        await app.studio.tasks.idle()
        assert not dragging.is_running
        space.drag.undo.click()
        await app.studio.tasks.idle()
        assert space.stage.image == before and space.panel.seed.value() == 0
        space.drag.clear.click()
        assert space.drag.points.count() == 0 and not space.drag.clear.isEnabled()

    visit(scenario)


def test_a_generator_of_an_older_kind_has_no_points(visit: Visitor, script: StudioScript) -> None:
    async def scenario(app: App) -> None:
        space = await explore(app, script, "boats")
        info = app.studio.explorer.info
        assert info is not None
        app.studio.explorer.info = replace(info, kind="dcgan")
        app.studio.explorer.model_changed.emit()
        space.show_tool("Drag")
        assert not space.handles.isVisible() and "style-based" in space.drag.words.text()

    visit(scenario)


def test_a_bookmark_that_was_removed_comes_back(visit: Visitor, script: StudioScript) -> None:
    async def scenario(app: App) -> None:
        window, command = app.window, app.window.actions_by_id["bookmark"]
        space = await explore(app, script, "boats")
        command.trigger()
        await app.studio.tasks.idle()
        (id,) = space.bookmarks.ids
        space.bookmarks.list.item(0).setText("the grey one")
        command.trigger()
        await app.studio.tasks.idle()
        assert space.bookmarks.ids == [] and window.status.text() == "Bookmark removed. Ctrl+B on the picture brings it back"
        assert window.banners.sentences == []
        command.trigger()
        await app.studio.tasks.idle()
        assert space.bookmarks.ids == [id] and space.bookmarks.list.item(0).text() == "the grey one"
        window.actions_by_id["another-picture"].trigger()
        await app.studio.tasks.idle()
        space.bookmarks.removed.emit(id)
        await app.studio.tasks.idle()
        assert space.bookmarks.ids == [] and window.banners.sentences == ["The bookmark “the grey one” is removed."]
        next(link for link in window.banners.findChildren(QPushButton) if link.text() == "Undo").click()
        await app.studio.tasks.idle()
        assert space.bookmarks.ids == [id] and space.bookmarks.list.item(0).text() == "the grey one"

    visit(scenario)


def test_a_picture_has_one_name_everywhere(visit: Visitor, script: StudioScript) -> None:
    async def scenario(app: App) -> None:
        space = await explore(app, script, "boats")
        for seed in (3, 4):
            space.panel.seed.setValue(seed)
            await app.studio.tasks.idle()
            app.window.actions_by_id["bookmark"].trigger()
            await app.studio.tasks.idle()
        assert app.window.status.text() == "Bookmarked Seed 4"
        assert [space.bookmarks.list.item(row).text() for row in range(2)] == ["Seed 4", "Seed 3"]
        assert {field.currentText() for field in space.blend.findChildren(QComboBox) if field.currentText()} == {"Seed 4", "Seed 3"}
        app.studio.explorer.travelling.add(*space.bookmarks.ids)
        assert [space.journey.stops.item(row).text() for row in range(2)] == ["Seed 4", "Seed 3"]
        space.show_tool("Family")
        await app.studio.tasks.idle()
        assert "Seed 4" in [space.family.list.item(row).text() for row in range(space.family.list.count())]
        space.show_tool("Blend")
        space.blend.pad.moved.emit(("coarse", "middle", "fine"), (0.4, 0.5))
        space.blend.pad.rested.emit()
        await app.studio.tasks.idle()
        app.window.actions_by_id["bookmark"].trigger()
        await app.studio.tasks.idle()
        assert app.window.status.text() == "Bookmarked Seed 3 with seed 4"

    visit(scenario)


def test_what_was_said_goes_after_a_while(visit: Visitor, script: StudioScript, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "SAID_MS", 150)

    async def scenario(app: App) -> None:
        app.studio.notices.say("Painted in 0.2 s")
        assert app.window.status.text() == "Painted in 0.2 s"
        await until(lambda: not app.window.status.text())

    visit(scenario)


def test_banners_leave_the_tools_of_the_explore_workspace_free(visit: Visitor, script: StudioScript) -> None:
    async def scenario(app: App) -> None:
        space = await explore(app, script, "boats")
        app.window.resize(1440, 900)
        app.window.banners.offer("Sfumato stopped unexpectedly last time. A report of it is kept on this machine.", ("Show", lambda: None))
        banners, stage = app.window.banners, space.stage
        assert QRect(stage.mapTo(space, QPoint()), stage.size()).contains(banners.geometry()) and banners.isVisible()

    visit(scenario)
