"""The crossing between the window's thread and the engine's: nothing is lost, nothing old is shown, nothing hangs."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.client import Client, RequestCancelled, RequestFailed, RequestSuperseded, Stop
from engine.api.errors import UnknownStyle
from engine.api.events import Body, Cancelled, Event, Failed, Finished, Frame, JobId, Learned, Progress, Started, Superseded
from engine.api.recipe import Layer, Photo, Recipe
from engine.api.requests import EngineInfo, ImportPicture, Preview, Request, WarmUp
from tests.fake_engine import FakeEngine, Script

WAIT = 10.0
INFO = EngineInfo("fake", "fp32", 1, "fake")
RECIPE = Recipe((Layer(Photo("a" * 64, 1600, 800)),))


def frame(number: int) -> Frame:
    return Frame(np.full((1, 1, 4), number, np.uint8), 1.0)


def says(*bodies: Body) -> Script:
    return lambda request: bodies


def numbers(bodies: Iterable[Body]) -> list[float]:
    return [body.done for body in bodies if isinstance(body, Progress)]


async def everything(client: Client, request: Request[Any]) -> list[Body]:
    return [body async for body in client.stream(request)]


async def turn(times: int = 5) -> None:
    """Let the loop turn, so that what was pumped arrives."""
    for _ in range(times):
        await asyncio.sleep(0)


def with_pumped(script: Script, test: Callable[[Client, FakeEngine], Any]) -> None:
    """Run a coroutine function with a client of an engine that tells nothing before it is pumped."""

    async def main() -> None:
        engine = FakeEngine(script)
        client = Client(engine.start, asyncio.get_running_loop())
        await asyncio.wait_for(test(client, engine), WAIT)
        client.close()

    asyncio.run(main())


def with_threaded(script: Script, test: Callable[[Client, FakeEngine], Any]) -> None:
    async def main() -> None:
        engine = FakeEngine(script, threaded=True)
        client = Client(engine.start, asyncio.get_running_loop())
        try:
            await asyncio.wait_for(test(client, engine), WAIT)
        finally:
            client.close()

    asyncio.run(main())


def test_a_result() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        info: EngineInfo = await client.run(WarmUp())
        assert info == INFO
        assert engine.requests == [WarmUp()] and engine.cancelled == []

    with_threaded(says(Progress(1, 2, "loading"), Finished(INFO)), test)


def test_a_stream_ends_with_its_terminal_event() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        bodies = await everything(client, WarmUp())
        assert bodies[-1] == Finished(INFO)
        assert sum(isinstance(body, Finished | Cancelled | Superseded | Failed) for body in bodies) == 1

    with_threaded(says(Progress(1, 2, "loading"), frame(1), Finished(INFO)), test)


def test_a_failure() -> None:
    failure = UnknownStyle("olivs").failure()

    async def test(client: Client, engine: FakeEngine) -> None:
        with pytest.raises(RequestFailed, match="There is no style called olivs") as caught:
            await client.run(WarmUp())
        assert caught.value.failure == failure
        assert (await everything(client, WarmUp()))[-1] == Failed(failure)

    with_threaded(says(Failed(failure)), test)


def test_a_newer_request_takes_the_slot() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        older, newer = asyncio.create_task(client.run(Preview(RECIPE))), asyncio.create_task(client.run(Preview(RECIPE, (9,))))
        await turn()
        engine.pump()
        with pytest.raises(RequestSuperseded):
            await older
        await newer
        assert engine.cancelled == []

    with_pumped(says(frame(1)), test)


def test_a_running_preview_shows_one_frame_before_it_gives_way() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        older = asyncio.create_task(everything(client, Preview(RECIPE)))
        await turn()
        engine.step()  # it has begun
        newer = asyncio.create_task(everything(client, Preview(RECIPE)))
        await turn()
        engine.pump()
        assert [type(body) for body in await older] == [Started, Frame, Superseded]
        assert isinstance((await newer)[-1], Finished)

    with_pumped(says(frame(1), frame(2)), test)


def test_the_engine_cancels_of_its_own_accord() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        with pytest.raises(RequestCancelled):
            await client.run(WarmUp())

    with_threaded(says(Cancelled()), test)


def test_of_what_nobody_saw_only_the_newest_is_shown() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        task = asyncio.create_task(everything(client, WarmUp()))
        await turn()
        engine.pump()
        bodies = await task
        assert [type(body) for body in bodies] == [Started, Progress, Frame, Finished]
        assert numbers(bodies) == [3] and isinstance(bodies[2], Frame) and bodies[2].pixels[0, 0, 0] == 2

    with_pumped(says(Progress(1, 3, "a"), frame(1), Progress(2, 3, "a"), Progress(3, 3, "b"), frame(2), Finished(INFO)), test)


def test_no_news_of_a_training_is_dropped() -> None:
    news = [Learned(Path("run"), step, 8 * step, 0.5, notes=(f"Step {step}.",)) for step in range(3)]

    async def test(client: Client, engine: FakeEngine) -> None:
        task = asyncio.create_task(everything(client, WarmUp()))
        await turn()
        engine.pump()
        assert [body for body in await task if isinstance(body, Learned)] == news

    with_pumped(says(*news, Finished(INFO)), test)


def test_a_slow_reader_is_not_shown_old_frames_either() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        seen: list[Body] = []
        async with aclosing(client.stream(WarmUp())) as bodies:
            first = asyncio.ensure_future(anext(bodies))
            await turn()
            engine.step()
            seen.append(await first)
            while engine.step():  # each event arrives by itself, while the reader is busy
                await turn()
            seen.extend([body async for body in bodies])
        assert [type(body) for body in seen] == [Started, Progress, Finished]
        assert numbers(seen) == [3]

    with_pumped(says(*(Progress(done, 3, "a") for done in (1, 2, 3))), test)


def test_events_of_different_jobs_do_not_mix() -> None:
    def script(request: Request[Any]) -> Iterator[Body]:
        assert isinstance(request, ImportPicture)
        yield Progress(int(request.name), 1, "a")
        yield Finished(request.name)

    async def test(client: Client, engine: FakeEngine) -> None:
        results: list[object] = await asyncio.gather(*(client.run(ImportPicture(data=b"", name=str(number))) for number in range(50)))
        assert results == [str(number) for number in range(50)]

    with_threaded(script, test)


def test_a_flood_loses_no_terminal_event_and_keeps_its_order() -> None:
    def script(request: Request[Any]) -> Iterator[Body]:
        yield from (Progress(done, 2000, "a") for done in range(2000))

    async def test(client: Client, engine: FakeEngine) -> None:
        for bodies in await asyncio.gather(*(everything(client, WarmUp()) for _ in range(5))):
            shown = numbers(bodies)
            assert isinstance(bodies[-1], Finished) and bodies[0] == Started()
            assert shown == sorted(shown) and shown[-1] == 1999

    with_threaded(script, test)


class EagerEngine:
    """Tells everything before `submit` has returned the job's number, from another thread or its caller's."""

    def __init__(self, on_event: Callable[[Event], None], threaded: bool) -> None:
        self._on_event, self._threaded, self._ids = on_event, threaded, itertools.count(1)

    def submit(self, request: Request[Any]) -> JobId:
        job = next(self._ids)
        if self._threaded:
            thread = threading.Thread(target=self._tell, args=(job,))
            thread.start()
            thread.join()
        else:
            self._tell(job)
        return job

    def _tell(self, job: JobId) -> None:
        for body in (Started(), Progress(1, 1, "a"), Finished[object](job)):
            self._on_event(Event(job, body))

    def cancel(self, job: JobId) -> None:
        raise AssertionError("nothing is to be cancelled")

    def close(self) -> None:
        pass


@pytest.mark.parametrize("threaded", [False, True])
def test_events_that_come_before_the_job_has_a_number(threaded: bool) -> None:
    async def main() -> None:
        client = Client(lambda on_event: EagerEngine(on_event, threaded), asyncio.get_running_loop())
        for job in (1, 2, 3):
            assert await asyncio.wait_for(everything(client, WarmUp()), WAIT) == [Started(), Progress(1, 1, "a"), Finished(job)]
        client.close()

    asyncio.run(main())


def test_one_wake_up_however_many_events() -> None:
    class Counting(asyncio.SelectorEventLoop):
        wake_ups = 0

        def call_soon_threadsafe(self, callback: Any, *arguments: Any, context: Any = None) -> asyncio.Handle:  # type: ignore[override]
            self.wake_ups += 1
            return super().call_soon_threadsafe(callback, *arguments, context=context)

    loop = Counting()

    async def main() -> None:
        engine = FakeEngine(says(*(Progress(done, 9, "a") for done in range(9))))
        client = Client(engine.start, loop)
        tasks = [asyncio.create_task(everything(client, WarmUp())) for _ in range(3)]
        await turn()
        engine.pump()
        assert loop.wake_ups == 1
        await asyncio.gather(*tasks)
        client.close()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(main())


def test_cancelling_the_task_cancels_the_job() -> None:
    closed: list[bool] = []

    def script(request: Request[Any]) -> Iterator[Body]:
        try:
            yield from (Progress(done, 100, "a") for done in range(100))
        finally:
            closed.append(True)

    async def test(client: Client, engine: FakeEngine) -> None:
        task = asyncio.create_task(client.run(WarmUp()))
        await turn()
        engine.step()
        engine.step()
        await turn()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert engine.cancelled == [1]
        engine.pump()  # what still comes of it is for nobody
        await turn()
        assert closed == [True]

    with_pumped(script, test)


def test_a_task_that_is_cancelled_before_it_begins_asks_nothing() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        task = asyncio.create_task(client.run(WarmUp()))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert engine.requests == [] and engine.cancelled == []

    with_pumped(says(), test)


def test_closing_the_iterator_cancels_the_job() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        async with aclosing(client.stream(WarmUp())) as bodies:
            first = asyncio.ensure_future(anext(bodies))
            await turn()
            engine.step()
            assert await first == Started()
        assert engine.cancelled == [1]

    with_pumped(says(frame(1)), test)


def test_leaving_the_loop_early_cancels_the_job() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        async for _ in client.stream(WarmUp()):
            break
        gc.collect()
        await turn()
        assert engine.cancelled == [1]

    with_threaded(says(frame(1), frame(2)), test)


def test_an_ended_job_is_not_cancelled() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        async with aclosing(client.stream(WarmUp())) as bodies:
            async for body in bodies:
                if isinstance(body, Finished):
                    break
        assert engine.cancelled == []

    with_threaded(says(), test)


def test_closing_ends_what_still_runs() -> None:
    class Mute(FakeEngine):
        """An engine that dies without a word."""

        def close(self) -> None:
            self.is_open = False
            self.closed = True

    async def main() -> None:
        for engine, expected in ((FakeEngine(says()), RequestCancelled), (Mute(says()), RequestFailed)):
            client = Client(engine.start, asyncio.get_running_loop())
            task = asyncio.create_task(client.run(ImportPicture(path=Path("sea.jpg"))))
            await turn()
            client.close()
            client.close()
            with pytest.raises(expected):
                await asyncio.wait_for(task, WAIT)
            assert engine.closed and engine.cancelled == []
            with pytest.raises(RequestFailed, match=r"The engine has stopped before sea\.jpg was done"):
                await client.run(ImportPicture(path=Path("sea.jpg")))
            assert len(engine.requests) == 1

    asyncio.run(main())


def test_what_comes_after_the_loop_has_closed_is_dropped() -> None:
    engine = FakeEngine(says(frame(1)))

    async def main() -> Client:
        client = Client(engine.start, asyncio.get_running_loop())
        engine.submit(WarmUp())
        return client

    client = asyncio.run(main())
    thread = threading.Thread(target=engine.pump)
    thread.start()
    thread.join()
    client.close()


def test_a_stream_that_is_stopped_still_tells_its_end() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        stop = Stop()
        bodies: list[Body] = []
        async with aclosing(client.stream(WarmUp(), stop)) as stream:
            async for body in stream:
                bodies.append(body)
                if isinstance(body, Progress) and body.done >= 3:
                    stop()
        assert bodies[-1] == Cancelled()

    with_threaded(lambda request: (Progress(done, 0, "working") for done in itertools.count()), test)


def test_a_stream_that_is_stopped_before_it_begins_is_cancelled() -> None:
    async def test(client: Client, engine: FakeEngine) -> None:
        stop = Stop()
        stop()
        telling = asyncio.create_task(_all(client, stop))
        await turn()
        engine.pump()
        assert (await telling) == [Cancelled()]

    async def _all(client: Client, stop: Stop) -> list[Body]:
        return [body async for body in client.stream(WarmUp(), stop)]

    with_pumped(says(Finished(INFO)), test)
