"""What holds for every test: no screen, no user's folder, and nothing left behind - no thread, timer, window or log line."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Generator, Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

THREAD_GRACE_SECONDS = 3.0  # a thread that was told to stop may need this long to be gone
TORCH_THREADS = 2


@pytest.fixture(scope="session", autouse=True)
def _no_user_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures that outlive a test must not find the user's own models and settings either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SFUMATO_HOME", str(tmp_path_factory.mktemp("session-home")))
        yield


@pytest.fixture(autouse=True)
def _home_of_its_own(_no_user_folder: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(autouse=True)
def _few_torch_threads() -> None:
    """Tiny networks run slower on many threads. A test that has not imported torch does not pay for it here."""
    set_num_threads = getattr(sys.modules.get("torch"), "set_num_threads", None)  # None, too, while an engine's thread loads torch
    if set_num_threads is not None:
        set_num_threads(min(TORCH_THREADS, os.cpu_count() or 1))


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + THREAD_GRACE_SECONDS
    for thread in set(threading.enumerate()) - before:
        # Python keeps a dummy for each foreign thread (Qt's) that ever ran Python, and never lets go of it.
        if not isinstance(thread, threading._DummyThread):
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"the test left the thread {thread.name!r} running"


class Alarms(logging.Handler):
    """Keeps the warnings and errors that are logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    alarms = Alarms()
    logging.getLogger().addHandler(alarms)
    yield
    logging.getLogger().removeHandler(alarms)
    if request.node.get_closest_marker("expects_log") is None:
        assert not alarms.lines, "unexpected log lines (mark the test expects_log if it means them):\n" + "\n".join(alarms.lines)


@pytest.fixture(autouse=True)
def _nothing_of_qt_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of the tests that use Qt: no window and no running timer may outlive the test."""
    if "qapp" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("qapp")
    before = set(_qt_leftovers())
    yield
    left = [leftover for leftover in _qt_leftovers() if leftover not in before]
    if left:  # perhaps only a reference cycle that nobody has collected yet
        gc.collect()
        left = [leftover for leftover in _qt_leftovers() if leftover not in before]
    # A failed test is kept alive with all it held by its own traceback: that is not a second failure.
    if not request.node.stash.get(_FAILED, False):
        assert not left, f"the test left behind: {', '.join(text for _, text in left)}"


def _qt_leftovers() -> list[tuple[int, str]]:
    """The windows without a parent and the running timers that live now, as (address of the C++ object, description)."""
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication, QWidget
    from shiboken6 import Shiboken

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    windows: list[QWidget] = [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and widget.objectName() != "qtooltip_label"  # Qt keeps its one tool tip
    ]
    timers = [wrapper for wrapper in Shiboken.getAllValidWrappers() if isinstance(wrapper, QTimer) and wrapper.isActive()]
    return [(Shiboken.getCppPointer(thing)[0], f"{type(thing).__name__} {thing.objectName()!r}") for thing in [*windows, *timers]]


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_FAILED] = True
    return report
