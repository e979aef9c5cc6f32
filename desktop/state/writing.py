"""Files and long works that the engine makes while the artist goes on: each a job in the jobs bar, which can be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import TypeVar, cast

from desktop.client import RequestFailed
from desktop.state.jobs import Jobs
from desktop.state.link import Link
from engine.api.events import Failed, Finished, Progress
from engine.api.requests import Request

R = TypeVar("R")


async def written(request: Request[R], title: str, link: Link, jobs: Jobs, told: Callable[[Progress], None] = lambda _: None) -> R | None:
    """The request's result; None where the engine ends without one. Listed as `title` until then, and stopped by cancelling the task.
    `told` hears the progress, too.

    Raises RequestFailed, and CancelledError where it was stopped.
    """
    job = jobs.begin(title, asyncio.current_task())
    try:
        async with aclosing(link.stream(request)) as bodies:
            async for body in bodies:
                match body:
                    case Progress():
                        jobs.progress(job, body)
                        told(body)
                    case Finished(result):
                        return cast(R, result)
                    case Failed(failure):
                        raise RequestFailed(failure)
                    case _:
                        pass
        return None
    finally:
        jobs.end(job)
