"""The upscaler's training loop: a generator that yields after every step, checkpoints, and continues exactly.

Everything random in a step comes from (seed, step); every schedule is a function of the step: a run that is killed and resumed with the
same number of threads makes the same weights, bit for bit, as one that was not.
"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from engine.api.errors import BadRequest, TrainingDiverged
from engine.api.manifest import FORMAT
from engine.api.upscaling import Variant
from engine.models import checkpoint, registry
from engine.nets.upscaler import BranchedUpscaler, UpscalerConfig, UpscalerNet
from engine.training.upscaler.degrading import Degradation
from engine.training.upscaler.pairs import Pairs
from engine.training.upscaler.preview import save_sheet
from engine.training.upscaler.trainer import Trainer

ARCHITECTURE = "upscaler"
STATE_FILE = "state.safetensors"
METRICS_FILE = "metrics.jsonl"

BAD_STEPS = 3
"""After so many steps in a row without a finite gradient the training has failed."""

CRISP = {"batch": 4, "size": 32, "lr": 3e-4}
"""What a crisp training does otherwise: the teacher takes most of the time, and the network has learnt most already."""


@dataclass(frozen=True)
class TrainUpscaler:
    """Everything that decides what a run makes, and how long it may take."""

    contents: tuple[Path, ...]
    """Folders of pictures."""
    run: Path
    """The run's own folder: state, metrics and sheets of samples."""
    variant: Variant = "faithful"
    teacher: Path | None = None
    """The folder with the weights of VGG-19 and SqueezeNet; crisp needs it."""
    begin_from: Path | None = None
    """A model whose weights a new run begins with, also of another scale; crisp needs one."""
    minutes: float | None = None
    """How long this sitting may take; None: until stopped."""
    steps: int | None = None
    """The number of steps of the whole run; None: no limit."""
    resume: bool = False
    seed: int = 0
    network: UpscalerConfig = field(default_factory=UpscalerConfig)
    degradation: Degradation = field(default_factory=Degradation)
    batch: int = 8
    size: int = 40
    """Side of what the loss sees, in pixels of the small picture."""
    margin: int = 4
    """Pixels of the small picture around it, which the network sees, too: few of its places have a border of zeros near."""
    native: float = 0.6
    """The share of crops at the pictures' own scale."""
    lr: float = 1e-3
    lr_halving: int = 6000
    """The learning rate falls as 1 / sqrt(1 + step / lr_halving)."""
    anneal: int = 0
    """Over so many steps before `steps` the learning rate falls to zero."""
    pixel_weight: float = 1.0
    feature_weight: float = 0.5
    """Of what the teacher sees; crisp only, as the two that follow."""
    critic_weight: float = 0.01
    critic_warm_up: int = 500
    """Over so many steps the critic's say grows to its weight."""
    cache_gb: float = 1.0
    checkpoint_minutes: float = 3.0
    preview_steps: int = 500

    def recipe(self) -> dict[str, Any]:
        """What a model says of how it was made, as plain JSON values; folders by their names alone."""
        budget = {"run", "minutes", "resume", "cache_gb", "checkpoint_minutes", "preview_steps", "network"}
        plain = {key: value.name if isinstance(value, Path) else value for key, value in asdict(self).items() if key not in budget}
        return plain | {"contents": [folder.name for folder in self.contents]}

    def check(self) -> TrainUpscaler:
        """The config itself; raises BadRequest."""
        if self.variant == "crisp" and self.teacher is None:
            raise BadRequest("A crisp upscaler", "it learns from what the teacher sees; name the folder with --teacher")
        if self.variant == "crisp" and self.begin_from is None and not self.resume:
            raise BadRequest("A crisp upscaler", "it begins with a faithful one; name its file with --from")
        return self


@dataclass(frozen=True)
class StepReport:
    step: int
    seconds: float
    """Seconds of training so far, all sittings together."""
    metrics: dict[str, float]
    """Empty where the step had no finite gradient, and was skipped."""
    saved: bool
    skipped: frozenset[Path]
    """Pictures that cannot be read, or are too small, and are left out."""


def train(config: TrainUpscaler, device: torch.device) -> Generator[StepReport, None, None]:
    """Run or resume; yields after every step. Closing it saves the state; an error does not, which may have cut a step in two: what is kept
    is then what was saved before.

    Raises BadRequest for a run that is there without `resume`, or is not with it, and TrainingDiverged where it does not settle.
    """
    config.check()
    state = config.run / STATE_FILE
    if state.exists() and not config.resume:
        raise BadRequest(config.run, "it holds a run already: continue it with --resume, or name another folder")
    if config.resume and not state.exists():
        raise BadRequest(config.run, "it holds no run to resume: leave --resume out, or name the run's folder")
    size = config.size + 2 * config.margin
    room = int(config.cache_gb * 2**30)
    pairs = Pairs(config.contents, config.network.scale, size, config.native, config.degradation, room)
    trainer = Trainer(config, pairs, device)
    if config.resume:
        _restore(trainer, state)
    elif config.begin_from is not None:
        trainer.begin_from(_network(config.begin_from, config.network))
    pairs.batch(trainer.random(), 1)  # what is wrong with the folders is said before a run is made
    config.run.mkdir(parents=True, exist_ok=True)
    started, saved_at, before = time.monotonic(), time.monotonic(), trainer.seconds
    try:
        while not _over(config, trainer.step, time.monotonic() - started):
            metrics = trainer.train_step()
            if trainer.bad_in_row >= BAD_STEPS:
                raise TrainingDiverged(config.run)
            now = time.monotonic()
            trainer.seconds = before + now - started
            save = now - saved_at > config.checkpoint_minutes * 60
            if trainer.step % 10 == 0 and trainer.recent:
                _log(config.run, trainer)
            if trainer.step % config.preview_steps == 0:
                save_sheet(trainer, config.run / f"sheet-{trainer.step:06d}.png")
            if save:
                _save(trainer, state)
                saved_at = now
            yield StepReport(trainer.step, trainer.seconds, metrics, save, frozenset(pairs.skipped))
    except GeneratorExit:  # between two steps: the state is whole
        _save(trainer, state)
        raise
    _save(trainer, state)


def _network(path: Path, config: UpscalerConfig) -> UpscalerNet:
    network = registry.load_upscaler(registry.read_manifest(path))
    if replace(network.config, scale=config.scale) != config:
        raise BadRequest(path, f"it is not an upscaler of the shape that is trained here ({network.config} instead of {config})")
    return network


def _save(trainer: Trainer, state: Path) -> None:
    config = trainer.config
    metadata = {"recipe": config.recipe(), "step": trainer.step, "seconds": trainer.seconds, "network": config.network.to_dict()}
    checkpoint.write(state, trainer.state(), metadata)


def _restore(trainer: Trainer, state: Path) -> None:
    tensors, metadata = checkpoint.read(state)
    config = trainer.config
    made = (UpscalerConfig.from_dict(metadata["network"]), metadata["recipe"]["variant"])
    if made != (config.network, config.variant):
        raise BadRequest(config.run, "the run was made with another network, scale or variant: start a new one")
    trainer.restore(tensors, metadata["step"], metadata["seconds"])


def _over(config: TrainUpscaler, step: int, elapsed: float) -> bool:
    out_of_time = config.minutes is not None and elapsed >= config.minutes * 60
    return out_of_time or (config.steps is not None and step >= config.steps)


def _log(run: Path, trainer: Trainer) -> None:
    """Add the means over the steps since the last line."""
    line = {"step": trainer.step, "seconds": round(trainer.seconds, 1), "lr": round(trainer.learning_rate(), 7)}
    for name in dict.fromkeys(name for metrics in trainer.recent for name in metrics):
        values = [metrics[name] for metrics in trainer.recent if name in metrics]
        line[name] = round(sum(values) / len(values), 5)
    trainer.recent.clear()
    with (run / METRICS_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def export(config: TrainUpscaler, out: Path, command: str) -> Mapping[str, Any]:
    """Write the run's moving average, folded, as a model file (fp16), with how it was made; returns its manifest."""
    tensors, metadata = checkpoint.read(config.run / STATE_FILE)
    network = BranchedUpscaler(UpscalerConfig.from_dict(metadata["network"]))
    network.load_state_dict({key[8:]: value for key, value in tensors.items() if key.startswith("average.")})
    manifest = {
        "format": FORMAT,
        "architecture": ARCHITECTURE,
        "id": out.stem,
        "config": metadata["network"],
        "licence": "Apache-2.0",
        "provenance": {
            "command": command,
            "steps": metadata["step"],
            "hours": round(metadata["seconds"] / 3600, 2),
            "recipe": metadata["recipe"],
        },
    }
    checkpoint.write(out, {key: value.half() for key, value in network.folded().state_dict().items()}, manifest)
    return manifest
