"""The upscaler's training: what decides it, its sittings (see `stepwise`), and the model that it makes."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from engine.api.errors import BadRequest
from engine.api.manifest import FORMAT
from engine.api.upscaling import Variant
from engine.models import checkpoint, registry
from engine.nets.upscaler import BranchedUpscaler, UpscalerConfig, UpscalerNet
from engine.training.moments import below
from engine.training.stepwise import STATE_FILE, StepReport, check_run, sitting
from engine.training.upscaler.degrading import Degradation
from engine.training.upscaler.pairs import Pairs
from engine.training.upscaler.preview import save_sheet
from engine.training.upscaler.trainer import Trainer

ARCHITECTURE = "upscaler"
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


def train(config: TrainUpscaler, device: torch.device) -> Generator[StepReport, None, None]:
    """Run or resume; yields after every step. Closing it saves the state; an error does not, which may have cut a step in two: what is kept
    is then what was saved before.

    Raises BadRequest for a run that is there without `resume`, or is not with it, and TrainingDiverged where it does not settle.
    """
    config.check()
    check_run(config)
    state = config.run / STATE_FILE
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
    yield from sitting(
        config,
        trainer,
        lambda: _save(trainer, state),
        lambda step: save_sheet(trainer, config.run / f"sheet-{step:06d}.png"),
        lambda: frozenset(pairs.skipped),
    )


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


def export(config: TrainUpscaler, out: Path, command: str) -> Mapping[str, Any]:
    """Write the run's moving average, folded, as a model file (fp16), with how it was made; returns its manifest."""
    tensors, metadata = checkpoint.read(config.run / STATE_FILE)
    network = BranchedUpscaler(UpscalerConfig.from_dict(metadata["network"]))
    network.load_state_dict(below(tensors, "average"))
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
