"""What the studio says: a line of success below, a calm sentence of trouble above the canvas."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.client import RequestCancelled, RequestFailed, RequestSuperseded
from engine.api.errors import InternalError, SfumatoError

_log = logging.getLogger(__name__)


class Notices(QObject):
    """`said` goes to the status line, `troubled` to the banner."""

    said = Signal(str)
    troubled = Signal(str)
    about = Signal(object)
    """The path of the file that the last sentence of success is about; None: about none."""

    def say(self, sentence: str, file: Path | None = None) -> None:
        """`file`: what was made."""
        self.said.emit(sentence)
        self.about.emit(file)

    def trouble(self, sentence: str) -> None:
        _log.info("told: %s", sentence)
        self.troubled.emit(sentence)

    def report(self, error: Exception) -> None:
        """Tell an error to the artist; one that is nobody's mistake but the studio's also goes to the log with its traceback."""
        match error:
            case RequestSuperseded() | RequestCancelled():
                return
            case RequestFailed() | SfumatoError():
                self.trouble(str(error))
            case _:
                _log.error("an unexpected error in the studio", exc_info=error)
                self.trouble(str(InternalError("the window", f"{type(error).__name__}: {error}")))
