from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QListView, QPushButton

from desktop import app as app_module
from desktop.actions import COMMANDS, MENUS, NEED_PICTURE, RECENT, SEPARATOR, TOOLBAR, command
from desktop.app import App
from desktop.client import EngineLike, OnEvent
from desktop.state.settings import ExportChoice
from desktop.views.about import AboutDialog
from desktop.views.banner import Banner
from desktop.views.dialogs import Ask
from desktop.views.export_dialog import ExportDialog
from desktop.views.jobs_bar import JobRow
from desktop.views.menus import ShortcutsPage
from desktop.views.results import RESULT_ROLE, SHOWN_ROLE
from desktop.views.window import STATUS_WIDTH
from engine.api.errors import UnknownModel
from engine.api.events import Body, Failed, Finished
from engine.api.family import PruneTunings
from engine.api.places import Places, places
from engine.api.recipe import GalleryStyle, PictureStyle
from engine.api.requests import EngineInfo, Request, WarmUp
from tests.desktop.conftest import Visitor
from tests.desktop.sitting import run_in_window
from tests.desktop.views.finding import named
from tests.fake_engine import FakeEngine, StudioScript, png


async def open_boat(app: App, boat: Path) -> None:
    app.studio.open(boat)
    await app.studio.tasks.idle()


def shown(app: App, kind: type[QDialog]) -> list[QDialog]:
    return [dialog for dialog in app.window.findChildren(kind) if dialog.isVisible()]


def press(dialog: QDialog, name: str) -> None:
    next(button for button in dialog.findChildren(QPushButton) if button.text() == name).click()


def test_the_table_names_each_command_once_and_menus_name_known_ones() -> None:
    ids = [row.id for row in COMMANDS]
    assert len(ids) == len(set(ids))
    listed = {row for menu in MENUS for row in menu.rows} | set(TOOLBAR) | NEED_PICTURE
    assert listed - {SEPARATOR, RECENT} <= set(ids)
    assert command("save").shortcuts == ("Ctrl+S",)


def test_no_two_commands_share_a_key() -> None:
    keys = [key for row in COMMANDS for key in row.shortcuts]
    assert len(keys) == len(set(keys))


def test_the_engine_begins_after_the_first_paint(qapp: QApplication) -> None:
    order: list[str] = []

    def start(where: Places, on_event: OnEvent) -> EngineLike:
        order.append("engine")
        return FakeEngine(StudioScript(where.blobs), threaded=True).start(on_event)

    async def scenario() -> None:
        app = App(places(), start)
        app.window.painted.connect(lambda: order.append("painted"))
        app.show()
        await app.begin()
        await app.studio.tasks.idle()
        await app.close()

    run_in_window(qapp, scenario())
    assert order == ["painted", "engine"]


def test_what_needs_a_picture_waits_for_one(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        actions = app.window.actions_by_id
        assert not any(actions[id].isEnabled() for id in NEED_PICTURE)
        await open_boat(app, boat)
        assert all(actions[id].isEnabled() for id in NEED_PICTURE)
        assert app.window.windowTitle() == "boat[*] – Sfumato"

    visit(scenario)


def test_commands_reach_the_picture(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        actions, canvas = app.window.actions_by_id, app.window.canvas
        await open_boat(app, boat)
        actions["zoom-actual"].trigger()
        assert canvas.zoom == 1
        actions["zoom-in"].trigger()
        assert canvas.zoom > 1
        assert app.studio.session.document.view.zoom == canvas.zoom
        actions["zoom-fit"].trigger()
        assert canvas.is_fitted
        actions["next-style"].trigger()
        await app.studio.tasks.idle()
        first = app.studio.library.entries[0].style
        assert app.studio.session.recipe.layers[0].styles[0].style == first
        assert actions["undo"].text() == "Undo style"
        actions["undo"].trigger()
        assert not app.studio.session.recipe.layers[0].styles
        await app.studio.tasks.idle()

    visit(scenario)


def test_compare_stands_on_the_button_as_on_the_canvas(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        compare = app.window.actions_by_id["compare-split"]
        await open_boat(app, boat)
        compare.trigger()
        assert app.window.canvas.compare == "split"
        app.window.canvas.set_compare("off")
        assert not compare.isChecked()

    visit(scenario)


def test_what_was_said_of_one_workspace_is_not_said_in_another(visit: Visitor) -> None:
    async def scenario(app: App) -> None:
        app.window.status.setText("Painted in 0.2 s")
        app.handlers.show_studio()
        assert app.window.status.text() == "Painted in 0.2 s"  # it is in front already
        app.handlers.show_training()
        assert app.window.status.text() == ""

    visit(scenario)


def test_copy_and_paste_by_the_clipboard(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        app.window.actions_by_id["paste"].trigger()
        assert app.window.status.text() == "There is no picture on the clipboard"
        await open_boat(app, boat)
        app.window.actions_by_id["copy"].trigger()
        image = QGuiApplication.clipboard().image()
        assert (image.width(), image.height()) == (60, 40)
        smaller = QImage(20, 10, QImage.Format.Format_RGB32)
        smaller.fill(0xFF010203)
        QGuiApplication.clipboard().setImage(smaller)
        app.window.actions_by_id["paste"].trigger()
        await app.studio.tasks.idle()
        assert app.studio.session.recipe.native_size == (20, 10)

    QGuiApplication.clipboard().clear()
    visit(scenario)


def test_styles_dropped_together_are_a_mix(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        await open_boat(app, boat)
        first, second = app.studio.library.entries[:2]
        app.window.canvas.style_dropped.emit([first.key, second.key])
        await app.studio.tasks.idle()
        assert [use.style for use in app.studio.session.recipe.layers[0].styles] == [first.style, second.style]
        assert isinstance(first.style, GalleryStyle)

    visit(scenario)


def test_a_click_in_the_gallery_paints_and_the_strip_keeps_it(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        await open_boat(app, boat)
        first, second = app.studio.library.entries[:2]
        for entry in (first, second):
            app.window.gallery.activated.emit(entry.key)
            await app.studio.tasks.idle()
        assert len(app.window.results.ids) == 2
        app.window.results.restore_requested.emit(app.window.results.ids[0])
        await app.studio.tasks.idle()
        assert app.studio.session.recipe.layers[0].styles[0].style == first.style

    visit(scenario)


def test_a_layer_is_added_blended_and_removed(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        layers, session = app.window.layers, app.studio.session
        await open_boat(app, boat)
        app.window.canvas.layer_dropped.emit([str(boat)])
        await app.studio.tasks.idle()
        layers.blend_changed.emit(1, "multiply")
        layers.opacity_changed.emit(1, 0.3, "drag")
        layers.gesture_ended.emit()
        layers.visibility_toggled.emit(0)
        assert (session.recipe.layers[1].blend, session.recipe.layers[1].opacity) == ("multiply", 0.3)
        assert not session.recipe.layers[0].visible
        layers.removed.emit(1)
        assert len(session.recipe.layers) == 1
        await app.studio.tasks.idle()

    visit(scenario)


def test_a_finer_preview_comes_with_the_zoom(visit: Visitor, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1800, 1200))

    async def scenario(app: App) -> None:
        await open_boat(app, large)
        app.window.canvas.fit()
        assert app.window.canvas.current_image().width() < 1800
        app.window.canvas.actual_size()
        await app.studio.tasks.idle()
        assert app.window.canvas.current_image().width() == 1800

    visit(scenario)


def test_export_asks_then_writes(visit: Visitor, boat: Path, tmp_path: Path) -> None:
    async def scenario(app: App) -> None:
        await open_boat(app, boat)
        app.window.actions_by_id["export"].trigger()
        (dialog,) = shown(app, ExportDialog)
        assert isinstance(dialog, ExportDialog)
        dialog.set_picture("painted", 60, 40)
        dialog.set_choice(ExportChoice(), tmp_path)
        press(dialog, "Export")
        await app.studio.tasks.idle()
        assert (tmp_path / "painted.png").exists()
        assert "painted.png" in app.window.status.text()

    visit(scenario)


def test_closing_asks_only_for_unsaved_work_and_never_blocks(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        left: list[bool] = []
        app.handlers.leaving.connect(lambda: left.append(True))
        await open_boat(app, boat)
        app.studio.painting.step_style(1)
        await app.studio.tasks.idle()
        app.window.close()
        (question,) = shown(app, Ask)
        assert app.window.isVisible()
        press(question, "Go back")
        assert left == []
        app.window.close()
        press(shown(app, Ask)[-1], "Don’t save")
        assert left == [True]

    visit(scenario)


def test_saving_at_the_end_saves_and_leaves(visit: Visitor, boat: Path, tmp_path: Path) -> None:
    async def scenario(app: App) -> None:
        left: list[bool] = []
        app.handlers.leaving.connect(lambda: left.append(True))
        await open_boat(app, boat)
        app.studio.painting.step_style(1)
        assert await app.studio.documents.save(tmp_path / "boat.sfumato", None)
        app.studio.painting.set_strength(0.5)
        await app.studio.tasks.idle()
        app.window.close()
        press(shown(app, Ask)[0], "Save")
        await app.studio.tasks.idle()
        await asyncio.sleep(0)
        assert left == [True]
        assert not app.studio.session.dirty

    visit(scenario)


def test_leaving_an_unfinished_export_asks(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        left: list[bool] = []
        app.handlers.leaving.connect(lambda: left.append(True))
        await open_boat(app, boat)
        job = app.studio.jobs.begin("Exporting boat.png", None)
        app.window.close()
        press(shown(app, Ask)[0], "Wait")
        assert left == []
        app.window.close()
        press(shown(app, Ask)[-1], "Stop and quit")
        assert left == [True]
        app.studio.jobs.end(job)

    visit(scenario)


def test_an_engine_that_cannot_warm_up_is_told(qapp: QApplication) -> None:
    def cold(request: Request[Any]) -> Iterator[Body]:
        yield Failed(UnknownModel("sfumato-style").failure())

    async def scenario() -> None:
        app = App(places(), lambda where, on_event: FakeEngine(cold, threaded=True).start(on_event))
        app.show()
        await app.begin()
        await app.studio.tasks.idle()
        (sentence,) = app.window.banners.sentences
        assert "sfumato-style" in sentence
        assert app.window.engine_facts.text() == "No engine"
        await app.close()

    run_in_window(qapp, scenario())


def test_banners_say_a_sentence_once_and_can_be_dismissed(visit: Visitor) -> None:
    async def scenario(app: App) -> None:
        banners = app.window.banners
        for sentence in ("one.", "two.", "one.", "three.", "four."):
            app.studio.notices.trouble(sentence)
        assert banners.sentences == ["one.", "three.", "four."]
        chosen: list[str] = []
        banners.clear()
        banners.offer("Shall we?", ("Yes", lambda: chosen.append("yes")))
        next(button for button in banners.findChildren(QPushButton) if button.text() == "Yes").click()
        assert chosen == ["yes"]
        assert banners.sentences == []

    visit(scenario)


def test_removing_an_own_style_is_told_and_can_be_undone(visit: Visitor) -> None:
    async def scenario(app: App) -> None:
        library, banners = app.studio.library, app.window.banners
        entry = library.add_own(PictureStyle("b" * 64, "my wave.jpg"))
        app.window.gallery.remove_requested.emit(entry.key)
        assert entry.key not in app.window.gallery.shown_keys
        assert banners.sentences == ["The style “my wave” is removed."]
        next(button for button in banners.findChildren(QPushButton) if button.text() == "Undo").click()
        assert app.window.gallery.shown_keys[0] == entry.key
        assert banners.sentences == []

    visit(scenario)


def test_several_banners_have_room_for_their_words(visit: Visitor) -> None:
    async def scenario(app: App) -> None:
        banners = app.window.banners
        banners.trouble("A long sentence that goes on. " * 12)
        banners.trouble("A short one.")
        QApplication.processEvents()
        shown_banners = banners.findChildren(Banner)
        assert len(shown_banners) == 2
        assert all(banner.height() >= banner.heightForWidth(banner.width()) for banner in shown_banners)
        assert shown_banners[0].height() > shown_banners[1].height()

    visit(scenario)


def test_the_pages_of_help_open_without_blocking(visit: Visitor) -> None:
    async def scenario(app: App) -> None:
        app.window.actions_by_id["shortcuts"].trigger()
        app.window.actions_by_id["about"].trigger()
        assert len(shown(app, ShortcutsPage)) == len(shown(app, AboutDialog)) == 1

    visit(scenario)


def test_recent_files_are_in_the_menu(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        assert not app.window.recent_menu.isEnabled()
        await open_boat(app, boat)
        (action,) = app.window.recent_menu.actions()
        assert action.text() == "boat.png"

    visit(scenario)


def test_the_window_stands_as_it_stood(visit: Visitor) -> None:
    async def first(app: App) -> None:
        app.window.resize(1300, 850)
        app.window.splitters["main"].setSizes([301, 699, 300])

    async def second(app: App) -> None:
        left, _, right = app.window.splitters["main"].sizes()
        assert (left, right) == (301, 300)

    visit(first)
    visit(second)


def test_the_warm_up_is_told_and_then_what_the_engine_runs_on(qapp: QApplication) -> None:
    async def scenario() -> None:
        app = App(places(), lambda where, on_event: FakeEngine(StudioScript(where.blobs), threaded=True).start(on_event))
        app.show()
        assert app.window.engine_facts.text() == "Warming up"
        await app.begin()
        await app.studio.tasks.idle()
        assert app.window.engine_facts.text() == "fake"
        await app.close()

    run_in_window(qapp, scenario())


@pytest.mark.expects_log("a bug in a slot is logged")
def test_a_bug_in_a_slot_is_told_and_the_studio_goes_on(visit: Visitor) -> None:
    async def scenario(app: App) -> None:
        with app_module.surprises_told(app.studio.notices):
            try:
                raise ZeroDivisionError("on purpose")
            except ZeroDivisionError as error:
                sys.excepthook(type(error), error, error.__traceback__)
        (sentence,) = app.window.banners.sentences
        assert "ZeroDivisionError" in sentence

    visit(scenario)


@pytest.mark.expects_log("a start that fails is logged")
def test_a_start_that_fails_ends_with_1(qapp: QApplication, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(where: Places, on_event: OnEvent) -> EngineLike:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(app_module, "make_application", lambda: qapp)
    handlers = list(logging.getLogger().handlers)
    try:
        assert app_module.run(start_engine=fail) == 1
    finally:
        for handler in set(logging.getLogger().handlers) - set(handlers):
            logging.getLogger().removeHandler(handler)
            handler.close()
    assert "broke down" in capsys.readouterr().err
    assert "on purpose" in places().log.read_text(encoding="utf-8")


def test_the_whole_picture_takes_the_place_of_its_copy(visit: Visitor, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1800, 1200))

    async def scenario(app: App) -> None:
        clipboard = QGuiApplication.clipboard()
        await open_boat(app, large)
        app.window.actions_by_id["copy"].trigger()
        assert clipboard.image().width() == 1024
        await app.studio.tasks.idle()
        assert (clipboard.image().width(), clipboard.image().height()) == (1800, 1200)
        assert app.window.status.text() == "Copied, 1800 × 1200 px"

    QGuiApplication.clipboard().clear()
    visit(scenario)


def test_what_was_copied_since_is_not_replaced(visit: Visitor, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1800, 1200))

    async def scenario(app: App) -> None:
        await open_boat(app, large)
        app.window.actions_by_id["copy"].trigger()
        QGuiApplication.clipboard().setText("a shopping list")
        await app.studio.tasks.idle()
        assert QGuiApplication.clipboard().text() == "a shopping list"

    visit(scenario)


def test_a_drag_out_says_what_it_hands_over(visit: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1800, 1200))
    dragged: list[QImage] = []
    monkeypatch.setattr("desktop.views.hand_out.HandOut.drag", lambda _self, _source, image, _name: dragged.append(image))

    async def scenario(app: App) -> None:
        await open_boat(app, large)
        app.window.canvas.drag_out_requested.emit()
        assert dragged[0].width() == 1024
        assert app.window.status.text() == "Dragging 1024 × 683 px, as on the canvas; copy or export it for all 1800 × 1200"

    visit(scenario)


def test_a_style_that_is_made_during_a_search_is_seen(visit: Visitor, boat: Path) -> None:
    async def scenario(app: App) -> None:
        gallery = app.window.gallery
        named(gallery, QLineEdit, "Search styles").setText("no such style")
        app.studio.intake.add_styles([boat])
        await app.studio.tasks.idle()
        assert gallery.shown_keys[0] == app.studio.library.entries[0].key

    visit(scenario)


def test_the_strip_marks_the_picture_on_the_canvas_and_no_other(visit: Visitor, boat: Path) -> None:
    def marked(app: App) -> list[str]:
        model = named(app.window.results, QListView, "Results of this sitting").model()
        indexes = [model.index(row, 0) for row in range(model.rowCount())]
        return [index.data(RESULT_ROLE).title for index in indexes if index.data(SHOWN_ROLE)]

    async def scenario(app: App) -> None:
        studio = app.studio
        await open_boat(app, boat)
        first, second = studio.library.entries[:2]
        for entry in (first, second):
            studio.painting.use_style(entry.key)
            await studio.tasks.idle()
        assert marked(app) == [second.title]
        studio.session.undo()
        assert marked(app) == [first.title]
        studio.session.undo()
        assert marked(app) == []
        studio.session.redo()
        assert marked(app) == [first.title]
        studio.restore(studio.results.all[1].key)
        assert marked(app) == [second.title]
        await studio.tasks.idle()

    visit(scenario)


def test_a_missing_file_at_the_start_is_told_above_the_canvas(qapp: QApplication, boat: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        app = App(places(), lambda where, on_event: FakeEngine(StudioScript(where.blobs), threaded=True).start(on_event))
        app.show((tmp_path / "missing.gif", boat))
        await app.begin()
        await app.studio.tasks.idle()
        (banner,) = app.window.findChildren(Banner)
        assert any("missing.gif does not exist" in label.text() for label in banner.findChildren(QLabel))
        assert app.studio.session.name == "boat"
        await app.close()

    run_in_window(qapp, scenario())


def test_a_job_of_a_long_name_leaves_room_for_what_was_said(visit: Visitor) -> None:
    async def scenario(app: App) -> None:
        app.window.resize(app.window.minimumSize())
        app.window.jobs_bar.set_jobs([JobRow(1, f"Exporting {'a long name ' * 9}.png", "rendering", 0.5, 90.0)])
        await asyncio.sleep(0.05)
        assert app.window.width() == app.window.minimumWidth()
        assert app.window.status.width() >= STATUS_WIDTH
        assert app.window.jobs_bar.geometry().right() < app.window.engine_facts.geometry().left()

    visit(scenario)


def test_a_card_that_does_not_work_is_told(qapp: QApplication) -> None:
    note = "The device cuda is not used: the driver is too old."

    def answer(request: Request[Any]) -> Iterator[Body]:
        if isinstance(request, PruneTunings):
            yield Finished(0)
            return
        assert isinstance(request, WarmUp)
        yield Finished(EngineInfo("cpu", "float32", 1, "fake", notes=(note,)))

    async def scenario() -> None:
        app = App(places(), lambda where, on_event: FakeEngine(answer, threaded=True).start(on_event))
        app.show()
        await app.begin()
        await app.studio.tasks.idle()
        (banner,) = app.window.findChildren(Banner)
        assert banner.sentence == note
        await app.close()

    run_in_window(qapp, scenario())


def test_a_later_start_opens_its_files_here(visit: Visitor, boat: Path, tmp_path: Path) -> None:
    async def scenario(app: App) -> None:
        app.window.showMinimized()
        app.doorkeeper.knocked.emit((tmp_path / "missing.gif", boat))
        await app.studio.tasks.idle()
        assert not app.window.isMinimized()
        assert app.studio.session.name == "boat"
        (banner,) = app.window.findChildren(Banner)
        assert "missing.gif does not exist" in banner.sentence

    visit(scenario)
