from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.api.errors import DiskFull, OutOfMemory, TrainingDiverged
from engine.training.generator.config import TrainGenerator
from engine.training.generator.loop import train
from engine.training.generator.runs import Run
from engine.training.generator.step import Phase, Step
from tests.engine.training.generator.tiny_run import CPU, notes, run_to_its_end, tensors


def failing(monkeypatch: pytest.MonkeyPatch, method: str, fails: Callable[[Step], bool], error: Exception) -> None:
    original: Callable[[Step], Iterator[Phase]] = getattr(Step, method)

    def phases(self: Step) -> Iterator[Phase]:
        yield from original(self)
        if fails(self):
            raise error

    monkeypatch.setattr(Step, method, phases)


@pytest.mark.parametrize("method", ["critic_phases", "generator_phases"])
def test_where_memory_runs_out_less_is_computed_at_once(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    full = MemoryError("too much")
    failing(monkeypatch, method, lambda step: step.state.micro_batch > 8 and step.state.step == 1, full)
    reports = run_to_its_end(config, 3, batch=32)
    said = notes(reports)
    assert said == [f"Memory ran out: from now on {size} of the 32 pictures of a step are computed at once." for size in (16, 8)]
    state = Run(config.run).newest().metadata["state"]
    assert (state["step"], state["micro_batch"]) == (3, 8)


def test_where_not_even_the_least_fits_it_is_said(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "critic_phases", lambda step: True, MemoryError("too much"))
    with pytest.raises(OutOfMemory, match="a step with 8 pictures of 16 px"):
        run_to_its_end(config, 3)


def spoil(monkeypatch: pytest.MonkeyPatch, is_bad: Callable[[Step], bool]) -> None:
    """Make gradients NaN."""
    original = Step.critic_phases

    def phases(self: Step) -> Iterator[Phase]:
        yield from original(self)
        if is_bad(self):
            next(self.critic.parameters()).grad.fill_(float("nan"))  # type: ignore[union-attr]

    monkeypatch.setattr(Step, "critic_phases", phases)


def test_a_step_without_finite_gradients_is_skipped(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, lambda step: step.state.step in (2, 3))
    reports = run_to_its_end(config, 6)
    assert notes(reports) == [
        "Step 3 had no finite gradient and was skipped.",
        "Step 4 had no finite gradient and was skipped.",
    ]
    assert all(value.isfinite().all() for value in tensors(config).values())
    assert Run(config.run).newest().metadata["state"]["lr_scale"] == 1.0


def test_three_of_them_lead_back_to_the_checkpoint_and_halve_the_learning_rate(
    config: TrainGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_to_its_end(config, 2)
    spoil(monkeypatch, lambda step: step.state.restores == 0 and step.state.step >= 3)
    reports = run_to_its_end(config, 8, resume=True)
    said = notes(reports)
    assert said[-1] == "3 steps in a row failed: back to step 2, with the learning rate halved."
    state = Run(config.run).newest().metadata["state"]
    assert (state["step"], state["lr_scale"], state["restores"], state["bad_in_row"]) == (8, 0.5, 1, 0)


def test_a_way_back_on_a_full_disk_does_not_end_a_run(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    run_to_its_end(config, 2)
    spoil(monkeypatch, lambda step: step.state.restores == 0 and step.state.step >= 3)
    save = Run.save

    def full(run: Run, step: int, *arguments: Any) -> Path:
        if step == 2:
            raise DiskFull(run.folder)
        return save(run, step, *arguments)

    monkeypatch.setattr(Run, "save", full)
    said = notes(run_to_its_end(config, 8, resume=True))
    assert "back to step 2" in said[-2] and said[-1].endswith("Training goes on without.")
    assert Run(config.run).newest().metadata["state"]["lr_scale"] == 0.5


def test_a_run_that_never_settles_ends_with_a_sentence(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, lambda step: True)
    with pytest.raises(TrainingDiverged, match="lower --lr"):
        run_to_its_end(config, 100)


def test_a_full_disk_in_between_does_not_end_a_run(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    save = Run.save

    def full(run: Run, step: int, *arguments: Any) -> Path:
        if step in (1, 2):
            raise DiskFull(run.folder)
        return save(run, step, *arguments)

    monkeypatch.setattr(Run, "save", full)
    reports = run_to_its_end(config, 4, checkpoint_minutes=0.0)
    said = notes(reports)
    assert len(said) == 2
    assert all("There is no room on the disk" in note and note.endswith("Training goes on without.") for note in said)
    assert Run(config.run).newest().metadata["step"] == 4


def test_a_full_disk_at_the_end_is_an_error(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    running = train(config, CPU)
    next(report for report in running if report.step == 1)

    def full(run: Run, *_: Any) -> Path:
        raise DiskFull(run.folder)

    monkeypatch.setattr(Run, "save", full)
    with pytest.raises(DiskFull, match=r"no room on the disk for the last 1 steps of the run in .*, which is kept up to step 0: free some"):
        running.close()
