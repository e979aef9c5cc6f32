"""The document's files: opened, saved, and kept safe from a crash."""

from __future__ import annotations

import asyncio
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from desktop.state.frames import encoded
from desktop.state.notices import Notices
from desktop.state.session import Session
from desktop.state.settings import SettingsStore
from desktop.state.tasks import OPENING, Tasks
from engine.api.errors import SfumatoError
from engine.api.places import Places

if TYPE_CHECKING:
    from desktop.document.recovery import Offer, Recovery

AUTOSAVE_MS = 2000
"""How long after a change the recovery file is written: the most that a crash can cost."""


class Documents(QObject):
    """Reads and writes the session's document. Files are read and written in a worker thread; the session changes in this one.

    `opened` says that another document is on the table (its results are its own).
    """

    opened = Signal()

    def __init__(
        self, places: Places, session: Session, tasks: Tasks, notices: Notices, settings: SettingsStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._blobs = places.blobs
        self._session = session
        self._tasks = tasks
        self._notices = notices
        self._settings = settings
        self._recovery_folder = places.recovery
        self._writing = asyncio.Lock()
        self._autosave = QTimer(self, singleShot=True, interval=AUTOSAVE_MS)
        self._autosave.timeout.connect(self.keep)
        session.recipe_changed.connect(self._note_change)

    @cached_property
    def _recovery(self) -> Recovery:
        from desktop.document.recovery import Recovery  # late: the window is painted before it is needed

        return Recovery(self._recovery_folder)

    def open(self, path: Path) -> None:
        self._tasks.spawn_latest(self._open(path), OPENING)

    def save(self, path: Path, thumbnail: QImage | None) -> asyncio.Task[bool]:
        """Write the document as it is now; the task's result says whether it was written."""
        return self._tasks.spawn(self._save(path, thumbnail), f"save {path.name}")

    def offers(self) -> tuple[Offer, ...]:
        """Documents that a crash left behind, the newest first."""
        return self._recovery.offers()

    def recover(self, offer: Offer) -> None:
        """Go on with a document that a crash left; it stays unsaved until the artist saves it."""
        try:
            document = offer.load()
            self._session.begin(document, offer.path, saved=False)
            self.keep()
            offer.discard()
        except SfumatoError as error:
            self._notices.report(error)
            return
        self.opened.emit()
        self._notices.say("Your work is back as it was; save it to keep it")

    def discard(self, offer: Offer) -> None:
        try:
            offer.discard()
        except SfumatoError as error:
            self._notices.report(error)

    def keep(self) -> None:
        """Write the recovery file now; a document without unsaved changes needs none."""
        self._autosave.stop()
        try:
            if self._session.dirty:
                self._recovery.write(self._session.document, self._session.path)
            else:
                self._recovery.clear()
        except SfumatoError as error:
            self._notices.report(error)

    def close(self) -> None:
        """The studio closes of the artist's own will: there is nothing to recover."""
        self._autosave.stop()
        try:
            self._recovery.clear()
        except SfumatoError as error:
            self._notices.report(error)

    def _note_change(self) -> None:
        if not self._autosave.isActive():  # not put off by the next change: a long drag is kept, too
            self._autosave.start()

    async def _open(self, path: Path) -> None:
        from desktop.document import archive

        try:
            document = await asyncio.to_thread(archive.load, path, self._blobs)
        except SfumatoError:
            self._settings.forget_recent(path)
            raise
        self._session.begin(document, path)
        self.opened.emit()
        self._settings.remember_recent(path)
        self._notices.say(f"Opened {path.name}")

    async def _save(self, path: Path, thumbnail: QImage | None) -> bool:
        from desktop.document import archive

        document = self._session.document
        picture = encoded(thumbnail, "png") if thumbnail is not None else None
        async with self._writing:
            try:
                await asyncio.to_thread(archive.save, path, document, self._blobs, picture)
            except SfumatoError as error:
                self._notices.report(error)
                return False
        self._session.mark_saved(document, path)
        self.keep()
        self._settings.remember_recent(path)
        self._notices.say(f"Saved {path.name}")
        return True
