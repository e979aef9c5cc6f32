"""The stylizer's training: what a step is, what a run keeps, and its sittings (see `stepwise`)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api.errors import BadRequest
from engine.models import checkpoint, registry
from engine.nets.stylizer import STRIDE, StylizerConfig, StylizerNet
from engine.nets.teachers import Teacher
from engine.training.moments import below, load_moments, moments
from engine.training.stepwise import STATE_FILE, StepReport, check_run, learning_rate, sitting
from engine.training.stylizer import losses
from engine.training.stylizer.crops import CropPlan, CropSet
from engine.training.stylizer.preview import save_grid

CALIBRATION = 32
"""How many styles the style encoder is calibrated on."""


@dataclass(frozen=True)
class TrainStyle:
    """Everything that decides what a run makes, and how long it may take."""

    contents: Path
    styles: Path
    teacher: Path
    run: Path
    """The run's own folder: state, metrics and preview grids."""
    minutes: float | None = None
    """How long this sitting may take; None: until stopped."""
    steps: int | None = None
    """The number of steps of the whole run; None: no limit."""
    resume: bool = False
    begin_from: Path | None = None
    """A model whose weights a new run begins with."""
    seed: int = 0
    network: StylizerConfig = field(default_factory=StylizerConfig)
    batch: int = 4
    content_size: int = 192
    style_size: int = 256
    smallest: int = 120
    """The least side of a crop in the pictures' own pixels, before it is scaled to the size above."""
    content_variants: int = 1
    style_variants: int = 6
    """Crops per painting. A thousand paintings seen in one crop each are learnt by heart: an unseen style's distance was then
    a third above a known one's."""
    recoloured: float = 0.5
    """The share of the paintings' crops whose colours are changed."""
    lr: float = 1.5e-3
    lr_halving: int = 3000
    """The learning rate falls as 1 / sqrt(1 + step / lr_halving)."""
    anneal: int = 0
    """Over so many steps before `steps` the learning rate falls to zero."""
    style_weight: float = 1.5
    content_weight: float = 1.0
    identity_weight: float = 3.0
    variation_weight: float = 0.05
    range_weight: float = 5.0
    cache_gb: float = 6.0
    checkpoint_minutes: float = 3.0
    preview_steps: int = 250

    def recipe(self) -> dict[str, Any]:
        """What a model says of how it was made, as plain JSON values; folders by their names alone."""
        budget = {"run", "minutes", "resume", "cache_gb", "checkpoint_minutes", "preview_steps", "network"}
        return {key: value.name if isinstance(value, Path) else value for key, value in asdict(self).items() if key not in budget}


class Trainer:
    """The state of a run: network, moving average, optimiser, step."""

    def __init__(self, config: TrainStyle, device: torch.device) -> None:
        self.config, self.device = config, device
        torch.manual_seed(config.seed)
        self.net = StylizerNet(config.network)
        self.net.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = StylizerNet(config.network).to(device).requires_grad_(False)
        self.optimiser = torch.optim.Adam(self.net.parameters(), config.lr, (0.9, 0.99), foreach=True)
        self.step, self.seconds = 0, 0.0
        self.bad_in_row = 0
        """Steps without a finite gradient, one after the other."""
        self.recent: list[dict[str, float]] = []
        """The metrics of the steps since the last line of the log."""
        self.look = Teacher(config.teacher, device, torch.bfloat16)
        native, room = 0.5, int(config.cache_gb * 2**30)
        content_plan = CropPlan(config.content_size, config.smallest, native, config.content_variants)
        style_plan = CropPlan(config.style_size, config.smallest, native, config.style_variants, config.recoloured)
        self.contents = CropSet(config.contents, content_plan, config.seed, self._seen(losses.content_targets), room // 2)
        self.styles = CropSet(config.styles, style_plan, config.seed + 1, self._seen(losses.style_targets), room // 2)

    def begin(self) -> None:
        """Make a new run's first state: from a model, or with a style encoder that is calibrated on the first crops."""
        if self.config.begin_from is not None:
            self._begin_from(self.config.begin_from)
        else:
            styles, _ = self.styles.batch(np.random.default_rng((self.config.seed, CALIBRATION)), CALIBRATION)
            self.net.style_encoder.calibrate(self._floats(styles))
        self.average.load_state_dict(self.net.state_dict())

    def _begin_from(self, path: Path) -> None:
        network = registry.load_stylizer(registry.read_manifest(path))
        if network.config != self.config.network:
            raise BadRequest(path, "it is not a stylizer of the shape that is trained here")
        self.net.load_state_dict(network.state_dict())

    def _seen(self, targets: Callable[[losses.Features], losses.Features]) -> Callable[[Tensor], losses.Features]:
        """What is remembered of a crop: computed on the device, kept in main memory."""
        return lambda crop: {name: value.cpu() for name, value in targets(self.look(self._floats(crop))).items()}

    def _floats(self, crops: Tensor) -> Tensor:
        return crops.to(self.device).float().div_(255).contiguous(memory_format=torch.channels_last)

    def learning_rate(self) -> float:
        return learning_rate(self.config, self.step)

    def train_step(self) -> dict[str, float]:
        """One step; nothing is measured of one without a finite gradient, in which no weights change."""
        config = self.config
        rng = np.random.default_rng((config.seed, self.step))
        content, content_targets = self.contents.batch(rng, config.batch)
        style, style_targets = self.styles.batch(rng, config.batch)
        photo, painting = self._floats(content), self._floats(style)
        with torch.autocast(self.device.type, torch.bfloat16):
            picture = self.net(photo, painting)
        seen = self.look(picture)
        parts = {
            "content": losses.content_loss(seen, {name: value.to(self.device) for name, value in content_targets.items()}),
            "style": losses.style_loss(seen, {name: value.to(self.device) for name, value in style_targets.items()}),
            "variation": losses.total_variation(picture),
            "range": losses.out_of_range(picture),
        }
        weights = {
            "content": config.content_weight,
            "style": config.style_weight,
            "variation": config.variation_weight,
            "range": config.range_weight,
        }
        if self.step % 4 == 0:  # a photo in its own style stays itself: what lets low strengths return to the photo
            parts["identity"] = self._identity(photo[:2])
            weights["identity"] = config.identity_weight * 4
        loss = torch.stack([weights[name] * value for name, value in parts.items()]).sum()
        if not self._update(loss):
            self.bad_in_row += 1
            return {}
        self.bad_in_row = 0
        metrics = {name: float(value.detach()) for name, value in parts.items()}
        self.recent.append(metrics)
        return metrics

    def _identity(self, photo: Tensor) -> Tensor:
        with torch.autocast(self.device.type, torch.bfloat16):
            return F.l1_loss(self.net(photo, photo), photo)

    def _update(self, loss: Tensor) -> bool:
        """The step, in which nothing but its number changes where the gradient is not finite."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        is_finite = bool(torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0).isfinite())
        if is_finite:
            self.optimiser.step()
        self.step += 1
        if not is_finite:
            return False
        decay = min(0.999, self.step / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.net.parameters()), 1 - decay)
        return True

    def save(self) -> None:
        tensors = {f"net.{key}": value for key, value in self.net.state_dict().items()}
        tensors |= {f"average.{key}": value for key, value in self.average.state_dict().items()}
        tensors |= moments(self.optimiser, "adam")
        metadata = {"recipe": self.config.recipe(), "step": self.step, "seconds": self.seconds, "network": self.net.config.to_dict()}
        checkpoint.write(self.config.run / STATE_FILE, tensors, metadata)

    def restore(self) -> None:
        tensors, metadata = checkpoint.read(self.config.run / STATE_FILE)
        if StylizerConfig.from_dict(metadata["network"]) != self.config.network:
            raise BadRequest(self.config.run, "the run was made with another network: start a new one")
        self.net.load_state_dict(below(tensors, "net"))
        self.average.load_state_dict(below(tensors, "average"))
        load_moments(self.optimiser, tensors, "adam")
        self.step, self.seconds = metadata["step"], metadata["seconds"]


def train(config: TrainStyle, device: torch.device) -> Generator[StepReport, None, None]:
    """Run or resume; yields after every step. Closing it saves the state; an error does not, which may have cut a step in two: what is kept
    is then what was saved before.

    Raises BadRequest for a run that is there without `resume`, or is not with it, and TrainingDiverged where it does not settle.
    """
    if config.content_size % STRIDE:
        raise BadRequest(f"A crop of {config.content_size} pixels", f"its side must be a multiple of {STRIDE}")
    check_run(config)
    trainer = Trainer(config, device)
    if config.resume:
        trainer.restore()
    else:
        trainer.begin()
    config.run.mkdir(parents=True, exist_ok=True)
    contents, styles = trainer.contents, trainer.styles
    yield from sitting(
        config,
        trainer,
        trainer.save,
        lambda step: save_grid(trainer.average, contents, styles, config.run / f"grid-{step:06d}.png", device),
        lambda: frozenset(contents.skipped | styles.skipped),
    )


def export(config: TrainStyle, out: Path, command: str) -> None:
    """Write the run's moving average as a model file (fp16), with how it was made."""
    tensors, metadata = checkpoint.read(config.run / STATE_FILE)
    weights = {key: value.half() for key, value in below(tensors, "average").items()}
    manifest = {
        "format": 1,
        "architecture": "stylizer",
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
    checkpoint.write(out, weights, manifest)
