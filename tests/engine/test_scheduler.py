from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from engine.api.errors import DiskFull, FileMissing
from engine.api.events import Body, Cancelled, Event, Failed, Finished, Frame, JobId, Learned, Progress, Started, Superseded
from engine.api.places import Places
from engine.api.requests import Lane, Request
from engine.context import Context, IoWorker, Jobs, Step, Wait
from engine.device import Device
from engine.scheduler import PATIENCE, Scheduler

FRAME = Frame(np.zeros((1, 1, 4), np.uint8), 1.0)
HALF = Progress(1, 2, "working")


class Memory:
    """Stands for the models and the blobs: counts how often it was told to give memory back."""

    def __init__(self) -> None:
        self.released = 0

    def evict_idle(self) -> None:
        self.released += 1

    def forget(self) -> None:
        self.released += 1


def context(memory: Memory | None = None) -> Context:
    memory = memory or Memory()
    device = Device("cpu", "float32", 1, 2**30)
    return Context(Places(Path("home")), cast(Any, memory), IoWorker(), cast(Any, memory), device)


@dataclass(frozen=True, eq=False)
class Play(Request[str]):
    """Asks for a job that plays a script: yields what it names and raises its errors."""

    script: tuple[Step | BaseException, ...] = ()


class Look(Play):
    lane: ClassVar[Lane] = Lane.INTERACTIVE


class Drag(Play):
    lane: ClassVar[Lane] = Lane.INTERACTIVE
    slot: ClassVar[str | None] = "preview"


class Print(Play):
    lane: ClassVar[Lane] = Lane.FOREGROUND


class Train(Play):
    lane: ClassVar[Lane] = Lane.BACKGROUND
    slot: ClassVar[str | None] = "training"


KINDS: tuple[type[Play], ...] = (Look, Drag, Print, Train)


class Stage:
    """A scheduler whose jobs play scripts, and a record of what happened."""

    def __init__(self, jobs: Jobs | None = None) -> None:
        self.memory = Memory()
        self.events: list[Event] = []
        self.submitted: list[Play] = []
        """Job 1 is the first."""
        self.ran: list[Play] = []
        self.answers: list[object] = []
        self.closed: list[Play] = []
        self.scheduler = Scheduler(dict.fromkeys(KINDS, self.play) if jobs is None else jobs, context(self.memory), self.events.append)

    def play(self, request: Play, context: Context) -> Generator[Step, Any, str]:
        try:
            for item in request.script:
                self.ran.append(request)
                if isinstance(item, BaseException):
                    raise item
                self.answers.append((yield item))
            return f"{type(request).__name__} at {context.tile_scale}"
        finally:
            self.closed.append(request)

    def submit(self, *requests: Play) -> None:
        for request in requests:
            self.submitted.append(request)
            self.scheduler.submit(len(self.submitted), request)

    def drain(self) -> None:
        for _ in range(10_000):
            if not self.scheduler.step():
                return
        raise AssertionError("the jobs do not end")

    def of(self, job: JobId) -> list[Body]:
        return [event.body for event in self.events if event.job == job]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_job_is_started_tells_and_finishes_with_its_result(stage: Stage) -> None:
    stage.submit(Look((HALF, None, FRAME)))
    assert stage.events == []
    stage.drain()
    assert stage.of(1) == [Started(), HALF, FRAME, Finished("Look at 1.0")]
    assert not stage.scheduler.step()


# ---- lanes ----


def test_interactive_jobs_take_turns_and_the_lower_lanes_go_in_order(stage: Stage) -> None:
    looks, prints = [Look((None, None)) for _ in range(2)], [Print((None, None)) for _ in range(2)]
    stage.submit(*prints, *looks)
    stage.drain()
    assert stage.ran == [*looks, *looks, prints[0], prints[0], prints[1], prints[1]]


def test_every_eighth_quantum_goes_to_a_lower_lane_that_waits(stage: Stage) -> None:
    look, printing = Look((None,) * 100), Print((None,) * 100)
    stage.submit(look, printing)
    for _ in range(32):
        stage.scheduler.step()
    assert PATIENCE == 7
    assert stage.ran == [*[look] * 7, printing] * 4


@given(st.lists(st.sampled_from([Look, Print, Train, None, None, None]), max_size=120))
@settings(max_examples=60, deadline=None)
def test_no_lane_waits_for_more_than_eight_quanta(moves: list[type[Play] | None]) -> None:
    stage = Stage()
    waited = dict.fromkeys(Lane, 0)
    for move in [*moves, *[None] * 40]:
        if move is not None:
            stage.submit(move((None,) * 20))
            continue
        ended = {event.job for event in stage.events if event.is_terminal}
        lanes = {request.lane for job, request in enumerate(stage.submitted, 1) if job not in ended}
        before = len(stage.ran)
        stage.scheduler.step()
        if len(stage.ran) == before:  # a job came to its end: a quantum as well, but nobody's turn to be counted
            continue
        for lane in Lane:
            waited[lane] = waited[lane] + 1 if lane in lanes and lane != stage.ran[-1].lane else 0
        assert max(waited.values()) <= 8


# ---- slots ----


def test_a_newer_request_drops_the_pending_one_and_stops_the_running_one_after_its_first_frame(stage: Stage) -> None:
    stage.submit(Drag((None, FRAME, FRAME)))
    stage.scheduler.step()
    stage.submit(Drag((FRAME,)), Drag((FRAME,)))
    assert stage.of(2) == [Superseded(by=3)]
    stage.drain()
    assert stage.of(1) == [Started(), FRAME, Superseded(by=3)]
    assert stage.of(3) == [Started(), FRAME, Finished("Drag at 1.0")]
    jobs = [event.job for event in stage.events]
    assert jobs.index(3) > max(at for at, job in enumerate(jobs) if job == 1), "frames of one slot come in order"


def test_a_job_that_has_shown_a_frame_stops_at_once(stage: Stage) -> None:
    stage.submit(Drag((FRAME, None, FRAME)))
    stage.scheduler.step()
    stage.submit(Drag())
    assert stage.of(1) == [Started(), FRAME, Superseded(by=2)]
    assert stage.closed == [stage.submitted[0]]


def test_news_of_a_training_are_passed_on_and_let_a_newer_request_in(stage: Stage) -> None:
    news = Learned(Path("run"), 1, 8, 0.5)
    stage.submit(Train((None, news, None)))
    stage.scheduler.step()
    stage.submit(Train())
    stage.drain()
    assert stage.of(1) == [Started(), news, Superseded(by=2)]


def test_a_superseded_job_without_a_frame_runs_to_its_end(stage: Stage) -> None:
    stage.submit(Drag((None, None)))
    stage.scheduler.step()
    stage.submit(Drag())
    stage.drain()
    assert stage.of(1) == [Started(), Finished("Drag at 1.0")]
    assert stage.of(2) == [Started(), Finished("Drag at 1.0")]


def test_requests_without_a_slot_or_in_another_leave_each_other_alone(stage: Stage) -> None:
    stage.submit(Look((None,)), Look((None,)), Drag((FRAME,)), Train((None,)))
    stage.drain()
    assert [event.body for event in stage.events if event.is_terminal].count(Finished("Look at 1.0")) == 2
    assert not any(isinstance(event.body, Superseded) for event in stage.events)


# ---- cancelling ----


def test_cancelling_closes_the_job_and_one_that_has_not_begun_never_does(stage: Stage) -> None:
    stage.submit(Print((None, None)), Print((None,)))
    stage.scheduler.step()
    for job in (1, 2, 2, 99):
        stage.scheduler.cancel(job)
    assert stage.events == [Event(1, Started()), Event(1, Cancelled()), Event(2, Cancelled())]
    assert stage.closed == [stage.submitted[0]]
    assert not stage.scheduler.step()


def test_cancelling_comes_before_the_frame_that_a_superseded_job_owes(stage: Stage) -> None:
    stage.submit(Drag((None, FRAME)))
    stage.scheduler.step()
    stage.submit(Drag())
    stage.scheduler.cancel(1)
    assert stage.of(1) == [Started(), Cancelled()]


def test_close_cancels_all(stage: Stage) -> None:
    stage.submit(Drag((None,)), Print(), Train())
    stage.scheduler.step()
    stage.scheduler.close()
    assert [stage.of(job)[-1] for job in (1, 2, 3)] == [Cancelled()] * 3
    assert not stage.scheduler.step()


def _yields_in_finally(request: Play, context: Context) -> Generator[Step, Any, None]:
    try:
        yield None
    finally:
        yield HALF


def _raises_in_finally(request: Play, context: Context) -> Generator[Step, Any, None]:
    try:
        yield None
    finally:
        raise OSError("the file is gone")


@pytest.mark.parametrize("job", [_yields_in_finally, _raises_in_finally])
@pytest.mark.expects_log("the traceback of the unclean end")
def test_a_job_that_does_not_close_cleanly_still_ends_once(job: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage({Print: job})
    stage.submit(Print())
    stage.scheduler.step()
    stage.scheduler.cancel(1)
    assert stage.of(1) == [Started(), Cancelled()]
    assert "did not close cleanly" in caplog.text and "Traceback" in caplog.text


# ---- failing ----


def test_an_error_with_a_sentence_is_passed_on(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.submit(Print((FileMissing("cat.jpg"),)))
    stage.drain()
    assert stage.of(1) == [Started(), Failed(FileMissing("cat.jpg").failure())]
    assert caplog.text == ""


@pytest.mark.expects_log("the traceback of a bug")
def test_any_other_error_is_a_bug_whose_traceback_is_logged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.submit(Print((ZeroDivisionError("by zero\nand more"),)), Print())
    stage.drain()
    failed = stage.of(1)[-1]
    assert isinstance(failed, Failed)
    assert failed.failure.kind == "InternalError" and failed.failure.subject == "Print"
    assert "ZeroDivisionError: by zero)" in failed.failure.sentence
    assert "Traceback" in caplog.text
    assert stage.of(2)[-1] == Finished("Print at 1.0"), "the others go on"


@pytest.mark.expects_log("the traceback of a bug")
def test_a_request_that_nobody_knows_fails() -> None:
    stage = Stage({})
    stage.submit(Print())
    stage.drain()
    failed = stage.of(1)[-1]
    assert isinstance(failed, Failed) and failed.failure.kind == "InternalError"


def test_a_job_that_runs_out_of_memory_is_run_once_more_with_smaller_tiles(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    errors: Iterator[list[Step | BaseException]] = iter([[HALF, MemoryError()], [HALF]])

    def hungry(request: Play, context: Context) -> Generator[Step, Any, str]:
        return (yield from stage.play(Print(tuple(next(errors))), context))

    stage.scheduler = Scheduler({Print: hungry}, context(stage.memory), stage.events.append)
    stage.submit(Print())
    stage.drain()
    assert stage.of(1) == [Started(), HALF, HALF, Finished("Print at 0.5")]
    assert stage.memory.released == 2, "models and blobs"
    assert "once more" in caplog.text


def test_a_job_that_runs_out_of_memory_twice_fails(stage: Stage) -> None:
    torch_says = "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."
    stage.submit(Print((HALF, RuntimeError(torch_says))))
    stage.drain()
    failed = stage.of(1)[-1]
    assert stage.of(1)[:-1] == [Started(), HALF, HALF]
    assert isinstance(failed, Failed) and failed.failure.kind == "OutOfMemory"
    assert stage.memory.released == 2


def test_ctrl_c_is_not_swallowed(stage: Stage) -> None:
    stage.submit(Print((KeyboardInterrupt(),)))
    with pytest.raises(KeyboardInterrupt):
        stage.scheduler.step()
    stage.scheduler.close()
    assert stage.of(1) == [Started(), Cancelled()]


# ---- waiting ----


def test_a_job_waits_for_a_future_while_others_run(stage: Stage) -> None:
    future: Future[str] = Future()
    stage.submit(Look((Wait(future), None)), Print((HALF,)))
    stage.drain()
    assert stage.of(1) == [Started()]
    assert isinstance(stage.of(2)[-1], Finished)
    assert stage.scheduler.waiting == {future}
    future.set_result("decoded")
    stage.drain()
    assert "decoded" in stage.answers
    assert isinstance(stage.of(1)[-1], Finished)
    assert stage.scheduler.waiting == frozenset()


def test_an_error_of_the_future_is_raised_at_the_yield(stage: Stage) -> None:
    future: Future[str] = Future()
    caught: list[Exception] = []

    def careful(request: Play, context: Context) -> Generator[Step, Any, str]:
        try:
            yield Wait(future)
        except DiskFull as error:
            caught.append(error)
        return "kept"

    stage = Stage({Print: careful})
    stage.submit(Print())
    stage.drain()
    future.set_exception(DiskFull("out.png"))
    stage.drain()
    assert len(caught) == 1 and stage.of(1)[-1] == Finished("kept")


def test_file_work_that_has_not_begun_is_cancelled_with_its_job(stage: Stage) -> None:
    future: Future[str] = Future()
    stage.submit(Print((Wait(future),)))
    stage.drain()
    stage.scheduler.cancel(1)
    assert future.cancelled()
    assert stage.of(1) == [Started(), Cancelled()]


def test_a_job_ends_only_after_its_file_work_which_has_begun(stage: Stage) -> None:
    future: Future[str] = Future()
    future.set_running_or_notify_cancel()
    stage.submit(Drag((FRAME, Wait(future))))
    stage.drain()
    stage.submit(Drag())
    stage.drain()
    assert stage.closed == [] and stage.of(1) == [Started(), FRAME] and stage.of(2) == []
    future.set_result("written")
    stage.drain()
    assert stage.of(1)[-1] == Superseded(by=2)
    assert isinstance(stage.of(2)[-1], Finished)
    assert "written" not in stage.answers


def test_a_cancelled_job_that_still_writes_is_cancelled_whatever_comes_after(stage: Stage) -> None:
    future: Future[str] = Future()
    future.set_running_or_notify_cancel()
    stage.submit(Drag((FRAME, Wait(future))))
    stage.drain()
    stage.scheduler.cancel(1)
    stage.submit(Drag())
    future.set_result("written")
    stage.drain()
    assert stage.of(1) == [Started(), FRAME, Cancelled()]


# ---- any sequence ----

STEPS = st.lists(st.sampled_from([None, None, HALF, FRAME, "wait", MemoryError(), FileMissing("cat.jpg")]), max_size=6)


class AnySequence(RuleBasedStateMachine):
    """Submissions, cancellations, steps and file work in any order: each job ends once, none is lost, the latest wins."""

    futures = Bundle("futures")

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage()
        self.pending: list[Future[str]] = []
        self.cancelled: set[JobId] = set()

    @rule(target=futures, kind=st.sampled_from(KINDS), steps=STEPS)
    def submit(self, kind: type[Play], steps: list[Any]) -> list[Future[str]]:
        futures: list[Future[str]] = [Future() for step in steps if step == "wait"]
        waits = iter(futures)
        self.stage.submit(kind(tuple(Wait(next(waits)) if step == "wait" else step for step in steps)))
        self.pending += futures
        return futures

    @rule(which=st.integers(1, 40))
    def cancel(self, which: int) -> None:
        if which <= len(self.stage.submitted):
            if not any(event.job == which and event.is_terminal for event in self.stage.events):
                self.cancelled.add(which)
            self.stage.scheduler.cancel(which)

    @rule(times=st.integers(1, 4))
    def step(self, times: int) -> None:
        for _ in range(times):
            self.stage.scheduler.step()

    @rule(futures=consumes(futures), fails=st.booleans())
    def begin_and_end_file_work(self, futures: list[Future[str]], fails: bool) -> None:
        for future in futures:
            if future.set_running_or_notify_cancel():
                self.stage.scheduler.step()
                if fails:
                    future.set_exception(DiskFull("out.png"))
                else:
                    future.set_result("done")
            self.pending.remove(future)

    @invariant()
    def nothing_is_told_before_the_start_or_after_the_end(self) -> None:
        for job in range(1, len(self.stage.submitted) + 1):
            events = [event for event in self.stage.events if event.job == job]
            assert sum(event.is_terminal for event in events) <= 1
            assert not any(event.is_terminal for event in events[:-1])
            told = [isinstance(event.body, Started) for event in events if not event.is_terminal]
            assert told == [at == 0 for at in range(len(told))]

    def teardown(self) -> None:
        for future in self.pending:
            if future.set_running_or_notify_cancel():
                future.set_result("done")
        self.stage.drain()
        last = {request.slot: job for job, request in enumerate(self.stage.submitted, 1) if request.slot is not None}
        for job, request in enumerate(self.stage.submitted, 1):
            end = self.stage.of(job)[-1]
            assert Event(job, end).is_terminal, "no job is lost"
            assert isinstance(end, Cancelled) == (job in self.cancelled)
            if isinstance(end, Superseded):
                assert request.slot is not None and job < end.by <= last[request.slot]
        assert self.stage.scheduler.waiting == frozenset()
        assert set(self.stage.ran) <= set(self.stage.closed), "every job that began was closed"


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
