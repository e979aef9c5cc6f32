"""One step of training an upscaler, and the state between two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.teachers import Teacher
from engine.nets.upscaler import BranchedUpscaler, UpscalerNet
from engine.training.moments import below, load_moments, moments
from engine.training.stepwise import learning_rate
from engine.training.upscaler import losses
from engine.training.upscaler.pairs import Pairs

if TYPE_CHECKING:
    from engine.training.upscaler.loop import TrainUpscaler

CLIPPED = 1.0
"""The largest norm of a step's gradient."""

COMPARED = 2
"""Pictures of a batch that a filter enlarges, too."""

Metrics = dict[str, float]


class Trainer:
    """Network, moving average, optimisers, step; for crisp, teacher and critic, too."""

    def __init__(self, config: TrainUpscaler, pairs: Pairs, device: torch.device) -> None:
        self.config, self.pairs, self.device = config, pairs, device
        torch.manual_seed(config.seed)
        self.net = BranchedUpscaler(config.network)
        self.net.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = BranchedUpscaler(config.network).to(device).requires_grad_(False)
        self.average.load_state_dict(self.net.state_dict())
        self.optimisers = {"adam": _adam(self.net, config.lr)}
        self.look: Teacher | None = None
        self.critic: losses.Critic | None = None
        if config.variant == "crisp":
            assert config.teacher is not None
            self.look = Teacher(config.teacher, device, torch.bfloat16)
            self.critic = losses.Critic().to(device)
            self.optimisers["critic-adam"] = _adam(self.critic, config.lr)
        self.step, self.seconds = 0, 0.0
        self.bad_in_row = 0
        """Steps without a finite gradient, one after the other."""
        self.recent: list[Metrics] = []
        """The metrics of the steps since the last line of the log."""

    def begin_from(self, network: UpscalerNet) -> None:
        self.net.begin_from(network)
        self.average.load_state_dict(self.net.state_dict())

    def random(self) -> np.random.Generator:
        """All that is random in the step to come."""
        return np.random.default_rng((self.config.seed, self.step))

    def learning_rate(self) -> float:
        return learning_rate(self.config, self.step)

    def train_step(self) -> Metrics:
        """One step; nothing is measured of one without a finite gradient, in which no weights change."""
        small, large = (self._floats(side) for side in self.pairs.batch(self.random(), self.config.batch))
        target = self._inner(large)
        with torch.autocast(self.device.type, torch.bfloat16):
            picture = self._inner(self.net(small))
        parts = {"pixels": self.config.pixel_weight * losses.charbonnier(picture, target)}
        if self.look is not None and self.critic is not None:
            parts |= self._crisp(picture, target, self.look, self.critic)
        if not self._update(self.net, "adam", torch.stack(list(parts.values())).sum()):
            self.step += 1
            self.bad_in_row += 1
            return {}
        self.bad_in_row = 0
        metrics = {name: float(value.detach()) for name, value in parts.items()}
        if self.critic is not None:
            metrics["critic"] = self._train_critic(self.critic, picture.detach(), target)
        metrics |= self._fidelity(small, picture, target)
        self._remember()
        self.recent.append(metrics)
        return metrics

    @torch.no_grad()
    def _fidelity(self, small: Tensor, picture: Tensor, target: Tensor) -> Metrics:
        """PSNR, and how much of it is above a bicubic filter's, which a few pictures tell well enough over many steps."""
        enlarged = self._inner(F.interpolate(small[:COMPARED], scale_factor=self.config.network.scale, mode="bicubic"))
        gain = losses.psnr(picture[:COMPARED], target[:COMPARED]) - losses.psnr(enlarged, target[:COMPARED])
        return {"psnr": float(losses.psnr(picture, target)), "gain": float(gain)}

    def _crisp(self, picture: Tensor, target: Tensor, look: Teacher, critic: losses.Critic) -> dict[str, Tensor]:
        """What the teacher and the critic say of a picture, weighted."""
        config = self.config
        with torch.no_grad():
            targets = losses.unit(look(target))
        say = config.critic_weight * min(1.0, self.step / max(1, config.critic_warm_up))
        critic.requires_grad_(False)
        with torch.autocast(self.device.type, torch.bfloat16):
            made, real = critic(picture), critic(target).detach()
        critic.requires_grad_(True)
        return {
            "features": config.feature_weight * losses.perceptual(look(picture), targets),
            "realness": say * losses.more_real(made, real),
        }

    def _train_critic(self, critic: losses.Critic, picture: Tensor, target: Tensor) -> float:
        with torch.autocast(self.device.type, torch.bfloat16):
            loss = losses.more_real(critic(target), critic(picture))
        self._update(critic, "critic-adam", loss)
        return float(loss.detach())

    def _update(self, network: nn.Module, name: str, loss: Tensor) -> bool:
        """One step of an optimiser, unless the gradient is not finite."""
        optimiser = self.optimisers[name]
        for group in optimiser.param_groups:
            group["lr"] = self.learning_rate()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if not bool(torch.nn.utils.clip_grad_norm_(network.parameters(), CLIPPED).isfinite()):
            return False
        optimiser.step()
        return True

    def _remember(self) -> None:
        self.step += 1
        decay = min(0.999, self.step / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.net.parameters()), 1 - decay)

    def _floats(self, crops: Tensor) -> Tensor:
        return crops.to(self.device).float().div_(255).contiguous(memory_format=torch.channels_last)

    def _inner(self, large: Tensor) -> Tensor:
        """Without the margin, around which the network did not see enough."""
        edge = self.config.margin * self.config.network.scale
        return large[..., edge : large.shape[2] - edge, edge : large.shape[3] - edge]

    def state(self) -> dict[str, Tensor]:
        """All that a resumed run needs, by name."""
        tensors = {f"{name}.{key}": value for name, network in self._networks().items() for key, value in network.state_dict().items()}
        for name, optimiser in self.optimisers.items():
            tensors |= moments(optimiser, name)
        return tensors

    def restore(self, tensors: Mapping[str, Tensor], step: int, seconds: float) -> None:
        for name, network in self._networks().items():
            network.load_state_dict(below(tensors, name))
        for name, optimiser in self.optimisers.items():
            load_moments(optimiser, tensors, name)
        self.step, self.seconds = step, seconds

    def _networks(self) -> dict[str, nn.Module]:
        networks: dict[str, nn.Module] = {"net": self.net, "average": self.average}
        return networks if self.critic is None else networks | {"critic": self.critic}


def _adam(network: nn.Module, lr: float) -> torch.optim.Adam:
    return torch.optim.Adam(network.parameters(), lr, (0.9, 0.99), foreach=True)
