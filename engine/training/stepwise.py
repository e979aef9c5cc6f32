"""A sitting of a training that goes step by step, as the stylizer's and the upscaler's do: budget, log, previews, checkpoints.

Everything random in a step comes from (seed, step); every schedule is a function of the step: a run that is killed and resumed with the
same number of threads makes the same weights, bit for bit, as one that was not.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.api.errors import BadRequest, TrainingDiverged

STATE_FILE = "state.safetensors"
METRICS_FILE = "metrics.jsonl"

BAD_STEPS = 3
"""After so many steps in a row without a finite gradient the training has failed."""

WARM_UP = 100
"""Steps over which the learning rate rises."""

LOG_STEPS = 10


class Options(Protocol):
    """What both trainings' configurations have."""

    @property
    def run(self) -> Path: ...
    @property
    def minutes(self) -> float | None: ...
    @property
    def steps(self) -> int | None: ...
    @property
    def resume(self) -> bool: ...
    @property
    def lr(self) -> float: ...
    @property
    def lr_halving(self) -> int: ...
    @property
    def anneal(self) -> int: ...
    @property
    def checkpoint_minutes(self) -> float: ...
    @property
    def preview_steps(self) -> int: ...


class Stepping(Protocol):
    """A trainer between two steps."""

    step: int
    seconds: float
    """Of training, all sittings together."""
    bad_in_row: int
    """Steps without a finite gradient, one after the other."""
    recent: list[dict[str, float]]
    """The metrics of the steps since the last line of the log."""

    def train_step(self) -> dict[str, float]: ...
    def learning_rate(self) -> float: ...


@dataclass(frozen=True)
class StepReport:
    step: int
    seconds: float
    """Seconds of training so far, all sittings together."""
    metrics: dict[str, float]
    """Empty where the step had no finite gradient, and was skipped."""
    saved: bool
    skipped: frozenset[Path]
    """Pictures that cannot be used, and are left out."""


def check_run(options: Options) -> None:
    """Raises BadRequest for a run that is there without `resume`, or is not with it."""
    there = (options.run / STATE_FILE).exists()
    if there and not options.resume:
        raise BadRequest(options.run, "it holds a run already: continue it with --resume, or name another folder")
    if options.resume and not there:
        raise BadRequest(options.run, "it holds no run to resume: leave --resume out, or name the run's folder")


def learning_rate(options: Options, step: int) -> float:
    """It rises, falls as 1 / sqrt(1 + step / lr_halving), and to zero over the last `anneal` steps."""
    warm_up = min(1.0, (step + 1) / WARM_UP)
    ending = min(1.0, (options.steps - step) / options.anneal) if options.anneal and options.steps is not None else 1.0
    return options.lr * warm_up * ending / math.sqrt(1 + step / options.lr_halving)


def sitting(
    options: Options,
    trainer: Stepping,
    save: Callable[[], None],
    preview: Callable[[int], None],
    skipped: Callable[[], frozenset[Path]],
) -> Generator[StepReport, None, None]:
    """Train until the budget is spent; yields after every step. Closing it saves; an error does not, which may have cut a step in two: what
    is kept is then what was saved before. `preview` is given the step. Raises TrainingDiverged where the training does not settle.
    """
    started, saved_at, before = time.monotonic(), time.monotonic(), trainer.seconds
    try:
        while not _is_over(options, trainer.step, time.monotonic() - started):
            metrics = trainer.train_step()
            if trainer.bad_in_row >= BAD_STEPS:
                raise TrainingDiverged(options.run)
            now = time.monotonic()
            trainer.seconds = before + now - started
            is_due = now - saved_at > options.checkpoint_minutes * 60
            if trainer.step % LOG_STEPS == 0 and trainer.recent:
                _log(options.run, trainer)
            if trainer.step % options.preview_steps == 0:
                preview(trainer.step)
            if is_due:
                save()
                saved_at = now
            yield StepReport(trainer.step, trainer.seconds, metrics, is_due, skipped())
    except GeneratorExit:  # between two steps: the state is whole
        save()
        raise
    save()


def _is_over(options: Options, step: int, elapsed: float) -> bool:
    out_of_time = options.minutes is not None and elapsed >= options.minutes * 60
    return out_of_time or (options.steps is not None and step >= options.steps)


def _log(run: Path, trainer: Stepping) -> None:
    """Add the means over the steps since the last line."""
    line = {"step": trainer.step, "seconds": round(trainer.seconds, 1), "lr": round(trainer.learning_rate(), 7)}
    for name in dict.fromkeys(name for metrics in trainer.recent for name in metrics):
        values = [metrics[name] for metrics in trainer.recent if name in metrics]
        line[name] = round(sum(values) / len(values), 5)
    trainer.recent.clear()
    with (run / METRICS_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
