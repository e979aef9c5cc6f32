from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.api.errors import DiskFull
from engine.api.events import Cancelled, Failed, Finished, Frame, Started, Superseded
from engine.api.requests import FindGenerators, FinishTraining, Generate, Request, ResumeTraining, Train
from engine.api.training import Trained
from engine.context import Context
from engine.models import registry
from engine.training.generator import config as configuration
from engine.training.generator import loop, model_file
from engine.training.generator.claim import claimed, is_claimed
from engine.training.generator.runs import Run
from engine.training.generator.trainer import Trainer
from engine.training.watch import WatchConfig
from tests.engine.jobs.stage import Look, Stage, picture_folder
from tests.engine.training.generator.tiny_run import assert_the_same
from tests.tiny import TINY_GENERATOR, picture_file

PICTURES = 12
WINDOW = 80
"""Pictures between two verdicts: ten steps."""


@pytest.fixture
def stage(context: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    recipe = {"network": TINY_GENERATOR, "batch": 8, "watch": WatchConfig(window=WINDOW), "preview_every": 32}
    monkeypatch.setattr(configuration, "recipe_for", lambda *_, **__: recipe)
    monkeypatch.setattr(model_file, "SAMPLES", 32)
    monkeypatch.setattr(loop, "SAMPLES", 32)
    torch.set_num_threads(1)  # a network of a few channels waits for its threads more than it works
    made = Stage(context)
    yield made
    context.io.close()
    made.scheduler.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return picture_folder(tmp_path, PICTURES)


def run_of(stage: Stage, name: str, number: int = 1) -> Path:
    return stage.context.places.runs / name / f"{number:03d}"


def trained(end: object) -> Trained:
    assert isinstance(end, Finished), end
    assert isinstance(end.result, Trained)
    return end.result


def test_a_folder_becomes_a_model_that_can_be_used(stage: Stage, folder: Path, tmp_path: Path) -> None:
    made = trained(stage.end_of(Train("x", folder, steps=2, licence="CC BY 4.0")))
    assert (made.model, made.run, made.steps, made.seen, made.state) == ("x", run_of(stage, "x"), 2, 16, None)
    manifest = registry.find((stage.context.places.models,)).get("x")
    assert (manifest.path, manifest.licence) == (made.path, "CC BY 4.0")
    assert made.sentence == manifest.originality["sentence"]
    assert manifest.provenance["command"].startswith("sfumato train mine --name x --size 16")
    picture = tmp_path / "0.png"
    assert isinstance(stage.end_of(Generate("x", (0,), (picture,))), Finished)
    assert picture.exists()
    assert stage.end_of(FindGenerators()) == Finished((manifest,))  # the stylizer beside it is none


def test_a_model_that_is_trained_anew_takes_the_place_of_the_loaded_one(stage: Stage, folder: Path, tmp_path: Path) -> None:
    for seed, replaced in ((0, False), (1, True)):
        trained(stage.end_of(Train("x", folder, steps=1, seed=seed, replace=replaced)))
        stage.end_of(Generate("x", (0,), (tmp_path / f"{seed}.png",)))
    assert (tmp_path / "0.png").read_bytes() != (tmp_path / "1.png").read_bytes()


def test_it_tells_of_every_step_of_grids_and_of_the_watch(stage: Stage, folder: Path) -> None:
    job = stage.submit(Train("x", folder, steps=11))
    stage.until(lambda: stage.ended(job))
    bodies, news = stage.of(job), stage.news(job)
    assert isinstance(bodies[0], Started)
    assert sorted({item.step for item in news}) == list(range(12))
    assert [item.seen for item in news] == sorted(item.seen for item in news)
    assert f"{PICTURES} pictures are ready" in news[0].notes[0]
    assert next(item.step for item in news if item.saved) == 0
    assert next(item.losses for item in news if item.losses).keys() >= {"critic", "generator"}
    grids = [item.grid for item in news if item.grid is not None]
    assert [grid.name for grid in grids] == [f"grid-{seen:08d}.png" for seen in (0, 32, 64, 88)]
    frames = [body for body in bodies if isinstance(body, Frame)]
    assert [frame.pixels.shape for frame in frames] == [(128, 128, 4)] * len(grids)
    verdicts = [item.watched for item in news if item.watched is not None]
    assert len(verdicts) == 1
    assert verdicts[0].sentence and 0 <= verdicts[0].coverage <= 1 and verdicts[0].gap is not None
    assert trained(stage.terminal(job)).state == verdicts[0].state


def test_previews_go_first_and_change_nothing(stage: Stage, folder: Path) -> None:
    trained(stage.end_of(Train("alone", folder, steps=4)))
    training = stage.submit(Train("disturbed", folder, steps=4))
    stage.until(lambda: any(news.step == 1 for news in stage.news(training)))
    quanta = 70
    look = stage.submit(Look(quanta))
    steps = stage.until(lambda: stage.ended(look))
    assert isinstance(stage.terminal(look), Finished)
    others = steps - quanta - 1  # its last quantum tells nothing, and ends it
    assert quanta // 7 - 1 <= others <= quanta // 7 + 1
    stage.until(lambda: stage.ended(training))
    trained(stage.terminal(training))
    assert_the_same(Run(run_of(stage, "alone")).newest(), Run(run_of(stage, "disturbed")).newest())


def test_a_folder_that_another_program_prepares_is_left_to_it(stage: Stage, folder: Path) -> None:
    with claimed(run_of(stage, "x")):
        end = stage.end_of(Train("x", folder, steps=1, run=run_of(stage, "x")))
        assert isinstance(end, Failed) and "another program is training it" in end.failure.sentence
        assert is_claimed(run_of(stage, "x"))
        assert trained(stage.end_of(Train("x", folder, steps=1))).run == run_of(stage, "x", 2)


@pytest.mark.parametrize("quanta", [0, 1, 3, 5, 8])
def test_cancelled_and_resumed_is_as_never_interrupted(stage: Stage, folder: Path, quanta: int) -> None:
    trained(stage.end_of(Train("one", folder, steps=12)))
    job = stage.submit(Train("two", folder, steps=12))
    stage.until(lambda: any(news.step == 9 for news in stage.news(job)))  # a verdict and a checkpoint by it are near
    for _ in range(quanta):
        stage.step()
    stage.scheduler.cancel(job)
    assert isinstance(stage.terminal(job), Cancelled)
    assert not (stage.context.places.models / "two.safetensors").exists()
    assert Run(run_of(stage, "two")).newest().metadata["step"] in (9, 10, 11)
    resumed = stage.submit(ResumeTraining("two", steps=12))
    stage.until(lambda: stage.ended(resumed))
    assert trained(stage.terminal(resumed)).steps == 12
    assert any("goes on from step" in note for news in stage.news(resumed) for note in news.notes)
    assert any(isinstance(body, Frame) for body in stage.of(resumed))
    assert_the_same(Run(run_of(stage, "one")).newest(), Run(run_of(stage, "two")).newest())


def test_a_pause_that_cannot_be_saved_is_told(stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = stage.submit(Train("x", folder))
    stage.until(lambda: any(news.step == 2 for news in stage.news(job)))

    def full(run: Run, *_: Any) -> Path:
        raise DiskFull(run.folder)

    monkeypatch.setattr(Run, "save", full)
    stage.scheduler.cancel(job)
    end = stage.terminal(job)
    assert isinstance(end, Failed) and end.failure.kind == "DiskFull"
    assert "the last 2 steps of the run" in end.failure.sentence and "kept up to step 0" in end.failure.sentence


def test_finishing_takes_the_place_of_the_training_and_makes_its_model(stage: Stage, folder: Path) -> None:
    training = stage.submit(Train("x", folder))
    stage.until(lambda: any(news.step == 3 for news in stage.news(training)))
    finishing = stage.submit(FinishTraining("x"))
    assert stage.terminal(training) == Superseded(by=finishing)
    stage.until(lambda: stage.ended(finishing))
    made = trained(stage.terminal(finishing))
    assert made.steps >= 3
    assert registry.find((stage.context.places.models,)).get("x").provenance["steps"] == made.steps
    assert trained(stage.end_of(ResumeTraining("x", steps=made.steps + 1))).steps == made.steps + 1


def test_a_training_that_has_told_nothing_yet_makes_way_once_it_can_be_resumed(stage: Stage, folder: Path) -> None:
    training = stage.submit(Train("x", folder))
    stage.step()
    finishing = stage.submit(FinishTraining("x"))
    stage.until(lambda: stage.ended(finishing))
    assert stage.terminal(training) == Superseded(by=finishing)
    assert trained(stage.terminal(finishing)).steps == 0


def test_cancelled_while_pictures_are_read_it_leaves_nothing(stage: Stage, folder: Path) -> None:
    job = stage.submit(Train("x", folder))
    stage.until(lambda: len(stage.of(job)) > 3)
    stage.scheduler.cancel(job)
    stage.until(lambda: stage.ended(job))
    assert isinstance(stage.terminal(job), Cancelled)
    assert not run_of(stage, "x").exists()


def test_it_begins_with_a_model(stage: Stage, folder: Path) -> None:
    trained(stage.end_of(Train("first", folder, steps=3)))
    job = stage.submit(Train("second", folder, steps=1, begin_from="first"))
    stage.until(lambda: stage.ended(job))
    assert trained(stage.terminal(job)).seen == 32
    assert any("The same pictures as before" in note for news in stage.news(job) for note in news.notes)


def test_a_folder_that_has_changed_is_told_and_does_not_change_the_run(stage: Stage, folder: Path) -> None:
    trained(stage.end_of(Train("x", folder, steps=1)))
    shutil.rmtree(folder)
    job = stage.submit(ResumeTraining("x", steps=2))
    stage.until(lambda: stage.ended(job))
    assert trained(stage.terminal(job)).steps == 2
    assert "goes on with the pictures that it prepared" in stage.news(job)[0].notes[0]


def test_where_memory_runs_out_the_run_is_not_begun_once_more(stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def full(trainer: Trainer, pixels: Any) -> Iterator[Any]:
        begun.append(trainer)
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr(Trainer, "phases", full)
    end = stage.end_of(Train("x", folder, steps=1))
    assert isinstance(end, Failed) and end.failure.kind == "OutOfMemory"
    assert len(begun) == 1
    assert Run(run_of(stage, "x")).has_checkpoint


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"name": "a/b"}, "file's name"),
        ({"name": ".hidden"}, "file's name"),
        ({"folder": Path("nowhere")}, "The folder nowhere does not exist"),
        ({"begin_from": "nobody"}, "no model called nobody"),
        ({"fit": "stretch"}, "The fit stretch"),
    ],
)
def test_bad_requests_fail_with_a_sentence_and_leave_nothing(stage: Stage, folder: Path, change: dict[str, Any], part: str) -> None:
    end = stage.end_of(replace(Train("x", folder, steps=1), **change))
    assert isinstance(end, Failed) and part in end.failure.sentence
    assert not stage.context.places.runs.exists() or not any(stage.context.places.runs.rglob("*.*"))


@pytest.mark.parametrize(("count", "part"), [(0, "it is empty"), (1, "one picture")])
def test_folders_with_too_little_fail_and_leave_nothing(stage: Stage, tmp_path: Path, count: int, part: str) -> None:
    (tmp_path / "little").mkdir()
    for index in range(count):
        picture_file(tmp_path / "little" / f"{index}.png", 24, 24, index)
    end = stage.end_of(Train("x", tmp_path / "little", steps=1))
    assert isinstance(end, Failed) and part in end.failure.sentence
    assert not run_of(stage, "x").exists()
    assert not (stage.context.places.models / "x.safetensors").exists()


@pytest.mark.parametrize("request_", [ResumeTraining("y"), FinishTraining("y")])
def test_what_was_never_begun_cannot_go_on(stage: Stage, request_: Request[Any]) -> None:
    end = stage.end_of(request_)
    assert isinstance(end, Failed) and "there is no run to resume" in end.failure.sentence


def test_a_name_or_a_run_that_is_taken_is_refused(stage: Stage, folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    trained(stage.end_of(Train("x", folder, steps=1, run=run)))
    taken = stage.end_of(Train("x", folder, steps=1))
    assert isinstance(taken, Failed) and "it is there already" in taken.failure.sentence
    met = stage.end_of(Train("z", folder, steps=1, run=run))
    assert isinstance(met, Failed) and "it holds a run already" in met.failure.sentence
    assert trained(stage.end_of(ResumeTraining("x", steps=2, run=run))).steps == 2
