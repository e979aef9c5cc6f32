from __future__ import annotations

import asyncio

from desktop.state.tasks import Tasks


async def fail() -> None:
    raise ValueError("on purpose")


def test_an_exception_is_reported() -> None:
    reported: list[Exception] = []

    async def scenario() -> None:
        tasks = Tasks(reported.append)
        tasks.spawn(fail(), "failing")
        await tasks.idle()

    asyncio.run(scenario())
    assert [str(error) for error in reported] == ["on purpose"]


def test_the_latest_takes_the_place_of_what_has_its_name() -> None:
    async def scenario() -> list[bool]:
        tasks = Tasks(lambda error: None)
        other = tasks.spawn(asyncio.sleep(0), "another name")
        first = tasks.spawn_latest(asyncio.sleep(3600), "open")
        last = tasks.spawn_latest(asyncio.sleep(0), "open")
        await tasks.idle()
        return [task.cancelled() for task in (other, first, last)]

    assert asyncio.run(scenario()) == [False, True, False]


def test_close_ends_what_runs_without_a_report() -> None:
    reported: list[Exception] = []

    async def scenario() -> bool:
        tasks = Tasks(reported.append)
        task = tasks.spawn(asyncio.sleep(3600), "sleeping")
        await tasks.close()
        return task.cancelled()

    assert asyncio.run(scenario())
    assert reported == []
