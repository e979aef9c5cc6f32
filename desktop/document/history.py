"""Undo and redo: snapshots of the document, and a cursor among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop.document.document import Document

MAX_SNAPSHOTS = 500
"""How many snapshots are kept; each holds blob ids and numbers, no pixels."""


@dataclass(frozen=True)
class Snapshot:
    """A document and the change that led to it ("strength"); the first one has no label."""

    document: Document
    label: str = ""


@dataclass(frozen=True)
class History:
    """Snapshots, the oldest first; `cursor` is the index of the one on the screen.

    Only the recipe makes steps. The view is not undone: it goes along, so that undo never moves the picture under the hand,
    unless the picture has another size there.
    """

    snapshots: tuple[Snapshot, ...] = (Snapshot(Document()),)
    cursor: int = 0
    gesture: str | None = None
    """The gesture of the last push; None once it has ended."""

    @classmethod
    def of(cls, document: Document) -> History:
        """The history of a document that was just made or opened."""
        return cls((Snapshot(document),))

    @property
    def document(self) -> Document:
        """The document on the screen."""
        return self.snapshots[self.cursor].document

    @property
    def can_undo(self) -> bool:
        return self.cursor > 0

    @property
    def can_redo(self) -> bool:
        return self.cursor < len(self.snapshots) - 1

    @property
    def undo_label(self) -> str:
        """The change that undo takes back; empty where there is none."""
        return self.snapshots[self.cursor].label if self.can_undo else ""

    @property
    def redo_label(self) -> str:
        """The change that redo makes again; empty where there is none."""
        return self.snapshots[self.cursor + 1].label if self.can_redo else ""

    def push(self, document: Document, label: str, gesture: str | None = None) -> History:
        """The history after a change. What was undone before it is gone.

        Pushes of one gesture (a drag; each has a name of its own) are one step; a gesture that comes back to where it began is
        none. A document with the same recipe only changes the view.
        """
        if document.recipe == self.document.recipe:
            return self._seen_as(document)
        goes_on = gesture is not None and gesture == self.gesture
        kept = self.snapshots[: self.cursor if goes_on else self.cursor + 1]
        if goes_on and document.recipe == kept[-1].document.recipe:
            return History(kept, len(kept) - 1)._seen_as(document)
        snapshots = (*kept, Snapshot(document, label))[-MAX_SNAPSHOTS:]
        return History(snapshots, len(snapshots) - 1, gesture)

    def undo(self) -> History:
        """One step back; at the beginning, the history itself."""
        return self._moved(self.cursor - 1) if self.can_undo else self

    def redo(self) -> History:
        """One step forward again; at the end, the history itself."""
        return self._moved(self.cursor + 1) if self.can_redo else self

    def _moved(self, cursor: int) -> History:
        there = self.snapshots[cursor].document
        same_shape = there.recipe.native_size == self.document.recipe.native_size
        return History(self.snapshots, cursor)._seen_as(replace(there, view=self.document.view) if same_shape else there)

    def _seen_as(self, document: Document) -> History:
        """The same steps with the snapshot at the cursor showing this document."""
        snapshot = replace(self.snapshots[self.cursor], document=document)
        return replace(self, snapshots=(*self.snapshots[: self.cursor], snapshot, *self.snapshots[self.cursor + 1 :]))
