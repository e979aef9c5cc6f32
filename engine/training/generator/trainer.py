"""The networks of a run and one step of their game, in phases small enough to turn to something else in between."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from engine.api.errors import OutOfMemory
from engine.device import is_out_of_memory
from engine.nets.generators import build_critic, build_generator
from engine.nets.generators.feature_critic import FeatureCritic
from engine.training.generator import ema
from engine.training.generator.config import GROUP, TrainGenerator
from engine.training.generator.material import Dice, floats
from engine.training.generator.pieces import Steps, logit_steps, parts
from engine.training.generator.step import Phase, Step
from engine.training.generator.team import ALONE, Team
from engine.training.moments import below, load_moments, moments

SECOND_RATE = 0.15
"""The learning rate of the critic of features, as a share of the others', whose weights are equalised and larger."""


@dataclass
class State:
    """Where a run is, beside its weights: plain values."""

    step: int = 0
    seen: int = 0
    """Training pictures that were shown."""
    seconds: float = 0.0
    """Of training, all sittings together."""
    augmentation: float = 0.0
    lr_scale: float = 1.0
    bad_in_row: int = 0
    """Steps without a finite gradient, one after the other."""
    restores: int = 0
    """How often the run went back to a checkpoint."""
    micro_batch: int = 0
    frozen: int = 0
    """Stages of the critic that do not learn."""
    judged_at: int = 0
    """The step of the watch's last verdict, …"""
    observed_at: int = 0
    """… and of its last look at logits."""
    at_once: int = 0
    """How many pictures a piece of work is done for where pieces have to be short; 0: not found out yet. It stays as it is found, because
    it decides the last bits of sums."""
    penalty_at_once: int = 0
    """The same of the penalty."""


class Trainer:
    """Generator, critic, moving average, optimisers and state. Each process of a team has its own, and all stay the same."""

    def __init__(self, config: TrainGenerator, device: torch.device, team: Team = ALONE) -> None:
        self.config, self.device, self.team = config, device, team
        torch.manual_seed(config.seed)
        self.generator = build_generator(config.network).to(device).train()
        self.critic = build_critic(config.network).to(device).train()
        self.second = None if config.teacher is None else FeatureCritic(config.teacher, device, self._dtype).train()
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        self.state = State(micro_batch=config.micro_batch or config.batch)
        self.notes: list[str] = []
        """Sentences for a person, for the loop to pass on."""
        self.measured: dict[str, Tensor] = {}
        """Of the last whole step, on the device."""
        self._before: _Snapshot | None = None
        self.forget_moments()

    def forget_moments(self) -> None:
        """Begin with new optimisers. The critic's allows for its lazy penalty, which is a step of its own (StyleGAN2, appendix B)."""
        fused = self.device.type == "cuda"
        share = self._critic_share()
        first, second = self.config.betas
        options: dict[str, Any] = {"eps": 1e-8, "fused": fused, "foreach": not fused}
        self.generator_adam = torch.optim.Adam(self.generator.parameters(), self.config.lr, (first, second), **options)
        self.critic_adam = torch.optim.Adam(self.critic.parameters(), self.config.lr * share, (first**share, second**share), **options)
        self.second_adam = None
        if self.second is not None:
            self.second_adam = torch.optim.Adam(self.second.heads.parameters(), self.config.lr * SECOND_RATE, (first, second), **options)

    def _critic_share(self) -> float:
        interval = self.config.penalty_interval
        return interval / (interval + 1) if interval > 1 else 1.0

    # ---- a step ----

    def phases(self, pixels: npt.NDArray[np.uint8]) -> Iterator[Phase]:
        """One step on real pictures uint8 (batch, 3, S, S); yields after each piece of work. To be run to its end, or abandoned."""
        config, state = self.config, self.state
        self.begin()
        dice = Dice(config.seed, state.step, state.restores)
        material = dice.material(pixels, self.generator, self.device, config.mirror, config.mixing, state.augmentation)
        yield "critic"
        step = Step(config, state, self.generator, self.critic, material, self.casting, self.team, self.second)
        yield from self._guarded(step.critic_phases)
        good = all(self._has_finite_gradients(critic) for critic in (self.critic, self.second) if critic is not None)
        if good:
            self._update(self.critic_adam, self._critic_share())
            if self.second_adam is not None:
                self._update(self.second_adam, SECOND_RATE)
            yield from self._guarded(step.generator_phases)
            good = self._has_finite_gradients(self.generator)
        if good:
            self._update(self.generator_adam)
        self.team.add(list(step.measured.values()))
        self.measured = step.measured
        state.step += 1
        state.seen += config.batch
        state.bad_in_row = 0 if good else state.bad_in_row + 1
        if good:
            ema.follow(self.average, self.generator, config.batch, state.seen)
        else:
            self.notes.append(f"Step {state.step} had no finite gradient and was skipped.")
        self._before = None

    def calibrate(self, pixels: npt.NDArray[np.uint8]) -> None:
        """Before the first step: let the critic of features, if there is one, learn the measure of real pictures uint8 (N, 3, S, S)."""
        if self.second is not None:
            self.second.calibrate(floats(pixels, self.device))

    def begin(self) -> None:
        """Remember what a step may change before its end."""
        self._before = _Snapshot(self)

    def abandon(self) -> None:
        """Become again what it was before the step that has begun; nothing happens between two steps."""
        if self._before is not None:
            self._before.restore(self)
            self._before = None

    def judge_steps(self, pictures: Tensor) -> Steps[Tensor]:
        """The critic's logits (N,) of pictures as they are, compared within groups; yields after each piece."""
        size = GROUP if self.config.quantum is not None and self.critic.comparing else self.state.micro_batch
        found = []
        for block in parts(slice(0, len(pictures)), size):
            shown = pictures[block].contiguous(memory_format=torch.channels_last)
            found.append((yield from logit_steps(self.critic, [shown], self.casting, None)))
        return torch.cat(found)

    def metrics(self) -> dict[str, float]:
        """The losses, the penalty where one was taken, and the mean logits of the last step; NaN is left out."""
        values = {name: float(value) for name, value in self.measured.items()}
        return {name: value for name, value in values.items() if math.isfinite(value)} | {"augmentation": self.state.augmentation}

    def _has_finite_gradients(self, network: nn.Module) -> bool:
        """Whether the sums of the team's gradients, which each process has from here on, are finite."""
        gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
        self.team.add(gradients)
        return bool(torch.stack(torch._foreach_norm(gradients)).isfinite().all())

    def _update(self, adam: torch.optim.Adam, share: float = 1.0) -> None:
        """One step of an optimiser."""
        for group in adam.param_groups:
            group["lr"] = self.config.learning_rate(self.state.seen) * self.state.lr_scale * share
        adam.step()

    @property
    def _dtype(self) -> torch.dtype:
        return torch.bfloat16 if self.config.precision == "bfloat16" else torch.float32

    def casting(self) -> torch.autocast:
        """Autocast for a piece of work."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bfloat16")

    def _guarded(self, phases: Callable[[], Iterator[Phase]]) -> Iterator[Phase]:
        """Begin phases again in smaller pieces where memory runs out, here or in another process; no weights have changed by then."""
        while True:
            ran_out = False
            try:
                yield from phases()
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                ran_out = True
            if not self.team.any(ran_out):
                return
            self._compute_less_at_once()

    def _compute_less_at_once(self) -> None:
        most = min(self.state.micro_batch, self.config.batch // self.team.size)
        smaller = [size for size in self.config.micro_batches if size <= most // 2]
        if not smaller:
            raise OutOfMemory(f"a step with {most} pictures of {self.config.network.size} px")
        self.state.micro_batch = smaller[0]
        for network in filter(None, (self.generator, self.critic, self.second)):
            network.zero_grad(set_to_none=True)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        self.notes.append(f"Memory ran out: from now on {smaller[0]} of the {self.config.batch} pictures of a step are computed at once.")

    # ---- keeping and restoring ----

    def networks(self) -> dict[str, Tensor]:
        """The weights of all networks, by name."""
        return {f"{name}.{key}": value for name, network in self._parts() for key, value in network.state_dict().items()}

    def _parts(self) -> list[tuple[str, nn.Module]]:
        parts = [("generator", self.generator), ("critic", self.critic), ("average", self.average)]
        return parts if self.second is None else [*parts, ("second", self.second)]

    def _adams(self) -> list[tuple[str, torch.optim.Adam]]:
        adams = [("generator_adam", self.generator_adam), ("critic_adam", self.critic_adam)]
        return adams if self.second_adam is None else [*adams, ("second_adam", self.second_adam)]

    def tensors(self) -> dict[str, Tensor]:
        """The weights and the optimisers' moments."""
        tensors = self.networks()
        for name, adam in self._adams():
            tensors |= moments(adam, name)
        return tensors

    def plain_state(self) -> dict[str, Any]:
        return asdict(self.state)

    def load_networks(self, tensors: Mapping[str, Tensor]) -> None:
        for name, network in self._parts():
            network.load_state_dict(below(tensors, name))

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        """Become what `tensors` and `plain_state` said."""
        self.load_networks(tensors)
        self.state = State(**{"observed_at": state["step"], **state})
        self.forget_moments()
        for name, adam in self._adams():
            load_moments(adam, tensors, name)


class _Snapshot:
    """What a step changes before its end: the critics, their optimisers, and the buffers of generator and critic."""

    def __init__(self, trainer: Trainer) -> None:
        states = [state for adam in _of_critics(trainer) for state in adam.state.values()]
        heads = [] if trainer.second is None else trainer.second.heads.parameters()
        self._moments = [(state, {key: value.clone() for key, value in state.items()}) for state in states]
        self._tensors = [(tensor, tensor.detach().clone()) for tensor in (*trainer.critic.parameters(), *heads, *_buffers(trainer))]

    def restore(self, trainer: Trainer) -> None:
        if not self._moments:
            for adam in _of_critics(trainer):
                adam.state.clear()
        for state, kept in self._moments:
            state.update(kept)
        with torch.no_grad():
            for tensor, before in self._tensors:
                tensor.copy_(before)


def _of_critics(trainer: Trainer) -> list[torch.optim.Adam]:
    return [adam for adam in (trainer.critic_adam, trainer.second_adam) if adam is not None]


def _buffers(trainer: Trainer) -> list[Tensor]:
    return [*trainer.generator.buffers(), *trainer.critic.buffers()]
