"""The networks of a run and one step of their game, in phases small enough to turn to something else in between."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from engine.api.errors import OutOfMemory
from engine.device import is_out_of_memory
from engine.nets.generators import build_critic, build_generator
from engine.training.generator import augment, ema
from engine.training.generator.config import TrainGenerator
from engine.training.generator.losses import GAMES, interpolated_penalty, zero_centred_penalty
from engine.training.generator.material import Dice, Material, make

Phase = Literal["critic", "regularisation", "generator", "watch", "preview"]


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
    """The step of the watch's last verdict."""


@dataclass
class _Kept:
    """What one phase leaves for the next."""

    real_logits: list[Tensor]
    fakes: list[Tensor]
    """As the critic saw them; they carry their graph where the batch is computed in one piece."""


class Trainer:
    """Generator, critic, moving average, optimisers and state."""

    def __init__(self, config: TrainGenerator, device: torch.device) -> None:
        self.config, self.device = config, device
        self.game = GAMES[config.loss]
        torch.manual_seed(config.seed)
        self.generator = build_generator(config.network).to(device).train()
        self.critic = build_critic(config.network).to(device).train()
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        self.state = State(micro_batch=config.micro_batch or config.batch)
        self.notes: list[str] = []
        """Sentences for a person, for the loop to pass on."""
        self.measured: dict[str, Tensor] = {}
        """Of the last step; on the device, so that a step does not wait for numbers that nobody reads."""
        self.forget_moments()

    def forget_moments(self) -> None:
        """Begin with new optimisers. The critic's allows for its lazy penalty, which is a step of its own (StyleGAN2, appendix B)."""
        fused = self.device.type == "cuda"
        share = self._critic_share()
        first, second = self.config.betas
        options: dict[str, Any] = {"eps": 1e-8, "fused": fused, "foreach": not fused}
        self.generator_adam = torch.optim.Adam(self.generator.parameters(), self.config.lr, (first, second), **options)
        self.critic_adam = torch.optim.Adam(self.critic.parameters(), self.config.lr * share, (first**share, second**share), **options)

    def _critic_share(self) -> float:
        interval = self.config.penalty_interval
        return interval / (interval + 1) if interval > 1 else 1.0

    # ---- a step ----

    def phases(self, pixels: npt.NDArray[np.uint8]) -> Iterator[Phase]:
        """One step on real pictures uint8 (batch, 3, S, S); yields after each piece of work. To be run to its end."""
        config, state = self.config, self.state
        dice = Dice(config.seed, state.step, state.restores)
        material = dice.material(pixels, self.generator, self.device, config.mirror, config.mixing, state.augmentation)
        kept = _Kept([], [])
        self.measured = {}
        yield from self._guarded(lambda: self._critic_phases(material, kept))
        good = self._update(self.critic_adam, self.critic, self._critic_share())
        if good:
            yield from self._guarded(lambda: self._generator_phases(material, kept))
            good = self._update(self.generator_adam, self.generator)
        state.step += 1
        state.seen += config.batch
        state.bad_in_row = 0 if good else state.bad_in_row + 1
        if good:
            ema.follow(self.average, self.generator, config.batch, state.seen)
        else:
            self.notes.append(f"Step {state.step} had no finite gradient and was skipped.")

    @torch.no_grad()
    def judge(self, pictures: Tensor) -> Tensor:
        """The critic's logits (N,) of pictures as they are."""
        logits = []
        for part in self._parts(len(pictures)):
            with self._autocast():
                logits.append(self.critic(pictures[part].contiguous(memory_format=torch.channels_last)))
        return torch.cat(logits)

    def metrics(self) -> dict[str, float]:
        """The losses, the penalty where one was taken, and the mean logits of the last step; NaN is left out."""
        values = {name: float(value) for name, value in self.measured.items()}
        return {name: value for name, value in values.items() if math.isfinite(value)} | {"augmentation": self.state.augmentation}

    def _parts(self, count: int) -> list[slice]:
        size = min(self.state.micro_batch, count)
        return [slice(start, min(start + size, count)) for start in range(0, count, size)]

    def _fakes(self, material: Material, number: int, part: slice, track: bool) -> Tensor:
        with self._autocast():
            made = make(self.generator, material.latents[part], material.noise_seed + number, track)
        seen = augment.apply(made, material.augmentation[part])
        return seen.contiguous(memory_format=torch.channels_last)

    def _critic_phases(self, material: Material, kept: _Kept) -> Iterator[Phase]:
        self._critic_learns(True)
        self.critic_adam.zero_grad(set_to_none=True)
        kept.real_logits, kept.fakes = [], []
        parts = self._parts(self.config.batch)
        losses = []
        for number, part in enumerate(parts):
            with torch.set_grad_enabled(len(parts) == 1):  # one batch of made pictures serves both networks, where it is held whole
                fakes = self._fakes(material, number, part, track=True)
            with self._autocast():
                real_logits, fake_logits = self.critic(material.real[part]), self.critic(fakes.detach())
            loss = self.game.critic(real_logits, fake_logits) / len(parts)
            loss.backward()  # type: ignore[no-untyped-call]
            losses.append(loss.detach())
            kept.real_logits.append(real_logits.detach())
            kept.fakes.append(fakes)
            self.measured |= {"real": real_logits.detach().mean(), "fake": fake_logits.detach().mean()}
            yield "critic"
        self.measured["critic"] = torch.stack(losses).sum()
        yield from self._penalty_phases(material, kept)

    def _penalty_phases(self, material: Material, kept: _Kept) -> Iterator[Phase]:
        """The gradient penalty in fp32, on half the batch: its second derivatives cost as much as a whole step."""
        interval = self.config.penalty_interval
        if not interval or self.state.step % interval:
            return
        count = self.config.batch if self.game.interpolated else max(1, self.config.batch // 2)
        fakes = torch.cat([made.detach() for made in kept.fakes])[:count]
        weight = self.config.penalty_weight(self.state.seen) * interval
        taken = []
        for part in self._parts(count):
            real, made = material.real[:count][part], fakes[part]
            share = len(real) / count
            if self.game.interpolated:
                penalty = interpolated_penalty(self.critic, real, made, material.blend[part]) * share
            else:
                penalty = zero_centred_penalty(self.critic, real, *([made] if self.game.on_fakes else [])) * share / 2
            (penalty * weight).backward()  # type: ignore[no-untyped-call]
            taken.append(penalty.detach())
            yield "regularisation"
        self.measured["penalty"] = torch.stack(taken).sum()

    def _generator_phases(self, material: Material, kept: _Kept) -> Iterator[Phase]:
        self._critic_learns(False)
        self.generator_adam.zero_grad(set_to_none=True)
        parts = self._parts(self.config.batch)
        real_logits = torch.cat(kept.real_logits)
        shared = kept.fakes[0] if len(kept.fakes) == 1 and len(parts) == 1 else None
        kept.fakes = []  # where memory has run out, their graph must not be held through the next try
        losses = []
        for number, part in enumerate(parts):
            fakes = shared if shared is not None else self._fakes(material, number, part, track=False)
            with self._autocast():
                fake_logits = self.critic(fakes)
            loss = self.game.generator(real_logits[part], fake_logits) / len(parts)
            loss.backward()  # type: ignore[no-untyped-call]
            losses.append(loss.detach())
            yield "generator"
        self.measured["generator"] = torch.stack(losses).sum()

    def _update(self, adam: torch.optim.Adam, network: nn.Module, share: float = 1.0) -> bool:
        """One step of an optimiser, unless a gradient is not finite."""
        gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
        if not bool(torch.stack(torch._foreach_norm(gradients)).isfinite().all()):
            return False
        for group in adam.param_groups:
            group["lr"] = self.config.learning_rate(self.state.seen) * self.state.lr_scale * share
        adam.step()
        return True

    def _critic_learns(self, learns: bool) -> None:
        for number, stage in enumerate(self.critic.stages):
            stage.requires_grad_(learns and number >= self.state.frozen)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bfloat16")

    def _guarded(self, phases: Callable[[], Iterator[Phase]]) -> Iterator[Phase]:
        """Begin phases again in smaller pieces where memory runs out; no weights have changed by then."""
        while True:
            try:
                yield from phases()
                return
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
            self._compute_less_at_once()

    def _compute_less_at_once(self) -> None:
        smaller = [size for size in self.config.micro_batches if size <= self.state.micro_batch // 2]
        if not smaller:
            raise OutOfMemory(f"a step with {self.state.micro_batch} pictures of {self.config.network.size} px")
        self.state.micro_batch = smaller[0]
        for network in (self.generator, self.critic):
            network.zero_grad(set_to_none=True)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        self.notes.append(f"Memory ran out: from now on {smaller[0]} of the {self.config.batch} pictures of a step are computed at once.")

    # ---- keeping and restoring ----

    def networks(self) -> dict[str, Tensor]:
        """The weights of all three networks, by name."""
        parts = {"generator": self.generator, "critic": self.critic, "average": self.average}
        return {f"{name}.{key}": value for name, network in parts.items() for key, value in network.state_dict().items()}

    def tensors(self) -> dict[str, Tensor]:
        """The weights and the optimisers' moments."""
        tensors = self.networks()
        for name, adam in (("generator_adam", self.generator_adam), ("critic_adam", self.critic_adam)):
            for index, state in adam.state_dict()["state"].items():
                tensors |= {f"{name}.{index}.{key}": value for key, value in state.items()}
        return tensors

    def plain_state(self) -> dict[str, Any]:
        return asdict(self.state)

    def load_networks(self, tensors: Mapping[str, Tensor]) -> None:
        for name, network in (("generator", self.generator), ("critic", self.critic), ("average", self.average)):
            network.load_state_dict(below(tensors, name))

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        """Become what `tensors` and `plain_state` said."""
        self.load_networks(tensors)
        self.state = State(**state)
        self.forget_moments()
        for name, adam in (("generator_adam", self.generator_adam), ("critic_adam", self.critic_adam)):
            _load_moments(adam, below(tensors, name))


def below(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """The tensors under a name, without it."""
    return {key[len(name) + 1 :]: value for key, value in tensors.items() if key.startswith(f"{name}.")}


def _load_moments(adam: torch.optim.Adam, tensors: Mapping[str, Tensor]) -> None:
    """Moments in the layout in memory of their parameters: fused kernels go by it, and do not look."""
    parameters = [parameter for group in adam.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, name = key.split(".")
        moment = value if name == "step" else torch.empty_like(parameters[int(index)]).copy_(value)
        state.setdefault(int(index), {})[name] = moment
    adam.load_state_dict({"state": state, "param_groups": adam.state_dict()["param_groups"]})
