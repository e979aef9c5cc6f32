"""How long a training takes and how much memory, found by a few steps of the very training on noise before it begins."""

from __future__ import annotations

import time
import weakref
from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np
import psutil
import torch
from torch import Tensor

from engine.api.training import Estimate
from engine.training.generator.config import GROUP, TrainGenerator
from engine.training.generator.dataset import Pixels
from engine.training.generator.step import Phase
from engine.training.generator.trainer import Trainer

PATIENCE_SECONDS = 3.0
BESIDES = 1.5
"""What the kernels need beside what the graphs keep (measured at 64 px: 1.07 GB for 0.85 GB without)."""


def estimate(config: TrainGenerator, device: torch.device) -> Generator[None, None, Estimate]:
    """Train two or three steps on noise; yields between their phases. On a CPU the batch is cut to a group of eight, to be quick.

    torch's global seed is set, as by any training. Raises OutOfMemory where not even one group fits.
    """
    batch = config.batch if device.type == "cuda" else min(config.batch, GROUP)
    trial = replace(config, batch=batch, micro_batch=None)
    before, free = _memory(device)
    trainer, meter = Trainer(trial, device), _Meter()
    noise = np.random.default_rng(0).integers(0, 256, (batch, 3, config.network.size, config.network.size), np.uint8)
    penalised = yield from _timed(trainer, noise, 0, meter)  # it warms up, too: where time allows, another one is taken
    plain = yield from _timed(trainer, noise, 1, meter)
    if penalised < PATIENCE_SECONDS:
        penalised = yield from _timed(trainer, noise, max(1, config.penalty_interval), meter)
    interval = config.penalty_interval
    mean = plain if interval == 0 else plain + max(0.0, penalised - plain) / interval
    share = (config.micro_batch or config.batch) / batch
    return Estimate(batch / mean, before + _weights(trainer) + round(meter.peak * share * BESIDES), free)


def _timed(trainer: Trainer, noise: Pixels, step: int, meter: _Meter) -> Generator[None, None, float]:
    """Seconds of a step; what others do between its phases does not count."""
    trainer.state.step = step
    began, used = _now(trainer.device), 0.0
    for _ in _metered(trainer.phases(noise), meter):
        used += _now(trainer.device) - began
        yield
        began = _now(trainer.device)
    return used + _now(trainer.device) - began


def _weights(trainer: Trainer) -> int:
    """Bytes: weights, gradients and two moments of both networks, and the average of one."""
    generator, critic = (sum(p.nbytes for p in network.parameters()) for network in (trainer.generator, trainer.critic))
    return 5 * generator + 4 * critic


def _memory(device: torch.device) -> tuple[int, int]:
    """(used by this process, free at the start and used together), bytes, of the card or of the machine."""
    if device.type == "cuda":
        used = torch.cuda.memory_allocated(device)
        return used, used + torch.cuda.mem_get_info(device)[0]
    used = psutil.Process().memory_info().rss
    return used, used + psutil.virtual_memory().available


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


class _Held:
    """A tensor that a graph keeps for its way back."""

    __slots__ = ("__weakref__", "tensor")

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


class _Meter:
    """Counts the bytes that graphs keep, each storage once: nearly all the memory of a step."""

    def __init__(self) -> None:
        self._holders: dict[int, int] = {}
        self._bytes = self.peak = 0

    def hooks(self) -> torch.autograd.graph.saved_tensors_hooks:
        return torch.autograd.graph.saved_tensors_hooks(self._pack, _unpack)

    def _pack(self, tensor: Tensor) -> _Held:
        storage = tensor.untyped_storage()
        place, size = storage.data_ptr(), storage.nbytes()
        self._holders[place] = self._holders.get(place, 0) + 1
        if self._holders[place] == 1:
            self._bytes += size
            self.peak = max(self.peak, self._bytes)
        held = _Held(tensor)
        weakref.finalize(held, self._release, place, size).atexit = False
        return held

    def _release(self, place: int, size: int) -> None:
        self._holders[place] -= 1
        if self._holders[place] == 0:
            del self._holders[place]
            self._bytes -= size


def _unpack(held: _Held) -> Tensor:
    return held.tensor


def _metered(phases: Iterator[Phase], meter: _Meter) -> Iterator[Phase]:
    """The hooks are thread-wide: they are off while others work."""
    while True:
        with meter.hooks():
            phase = next(phases, None)
        if phase is None:
            return
        yield phase
