from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from engine.api.errors import BadRequest, SfumatoError
from engine.api.events import Cancelled, Progress
from engine.api.exploring import ExportFilm
from engine.api.latent import Latent
from engine.api.place_kinds import Journey
from engine.context import Context
from engine.jobs.film import export_film
from tests.engine.jobs.stage import Stage
from tests.tiny import drive, write_tiny_generator


@pytest.fixture
def journey(context: Context) -> Journey:
    context.models.add(write_tiny_generator(context.places.models, "mine"))
    key = context.models.generator("mine").key
    return Journey(tuple(Latent.of_seed(key, seed) for seed in (1, 2, 3)))


def test_a_loop_is_written_with_progress(context: Context, journey: Journey, tmp_path: Path) -> None:
    done, said = drive(export_film(ExportFilm(journey, tmp_path / "loop.mp4", 12, 24, side=40), context))
    assert (done.frames, done.side) == (12, 40)
    with av.open(str(tmp_path / "loop.mp4")) as container:
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(decoded) == 12 and decoded[0].shape == (40, 40, 3)
    fractions = [step.fraction for step in said if isinstance(step, Progress)]
    assert fractions == sorted(fractions) and fractions[-1] == 1


def test_a_loops_first_frame_is_its_first_stop(context: Context, journey: Journey, tmp_path: Path) -> None:
    drive(export_film(ExportFilm(journey, tmp_path / "frames", 6), context))
    made = [np.asarray(Image.open(path)) for path in sorted((tmp_path / "frames").iterdir())]
    seed = context.models.generator("mine").pictures([1])[0].numpy().transpose(1, 2, 0)
    assert len(made) == 6 and np.array_equal(made[0], seed)
    steps = [np.abs(made[index].astype(int) - made[index - 1]).mean() for index in range(6)]
    assert max(steps) < 3 * np.median(steps), "the step from the last frame to the first is one like the others"


def test_a_cancelled_film_leaves_nothing(context: Context, journey: Journey, tmp_path: Path) -> None:
    stage = Stage(context)
    job = stage.submit(ExportFilm(journey, tmp_path / "loop.mp4", 500))
    stage.until(lambda: any(isinstance(body, Progress) and body.done >= 3 for body in stage.of(job)))
    assert [path.suffix for path in tmp_path.iterdir() if path.is_file()] == [".part"]
    stage.scheduler.cancel(job)
    stage.until(lambda: stage.ended(job))
    assert isinstance(stage.terminal(job), Cancelled)
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"frames": 0}, "between 1 and 20000"),
        ({"frames": 10**6}, "between 1 and 20000"),
        ({"fps": 0.0}, "between 1 and 120"),
        ({"fps": float("nan")}, "between 1 and 120"),
        ({"side": 0}, "between 1 and 4096"),
        ({"path": Path("film.avi")}, "end its name"),
        ({"path": Path("nowhere/film.mp4")}, "does not exist"),
    ],
)
def test_a_film_that_makes_no_sense_is_refused(
    context: Context, journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, object], part: str
) -> None:
    monkeypatch.chdir(tmp_path)
    request = replace(ExportFilm(journey, Path("film.mp4"), 4), **changed)  # type: ignore[arg-type]
    with pytest.raises(SfumatoError, match=part):
        drive(export_film(request, context))
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_path_through_one_point_is_refused(context: Context, journey: Journey, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="at least two"):
        drive(export_film(ExportFilm(Journey(journey.stops[:1]), tmp_path / "film.mp4"), context))
