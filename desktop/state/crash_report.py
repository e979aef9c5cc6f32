"""What a crash leaves behind: a report in the user's folder that never leaves this machine.

While a studio runs it keeps a file `<pid>-<start>.txt`; a crash of Python or of a library writes into it where every thread
was. A studio that ends well removes it, so one whose process is gone is told at the next start.
"""

from __future__ import annotations

import faulthandler
import logging
import platform
import sys
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO

_log = logging.getLogger(__name__)

MOST_REPORTS = 5
FINISHED = "crash-"
"""How the names of reports begin that were told."""


class CrashReport:
    """The report of this process. Where the folder cannot be written, there is none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: Path | None = None
        self._stream: IO[str] | None = None
        self._others = False
        """Whether a crash was written down somewhere else before."""

    def begin(self) -> None:
        """From now on a crash is written down."""
        from desktop.document.recovery import own_stem  # late: it needs psutil, and the window is to be painted first

        file = self._folder / f"{own_stem()}.txt"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._stream = file.open("w", encoding="utf-8")
            self._stream.write(_heading())
            self._stream.flush()
        except OSError as error:
            _log.info("no crash report is kept: %s", error)
            self._close()
            return
        self._file = file
        self._others = faulthandler.is_enabled()
        faulthandler.enable(self._stream)

    def broke_down(self, error: BaseException) -> None:
        """The studio ends by an error: write it down, and keep the report."""
        if self._stream is not None:
            with suppress(OSError):
                self._stream.write("".join(traceback.format_exception(error)))
        self._close()

    def end(self) -> None:
        """The studio ends well. After `broke_down`, nothing happens."""
        if self._stream is not None:
            self._close()
            if self._file is not None:
                with suppress(OSError):
                    self._file.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._stream is not None:
            if self._file is not None:
                faulthandler.disable()
                if self._others and sys.__stderr__ is not None:
                    faulthandler.enable(sys.__stderr__)
            with suppress(OSError):
                self._stream.close()
            self._stream = None


def left_by_crashes(folder: Path) -> tuple[Path, ...]:
    """Reports that crashes left since the last call, the newest first; they are kept under names of their own, the newest five."""
    from desktop.document.recovery import is_alive

    new = []
    with suppress(OSError):
        for file in sorted(folder.glob("*.txt")):
            if not file.name.startswith(FINISHED) and not is_alive(file.stem):
                new.append(_kept(file))
        for old in sorted(folder.glob(f"{FINISHED}*.txt"), reverse=True)[MOST_REPORTS:]:
            old.unlink(missing_ok=True)
    return tuple(sorted((file for file in new if file.exists()), reverse=True))


def _kept(file: Path) -> Path:
    when = datetime.fromtimestamp(file.stat().st_mtime)
    return file.replace(file.with_name(f"{FINISHED}{when:%Y%m%d-%H%M%S}-{file.stem.partition('-')[0]}.txt"))


def _heading() -> str:
    from importlib.metadata import version  # late, for the first paint's sake

    return (
        f"Sfumato {version('sfumato')}, Python {platform.python_version()}, {platform.platform()}\n"
        f"started {datetime.now():%Y-%m-%d %H:%M:%S}\n"
        "If nothing follows, the process was ended from outside: by the system for want of memory, or with the session.\n\n"
    )
