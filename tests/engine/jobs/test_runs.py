from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import torch

from engine.api.events import Failed, Finished, Frame
from engine.api.requests import DeleteRun, FinishTraining, ListRuns, ReadHistory, ResumeTraining, SampleRun, Train
from engine.api.training import PreviewGrid, RunDescription, RunHistory
from engine.context import Context
from engine.models import checkpoint
from engine.training.generator import config as configuration
from engine.training.generator import loop, model_file
from engine.training.generator.runs import CONFIG_FILE, METRICS_FILE, Run
from engine.training.watch import WatchConfig
from tests.engine.jobs.stage import Stage, picture_folder
from tests.tiny import TINY_GENERATOR

PICTURES = 12


@pytest.fixture
def stage(context: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    recipe = {"network": TINY_GENERATOR, "batch": 8, "watch": WatchConfig(window=80), "preview_every": 32}
    monkeypatch.setattr(configuration, "recipe_for", lambda *_, **__: recipe)
    monkeypatch.setattr(model_file, "SAMPLES", 16)
    monkeypatch.setattr(loop, "SAMPLES", 16)
    torch.set_num_threads(1)
    made = Stage(context)
    yield made
    context.io.close()
    made.scheduler.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return picture_folder(tmp_path, PICTURES)


def paused(stage: Stage, folder: Path, name: str, at: int) -> Path:
    job = stage.submit(Train(name, folder))
    stage.until(lambda: any(news.step == at for news in stage.news(job)))
    stage.scheduler.cancel(job)
    return stage.context.places.runs / name / "001"


def listed(stage: Stage) -> tuple[RunDescription, ...]:
    end = stage.end_of(ListRuns())
    assert isinstance(end, Finished), end
    assert isinstance(end.result, tuple)
    return end.result


def read(stage: Stage, run: Path) -> RunHistory:
    end = stage.end_of(ReadHistory(run))
    assert isinstance(end, Finished), end
    assert isinstance(end.result, RunHistory)
    return end.result


def test_without_runs_there_are_none(stage: Stage) -> None:
    assert listed(stage) == ()


def test_a_paused_run_can_be_found_resumed_and_finished(stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = paused(stage, folder, "x", at=11)
    monkeypatch.setattr(checkpoint, "read", lambda *_, **__: pytest.fail("a list of runs needs no tensors"))
    (found,) = listed(stage)
    monkeypatch.undo()
    monkeypatch.setattr(model_file, "SAMPLES", 16)
    assert (found.name, found.number, found.folder) == ("x", 1, run)
    assert (found.kind, found.size, found.pictures) == ("style", 16, PICTURES)
    assert found.steps == Run(run).newest().metadata["step"] and found.seen == 8 * found.steps
    assert found.saved_at is not None and abs(datetime.now(UTC) - found.saved_at) < timedelta(minutes=5)
    assert found.state in ("green", "amber", "red") and found.sentence
    assert found.can_resume and found.model is None
    assert isinstance(stage.end_of(ResumeTraining(found.name, steps=found.steps + 1, run=found.folder)), Finished)
    (again,) = listed(stage)
    assert again.steps == found.steps + 1 and again.model == "x"
    (stage.context.places.models / "x.safetensors").unlink()
    assert listed(stage)[0].model is None


def test_a_model_belongs_to_the_run_that_it_was_made_of(stage: Stage, folder: Path) -> None:
    for seed in (0, 1):
        assert isinstance(stage.end_of(Train("x", folder, steps=1, seed=seed, replace=True)), Finished)
    assert [(run.number, run.model) for run in listed(stage)] == [(2, "x"), (1, None)]


def test_broken_runs_are_listed_with_what_is_wrong(stage: Stage, folder: Path) -> None:
    runs = stage.context.places.runs
    whole = paused(stage, folder, "whole", at=1).parent
    for name in ("no pictures", "no config", "odd config", "no checkpoint", "odd checkpoint", "odd metrics", "killed early"):
        shutil.copytree(whole, runs / name)
    (runs / "no pictures/001/pictures.u8").unlink()
    (runs / "no config/001" / CONFIG_FILE).unlink()
    (runs / "odd config/001" / CONFIG_FILE).write_text('{"network": 3}')
    for name in ("no checkpoint", "killed early", "odd checkpoint"):
        for path in Run(runs / name / "001").checkpoints.iterdir():
            path.write_bytes(b"odd") if name == "odd checkpoint" else path.unlink()
    (runs / "odd metrics/001" / METRICS_FILE).write_text('{"watch": 1, "step": "a"}\n')
    (runs / "killed early/001/pictures.json").unlink()
    (runs / "empty/001").mkdir(parents=True)
    (runs / "stray.txt").write_text("not a run")
    found = {run.name: run for run in listed(stage)}
    assert found.pop("whole").can_resume
    said = {name: run.obstacle.partition(": ")[2] for name, run in found.items()}
    assert said == {
        "no pictures": "its prepared pictures are gone; begin a new run.",
        "no config": "its config.json is gone; begin a new run.",
        "odd config": "it was written by another version of Sfumato; begin a new run.",
        "no checkpoint": "it ended before its first checkpoint; begin a new run.",
        "odd checkpoint": "none of its checkpoints can be read; begin a new run.",
        "odd metrics": "its files are damaged; begin a new run.",
        "killed early": "it ended while its pictures were being prepared; begin a new run.",
        "empty": "it ended while its pictures were being prepared; begin a new run.",
    }
    assert found["no checkpoint"].size == 16


def test_a_history_tells_what_was_told_while_it_trained(stage: Stage, folder: Path) -> None:
    job = stage.submit(Train("x", folder, steps=17))
    stage.until(lambda: stage.ended(job))
    news = stage.news(job)
    history = read(stage, stage.context.places.runs / "x/001")
    assert [(grid.seen, grid.path) for grid in history.grids] == [(item.seen, item.grid) for item in news if item.grid is not None]
    assert [(item.seen, item.watched) for item in history.verdicts] == [(item.seen, item.watched) for item in news if item.watched]
    told = [item for item in news if item.losses]
    assert history.curves.keys() == {"critic", "generator", "penalty", "real", "fake", "augmentation", "lr"}
    curve = history.curves["critic"]
    assert curve.seen == tuple(item.seen for item in told) == (8, 72, 136)
    assert curve.values == pytest.approx([item.losses["critic"] for item in told], abs=1e-5)


def test_a_history_of_a_run_that_is_gone_is_an_error_and_odd_lines_are_passed_over(stage: Stage, folder: Path) -> None:
    run = paused(stage, folder, "x", at=11)
    before = read(stage, run)
    with (run / METRICS_FILE).open("a") as file:
        file.write('{"seen": "many", "critic": 1}\n{"seen": 99, "watch": {"state": "red"}}\n{"seen": 1')
    assert read(stage, run) == before
    end = stage.end_of(ReadHistory(run.parent / "002"))
    assert isinstance(end, Failed) and end.failure.kind == "FolderMissing"


def test_a_model_that_was_made_stays_known_while_the_run_goes_on(stage: Stage, folder: Path) -> None:
    paused(stage, folder, "x", at=2)
    assert isinstance(stage.end_of(FinishTraining("x")), Finished)
    job = stage.submit(ResumeTraining("x"))
    stage.until(lambda: any(news.step == 4 for news in stage.news(job)))
    assert listed(stage)[0].model == "x"
    stage.scheduler.cancel(job)
    assert not listed(stage)[0].is_finished, "it has learnt more than is in its model"


def test_a_paused_run_can_be_sampled_as_it_is(stage: Stage, folder: Path) -> None:
    run = paused(stage, folder, "x", at=2)
    seen = 8 * Run(run).newest().metadata["step"]
    assert Run(run).grids()[-1][0] < seen
    job = stage.submit(SampleRun(run))
    stage.until(lambda: stage.ended(job))
    assert stage.terminal(job) == Finished(PreviewGrid(seen, Run(run).grid_file(seen)))
    (shown,) = [body for body in stage.of(job) if isinstance(body, Frame)]
    assert shown.pixels.shape == (128, 128, 4)
    assert read(stage, run).grids[-1] == PreviewGrid(seen, Run(run).grid_file(seen))
    before = Run(run).grid_file(seen).stat().st_mtime_ns
    assert isinstance(stage.end_of(SampleRun(run)), Finished)
    assert Run(run).grid_file(seen).stat().st_mtime_ns == before, "it is not made twice"
    assert isinstance(stage.end_of(SampleRun(run.parent / "002")), Failed)


def test_finishing_leaves_and_tells_the_samples_of_its_model(stage: Stage, folder: Path) -> None:
    run = paused(stage, folder, "x", at=2)
    job = stage.submit(FinishTraining("x"))
    stage.until(lambda: stage.ended(job))
    seen = 8 * Run(run).newest().metadata["step"]
    (news,) = stage.news(job)
    assert (news.grid, news.seen) == (Run(run).grid_file(seen), seen) and news.grid is not None and news.grid.is_file()
    assert any(isinstance(body, Frame) for body in stage.of(job))
    assert listed(stage)[0].is_finished


def test_a_run_is_deleted_and_its_model_stays(stage: Stage, folder: Path) -> None:
    run = paused(stage, folder, "x", at=2)
    assert isinstance(stage.end_of(FinishTraining("x")), Finished)
    paused(stage, folder, "y", at=2)
    found = {run.name: run for run in listed(stage)}
    taken = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    assert found["x"].bytes == taken > 0
    assert stage.end_of(DeleteRun(run)) == Finished(taken)
    assert not run.parent.exists() and (stage.context.places.models / "x.safetensors").is_file()
    assert [run.name for run in listed(stage)] == ["y"]


def test_what_is_no_run_or_is_being_trained_is_not_deleted(stage: Stage, folder: Path) -> None:
    job = stage.submit(Train("x", folder))
    stage.until(lambda: any(news.step == 1 for news in stage.news(job)))
    run = stage.context.places.runs / "x/001"
    end = stage.end_of(DeleteRun(run))
    assert isinstance(end, Failed) and "it is being trained: pause it first" in end.failure.sentence
    stage.scheduler.cancel(job)
    for other in (folder, run.parent, run / "checkpoints", stage.context.places.runs, run / ".." / ".." / ".." / folder.name):
        end = stage.end_of(DeleteRun(other))
        assert isinstance(end, Failed) and "no training of yours" in end.failure.sentence
    assert Run(run).has_checkpoint and folder.is_dir()
