from __future__ import annotations

import asyncio

import pytest

from desktop.state.jobs import Jobs
from engine.api.events import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_time_left_carries_the_pace_on() -> None:
    clock = Clock()
    jobs = Jobs(clock)
    job = jobs.begin("Exporting a.png", None)
    assert jobs.running[0].fraction is None
    jobs.progress(job, Progress(0, 10, "rendering"))
    clock.now += 3
    jobs.progress(job, Progress(2.5, 10, "rendering"))
    row = jobs.running[0]
    assert (row.fraction, row.stage) == (0.25, "rendering")
    assert row.seconds_left == pytest.approx(9)


def test_no_time_left_is_guessed_from_almost_nothing() -> None:
    clock = Clock()
    jobs = Jobs(clock)
    job = jobs.begin("Exporting a.png", None)
    jobs.progress(job, Progress(0, 1000, "rendering"))
    clock.now += 3
    jobs.progress(job, Progress(1, 1000, "rendering"))
    assert jobs.running[0].seconds_left is None


def test_an_ended_job_is_gone_and_a_late_event_harmless() -> None:
    jobs = Jobs()
    job = jobs.begin("Exporting a.png", None)
    jobs.end(job)
    jobs.progress(job, Progress(1, 2, "rendering"))
    assert jobs.running == ()


def test_cancel_reaches_the_task() -> None:
    async def scenario() -> bool:
        jobs = Jobs()
        task = asyncio.create_task(asyncio.sleep(3600))
        jobs.cancel(jobs.begin("Exporting a.png", task))
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    assert asyncio.run(scenario())
