"""Who is next: jobs as generators, stepped one quantum at a time, the most urgent first. No thread, no clock, no torch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from engine.api.errors import InternalError, OutOfMemory, SfumatoError
from engine.api.events import Cancelled, Event, Failed, Finished, Frame, JobId, Learned, Started, Superseded, Terminal, Tiles
from engine.api.requests import Lane, Request
from engine.context import Context, Jobs, Step, Wait
from engine.device import is_out_of_memory

logger = logging.getLogger(__name__)

PATIENCE = 7
"""A lane that was passed over for so many quanta gets the next one, so that no lane starves."""


@dataclass(eq=False)
class _Task:
    """A job between its submission and its terminal event."""

    id: JobId
    request: Request[Any]
    context: Context
    steps: Generator[Step, Any, Any] | None = None
    started: bool = False
    showed: bool = False
    """Whether it has told anything that is worth its having begun: a frame, thumbnails, or news of a training."""
    retried: bool = False
    """Whether memory ran out once."""
    future: Future[Any] | None = None
    """What it waits for."""
    stop: Cancelled | Superseded | None = None
    """How it is to end as soon as it can."""

    @property
    def is_blocked(self) -> bool:
        return self.future is not None and not self.future.done()

    def advance(self, jobs: Jobs) -> Step:
        """Run to the next yield; raises StopIteration with the result at the end, or what the job raises."""
        if self.steps is None:
            if self.retried:  # only now is the memory of the first attempt free: its traceback held it
                self.context.release_memory()
            self.steps = jobs[type(self.request)](self.request, self.context)
        future, self.future = self.future, None
        try:
            value = None if future is None else future.result()
        except Exception as error:
            return self.steps.throw(error)
        return self.steps.send(value)

    def close(self, how: Terminal) -> Terminal:
        """Run the job's `finally` blocks; the job is over in any case. One that is stopped and cannot leave things as it should: a
        training that cannot be saved, has failed; whatever else goes wrong is logged."""
        try:
            if self.steps is not None:
                self.steps.close()
        except Exception as error:
            if isinstance(error, SfumatoError) and isinstance(how, Cancelled | Superseded):
                return Failed(error.failure())
            logger.exception("job %d (%s) did not close cleanly", self.id, type(self.request).__name__)
        return how


class Scheduler:
    """Steps jobs and tells of them through `emit`, which must not call back into the scheduler.

    INTERACTIVE jobs go first and take turns; in the lower lanes the oldest goes first. A slot runs one job at a time: a newer
    request drops the one that is pending, and the one that runs stops as soon as it has shown a frame, or told what a training
    has learnt. Every job gets exactly one terminal event. The only place where an exception becomes a `Failure`.
    """

    def __init__(self, jobs: Jobs, context: Context, emit: Callable[[Event], None]) -> None:
        self._jobs = jobs
        self._context = context
        self._emit = emit
        self._lanes: dict[Lane, list[_Task]] = {lane: [] for lane in Lane}
        self._passed_over = dict.fromkeys(Lane, 0)

    @property
    def waiting(self) -> frozenset[Future[Any]]:
        """What jobs wait for: when `step` has returned False, it is worth calling again as soon as one of these is done."""
        return frozenset(task.future for task in self._tasks() if task.future is not None)

    def submit(self, job: JobId, request: Request[Any]) -> None:
        """Queue a request under an id that was not used before."""
        for older in [task for task in self._tasks() if request.slot is not None and task.request.slot == request.slot]:
            self._stop(older, Superseded(by=job))
        self._lanes[request.lane].append(_Task(job, request, self._context))

    def cancel(self, job: JobId) -> None:
        """End a job: at once, or when the file work that it waits for is done. A job that has ended stays as it ended."""
        for task in [task for task in self._tasks() if task.id == job]:
            self._stop(task, Cancelled())

    def step(self) -> bool:
        """Run one quantum of the most urgent job that can run; False where none can.

        BaseExceptions that are not Exceptions (Ctrl+C) pass through; then `close` ends the rest.
        """
        for task in self._tasks():
            self._end_if_due(task)
        chosen = self._next()
        if chosen is None:
            return False
        self._run(chosen)
        return True

    def close(self) -> None:
        """Cancel every job at once. File work that they wait for must have ended before (see `IoWorker.close`)."""
        for task in self._tasks():
            self._end(task, Cancelled())

    def _tasks(self) -> list[_Task]:
        return [task for lane in Lane for task in self._lanes[lane]]

    # ---- choosing ----

    def _next(self) -> _Task | None:
        ready = dict(self._ready())
        if not ready:
            return None
        lane = max(ready, key=lambda lane: (self._passed_over[lane] >= PATIENCE, -lane))
        for other in Lane:
            self._passed_over[other] = self._passed_over[other] + 1 if other in ready and other != lane else 0
        task = ready[lane]
        if lane == Lane.INTERACTIVE:
            self._lanes[lane].remove(task)
            self._lanes[lane].append(task)
        return task

    def _ready(self) -> Iterator[tuple[Lane, _Task]]:
        """The first task of each lane that can run."""
        taken = {task.request.slot for task in self._tasks() if task.started} - {None}
        for lane in Lane:
            for task in self._lanes[lane]:
                if not task.is_blocked and (task.started or task.request.slot not in taken):
                    yield lane, task
                    break

    # ---- running ----

    def _run(self, task: _Task) -> None:
        if not task.started:
            task.started = True
            self._emit(Event(task.id, Started()))
        try:
            step = task.advance(self._jobs)
        except StopIteration as end:
            self._end(task, Finished(end.value))
        except Exception as error:
            self._recover(task, error)
        else:
            self._take(task, step)

    def _take(self, task: _Task, step: Step) -> None:
        if isinstance(step, Wait):
            task.future = step.future
        elif step is not None:
            task.showed |= isinstance(step, Frame | Learned | Tiles)
            self._emit(Event(task.id, step))
        self._end_if_due(task)

    def _recover(self, task: _Task, error: Exception) -> None:
        """Run a job once more, with smaller tiles, where memory ran out (a request never changes); else it has failed."""
        if is_out_of_memory(error) and not task.retried:
            logger.info("memory ran out in job %d (%s): once more with smaller tiles", task.id, type(task.request).__name__)
            task.retried, task.context, task.steps = True, task.context.reduced(), None
            self._end_if_due(task)
        else:
            self._end(task, Failed(_explained(error, task.request).failure()))

    # ---- ending ----

    def _stop(self, task: _Task, how: Cancelled | Superseded) -> None:
        if not isinstance(task.stop, Cancelled):
            task.stop = how
        self._end_if_due(task)

    def _end_if_due(self, task: _Task) -> None:
        """A job that is to stop does so at a yield; a superseded one owes a frame first, so that a drag always shows something."""
        if task.stop is None:
            return
        owes_frame = isinstance(task.stop, Superseded) and task.started and not task.showed
        # Its `finally` must not pull files away from under the I/O worker.
        if owes_frame or (task.future is not None and task.is_blocked and not task.future.cancel()):
            return
        self._end(task, task.stop)

    def _end(self, task: _Task, how: Terminal) -> None:
        self._lanes[task.request.lane].remove(task)
        try:
            how = task.close(how)
        finally:
            self._emit(Event(task.id, how))


def _explained(error: Exception, request: Request[Any]) -> SfumatoError:
    if isinstance(error, SfumatoError):
        return error
    if is_out_of_memory(error):
        return OutOfMemory(request.subject)
    logger.error("%s failed", type(request).__name__, exc_info=error)
    return InternalError(request.subject, in_short(error))


def in_short(error: Exception) -> str:
    """The error's class and the first line of its text: torch's texts go on with a stack."""
    text = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
