"""Jobs under the real scheduler, stepped by the test, with everything that they tell kept."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from engine.api.events import Body, Event, JobId, Learned, Progress
from engine.api.requests import Lane, Request
from engine.context import Context, Step
from engine.jobs import JOBS
from engine.scheduler import Scheduler
from tests.tiny import picture_file


@dataclass(frozen=True)
class Look(Request[None]):
    """Stands for a preview: interactive, so many quanta long."""

    quanta: int
    lane: ClassVar[Lane] = Lane.INTERACTIVE


def look(request: Look, context: Context) -> Generator[Step, Any, None]:
    for done in range(request.quanta):
        yield Progress(done, request.quanta, "looking")


def picture_folder(parent: Path, count: int) -> Path:
    """A folder of so many pictures, each another one."""
    made = parent / "mine"
    made.mkdir()
    for index in range(count):
        picture_file(made / f"{index}.png", 24, 20, index)
    return made


class Stage:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.events: list[Event] = []
        self.scheduler = Scheduler({**dict(JOBS), Look: look}, context, self.events.append)
        self._jobs = 0

    def submit(self, request: Request[Any]) -> JobId:
        self._jobs += 1
        self.scheduler.submit(self._jobs, request)
        return self._jobs

    def step(self) -> None:
        """A quantum; waits for file work where there is nothing else to do."""
        if not self.scheduler.step():
            futures.wait(self.scheduler.waiting, timeout=60, return_when=futures.FIRST_COMPLETED)

    def until(self, condition: Callable[[], bool]) -> int:
        """Step until it holds; how many steps that took."""
        for steps in range(20_000):
            if condition():
                return steps
            self.step()
        raise AssertionError("it never comes true")

    def end_of(self, request: Request[Any]) -> Body:
        """Run a request to its end: its one terminal event."""
        job = self.submit(request)
        self.until(lambda: self.ended(job))
        return self.terminal(job)

    def of(self, job: JobId) -> list[Body]:
        return [event.body for event in self.events if event.job == job]

    def news(self, job: JobId) -> list[Learned]:
        return [body for body in self.of(job) if isinstance(body, Learned)]

    def ended(self, job: JobId) -> bool:
        return any(event.job == job and event.is_terminal for event in self.events)

    def terminal(self, job: JobId) -> Body:
        ends = [event.body for event in self.events if event.job == job and event.is_terminal]
        assert len(ends) == 1, ends
        assert self.of(job)[-1] is ends[0], "nothing comes after the end"
        return ends[0]
