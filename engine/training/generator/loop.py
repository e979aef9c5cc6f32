"""A generator's training: a generator that yields between phases, keeps checkpoints, heeds the watch, and goes on exactly.

Everything random in a step comes from (seed, step), every schedule goes by pictures seen, and checkpoints are taken between steps: a
run that was killed at any moment and is resumed with the same number of threads makes the same weights, bit for bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from engine.api.errors import BadRequest, DiskFull, FileMissing, NotWritable, TrainingDiverged
from engine.models import checkpoint
from engine.training.generator import start, verdicts
from engine.training.generator.config import TrainGenerator, differences
from engine.training.generator.dataset import PictureSet
from engine.training.generator.material import Purpose, picture_rng
from engine.training.generator.preview import grid_side, save_sheet
from engine.training.generator.rehearsal import rehearse
from engine.training.generator.runs import Checkpoint, Run
from engine.training.generator.step import Phase
from engine.training.generator.team import ALONE, Team
from engine.training.generator.trainer import Trainer
from engine.training.generator.watching import SAMPLES, Watching, sample_steps
from engine.training.watch import Verdict
from engine.training.watch_sheet import save_suspects

LOG_STEPS = 8
"""Steps between two lines of metrics: every time after the step that took a lazy penalty, so that it is in them."""

CALIBRATION = 64
"""Pictures that the critic of features learns the measure of its classifier's answers from."""

BAD_STEPS = 3
"""So many steps without a finite gradient in a row send the run back to its last checkpoint."""

LEAST_LR_SCALE = 1 / 64
"""Each way back halves the learning rate; below this share the run has failed."""


@dataclass(frozen=True)
class StepReport:
    """What has just been done. `whole`: it ended a step."""

    phase: Phase
    step: int
    seen: int
    """Training pictures shown so far."""
    seconds: float
    """Of training so far, all sittings together."""
    whole: bool = False
    saved: bool = False
    """A checkpoint was written since the last report."""
    metrics: dict[str, float] | None = None
    """Of the last step, now and then."""
    notes: tuple[str, ...] = ()
    """Sentences for a person."""
    verdict: Verdict | None = None
    """The watch's, where it has just given one."""


def train(config: TrainGenerator, device: torch.device, team: Team = ALONE) -> Generator[StepReport, None, None]:
    """Begin a run on the pictures that `doctor.prepare` put into its folder, or resume it; yields between phases.

    Closing the generator drops the step that has begun, and saves. Every process of a team runs it, and yields its own phases: the leader
    alone judges, previews and writes. A team is asked to stop, not closed, so that all end after the same step.

    Raises BadRequest where the run cannot be begun or resumed as asked, OutOfMemory where not even the smallest micro-batch fits,
    TrainingDiverged where no learning rate helps, TeamBroken where another process has ended, and DiskFull or NotWritable where the last
    checkpoint cannot be written; in between it goes on without.
    """
    config = config.checked()
    try:
        pictures = PictureSet(config.run)
    except FileMissing as error:
        raise BadRequest(config.run, "it holds no prepared pictures; begin a new run") from error
    with pictures:
        if pictures.size != config.network.size:
            raise BadRequest(config.run, f"its pictures are prepared at {pictures.size} px, not {config.network.size}; begin a new run")
        sitting = Sitting(config, device, pictures, team)
        sitting.open()
        yield from sitting.reports()


class Sitting:
    """One go at a run, until its budget is spent, it is closed, or the watch stops it."""

    def __init__(self, config: TrainGenerator, device: torch.device, pictures: PictureSet, team: Team = ALONE) -> None:
        config.check_shared_by(team.size)
        self.config, self.pictures, self.team = config, pictures, team
        self.run = Run(config.run)
        self.trainer = Trainer(config, device, team)
        self.watching = Watching(config, pictures)
        self.stopped = False
        self.tuned: list[str] = []
        """Where the run went on with another learning rate or penalty, in words."""
        self.began = self.saved_at = time.monotonic()
        self.seconds_before = 0.0
        self._just_saved = self._unsaved = False

    # ---- beginning ----

    def open(self) -> None:
        """Begin the run, or continue it from its newest checkpoint."""
        if self.config.resume:
            self._resume()
        else:
            self._begin()
        self.trainer.state = self.team.share(self.trainer.state)
        self.seconds_before = self.trainer.state.seconds
        seed = self.config.seed
        self.stream = self.pictures.stream(lambda step: picture_rng(seed, step), self.config.batch, self.trainer.state.step)
        self.began = self.saved_at = time.monotonic()

    def _begin(self) -> None:
        if self.run.has_checkpoint:
            raise BadRequest(self.run.folder, "it holds a run already: continue it with --resume, or name another folder")
        self.team.wait()  # all have looked, before the leader writes
        self.trainer.calibrate(self.pictures.batch(picture_rng(self.config.seed, 0, Purpose.SECOND_LOOK), CALIBRATION))
        if self.team.leads:
            self.trainer.state.augmentation = self.watching.first_augmentation
        if self.config.begin_from is not None:
            start.begin_from(self.trainer, self.config.begin_from, self.pictures)
        if self.team.leads:
            self.run.write_config(self.config.to_plain())
        self._unsaved = True

    def _resume(self) -> None:
        kept = self.run.newest()
        known = kept.metadata
        changed = differences(known["options"], self.config.options(), tuned=False)
        if known["data_hash"] != self.pictures.data_hash:
            changed.append("its pictures are not those that it began with")
        if changed:
            raise BadRequest(f"The run in {self.run.folder}", f"it cannot go on with other options: {'; '.join(changed)}")
        self._become(kept)
        if self.config.micro_batch is not None:
            self.trainer.state.micro_batch = self.config.micro_batch
        self.trainer.notes += [*kept.notes, f"The run goes on from step {self.trainer.state.step}."]
        self.tuned = list(known.get("tuned", ()))
        self._tune(differences(known["options"], self.config.options(), tuned=True))

    def _tune(self, changed: list[str]) -> None:
        """Keep what is another from here on: in the run's configuration, which the next sitting begins with, and with the weights."""
        if not changed:
            return
        self.trainer.notes.append(f"From here on: {'; '.join(changed)}.")
        self.tuned.append(f"after {self.trainer.state.seen} pictures: {'; '.join(changed)}")
        self._unsaved = True
        if self.team.leads:
            self.run.write_config(self.config.to_plain())

    def _become(self, kept: Checkpoint) -> None:
        self.trainer.load(kept.tensors, kept.metadata["state"])
        self.team.wait()  # all have read it, before the leader removes anything
        if self.team.leads:
            self.watching.watch.load_dict(kept.metadata["watch"])
            self.run.go_back_to(kept)

    # ---- going on ----

    def reports(self) -> Generator[StepReport, None, None]:
        try:
            yield from self._rehearse()
            self._save_what_is_new()
            while True:
                yield from self._between_steps()
                if self.team.any(self._is_over()):
                    break
                yield from self._step()
            if self.team.leads and not self.run.grid_file(self.trainer.state.seen).exists():
                yield from self._preview()
        except GeneratorExit:
            self.trainer.abandon()  # what is saved lies between two steps: this one is done again, just as it was begun
            self._save_at_the_end()
            raise
        self._save_at_the_end()

    def _rehearse(self) -> Generator[StepReport, None, None]:
        if self.config.quantum is not None and self.trainer.critic.comparing and not self.trainer.state.at_once:
            for phase in rehearse(self.trainer, self.config.quantum):
                yield self._report(phase)
            self._unsaved = True
            self.trainer.state = self.team.share(self.trainer.state)

    def _step(self) -> Generator[StepReport, None, None]:
        for phase in self.trainer.phases(self.stream.take(self.trainer.state.step)):
            yield self._report(phase)
        self._after_step()
        yield self._report("generator", whole=True)

    def _after_step(self) -> None:
        state = self.trainer.state
        state.seconds = self.seconds_before + time.monotonic() - self.began
        self._unsaved = True
        if not self.team.leads:
            return
        if self._is_logged:
            lr = self.config.learning_rate(state.seen) * state.lr_scale
            self._try(lambda: self.run.log({**self._place(), "lr": lr, **_rounded(self.trainer.metrics())}))

    def _between_steps(self) -> Generator[StepReport, None, None]:
        """Whatever is due. It changes nothing until it is complete, so that it may be broken off and done again."""
        if self.trainer.state.bad_in_row >= BAD_STEPS:
            self._go_back()
        if self.team.leads and self.watching.is_to_observe(self.trainer):
            for _ in self.watching.observe_steps(self.trainer):
                yield self._report("watch")
            self._unsaved = True
        if self.watching.is_due(self.trainer):
            yield from self._judge()
        if self.team.leads and self._preview_is_due():
            yield from self._preview()
        if time.monotonic() - self.saved_at > self.config.checkpoint_minutes * 60:
            self._try(self._save)
            self.saved_at = time.monotonic()  # where the disk is full, the next try waits as long

    def _is_over(self) -> bool:
        config = self.config
        out_of_time = config.minutes is not None and time.monotonic() - self.began >= config.minutes * 60
        return (
            self.stopped
            or out_of_time
            or self.team.asked_to_stop()
            or (config.steps is not None and self.trainer.state.step >= config.steps)
        )

    def _go_back(self) -> None:
        """After steps that led nowhere: the last checkpoint once more, with half the learning rate and other random numbers."""
        state = self.trainer.state
        scale, restores = state.lr_scale / 2, state.restores + 1
        if scale < LEAST_LR_SCALE:
            raise TrainingDiverged(self.run.folder)
        kept = self.run.newest()
        self._become(kept)
        state = self.trainer.state
        state.lr_scale, state.restores, state.bad_in_row = scale, restores, 0
        self.trainer.notes.append(f"{BAD_STEPS} steps in a row failed: back to step {state.step}, with the learning rate halved.")
        self._unsaved = True
        self._try(self._save)

    # ---- samples ----

    def _judge(self) -> Generator[StepReport, None, None]:
        verdict = None
        if self.team.leads:
            parts = []
            for part in sample_steps(self.trainer.average, self.config.seed, SAMPLES, self._precision):
                parts.append(part)
                yield self._report("watch")
            verdict = self._verdict(torch.cat(parts))
        self.trainer.state, verdict = self.team.share((self.trainer.state, verdict))
        assert verdict is not None  # the leader's
        if verdict.stop:
            self._restore_best()
        yield self._report("watch", verdict=verdict)

    def _verdict(self, samples: torch.Tensor) -> Verdict:
        """The watch's, kept in the run's folder."""
        verdict = self.watching.judge(self.trainer, samples)
        self._unsaved = True
        self._try(lambda: self._record(verdict, samples))
        if verdict.best:
            self._try(lambda: self.run.save_best(self.trainer.networks(), self._metadata()))
        return verdict

    def _record(self, verdict: Verdict, samples: torch.Tensor) -> None:
        self.run.log({**self._place(), "watch": verdicts.record(verdict)})
        if verdict.suspects and verdict.signals.copies > self.config.watch.copies:
            save_suspects(samples, verdict.suspects, self.pictures, self.run.suspects_file(self.trainer.state.seen))

    def _restore_best(self) -> None:
        tensors, metadata = checkpoint.read(self.run.best_file)
        self.trainer.load_networks(tensors)
        self.trainer.forget_moments()
        self.trainer.notes.append(f"The model of step {metadata['state']['step']} was the best, and is restored.")
        self.stopped = self._unsaved = True

    def _preview_is_due(self) -> bool:
        state = self.trainer.state
        first_of_interval = state.seen % self.config.preview_every < self.config.batch
        return first_of_interval and not self.run.grid_file(state.seen).exists()

    def _preview(self) -> Generator[StepReport, None, None]:
        columns = grid_side(self.config.network.size)
        parts: list[np.ndarray] = []
        for part in sample_steps(self.trainer.average, self.config.seed, columns**2, self._precision):
            parts.append(part.numpy())
            yield self._report("preview")
        self._try(lambda: save_sheet(np.concatenate(parts), self.run.grid_file(self.trainer.state.seen), columns))

    @property
    def _precision(self) -> torch.dtype:
        return torch.bfloat16 if self.config.precision == "bfloat16" else torch.float32

    # ---- keeping and telling ----

    def _save(self) -> None:
        if not self.team.leads:
            return
        self.run.save(self.trainer.state.step, self.trainer.tensors(), self._metadata())
        self._just_saved, self._unsaved = True, False

    def _save_what_is_new(self) -> None:
        if self._unsaved:
            self._save()

    def _save_at_the_end(self) -> None:
        """Raises DiskFull or NotWritable, saying what is lost."""
        try:
            self._save_what_is_new()
        except (DiskFull, NotWritable) as error:
            kept = self.run.newest_step()
            if kept is None:
                raise
            lost = self.trainer.state.step - kept
            raise type(error)(
                f"the last {lost} steps of the run in {self.run.folder}, which is kept up to step {kept}", error.detail
            ) from error

    def _metadata(self) -> dict[str, Any]:
        return {
            "step": self.trainer.state.step,
            "state": self.trainer.plain_state(),
            "watch": self.watching.watch.to_dict(),
            "options": self.config.options(),
            "tuned": self.tuned,
            "data_hash": self.pictures.data_hash,
        }

    def _try(self, write: Callable[[], None]) -> None:
        """Write something that a run can do without; a full disk is said, and does not end it."""
        try:
            write()
        except (DiskFull, NotWritable, OSError) as error:
            self.trainer.notes.append(f"{error} Training goes on without.")

    @property
    def _is_logged(self) -> bool:
        """Whether the step that has just ended is one whose numbers are kept."""
        return self.trainer.state.step % LOG_STEPS == 1

    def _place(self) -> dict[str, Any]:
        state = self.trainer.state
        return {"step": state.step, "seen": state.seen, "seconds": round(state.seconds, 1)}

    def _report(self, phase: Phase, *, whole: bool = False, verdict: Verdict | None = None) -> StepReport:
        state, notes = self.trainer.state, tuple(self.trainer.notes)
        self.trainer.notes.clear()
        saved, self._just_saved = self._just_saved, False
        metrics = self.trainer.metrics() if whole and self._is_logged else None
        return StepReport(phase, state.step, state.seen, state.seconds, whole, saved, metrics, notes, verdict)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in values.items()}
