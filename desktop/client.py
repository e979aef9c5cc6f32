"""The only crossing between the thread of the window and the thread of the engine.

Everything here belongs to the event loop's thread, except `Client._receive`, which the engine calls on its own. The events wait
between the two threads until the loop turns; a `Frame` or `Progress` that nobody has seen yet gives way to a newer one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Any, Protocol, TypeVar, cast

from engine.api.errors import EngineStopped, Failure
from engine.api.events import Body, Cancelled, Event, Failed, Finished, Frame, JobId, Progress, Superseded
from engine.api.requests import Request

R = TypeVar("R")
OnEvent = Callable[[Event], None]


class EngineLike(Protocol):
    """What the client needs of an engine.

    `submit` and `cancel` return at once, and events come on the engine's thread. After `close` nothing comes any more, and
    `submit` raises EngineStopped.
    """

    def submit(self, request: Request[Any]) -> JobId: ...
    def cancel(self, job: JobId) -> None: ...
    def close(self) -> None: ...


class RequestFailed(Exception):
    """The job failed; its text is a sentence for a person."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


class RequestSuperseded(Exception):
    """A newer request took the job's place."""


class RequestCancelled(Exception):
    """The engine stopped the job of its own accord; nobody cancelled the task that waited for it."""


class Stop:
    """Asks for a job's end and lets its stream go on to tell it: who closes the stream does not hear how it ended.

    Call it at any time, also before the job has begun.
    """

    def __init__(self) -> None:
        self._is_wanted = False
        self._cancel: Callable[[], None] | None = None

    def __call__(self) -> None:
        self._is_wanted = True
        if self._cancel is not None:
            self._cancel()

    def belongs_to(self, cancel: Callable[[], None]) -> None:
        """What it is to call; at once, where it was wanted before."""
        self._cancel = cancel
        if self._is_wanted:
            cancel()


class Client:
    """Sends requests to an engine and brings its events to an asyncio event loop.

    `start` makes the engine, given the function that it is to call with every event; that may be on any thread, and as early
    as within `submit`.
    """

    def __init__(self, start: Callable[[OnEvent], EngineLike], loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._inboxes: dict[JobId, _Inbox] = {}
        self._crossing = threading.Lock()  # guards the two below
        self._pending: dict[JobId, list[Body]] = {}
        self._wake_up_sent = False
        self._engine = start(self._receive)

    async def run(self, request: Request[R]) -> R:
        """The job's result. Cancelling the task that awaits it cancels the job.

        Raises RequestFailed, RequestSuperseded or RequestCancelled.
        """
        async with aclosing(self.stream(request)) as bodies:
            async for body in bodies:
                match body:
                    case Finished(result):
                        return cast(R, result)
                    case Failed(failure):
                        raise RequestFailed(failure)
                    case Superseded():
                        raise RequestSuperseded
                    case Cancelled():
                        raise RequestCancelled
                    case _:
                        pass
        raise AssertionError("a stream ends with a terminal event")

    async def stream(self, request: Request[Any], stop: Stop | None = None) -> AsyncGenerator[Body, None]:
        """What the engine tells of the job, up to and with its terminal event, of which there is exactly one.

        The request is submitted when the iteration begins. Closing the iterator before the end cancels the job, and so does
        cancelling the task that iterates; `stop` cancels it and leaves the stream open for what is still told.
        """
        try:
            job = self._engine.submit(request)
        except EngineStopped as error:
            yield Failed(error.failure())
            return
        # No event of the job is missed, even one that is older than this line: `_deliver` cannot run in between.
        inbox = self._inboxes[job] = _Inbox(request.subject)
        if stop is not None:
            stop.belongs_to(lambda: self._engine.cancel(job))
        ended = False
        try:
            while not ended:
                body = await inbox.next()
                ended = _is_terminal(body)
                yield body
        finally:  # must not await: the generator may be dropped without being closed
            del self._inboxes[job]
            if not ended:
                self._engine.cancel(job)

    def close(self) -> None:
        """Close the engine. Streams that have not ended by then end with what it still told, or fail with EngineStopped."""
        self._engine.close()
        self._deliver()
        for inbox in self._inboxes.values():
            inbox.stop()

    def _receive(self, event: Event) -> None:
        """Take an event in, on the engine's thread."""
        with self._crossing:
            _append(self._pending.setdefault(event.job, []), event.body)
            if self._wake_up_sent:
                return
            self._wake_up_sent = True
        # A loop that closes meanwhile raises RuntimeError: nobody waits for its events any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        """Hand everything that has arrived to those who wait for it; a job that nobody listens to any more is passed over."""
        with self._crossing:
            arrived, self._pending = self._pending, {}
            self._wake_up_sent = False
        for job, bodies in arrived.items():
            if (inbox := self._inboxes.get(job)) is not None:
                inbox.put(bodies)


class _Inbox:
    """What has come for one stream and was not looked at yet."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._bodies: list[Body] = []
        self._arrived = asyncio.Event()
        self._is_whole = False

    def put(self, bodies: list[Body]) -> None:
        for body in bodies:
            _append(self._bodies, body)
            self._is_whole = self._is_whole or _is_terminal(body)
        self._arrived.set()

    def stop(self) -> None:
        """Nothing will come any more: end the stream where no terminal event has."""
        if not self._is_whole:
            self.put([Failed(EngineStopped(self._subject).failure())])

    async def next(self) -> Body:
        while not self._bodies:
            self._arrived.clear()
            await self._arrived.wait()
        return self._bodies.pop(0)


def _append(bodies: list[Body], body: Body) -> None:
    """Add a body; of frames and of progress only the newest is worth seeing."""
    if isinstance(body, Frame | Progress):
        bodies[:] = [known for known in bodies if type(known) is not type(body)]
    bodies.append(body)


def _is_terminal(body: Body) -> bool:
    return isinstance(body, Finished | Cancelled | Superseded | Failed)
