"""What each command of the table does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from desktop.actions import COMMANDS, SPACES
from desktop.document.document import DOCUMENT_SUFFIX
from desktop.state.printer_colours import profile_refusal
from desktop.state.studio import Studio
from desktop.views.canvas import ZOOM_STEP
from desktop.views.dialogs import (
    DOCUMENTS,
    PICTURES,
    Ask,
    ask_for_files,
    ask_for_folder,
    ask_to_save,
    ask_to_stop,
    ask_where_to_film,
    ask_where_to_save,
    pictures_folder,
)
from desktop.views.hand_out import HandOut
from desktop.views.menus import ShortcutsPage
from desktop.views.window import Window
from engine.api.latent import Latent
from engine.api.recipe import Recipe

if TYPE_CHECKING:
    from desktop.views.batch.window import BatchWindow

DOCUMENT_THUMBNAIL = 512


class Handlers(QObject):
    """The methods that the command table names. `leaving` says that the studio may close now."""

    leaving = Signal()

    def __init__(self, window: Window, studio: Studio) -> None:
        super().__init__(window)
        self._window = window
        self._studio = studio
        self._hand_out = HandOut()
        self._is_resting = False
        self._batch: BatchWindow | None = None
        studio.full_pictures.made.connect(self._improve_copy)
        for row in COMMANDS:
            if not row.hold:
                handler = getattr(self, row.handler)
                action = window.actions_by_id[row.id]
                action.triggered.connect(handler if row.checkable else _without_argument(handler))

    # The file

    def open_photo(self) -> None:
        ask_for_files(self._window, "Open photo", PICTURES, lambda files: self.open_path(files[0]))

    def open_document(self) -> None:
        ask_for_files(self._window, "Open document", DOCUMENTS, lambda files: self.open_path(files[0]))

    def open_house(self) -> None:
        self.show_studio()
        self._studio.open_house()

    def open_path(self, path: Path) -> None:
        """Open a file; before another document takes the place of unsaved work, the artist is asked."""
        self.show_studio()
        if path.suffix.lower() == DOCUMENT_SUFFIX:
            self._unless_unsaved(lambda: self._studio.open(path))
        else:
            self._studio.open(path)

    def open_all(self, paths: tuple[Path, ...]) -> None:
        """Open what another start named: of several, the last. One that is not there is told."""
        there = self._studio.that_are_there(paths)
        if there:
            self.open_path(there[-1])

    def save(self) -> None:
        self._save(lambda: None)

    def save_as(self) -> None:
        self._save_as(lambda: None)

    def export(self) -> None:
        self.export_recipe(self._studio.session.recipe, self._window.canvas.current_image())

    def export_recipe(self, recipe: Recipe, image: QImage) -> None:
        """Ask how to write this recipe, which looks like `image`, then write it."""
        from desktop.views.export_flow import ask_how_to_export  # late, like all dialogs: the window is painted before

        ask_how_to_export(self._window, self._studio, recipe, image)

    def enlarge(self) -> None:
        """Ask how to enlarge the photo on the canvas, or another one."""
        from desktop.views.enlarge_flow import ask_how_to_enlarge

        ask_how_to_enlarge(self._window, self._studio)

    def many_pictures(self) -> None:
        """Show the queue of many pictures."""
        from desktop.views.batch.flow import open_batch

        if self._batch is None:
            self._batch = open_batch(self._window, self._studio)
        self._batch.show()
        self._batch.raise_()

    def export_result(self, key: str) -> None:
        if (result := self._studio.results.find(key)) is not None:
            self.export_recipe(result.recipe, result.picture.image)

    def copy_result(self, key: str) -> None:
        """Copy a picture of this sitting."""
        if (result := self._studio.results.find(key)) is not None:
            self._copy(result.recipe, result.picture.image)

    def drag_result(self, key: str) -> None:
        if (result := self._studio.results.find(key)) is not None:
            self._drag(self._window.results, result.recipe, result.picture.image)

    def quit(self) -> None:
        """Leave, unless something would be lost and the artist would rather not."""
        self._unless_unsaved(self._leave)

    def _leave(self) -> None:
        running = max(len(self._studio.jobs.running), self._studio.batch.left)
        if running:
            ask_to_stop(self._window, running, self._rest_and_leave)
        else:
            self._rest_and_leave()

    def _rest_and_leave(self) -> None:
        """A training is paused first, which takes some seconds; who asks a second time need not wait: it is saved all the same."""
        run = self._studio.workshop.run
        if not run.at_work or self._is_resting:
            self.leaving.emit()
            return
        self._is_resting = True
        resting = f"{run.name} is being paused and saved; then Sfumato closes. You can go on with it at the next start."
        making = f"The model {run.name} is being made; then Sfumato closes."
        self._window.banners.offer(making if run.phase == "finishing" else resting)
        self._studio.tasks.spawn(run.rest(), "pause before leaving").add_done_callback(self._rested)

    def _rested(self, done: asyncio.Task[None]) -> None:
        """Where it could not be saved, that is told, and the window stays: closing it once more leaves all the same."""
        self._is_resting = False  # a training that goes on after all is paused again at the next closing
        if not done.cancelled() and not self._studio.workshop.run.trouble:
            self.leaving.emit()

    # Changes

    def undo(self) -> None:
        self._studio.session.undo()

    def redo(self) -> None:
        self._studio.session.redo()

    def copy(self) -> None:
        image = self._window.canvas.current_image()
        if not image.isNull():
            self._copy(self._studio.session.recipe, image)

    def _copy(self, recipe: Recipe, image: QImage) -> None:
        """What is on the canvas can be pasted at once; the whole picture takes its place when it is made."""
        self._hand_out.copy(image)
        self._studio.full_pictures.make(recipe, image)

    def _improve_copy(self, whole: QImage) -> None:
        if self._hand_out.improve_copy(whole):
            self._studio.notices.say(f"Copied, {whole.width()} × {whole.height()} px")

    def paste(self) -> None:
        # An empty clipboard has no data at all on some systems, whatever the stubs say.
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is None:
            data = QMimeData()
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        image = data.imageData() if data.hasImage() else None
        if files:
            self.open_path(files[0])
        elif isinstance(image, QImage) and not image.isNull():
            self._studio.intake.open_image(image, "Pasted picture")
        else:
            self._studio.notices.say("There is no picture on the clipboard")

    def drag_out(self) -> None:
        """Drag the picture on the canvas into another program."""
        image = self._window.canvas.current_image()
        if not image.isNull():
            self._drag(self._window.canvas, self._studio.session.recipe, image)

    def _drag(self, source: QWidget, recipe: Recipe, image: QImage) -> None:
        """A drag cannot wait for the whole picture: what it hands over is said."""
        width, height = recipe.native_size
        less = "" if image.width() >= width else f"; copy or export it for all {width} × {height}"
        self._studio.notices.say(f"Dragging {image.width()} × {image.height()} px, as on the canvas{less}")
        self._hand_out.drag(source, image, self._studio.session.name)

    # Looking

    def zoom_fit(self) -> None:
        self._window.canvas.fit()

    def zoom_actual(self) -> None:
        self._window.canvas.actual_size()

    def zoom_in(self) -> None:
        self._window.canvas.zoom_by(ZOOM_STEP)

    def zoom_out(self) -> None:
        self._window.canvas.zoom_by(1 / ZOOM_STEP)

    def compare_split(self, on: bool) -> None:
        canvas = self._window.canvas
        canvas.set_compare("split" if on else "off")
        self._window.actions_by_id["compare-split"].setChecked(canvas.compare == "split")

    def soft_proof(self, on: bool) -> None:
        """See the picture in the printer's colours; where no printer's profile was chosen yet, it is asked for."""
        proofing = self._studio.proofing
        if not on or proofing.has_printer:
            proofing.switch(on)
            return
        from desktop.views.exporting.colour_fields import ask_for_profile

        def use(profile: str) -> None:
            if refusal := profile_refusal(profile):
                self._studio.notices.trouble(refusal)
                action.setChecked(proofing.on)
                return
            proofing.use(profile)
            proofing.switch(True)

        action = self._window.actions_by_id["soft-proof"]
        ask_for_profile(self._window, use, lambda: action.setChecked(proofing.on))

    def gamut_warning(self, on: bool) -> None:
        self._studio.proofing.mark_gamut(on)

    # Styles and layers

    def search_styles(self) -> None:
        self._window.gallery.focus_search()

    def add_style(self) -> None:
        ask_for_files(self._window, "Make a style of a picture", PICTURES, self._studio.add_styles, several=True)

    def next_style(self) -> None:
        self._studio.painting.step_style(+1)

    def previous_style(self) -> None:
        self._studio.painting.step_style(-1)

    def add_layer(self) -> None:
        ask_for_files(self._window, "Add a photo as a layer", PICTURES, lambda files: self._studio.intake.add_layer(files[0]))

    # Workspaces

    def show_studio(self, _on: bool = True) -> None:
        self._window.show_space(SPACES[0])
        self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_training(self, _on: bool = True) -> None:
        """Go to the Train workspace, which is made at the first time: the window's first paint does not wait for it."""
        space = self._window.training
        if space is None:
            from desktop.views.training.bindings import TrainingBindings
            from desktop.views.training.space import TrainingSpace

            space = TrainingSpace()
            self._window.add_training(space)
            TrainingBindings(space, self._studio, self.train_folder, self.show_studio, self.explore)
        self._window.show_space(SPACES[1])
        space.take_focus()

    def train_folder(self) -> None:
        ask_for_folder(self._window, "Choose a folder of pictures", self.train_on)

    def train_on(self, folder: Path) -> None:
        """Plan a training on this folder."""
        self.show_training()
        self._studio.workshop.choose_folder(folder)

    def show_run(self) -> None:
        """Go to the run that is trained."""
        self.show_training()
        self._studio.workshop.show_run()

    def pause_training(self) -> None:
        run = self._studio.workshop.run
        if run.phase == "paused":
            run.go_on(run.minutes)
        elif run.at_work:
            run.pause()
        else:
            self._studio.notices.say("Nothing is being trained")

    def show_explorer(self, _on: bool = True) -> None:
        """Go to the Explore workspace, which is made at the first time."""
        self._open_explorer()
        self._studio.explorer.enter()

    def explore(self, model: str) -> None:
        """Go there with this generator."""
        self._open_explorer()
        self._studio.explorer.use(model)

    def _open_explorer(self) -> None:
        space = self._window.explorer
        if space is None:
            from desktop.views.explorer.bindings import ExplorerBindings
            from desktop.views.explorer.space import ExplorerSpace

            space = ExplorerSpace()
            self._window.add_explorer(space)
            ExplorerBindings(space, self._studio, self)
        self._window.show_space(SPACES[2])
        space.take_focus()

    def another_picture(self) -> None:
        self._studio.explorer.steering.another()

    def bookmark(self) -> None:
        self._studio.explorer.bookmark()

    def export_film(self) -> None:
        """Ask where the journey's film is to be written, then write it."""
        explorer = self._studio.explorer
        folder = Path(self._studio.settings.settings.export.folder or pictures_folder())
        suggested = folder / f"{explorer.model} journey.mp4"

        def write(path: Path) -> None:
            explorer.travelling.export(path)

        ask_where_to_film(self._window, suggested, write)

    def find_photo(self) -> None:
        """Ask for a photo, then look for it in the generator's space."""
        searching = self._studio.explorer.searching
        ask_for_files(self._window, "Look for a photo in the generator’s space", PICTURES, lambda files: searching.take_file(files[0]))

    def send_to_canvas(self) -> None:
        """Go to the canvas with the picture of the Explore workspace."""
        explorer = self._studio.explorer

        def lay(latent: Latent) -> None:
            explorer.lay(latent)
            self.show_studio()

        explorer.viewer.when_there(lay)

    # Help

    def show_shortcuts(self) -> None:
        page = ShortcutsPage(self._window)
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.show()

    def show_about(self) -> None:
        from importlib.metadata import version

        from desktop.views.about import AboutDialog

        info = self._studio.info
        dialog = AboutDialog(version("sfumato"), info.device if info else "", info.model if info else "", self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # Saving

    def _save(self, then: Callable[[], None]) -> None:
        path = self._studio.session.path
        if path is None:
            self._save_as(then)
        else:
            self._write(path, then)

    def _save_as(self, then: Callable[[], None]) -> None:
        session = self._studio.session
        suggested = (
            session.path
            or Path(self._studio.settings.settings.export.folder or pictures_folder()) / f"{session.name or 'Untitled'}{DOCUMENT_SUFFIX}"
        )
        ask_where_to_save(self._window, suggested, lambda path: self._write(path, then))

    def _write(self, path: Path, then: Callable[[], None]) -> None:
        image = self._window.canvas.current_image()
        if not image.isNull():
            image = image.scaled(
                DOCUMENT_THUMBNAIL, DOCUMENT_THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        task = self._studio.documents.save(path, None if image.isNull() else image)

        def written(done: asyncio.Task[bool]) -> None:
            if not done.cancelled() and done.exception() is None and done.result():
                then()

        task.add_done_callback(written)

    def _unless_unsaved(self, then: Callable[[], None]) -> None:
        session = self._studio.session
        if not session.dirty:
            then()
        elif not any(question.isVisible() for question in self._window.findChildren(Ask)):
            ask_to_save(self._window, session.name, save=lambda: self._save(then), leave=then)


def _without_argument(handler: Callable[[], None]) -> Callable[[bool], None]:
    """Qt tells every triggered action whether it is checked."""
    return lambda _checked: handler()
