"""Several processes that train one run make what one process makes, up to the order in which sums are taken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.api.errors import BadRequest
from engine.training.generator.config import TrainGenerator, recipe_for
from engine.training.generator.loop import Sitting, StepReport, train
from engine.training.generator.runs import Run
from engine.training.generator.team import ALONE, Team
from engine.training.generator.trainer import Trainer
from engine.training.generator.watching import Watching
from tests.engine.training.generator.thread_team import ThreadTeam, together
from tests.engine.training.generator.tiny_run import CPU, prepared, tensors

BATCH = 16
STEPS = 10


@pytest.fixture
def config(config: TrainGenerator) -> TrainGenerator:
    """In fp32, so that another order of sums shows as little as it can; the penalty falls into two of the steps."""
    return replace(config, batch=BATCH, precision="float32", augmentation=0.5, steps=STEPS, gamma_fall=1000)


@pytest.fixture(autouse=True)
def _built_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """New weights come from torch's global seed, which processes do not share, but threads do."""
    build, lock = Trainer.__init__, threading.Lock()

    def alone(self: Trainer, *arguments: Any) -> None:
        with lock:
            build(self, *arguments)

    monkeypatch.setattr(Trainer, "__init__", alone)


def run(config: TrainGenerator, team: Team = ALONE) -> list[StepReport]:
    torch.set_num_threads(1)
    return list(train(config, CPU, team))


def elsewhere(config: TrainGenerator, folder: Path) -> TrainGenerator:
    """The same run in another folder."""
    chosen = prepared(folder)
    return replace(config, run=chosen.run, folder=chosen.folder)


def assert_close(one: TrainGenerator, two: TrainGenerator) -> None:
    """Adam divides small sums by small sums: the last bits of a gradient near zero may show, a step's length apart."""
    ours, theirs = tensors(one), tensors(two)
    assert ours.keys() == theirs.keys()
    networks = [name for name in ours if not name.split(".")[0].endswith("_adam")]
    far = sum(int(((ours[name] - theirs[name]).abs() > 1e-3).sum()) for name in networks)
    assert far <= 0.001 * sum(ours[name].numel() for name in networks)


def losses(config: TrainGenerator) -> list[dict[str, float]]:
    """The loss curve."""
    wanted = ("critic", "generator", "penalty", "real", "fake")
    return [{name: line[name] for name in wanted if name in line} for line in Run(config.run).metrics() if "lr" in line]


@pytest.fixture(params=["style", "dense"])
def kinds(request: pytest.FixtureRequest, config: TrainGenerator) -> TrainGenerator:
    if request.param == "style":
        return config
    recipe = recipe_for("dense", 16, "wasserstein")
    recipe["network"] = replace(recipe["network"], widest=32)
    return replace(config, **recipe | {"batch": BATCH})


def test_two_make_what_one_makes(kinds: TrainGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sitting, "_is_logged", True)
    alone = elsewhere(kinds, tmp_path / "alone")
    run(alone)
    together(2, lambda team: run(kinds, team))
    assert len(losses(kinds)) == STEPS
    for ours, theirs in zip(losses(kinds), losses(alone), strict=True):
        assert ours == pytest.approx(theirs, abs=5e-4)
    assert_close(kinds, alone)


def test_all_have_the_same_weights(config: TrainGenerator) -> None:
    def trained(team: Team) -> dict[str, torch.Tensor]:
        torch.set_num_threads(1)
        trainer = Trainer(config, CPU, team)
        pixels = np.random.default_rng(0).integers(0, 256, (4, BATCH, 3, 16, 16), np.uint8)
        for batch in pixels:
            for _ in trainer.phases(batch):
                pass
        return trainer.tensors()

    one, two = together(2, trained)
    assert all(torch.equal(value, two[name]) for name, value in one.items())


def test_the_leader_alone_judges_and_its_verdict_is_everybody_s(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(config, augmentation=None)
    judges = []
    judge = Watching.judge

    def judged(self: Watching, *arguments: Any) -> Any:
        judges.append(judge(self, *arguments))
        return judges[-1]

    monkeypatch.setattr(Watching, "judge", judged)
    reports = together(2, lambda team: run(config, team))
    verdicts = [[report.verdict for report in own if report.verdict is not None] for own in reports]
    assert len(judges) == len(verdicts[0]) >= 2
    assert verdicts[0] == verdicts[1] == judges
    assert not any(report.saved for report in reports[1])


def test_who_is_asked_to_stop_stops_all_after_the_same_step(config: TrainGenerator) -> None:
    asked: list[bool] = []

    def some_steps(team: ThreadTeam) -> list[StepReport]:
        own = []
        torch.set_num_threads(1)
        for report in train(replace(config, steps=None), CPU, team):
            own.append(report)
            if report.step == 3 and team.rank == 1:
                asked.append(True)
        return own

    ends = [own[-1].step for own in together(2, some_steps, lambda: bool(asked))]
    assert ends[0] == ends[1] == Run(config.run).newest().metadata["step"]


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1)])
def test_a_run_goes_on_with_another_number(config: TrainGenerator, tmp_path: Path, before: int, after: int) -> None:
    alone = elsewhere(config, tmp_path / "alone")
    run(alone)
    together(before, lambda team: run(replace(config, steps=4), team))
    together(after, lambda team: run(replace(config, resume=True), team))
    assert_close(config, alone)


def test_what_is_wrong_for_one_ends_all(config: TrainGenerator) -> None:
    together(2, lambda team: run(replace(config, steps=1), team))
    with pytest.raises(BadRequest, match="holds a run already"):
        together(2, lambda team: run(config, team))


def test_where_memory_runs_out_for_one_all_compute_less_at_once(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(config, batch=32, steps=3)
    guarded = Trainer._guarded

    def failing(self: Trainer, phases: Any) -> Iterator[Any]:
        def once() -> Iterator[Any]:
            yield from phases()
            if self.team.rank == 1 and self.state.micro_batch > 8 and self.state.step == 1:
                raise MemoryError("too much")

        return guarded(self, once)

    monkeypatch.setattr(Trainer, "_guarded", failing)
    reports = together(2, lambda team: run(config, team))
    said = [note for report in reports[0] for note in report.notes]
    assert said == ["Memory ran out: from now on 8 of the 32 pictures of a step are computed at once."]
    assert Run(config.run).newest().metadata["state"]["micro_batch"] == 8


@pytest.mark.parametrize(
    ("changes", "processes", "sentence"),
    [
        ({}, 3, "a batch of 16 can be shared by 1 or 2 processes"),
        ({"batch": 8}, 2, "a batch of 8 can be shared by one process"),
        (recipe_for("dcgan", 64), 2, "DCGAN's batch norm sees its batch whole"),
    ],
)
def test_what_cannot_be_shared_is_refused(config: TrainGenerator, changes: dict[str, Any], processes: int, sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        replace(config, **changes).check_shared_by(processes)
