"""The page of the artist's own photo, and the drag points: what is known is shown, and what the hand does is passed on."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.state.studio import Studio
from desktop.views.explorer.space import ExplorerSpace
from desktop.views.handlers import Handlers


class PhotoBindings(QObject):
    """Connects the photo's page to the search, once."""

    def __init__(self, space: ExplorerSpace, studio: Studio, handlers: Handlers) -> None:
        super().__init__(space)
        self._page = page = space.photo
        self._explorer = studio.explorer
        self._handlers = handlers
        self._searching = searching = studio.explorer.searching
        searching.changed.connect(self._show)
        for signal in (studio.session.recipe_changed, studio.session.layer_changed):
            signal.connect(self._show_canvas_photo)
        searching.begun.connect(lambda: space.show_tool("Photo"))
        space.drop.file_dropped.connect(searching.take_file)
        space.drop.image_dropped.connect(lambda image: searching.take_image(image, "Dropped picture"))
        page.file_wanted.connect(handlers.find_photo)
        page.canvas_photo_wanted.connect(self._take_canvas_photo)
        page.search_wanted.connect(searching.search)
        page.stop_wanted.connect(searching.stop)
        page.visit_wanted.connect(self._visit)
        page.shown.connect(searching.watch)
        page.layers_wanted.connect(self._lay)
        page.tuned_changed.connect(searching.set_tuned)
        self._show()
        self._show_canvas_photo()

    def _show(self) -> None:
        searching, page = self._searching, self._page
        has_found = searching.latent is not None
        page.set_phase(searching.phase, searching.sentence, has_found=has_found, other_kind=searching.is_of_another_kind)
        page.set_photo(searching.original)
        page.set_found(searching.image, searching.near, searching.progress)
        page.set_tuned(searching.tuned)

    def _show_canvas_photo(self) -> None:
        self._page.set_canvas_photo(self._explorer.canvas_photo is not None)

    def _take_canvas_photo(self) -> None:
        if (photo := self._explorer.canvas_photo) is not None:
            self._searching.take(photo)

    def _lay(self) -> None:
        self._explorer.lay_photo()
        self._handlers.show_studio()

    def _visit(self) -> None:
        if (found := self._searching.latent) is not None:
            self._explorer.visit(found)


class DragBindings(QObject):
    """Connects the drag points, on the picture and in their list, once."""

    def __init__(self, space: ExplorerSpace, studio: Studio) -> None:
        super().__init__(space)
        self._page, self._handles = space.drag, space.handles
        self._explorer = studio.explorer
        self._dragging = studio.explorer.dragging
        self._dragging.changed.connect(self._show)
        self._explorer.model_changed.connect(self._show_model)
        self._bind_hand()
        self._show()
        self._show_model()

    def _bind_hand(self) -> None:
        dragging, page, handles = self._dragging, self._page, self._handles
        handles.added.connect(dragging.add)
        handles.pulled.connect(dragging.pull)
        handles.seized.connect(dragging.seize)
        for part in (handles, page):
            part.chosen.connect(dragging.choose)
            part.removed.connect(dragging.remove)
            part.run_wanted.connect(dragging.run)
            part.cancelled.connect(lambda: dragging.stop(keep=False))
        page.stop_wanted.connect(lambda: dragging.stop(keep=True))
        page.undo_wanted.connect(dragging.undo)
        page.clear_wanted.connect(dragging.clear)
        page.shown.connect(self._watch)

    def _watch(self, on: bool) -> None:
        """Points are seen while their page is; nothing is pulled unseen, and what the picture has come to is kept."""
        self._handles.setVisible(on and self._is_possible)
        if not on:
            self._dragging.stop(keep=True)

    @property
    def _is_possible(self) -> bool:
        info = self._explorer.info
        return info is None or info.kind == "style"

    def _show_model(self) -> None:
        self._page.set_possible(self._is_possible)
        self._handles.setVisible(self._page.isVisible() and self._is_possible)

    def _show(self) -> None:
        dragging = self._dragging
        self._handles.set_points(dragging.pulls, dragging.chosen, running=dragging.is_running)
        self._page.set_points(dragging.pulls, dragging.chosen)
        self._page.set_run(running=dragging.is_running, ready=dragging.can_run, undoable=dragging.can_undo, progress=dragging.progress)
