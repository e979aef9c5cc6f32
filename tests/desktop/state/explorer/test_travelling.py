"""A journey without its page: stops, scrubbing, playing, the film."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desktop.state.explorer.explorer import Explorer
from engine.api.errors import DiskFull
from engine.api.exploring import ExportFilm, Visit
from engine.api.place_kinds import Waypoint
from tests.desktop.exploring import explored
from tests.desktop.sitting import Play, Sitting
from tests.fake_space import FakeSpace


async def on_a_journey(sitting: Sitting) -> Explorer:
    explorer = await explored(sitting, "boats")
    for seed in (1, 2, 3):
        explorer.steering.set_seed(seed)
        explorer.bookmark()
        await sitting.settle()
    explorer.travelling.add(*(member.id for member in explorer.bookmarks.all))
    return explorer


def codes(explorer: Explorer) -> list[object]:
    journey = explorer.travelling.journey
    return [] if journey is None else [stop.code for stop in journey.stops]


def test_stops_are_put_in_order_and_go_with_their_bookmarks(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await on_a_journey(sitting)
        travelling = explorer.travelling
        assert codes(explorer) == [3, 2, 1]
        travelling.shift(2, -1)
        travelling.shift(0, -1)
        assert codes(explorer) == [3, 1, 2]
        explorer.bookmarks.remove(travelling.stops[0])
        await sitting.settle()
        assert codes(explorer) == [1, 2]
        travelling.remove(0)
        assert travelling.journey is None and travelling.export(Path("nowhere.mp4")) is None

    play(scenario)


def test_scrubbing_looks_at_the_way(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await on_a_journey(sitting)
        travelling = explorer.travelling
        travelling.set_loop(False)
        travelling.set_easing("gentle")
        travelling.scrub(0.25)
        travelling.rest()
        await sitting.settle()
        place = explorer.viewer.place
        assert isinstance(place, Waypoint) and place.at == 0.25
        assert (place.journey.loop, place.journey.easing) == (False, "gentle")
        assert explorer.steering.base == explorer.viewer.latent

    play(scenario)


def test_playing_goes_round_in_a_loop_ends_otherwise_and_gives_way_to_another_hand(play: Play) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await on_a_journey(sitting)
        travelling = explorer.travelling
        travelling.set_seconds(1)
        travelling.at = 0.98
        travelling.play(True)
        travelling._tick()
        assert travelling.at == pytest.approx(0.02) and travelling.is_playing
        explorer.steering.set_seed(9)
        assert not travelling.is_playing
        travelling.set_loop(False)
        travelling.at = 0.98
        travelling.play(True)
        travelling._tick()
        assert travelling.at == 1.0 and not travelling.is_playing
        await sitting.settle()
        assert sitting.engine.requests_of(Visit)[-1].sides == (65536,), "at the end the whole picture is made"

    play(scenario)


def test_the_film_is_a_job_that_can_be_followed(play: Play, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer, jobs = await on_a_journey(sitting), sitting.studio.jobs
        stages: list[str] = []
        jobs.changed.connect(lambda: stages.extend(job.stage for job in jobs.running))
        explorer.travelling.set_seconds(2)
        explorer.travelling.set_side(256)
        explorer.travelling.export(tmp_path / "loop.mp4")
        await sitting.settle()
        (request,) = sitting.engine.requests_of(ExportFilm)
        assert (request.frames, request.side, request.overwrite) == (60, 256, True)
        assert (tmp_path / "loop.mp4").exists() and "making the film" in stages and not jobs.running
        assert "60 frames" in sitting.said[-1]

    play(scenario)


def test_a_film_that_is_stopped_or_cannot_be_written_is_told(play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(sitting: Sitting) -> None:
        explorer = await on_a_journey(sitting)
        task = explorer.travelling.export(tmp_path / "loop.mp4")
        assert task is not None
        await asyncio.sleep(0)  # it has begun, and the engine has said nothing yet
        sitting.studio.jobs.cancel(sitting.studio.jobs.running[0].id)
        await sitting.settle()
        assert task.cancelled() and "loop.mp4 was not written" in sitting.said[-1]

        def full(_space: FakeSpace, request: ExportFilm) -> None:
            raise DiskFull(str(request.path))

        monkeypatch.setattr(FakeSpace, "__call__", full)
        explorer.travelling.export(tmp_path / "loop.mp4")
        await sitting.settle()
        assert "loop.mp4" in sitting.troubles[-1] and not sitting.studio.jobs.running

    play(scenario)
