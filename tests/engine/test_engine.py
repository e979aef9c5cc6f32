from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import pytest

from engine import startup
from engine.api.errors import BadRequest, EngineStopped, FileMissing, InternalError
from engine.api.events import Body, Cancelled, Event, Failed, Finished, Frame, JobId, Progress, Started, Superseded
from engine.api.places import Places
from engine.api.requests import Lane, Request
from engine.blobs import BlobStore
from engine.context import Context, IoWorker, Jobs, Step, Wait
from engine.device import Device
from engine.engine import Engine, run

SECONDS = 10
"""How long a test waits before it calls it a hang."""


@dataclass(frozen=True)
class Drag(Request[int]):
    value: int
    lane: ClassVar[Lane] = Lane.INTERACTIVE
    slot: ClassVar[str | None] = "preview"


@dataclass(frozen=True)
class Print(Request[str]):
    work: Callable[[], str]
    """Done by the I/O worker."""


class Endless(Request[None]):
    lane: ClassVar[Lane] = Lane.BACKGROUND


def drag(request: Drag, context: Context) -> Generator[Step, Any, int]:
    yield None
    yield Frame(np.full((1, 1, 4), request.value % 256, np.uint8), 0.5)
    yield None
    return request.value


def printing(request: Print, context: Context) -> Generator[Step, Any, str]:
    yield Progress(0, 1, "writing")
    written: str = yield Wait(context.io.submit(request.work))
    yield Progress(1, 1, "writing")
    return written


CLOSED: list[str] = []


def endless(request: Endless, context: Context) -> Generator[Step, Any, None]:
    try:
        while True:
            yield None
    finally:
        CLOSED.append(threading.current_thread().name)


JOBS: Jobs = {Drag: drag, Print: printing, Endless: endless}


class NoModels:
    def evict_idle(self) -> None:
        raise AssertionError("memory did not run out")


def light_context(places: Places) -> Context:
    """One without torch."""
    return Context(places, BlobStore(places.blobs), IoWorker(), cast(Any, NoModels()), Device("cpu", "float32", 1, 2**30))


class Front:
    """Collects events, and waits for them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.threads: set[str] = set()
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self.threads.add(threading.current_thread().name)
            self._changed.notify_all()

    def of(self, job: JobId) -> list[Body]:
        return [event.body for event in list(self.events) if event.job == job]

    def wait_for(self, job: JobId, *kinds: type[Any]) -> Body:
        """The first event of a job that is of one of these kinds."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(isinstance(body, kinds) for body in self.of(job)), SECONDS), f"job {job}: no {kinds}"
        found: list[Body] = [body for body in self.of(job) if isinstance(body, kinds)]
        return found[0]

    def end_of(self, job: JobId) -> Body:
        return self.wait_for(job, Finished, Cancelled, Superseded, Failed)


@pytest.fixture
def opened_with(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Engines open a light context and the jobs of this file; what they asked for is kept."""
    wishes: list[dict[str, Any]] = []

    def opened(places: Places, **wish: Any) -> Context:
        wishes.append(wish)
        return light_context(places)

    monkeypatch.setattr(startup, "open_context", opened)
    monkeypatch.setattr(startup, "house_jobs", lambda: JOBS)
    return wishes


@pytest.fixture
def front() -> Front:
    return Front()


@pytest.fixture
def engine(opened_with: list[dict[str, Any]], front: Front, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(Places(tmp_path), on_event=front)
    engine.start()
    yield engine
    engine.close()


# ---- the thread ----


def test_a_request_is_answered_from_the_engine_thread(engine: Engine, front: Front) -> None:
    job = engine.submit(Drag(7))
    assert front.end_of(job) == Finished(7)
    assert [type(body) for body in front.of(job)] == [Started, Frame, Finished]
    assert front.threads == {"sfumato-engine"}


def test_of_200_quick_drags_the_last_one_finishes_and_all_end(engine: Engine, front: Front) -> None:
    jobs = [engine.submit(Drag(value)) for value in range(200)]
    assert front.end_of(jobs[-1]) == Finished(199)
    assert len(set(jobs)) == 200
    for job in jobs:
        assert sum(event.is_terminal for event in front.events if event.job == job) == 1
    shown = [event.job for event in front.events if isinstance(event.body, Frame)]
    assert shown == sorted(shown), "no older frame comes after a newer one"


def test_file_work_runs_on_the_io_worker_and_wakes_the_engine(engine: Engine, front: Front) -> None:
    job = engine.submit(Print(lambda: threading.current_thread().name))
    done = front.end_of(job)
    assert isinstance(done, Finished)
    assert str(done.result).startswith("sfumato-io")


def test_a_job_that_waits_does_not_keep_others_from_running(engine: Engine, front: Front) -> None:
    release = threading.Event()
    slow = engine.submit(Print(lambda: str(release.wait(SECONDS))))
    assert front.end_of(engine.submit(Drag(1))) == Finished(1)
    assert not any(event.is_terminal for event in front.events if event.job == slow)
    release.set()
    assert front.end_of(slow) == Finished("True")


def test_training_goes_on_under_drags_and_is_cancelled(engine: Engine, front: Front) -> None:
    CLOSED.clear()
    training = engine.submit(Endless())
    front.wait_for(training, Started)
    assert front.end_of(engine.submit(Drag(1))) == Finished(1)
    engine.cancel(training)
    assert front.end_of(training) == Cancelled()
    assert CLOSED == ["sfumato-engine"]
    engine.cancel(training)
    assert front.end_of(engine.submit(Drag(2))) == Finished(2)


def test_several_threads_may_submit(engine: Engine, front: Front) -> None:
    jobs: list[JobId] = []
    threads = [threading.Thread(target=lambda: jobs.extend(engine.submit(Print(lambda: "done")) for _ in range(20))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(jobs)) == 80
    for job in jobs:
        assert front.end_of(job) == Finished("done")


@pytest.mark.expects_log("a handler that raises")
def test_a_front_that_raises_does_not_end_the_engine(opened_with: list[dict[str, Any]], front: Front, tmp_path: Path) -> None:
    def clumsy(event: Event) -> None:
        front(event)
        raise ValueError("the window is gone")

    engine = Engine(Places(tmp_path), on_event=clumsy)
    engine.start()
    assert front.end_of(engine.submit(Drag(1))) == Finished(1)
    engine.close()


# ---- the end ----


def test_close_cancels_everything_and_leaves_no_thread(engine: Engine, front: Front) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        release.wait(SECONDS)
        return "written"

    writing, queued, training = engine.submit(Print(slow)), engine.submit(Print(lambda: "never")), engine.submit(Endless())
    front.wait_for(training, Started)
    assert begun.wait(SECONDS)
    threading.Timer(0.05, release.set).start()
    engine.close()
    for job in (writing, queued, training):
        assert front.of(job)[-1] == Cancelled()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sfumato")]
    engine.close()
    with pytest.raises(EngineStopped, match="Print"):
        engine.submit(Print(lambda: "too late"))


def test_what_was_submitted_just_before_the_end_is_answered(engine: Engine, front: Front) -> None:
    jobs = [engine.submit(Print(lambda: "done")) for _ in range(50)]
    engine.close()
    assert all(sum(event.is_terminal for event in front.events if event.job == job) == 1 for job in jobs)


@pytest.mark.expects_log("it says that the engine is still busy")
def test_close_does_not_wait_for_ever(engine: Engine, front: Front, caplog: pytest.LogCaptureFixture) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        return str(release.wait(SECONDS))

    job = engine.submit(Print(slow))
    assert begun.wait(SECONDS)
    engine.close(timeout=0.05)
    assert "has not ended within 0.05 seconds" in caplog.text
    release.set()
    engine.close()
    assert front.end_of(job) == Cancelled()


def test_an_engine_that_was_not_started_refuses_and_closes(tmp_path: Path, front: Front) -> None:
    engine = Engine(Places(tmp_path), on_event=front)
    with pytest.raises(EngineStopped):
        engine.submit(Drag(1))
    engine.close()
    assert front.events == []


class _Interrupt(BaseException):
    """Something that no job is expected to raise and nobody catches."""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whatever_ends_the_thread_no_job_goes_without_an_answer(
    opened_with: list[dict[str, Any]], front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(request: Drag, context: Context) -> Generator[Step, Any, int]:
        yield None
        raise _Interrupt

    monkeypatch.setattr(startup, "house_jobs", lambda: {Drag: breaks, Endless: endless})
    engine = Engine(Places(tmp_path), on_event=front)
    engine.start()
    first, second = engine.submit(Endless()), engine.submit(Drag(1))
    assert front.end_of(first) == front.end_of(second) == Cancelled()
    for thread in threading.enumerate():
        if thread.name == "sfumato-engine":
            thread.join(SECONDS)
    with pytest.raises(EngineStopped):
        engine.submit(Drag(2))
    engine.close()


def test_a_job_is_closed_after_its_file_work_also_at_the_end(
    opened_with: list[dict[str, Any]], front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    begun, release = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        release.wait(SECONDS)
        order.append("written")
        return "written"

    def writing(request: Print, context: Context) -> Generator[Step, Any, str]:
        try:
            yield Wait(context.io.submit(request.work))
            return "never"
        finally:
            order.append("closed")

    monkeypatch.setattr(startup, "house_jobs", lambda: {Print: writing})
    engine = Engine(Places(tmp_path), on_event=front)
    engine.start()
    engine.submit(Print(slow))
    assert begun.wait(SECONDS)
    threading.Timer(0.05, release.set).start()
    engine.close()
    assert order == ["written", "closed"]


# ---- the start ----


def test_the_studio_leaves_a_core_to_the_window(engine: Engine, front: Front, opened_with: list[dict[str, Any]], tmp_path: Path) -> None:
    from engine.device import cores

    front.end_of(engine.submit(Drag(1)))
    assert opened_with == [{"device": "auto", "threads": max(1, cores() - 1)}]
    chosen = Engine(Places(tmp_path), on_event=front, threads=5, device="cpu")
    chosen.start()
    chosen.close()
    assert opened_with[1:] == [{"device": "cpu", "threads": 5}]


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (ModuleNotFoundError("No module named 'torch'"), "EngineUnavailable", "No module named 'torch'"),
        (
            OSError("libtorch_cpu.so: cannot open\nmore"),
            "EngineUnavailable",
            "libtorch_cpu.so: cannot open): install Sfumato again.",
        ),
        (BadRequest("The device cuda", "none is found"), "BadRequest", "The device cuda: none is found."),
    ],
)
@pytest.mark.expects_log("why the engine cannot start")
def test_an_engine_that_cannot_start_answers_every_request(
    monkeypatch: pytest.MonkeyPatch, front: Front, tmp_path: Path, error: Exception, kind: str, says: str
) -> None:
    def broken(places: Places, **wish: Any) -> Context:
        raise error

    monkeypatch.setattr(startup, "open_context", broken)
    engine = Engine(Places(tmp_path), on_event=front)
    engine.start()
    for job in (engine.submit(Drag(1)), engine.submit(Print(lambda: "never"))):
        failed = front.end_of(job)
        assert isinstance(failed, Failed) and failed.failure.kind == kind
        assert says in failed.failure.sentence
    engine.cancel(1)
    engine.close()


def test_importing_the_engine_is_quick() -> None:
    heavy = {"torch", "PIL", "psutil", "PySide6", "engine.jobs", "engine.blobs"}
    program = f"import sys, engine.engine; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_torch_is_mapped_where_it_lies(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    mapped: list[Path] = []
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr(startup, "_map", mapped.append)
    startup.preload_torch()
    if sys.platform == "win32":
        assert mapped == []
    else:
        assert [path.stem for path in mapped] == ["libc10", "libtorch_cpu", "libtorch_python"]
        assert all(path.is_file() for path in mapped)


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is mapped there")
def test_a_library_that_cannot_be_mapped_is_noted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    broken = tmp_path / "libc10.so"
    broken.write_bytes(b"not a library")
    startup._map(broken)
    assert f"cannot map {broken}" in caplog.text


def test_the_real_context_opens(tmp_path: Path) -> None:
    context = startup.open_context(Places(tmp_path), device="cpu", threads=1, seed=3)
    import torch

    assert torch.get_num_threads() == context.device.threads == 1
    assert context.blobs.folder == tmp_path / "blobs"
    numbers = [torch.rand(4, generator=context.generator()) for _ in range(2)]
    assert torch.equal(numbers[0], numbers[1]), "every job draws the numbers of the seed"
    assert context.reduced().tile_scale == 0.5
    assert startup.house_jobs()
    context.release_memory()
    context.io.close()


# ---- without a thread ----


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    context = light_context(Places(tmp_path))
    yield context
    context.io.close()


def test_run_returns_the_result_and_tells_of_progress(context: Context) -> None:
    told: list[Progress] = []
    assert run(Print(lambda: "written"), context, told.append, JOBS) == "written"
    assert told == [Progress(0, 1, "writing"), Progress(1, 1, "writing")]
    assert run(Drag(5), context, jobs=JOBS) == 5


def test_run_raises_what_the_job_raises(context: Context) -> None:
    def missing() -> str:
        raise FileMissing("cat.jpg")

    with pytest.raises(FileMissing, match=r"cat\.jpg does not exist"):
        run(Print(missing), context, jobs=JOBS)


@pytest.mark.expects_log("the traceback of a bug")
def test_run_raises_a_bug_as_one_sentence(context: Context) -> None:
    def wrong() -> str:
        raise ZeroDivisionError("by zero")

    with pytest.raises(InternalError, match="ZeroDivisionError: by zero"):
        run(Print(wrong), context, jobs=JOBS)


def test_ctrl_c_closes_the_job(context: Context) -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    closed: list[bool] = []

    def working(request: Print, context: Context) -> Generator[Step, Any, str]:
        try:
            yield Progress(0, 1, "writing")
            return "never"
        finally:
            closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        run(Print(str), context, stop, {Print: working})
    assert closed == [True]


def test_ctrl_c_during_file_work_waits_for_it(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    release = threading.Event()

    def writing(request: Print, context: Context) -> Generator[Step, Any, str]:
        try:
            written: str = yield Wait(context.io.submit(request.work))
            return written
        finally:
            order.append("closed")

    def slow() -> str:
        release.wait(SECONDS)
        order.append("written")
        return "written"

    wait = futures.wait
    calls: list[int] = []

    def interrupted(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        release.set()
        return wait(*arguments)

    monkeypatch.setattr("engine.engine.futures.wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(Print(slow), context, jobs={Print: writing})
    assert order == ["written", "closed"]


def test_two_engines_load_torch_one_after_the_other(tmp_path: Path) -> None:
    """In a process of its own, where torch is not loaded yet."""
    program = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from engine import startup\n"
        "from engine.api.places import Places\n"
        "inside, most, opened = 0, 0, []\n"
        "def preload(original=startup.preload_torch):\n"
        "    global inside, most\n"
        "    inside += 1; most = max(most, inside)\n"
        "    original()\n"
        "    import torch\n"
        "    inside -= 1\n"
        "startup.preload_torch = preload\n"
        "def start(): opened.append(startup.open_context(Places(Path(sys.argv[1])), device='cpu', threads=1))\n"
        "threads = [threading.Thread(target=start) for _ in range(2)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
        "for context in opened: context.io.close()\n"
        "print(len(opened), most)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["2", "1"], done.stderr
