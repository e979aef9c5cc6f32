"""The engine: one thread that owns the device, the models and the memory, and an inbox. It knows nothing of Qt.

Importing this module does not import torch: the thread does, when the window is on the screen.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from engine import startup
from engine.api.errors import EngineStopped, EngineUnavailable, Failure, SfumatoError
from engine.api.events import Event, Failed, Finished, JobId, Progress, Terminal
from engine.api.places import Places
from engine.api.requests import Request
from engine.context import Context, Jobs
from engine.scheduler import Scheduler, in_short

logger = logging.getLogger(__name__)

R = TypeVar("R")

CTRL_C_SECONDS = 0.2
"""How long Ctrl+C may go unseen: on Windows it does not interrupt a wait without an end."""


@dataclass(frozen=True)
class _Submit:
    job: JobId
    request: Request[Any]


@dataclass(frozen=True)
class _Cancel:
    job: JobId


@dataclass(frozen=True)
class _Wake:
    """A job's file work is done."""


@dataclass(frozen=True)
class _Close:
    pass


_Message = _Submit | _Cancel | _Wake | _Close


class Engine:
    """Runs requests in a thread of its own. `submit`, `cancel` and `close` may be called from any thread but that one.

    `on_event` is called in the engine's thread: it must hand the event over and return. `threads` is how many CPU threads torch
    gets: all cores but one where not given, so that the window stays quick. `device` is "auto", "cpu", "cuda" or "mps".
    """

    def __init__(self, places: Places, *, on_event: Callable[[Event], None], threads: int | None = None, device: str = "auto") -> None:
        self._places = places
        self._on_event = on_event
        self._threads = threads
        self._device = device
        self._ids = itertools.count(1)
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._lock = threading.Lock()  # nothing enters the inbox behind _Close
        self._is_open = False
        # A daemon: a front that crashed without `close` must not live on as a process without a window.
        self._thread = threading.Thread(target=self._main, name="sfumato-engine", daemon=True)

    def start(self) -> None:
        """Start the thread, once; it loads torch first. What is submitted meanwhile waits."""
        with self._lock:
            self._thread.start()
            self._is_open = True

    def submit(self, request: Request[Any]) -> JobId:
        """Queue a request; what becomes of it is told by events. Raises EngineStopped before `start` and after `close`."""
        with self._lock:
            if not self._is_open:
                raise EngineStopped(request.subject)
            job = next(self._ids)
            self._inbox.put(_Submit(job, request))
            return job

    def cancel(self, job: JobId) -> None:
        """End a job at its next yield. A job that has ended stays as it ended."""
        self._inbox.put(_Cancel(job))

    def close(self, timeout: float = 10) -> None:
        """Cancel everything and end the thread and the I/O worker; again, or before `start`: nothing happens. Waits at most
        `timeout` seconds: loading torch or writing a large file cannot be interrupted."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                self._inbox.put(_Close())
        if self._thread.ident is not None:
            self._thread.join(timeout)
            if self._thread.is_alive():
                logger.warning("the engine has not ended within %g seconds", timeout)

    # ---- in the engine's thread ----

    def _main(self) -> None:
        try:
            try:
                jobs, context = self._open()
            except Exception as error:
                logger.exception("the engine cannot start")
                self._refuse(error)
                return
            self._serve(jobs, context)
        finally:
            self._answer_the_rest()

    def _open(self) -> tuple[Jobs, Context]:
        from engine.device import cores

        threads = self._threads or max(1, cores() - 1)
        context = startup.open_context(self._places, device=self._device, threads=threads)
        return startup.house_jobs(), context

    def _serve(self, jobs: Jobs, context: Context) -> None:
        scheduler = Scheduler(jobs, context, self._tell)
        try:
            self._loop(scheduler)
        finally:
            context.io.close()  # first: no `finally` of a job may meet its own file work
            scheduler.close()
            context.blobs.unpacked.clear()

    def _loop(self, scheduler: Scheduler) -> None:
        busy = False
        watched: frozenset[futures.Future[Any]] = frozenset()
        while True:
            for message in self._messages(wait=not busy):
                match message:
                    case _Submit(job, request):
                        scheduler.submit(job, request)
                    case _Cancel(job):
                        scheduler.cancel(job)
                    case _Close():
                        return
            busy = scheduler.step()
            for future in scheduler.waiting - watched:
                future.add_done_callback(lambda _: self._inbox.put(_Wake()))
            watched = scheduler.waiting

    def _messages(self, *, wait: bool) -> Iterator[_Message]:
        if wait:
            yield self._inbox.get()
        with suppress(queue.Empty):
            while True:
                yield self._inbox.get_nowait()

    def _refuse(self, error: Exception) -> None:
        """Answer every request with why the engine cannot start, until it is closed."""
        while not isinstance(message := self._inbox.get(), _Close):
            if isinstance(message, _Submit):
                self._tell(Event(message.job, Failed(_why_unavailable(error, message.request))))

    def _answer_the_rest(self) -> None:
        """Whatever ended the thread, no job goes without an answer."""
        with self._lock:
            self._is_open = False
        for message in self._messages(wait=False):
            if isinstance(message, _Submit):
                self._tell(Event(message.job, Failed(EngineStopped(message.request.subject).failure())))

    def _tell(self, event: Event) -> None:
        try:
            self._on_event(event)
        except Exception:  # a front's mistake must not end the engine
            logger.exception("the event %r was not taken", type(event.body).__name__)


def _why_unavailable(error: Exception, request: Request[Any]) -> Failure:
    if isinstance(error, SfumatoError):
        return error.failure()
    return EngineUnavailable(request.subject, in_short(error)).failure()


# ---- without a thread, for the command line ----


def run(request: Request[R], context: Context, on_progress: Callable[[Progress], None] = lambda _: None, jobs: Jobs | None = None) -> R:
    """Run one request in the calling thread and return its result; raises the SfumatoError that it fails with. The context is
    `startup.open_context`'s, whose `io` the caller closes.

    Ctrl+C closes the job, which removes its temporary files, and passes on as KeyboardInterrupt. `jobs` are the engine's own
    where not given.
    """
    ended: list[Terminal] = []

    def emit(event: Event) -> None:
        if event.is_terminal:
            ended.append(cast(Terminal, event.body))
        elif isinstance(event.body, Progress):
            on_progress(event.body)

    scheduler = Scheduler(startup.house_jobs() if jobs is None else jobs, context, emit)
    scheduler.submit(1, request)
    try:
        while not ended:
            _step(scheduler)
    finally:
        scheduler.cancel(1)
        while scheduler.waiting:
            _step(scheduler)
    match ended[0]:
        case Finished(result):
            return cast(R, result)
        case Failed(failure):
            raise failure.error()
        case how:
            raise AssertionError(f"nobody else could end the job: {how}")


def _step(scheduler: Scheduler) -> None:
    if not scheduler.step():
        futures.wait(scheduler.waiting, CTRL_C_SECONDS, futures.FIRST_COMPLETED)
