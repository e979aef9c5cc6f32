"""The Explore workspace in the window: the way there, its commands, and the way of a picture to the canvas."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QPushButton

from desktop.actions import NEED_EXPLORER, NEED_STUDIO, SPACES
from desktop.app import App
from desktop.views.explorer.space import ExplorerSpace
from engine.api.manifest import Manifest
from tests.desktop.conftest import Visitor
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
        assert space.panel.bookmark.text() == "Remove the bookmark"
        assert not space.bookmarks.list.item(0).icon().isNull()
        window.actions_by_id["another-picture"].trigger()
        await app.studio.tasks.idle()
        assert space.panel.bookmark.text() == "Bookmark"
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
