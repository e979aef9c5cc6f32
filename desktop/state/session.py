"""The document under the artist's hands: every change goes through here, once, and can be undone."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.document import edits, lineage
from desktop.document.document import Document, Kin, View
from desktop.document.history import History
from engine.api.errors import BadRequest
from engine.api.recipe import Layer, Photo, Recipe, Source

Edit = Callable[[Document], Document]

LOOKED_AT_SECONDS = 3.0
"""A picture that the slider is left on for so long was looked at: moving the slider again is a new search."""


class Session(QObject):
    """The current document with its history, its file and the layer that the inspector shows.

    `recipe_changed` follows a change of the picture, whatever its cause; `title_changed` one of the file or of whether it is
    saved; `message` is a sentence for the status line, `refused` one for the banner.
    """

    recipe_changed = Signal()
    history_changed = Signal()
    layer_changed = Signal()
    title_changed = Signal()
    view_restored = Signal()
    message = Signal(str)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._history = History()
        self._saved = Recipe()
        self._known: dict[str, Kin] = {}
        self._related: tuple[tuple[Source, ...], tuple[Kin, ...]] = ((), ())
        self._layer = 0
        self._dragging = False
        self.path: Path | None = None
        self._searches = itertools.count(1)
        self._searched = ""
        self._rested_at = 0.0
        self.search: str | None = None
        """A name for the search along one slider, while its drags follow each other; None where the last change stands by itself."""

    @property
    def document(self) -> Document:
        return replace(self._history.document, family=self._family())

    @property
    def recipe(self) -> Recipe:
        return self._history.document.recipe

    @property
    def history(self) -> History:
        return self._history

    @property
    def dirty(self) -> bool:
        """Whether closing now would lose work. A photo that was only opened is none."""
        return self.recipe != self._saved

    @property
    def dragging(self) -> bool:
        """Whether a slider is being moved."""
        return self._dragging

    @property
    def name(self) -> str:
        """What the window's title calls the document."""
        if self.path is not None:
            return self.path.stem
        layers = self.recipe.layers
        return (Path(layers[0].source.name).stem or "Untitled") if layers else ""

    @property
    def current_index(self) -> int:
        return self._layer

    @property
    def current_layer(self) -> Layer | None:
        layers = self.recipe.layers
        return layers[self._layer] if layers else None

    def shows(self, photo: Photo) -> bool:
        """Whether this photo gives the picture its shape."""
        layers = self.recipe.layers
        return bool(layers) and layers[0].source == photo

    def select_layer(self, index: int) -> None:
        if 0 <= index < len(self.recipe.layers) and index != self._layer:
            self._layer = index
            self.layer_changed.emit()

    def apply(self, edit: Edit, label: str, say: str = "", *, gesture: str | None = None) -> bool:
        """Change the document; False, with `refused`, where the change makes no sense.

        `label` names the change for undo, `say` is what the status line tells. Changes of one `gesture` (a slider that moves;
        a name of its own for each drag) are one step, up to `end_gesture`.
        """
        try:
            changed = edit(self.document)
        except BadRequest as error:
            self.refused.emit(str(error))
            return False
        self._note_search(label, gesture)
        self._move_to(self._history.push(changed, label, gesture))
        if say:
            self.message.emit(say)
        return True

    def end_gesture(self) -> None:
        """The slider was let go."""
        if self._dragging:
            self._dragging = False
            self._rested_at = self._clock()
            self.recipe_changed.emit()

    def undo(self) -> None:
        if self._history.can_undo:
            label = self._history.undo_label
            self._leave_gesture()
            self._move_to(self._history.undo())
            self.message.emit(f"Undone: {label}")

    def redo(self) -> None:
        if self._history.can_redo:
            label = self._history.redo_label
            self._leave_gesture()
            self._move_to(self._history.redo())
            self.message.emit(f"Redone: {label}")

    def place_photo(self, photo: Photo) -> None:
        """Paint this photo from now on, in the styles that are set. A saved document is left as it is: this is another one."""
        fresh = not self.recipe.layers
        self.path = None
        self.apply(lambda document: edits.place_photo(document, photo), f"photo {photo.name}", f"Opened {photo.name}")
        if fresh:
            self._history = History.of(self.document)
            self._saved = self.recipe
            self.history_changed.emit()
        self.title_changed.emit()

    def begin(self, document: Document, path: Path | None, *, saved: bool = True) -> None:
        """Work on a document that was opened or (not `saved`) recovered."""
        self._leave_gesture()
        self.path = path
        self._layer = max(0, len(document.recipe.layers) - 1)
        self._saved = document.recipe if saved else Recipe()
        self._known = {}
        self.remember(document.family)
        self._move_to(History.of(document), keep_layer=True)
        self.layer_changed.emit()
        self.title_changed.emit()
        self.view_restored.emit()

    def remember(self, family: Iterable[Kin]) -> None:
        """What generated pictures of the document came of; no step of the history."""
        self._known |= {kin.latent.key: kin for kin in family}
        self._related = ((), ())

    def mark_saved(self, document: Document, path: Path) -> None:
        """`document` is now in the file `path`."""
        self.path = path
        self._saved = document.recipe
        self.title_changed.emit()

    def look(self, view: View) -> None:
        """Remember how the artist looks at the picture; no step of the history."""
        self._history = self._history.push(edits.set_view(self.document, view), "view", self._history.gesture)

    def _family(self) -> tuple[Kin, ...]:
        """Of the pictures that are in the recipe now."""
        if not self._known:
            return ()
        sources = tuple(layer.source for layer in self.recipe.layers)
        if self._related[0] != sources:
            self._related = (sources, lineage.relatives(self.recipe, self._known.values()))
        return self._related[1]

    def _leave_gesture(self) -> None:
        self._dragging = False
        self.search = None

    def _note_search(self, label: str, gesture: str | None) -> None:
        """The drags of one slider are one search, unless the artist stayed on a picture or did something else in between."""
        if gesture is None:
            self._leave_gesture()
            return
        rested = not self._dragging and self._clock() - self._rested_at >= LOOKED_AT_SECONDS
        if self.search is None or rested or label != self._searched:
            self.search = f"{label} {next(self._searches)}"
        self._dragging, self._searched = True, label

    def _move_to(self, history: History, *, keep_layer: bool = False) -> None:
        before, was_dirty = self.recipe, self.dirty
        layers_before = len(before.layers)
        self._history = history
        layers = len(self.recipe.layers)
        self.history_changed.emit()
        if not keep_layer and (self._layer >= layers or layers > layers_before):
            self._layer = max(0, layers - 1)
            self.layer_changed.emit()
        if self.recipe != before:
            self.recipe_changed.emit()
        if self.dirty != was_dirty:
            self.title_changed.emit()
