"""The composition root: makes the application, its window, its state and its engine, and ends them in the opposite order.

The window is on the screen before the engine's thread begins, because that thread loads torch.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

import qasync
from PySide6.QtWidgets import QApplication

from desktop.client import Client, EngineLike, OnEvent
from desktop.state.crash_report import CrashReport, left_by_crashes
from desktop.state.notices import Notices
from desktop.state.second_start import Doorkeeper, hand_over
from desktop.state.studio import Studio
from desktop.state.surroundings import usable
from desktop.views.bindings import Bindings
from desktop.views.handlers import Handlers
from desktop.views.window import Window
from desktop.widgets import theme
from engine.api.places import Places, places

StartEngine = Callable[[Places, OnEvent], EngineLike]

LOG_BYTES, LOG_FILES = 1_000_000, 3

_log = logging.getLogger(__name__)


class App:
    """A sitting: a window on a studio on an engine. `start_engine` is what makes the engine, once the window is painted."""

    def __init__(self, where: Places, start_engine: StartEngine | None = None) -> None:
        self._start_engine = start_engine or start_house_engine
        self._client: Client | None = None
        self._painted = asyncio.Event()
        self._leaving = asyncio.Event()
        self.studio = Studio(where)
        self.crash_report = CrashReport(where.crashes)
        self.doorkeeper = Doorkeeper(where.home)
        self.window = Window()
        self.handlers = Handlers(self.window, self.studio)
        self.bindings = Bindings(self.window, self.studio, self.handlers)
        self.window.painted.connect(self._painted.set)
        self.window.close_requested.connect(self.handlers.quit)
        self.handlers.leaving.connect(self._leaving.set)
        self.doorkeeper.knocked.connect(self._welcome)

    def show(self, files: tuple[Path, ...] = ()) -> None:
        """Show the window as it stood last time, and open the files."""
        self.window.restore_shape(self.studio.settings.settings.window)
        self.window.show()
        self.studio.open_all(files)

    async def run(self) -> None:
        """Live until the artist leaves. Whatever happens, the engine is closed at the end."""
        try:
            await self.begin()
            await self._leaving.wait()
        finally:
            await self.close()

    async def begin(self) -> None:
        """When the window is painted: offer what a crash left, start the engine, and have it warm up."""
        await self._painted.wait()
        self.doorkeeper.open()
        self.crash_report.begin()
        self.bindings.tell_crashes(left_by_crashes(self.studio.places.crashes))
        for offer in self.studio.documents.offers():
            self.bindings.offer_recovery(offer)
        loop = asyncio.get_running_loop()
        self._client = Client(lambda on_event: self._start_engine(self.studio.places, on_event), loop)
        self.studio.link.connect(self._client)
        self.studio.tasks.spawn(self.studio.warm_up(), "warm up")

    def _welcome(self, files: tuple[Path, ...]) -> None:
        """Sfumato was started once more: that is this window, and the files are for it."""
        self.window.come_to_front()
        self.handlers.open_all(files)

    async def close(self) -> None:
        self.doorkeeper.close()
        self.studio.settings.change(window=self.window.shape())
        await self.studio.close()
        self.window.allow_close()
        if self._client is not None:
            self._client.close()
        self.crash_report.end()
        self.doorkeeper.deleteLater()
        self.window.deleteLater()
        self.studio.deleteLater()


def start_house_engine(where: Places, on_event: OnEvent) -> EngineLike:
    """The real engine: its thread loads torch, so this returns at once."""
    from engine.engine import Engine

    engine = Engine(where, on_event=on_event)
    engine.start()
    return engine


def run(files: tuple[Path, ...] = (), where: Places | None = None, start_engine: StartEngine | None = None) -> int:
    """Open the studio and stay until it is closed; returns the exit code: 1 where it broke down. Where a studio is open already,
    that one gets the files."""
    where = where or places()
    application = make_application()
    if hand_over(files, where.home):
        return 0
    with usable(where) as (home, warning):
        write_log(home.log)
        with qasync.QEventLoop(application) as loop:
            loop.set_exception_handler(_log_from_loop)
            code: int = loop.run_until_complete(_sit(home, files, start_engine, warning))
    return code


async def _sit(where: Places, files: tuple[Path, ...], start_engine: StartEngine | None, warning: str) -> int:
    """One sitting; an exception of its own ends it, because a window that nobody serves would hang. `warning` is told first."""
    app = None
    try:
        app = App(where, start_engine)
        with surprises_told(app.studio.notices):
            if warning:
                app.studio.notices.trouble(warning)
            app.show(files)
            await app.run()
    except Exception as error:
        _log.exception("the studio broke down")
        if app is not None:
            app.crash_report.broke_down(error)
        print(f"Sfumato broke down; {where.log} says why. Your work is kept, and offered at the next start.", file=sys.stderr)
        return 1
    return 0


@contextmanager
def surprises_told(notices: Notices) -> Iterator[None]:
    """Tell the artist of a bug in a slot, which Qt would only print; a studio that goes on can still save."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Exception):
            notices.report(error)
        else:
            sys.__excepthook__(kind, error, trace)

    before, sys.excepthook = sys.excepthook, tell
    try:
        yield
    finally:
        sys.excepthook = before


def make_application() -> QApplication:
    """The one application object, dressed."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["sfumato"])
    application.setApplicationName("Sfumato")
    application.setDesktopFileName("sfumato")
    application.setQuitOnLastWindowClosed(False)
    theme.apply(application)
    return application


class QuietFile(RotatingFileHandler):
    """A log that gives up without a word: on a full disk there is nobody to tell of each line that was not written."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


def write_log(file: Path) -> None:
    """Keep a log of moderate size in the user's folder; where that cannot be written, there is none."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = QuietFile(file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True)
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _log_from_loop(loop: Any, context: dict[str, Any]) -> None:
    """What no task reports: an exception in a callback."""
    _log.error("in the event loop: %s", context.get("message"), exc_info=context.get("exception"))
