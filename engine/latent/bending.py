"""Network bending: a generator's features are moved, scaled or broken on their way (Broad, Leymarie & Grierson 2020, arXiv 2005.12420).

A rack of bends is a value beside the code. Nothing of the network changes: bends are hooks, there for one picture only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.api.errors import BadRequest
from engine.api.latent import Bend, BendKind
from engine.nets.generators import Generator
from engine.nets.generators.style import StyleGenerator


@contextmanager
def bent(network: Generator, bends: Sequence[Bend]) -> Iterator[None]:
    """While the block runs, the network's features are bent, in the rack's order. Not to be held across a `yield` of a job.

    BadRequest for a side that the network has no features of, and for a network without levels.
    """
    active = [bend for bend in bends if not bend.is_idle]
    with ExitStack() as hooks:
        for bend in active:
            hooks.enter_context(_hooked(_stage(network, bend.side), bend))
        yield


def _stage(network: Generator, side: int) -> nn.Module:
    """The convolution that finishes the features of this side."""
    if not isinstance(network, StyleGenerator):
        raise BadRequest("A bend", f"a network of the kind {network.config.kind} has no levels to bend")
    if side not in network.config.sides:
        levels = ", ".join(str(known) for known in network.config.sides)
        raise BadRequest(f"A bend at {side} pixels", f"this generator has features of {levels} pixels a side")
    stage: nn.Module = network.levels[network.config.sides.index(side)].get_submodule("conv")
    return stage


@contextmanager
def _hooked(stage: nn.Module, bend: Bend) -> Iterator[None]:
    handle = stage.register_forward_hook(lambda _module, _inputs, features: bend_features(features, bend))
    try:
        yield
    finally:
        handle.remove()


def bend_features(x: Tensor, bend: Bend) -> Tensor:
    """Features (N, C, h, w), bent in the channels that the bend names."""
    chosen = _channels(bend, x.shape[1], x.device)
    return torch.where(chosen[None, :, None, None], CHANGES[bend.kind](x, bend).to(x.dtype), x)


def _channels(bend: Bend, count: int, device: torch.device) -> Tensor:
    """(count,) bool: always the same ones for a seed, and with more of them the earlier ones stay."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(bend.seed))
    chosen = torch.zeros(count, dtype=torch.bool)
    chosen[order[: max(1, round(bend.channels * count))]] = True
    return chosen.to(device)


def _noisy(x: Tensor, amount: float, seed: int) -> Tensor:
    drawn = torch.randn(x.shape[1:], generator=torch.Generator().manual_seed(seed)).to(x)
    return x + amount * x.std((2, 3), keepdim=True) * drawn


def _split(x: Tensor, amount: float) -> Tensor:
    """What is above the channel's mean goes to its most, the rest to its mean."""
    level = x.mean((2, 3), keepdim=True)
    return torch.lerp(x, torch.where(x > level, x.amax((2, 3), keepdim=True), level), amount)


def _moved(x: Tensor, angle: float = 0.0, across: float = 0.0, down: float = 0.0, zoom: float = 1.0) -> Tensor:
    """Turned about the middle (anticlockwise, in radians), enlarged, and shifted in parts of the side; what comes in is mirrored."""
    cos, sin = math.cos(angle) / zoom, math.sin(angle) / zoom
    matrix = torch.tensor([[cos, -sin, -2 * across], [sin, cos, -2 * down]], device=x.device)
    grid = F.affine_grid(matrix.expand(x.shape[0], -1, -1), list(x.shape), align_corners=False)
    return F.grid_sample(x.float(), grid, padding_mode="reflection", align_corners=False)


def _blurred(x: Tensor, deviation: float) -> Tensor:
    radius = max(1, min(math.ceil(3 * deviation), x.shape[-1] - 1))
    offsets = torch.arange(-radius, radius + 1, device=x.device, dtype=torch.float32)
    kernel = torch.exp(-(offsets**2) / (2 * max(deviation, 1e-3) ** 2))
    kernel = (kernel / kernel.sum()).expand(x.shape[1], 1, 1, -1)
    padded = F.pad(x.float(), (radius,) * 4, mode="reflect")
    across = F.conv2d(padded, kernel, groups=x.shape[1])
    return F.conv2d(across, kernel.transpose(2, 3), groups=x.shape[1])


CHANGES: Mapping[BendKind, Callable[[Tensor, Bend], Tensor]] = {
    "scale": lambda x, bend: x * bend.amount,
    "zoom": lambda x, bend: _moved(x, zoom=bend.amount),
    "rotate": lambda x, bend: _moved(x, angle=math.radians(bend.amount)),
    "shift-x": lambda x, bend: _moved(x, across=bend.amount),
    "shift-y": lambda x, bend: _moved(x, down=bend.amount),
    "blur": lambda x, bend: _blurred(x, bend.amount * x.shape[-1] / 4),
    "noise": lambda x, bend: _noisy(x, bend.amount, bend.seed),
    "threshold": lambda x, bend: _split(x, bend.amount),
    "invert": lambda x, bend: torch.lerp(x, x.mean((2, 3), keepdim=True) * 2 - x, bend.amount),
}
