"""An encoder learns from its generator alone: codes are drawn, pictures made, and the codes guessed from the pictures.

A step is a pure function of (state, seed, step): a run that is resumed makes the same weights as one that was not, with the same number
of threads.
"""

from __future__ import annotations

import time
from collections.abc import Generator as Steps
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.api.errors import BadRequest, TrainingDiverged
from engine.api.manifest import FORMAT
from engine.latent.directions import sampled
from engine.models import checkpoint
from engine.models.generators import GeneratorModel
from engine.nets.encoder import Encoder
from engine.nets.generators import Noise

ARCHITECTURE = "encoder"
STATE_FILE = "state.safetensors"
SAVE_SECONDS = 150.0


@dataclass(frozen=True)
class TrainEncoder:
    run: Path
    minutes: float | None = None
    steps: int | None = None
    resume: bool = False
    batch: int = 8
    lr: float = 2e-3
    mixed: float = 0.5
    """The share of pictures whose styles are of two codes: photos need other styles in other layers."""
    seed: int = 0


BAD_STEPS = 3
"""After so many steps in a row without a finite gradient the training has failed."""


@dataclass(frozen=True)
class EncoderStep:
    step: int
    loss: float | None
    """Mean squared error in standard deviations of the codes: 1 is what the mean code has. None: the step had no finite gradient, and was
    skipped."""
    saved: bool = False


class _State:
    def __init__(self, model: GeneratorModel, config: TrainEncoder) -> None:
        torch.manual_seed(config.seed)
        self.network = Encoder(model.network.config).to(model.device)
        codes = sampled(model.network, 5000)
        self.network.mean.copy_(codes.mean(0))
        self.network.deviation.copy_(codes.std(0).clamp(min=1e-3))
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=config.lr, betas=(0.9, 0.99))
        self.step = 0

    def save(self, file: Path, model: str) -> None:
        tensors = {f"network.{key}": value for key, value in self.network.state_dict().items()}
        for name, parameter in self.network.named_parameters():
            tensors |= {f"adam.{key}.{name}": value for key, value in self.optimiser.state.get(parameter, {}).items()}
        checkpoint.write(file, tensors, {"step": self.step, "model": model})

    def load(self, file: Path, model: str) -> None:
        tensors, metadata = checkpoint.read(file)
        if metadata.get("model") != model:
            raise BadRequest(file, "this run trains an encoder for another model or version; begin a new one")
        self.network.load_state_dict({key.removeprefix("network."): value for key, value in tensors.items() if key.startswith("network.")})
        self.step = int(metadata["step"])
        for name, parameter in self.network.named_parameters():
            parts = {key: tensors[f"adam.{key}.{name}"] for key in ("step", "exp_avg", "exp_avg_sq") if f"adam.{key}.{name}" in tensors}
            self.optimiser.state[parameter] = {key: value if key == "step" else value.to(parameter.device) for key, value in parts.items()}


def train(config: TrainEncoder, model: GeneratorModel) -> Steps[EncoderStep, None, None]:
    """Train until the budget is spent; closing it saves, an error does not: what is kept is then what was saved before.

    Raises BadRequest for a run that is there without `resume`, or is not with it, and TrainingDiverged where it does not settle.
    """
    file = config.run / STATE_FILE
    if file.is_file() != config.resume:
        raise BadRequest(config.run, _why_not(config))
    state = _State(model, config)
    if config.resume:
        state.load(file, model.key.hash)
    started = saved = time.monotonic()
    bad = 0
    try:
        while not _is_spent(config, state.step, started):
            loss = _step(state, config, model)
            bad = bad + 1 if loss is None else 0
            if bad >= BAD_STEPS:
                raise TrainingDiverged(config.run)
            state.step += 1
            due = time.monotonic() - saved > SAVE_SECONDS
            if due:
                state.save(file, model.key.hash)
                saved = time.monotonic()
            yield EncoderStep(state.step, loss, due)
    except GeneratorExit:  # between two steps: the state is whole
        state.save(file, model.key.hash)
        raise
    state.save(file, model.key.hash)


def _why_not(config: TrainEncoder) -> str:
    return "there is no run to resume" if config.resume else "it holds a run already; add --resume, or name another"


def _is_spent(config: TrainEncoder, step: int, started: float) -> bool:
    if config.steps is not None and step >= config.steps:
        return True
    return config.minutes is not None and time.monotonic() - started >= 60 * config.minutes


def _step(state: _State, config: TrainEncoder, model: GeneratorModel) -> float | None:
    """The loss; None where a gradient is not finite, and nothing has changed."""
    styles, pictures = _material(config, model, state.step)
    network = state.network
    target = (styles - network.mean) / network.deviation
    loss = (network.standard(pictures) - target).square().mean()
    state.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
    if not bool(torch.stack([*torch._foreach_norm(gradients), loss.detach()]).isfinite().all()):
        return None
    state.optimiser.step()
    return float(loss.detach())


@torch.no_grad()
def _material(config: TrainEncoder, model: GeneratorModel, step: int) -> tuple[Tensor, Tensor]:
    """Styles (N, layers, width) and their pictures; some take their finer layers from a second code."""
    drawn = torch.Generator().manual_seed((config.seed << 32) + step)
    network = model.network
    z = torch.randn(2 * config.batch, network.latent, generator=drawn).to(model.device)
    first, second = network.broadcast(network.map(z), 0.9).chunk(2)
    crossing = torch.randint(1, network.layers + 1, (config.batch, 1, 1), generator=drawn)
    crossing = torch.where(torch.rand(config.batch, 1, 1, generator=drawn) < config.mixed, crossing, network.layers).to(model.device)
    styles = torch.where(torch.arange(network.layers, device=model.device)[None, :, None] < crossing, first, second)
    noise = torch.Generator().manual_seed((config.seed << 32) + step + (1 << 31))
    return styles, network.synthesize(styles, Noise.fresh(noise))


def export(config: TrainEncoder, model: GeneratorModel, out: Path, command: str) -> dict[str, Any]:
    """Write the run's encoder as a model (fp16) that names its generator; returns the manifest."""
    tensors, metadata = checkpoint.read(config.run / STATE_FILE)
    provenance = {"command": command, "steps": metadata["step"], "generator": model.key.id, "generator_hash": model.key.hash}
    manifest = {
        "format": FORMAT,
        "architecture": ARCHITECTURE,
        "id": out.stem,
        "config": model.network.config.to_dict(),
        "provenance": provenance,
        "licence": model.manifest.licence,
    }
    weights = {key.removeprefix("network."): value.half() for key, value in tensors.items() if key.startswith("network.")}
    checkpoint.write(out, weights, manifest)
    return manifest
