"""Augmentation of what the critic sees, real and made pictures alike, so that few pictures last longer.

After Zhao et al. 2020 (DiffAugment: colour, translation, cut-out), each with probability p for every picture by itself, as Karras et
al. 2020 (ADA) do: while p is below about 0.8 the generator is not led to draw the augmentations. All randomness is drawn first, as a
value: the same draw can be applied twice, or in parts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor

BRIGHTNESS, CONTRAST, SATURATION = 0.5, 0.5, 1.0
"""The most that colours move, for pictures in -1..1: an offset, and two relative changes."""

SHIFT = 1 / 8
"""The farthest translation, as a share of the side."""

CUT = 1 / 2
"""The side of the square that is cut out, as a share of the picture's."""


@dataclass(frozen=True)
class Draw:
    """What happens to each of N pictures; a gate that stayed shut leaves the value that changes nothing."""

    flip: Tensor
    """bool (N,)"""
    brightness: Tensor
    saturation: Tensor
    contrast: Tensor
    """(N,): an offset, and two factors."""
    shift: Tensor
    """(N, 2): down and right, as a share of the side, within ±SHIFT."""
    cut: Tensor
    """bool (N,)"""
    centre: Tensor
    """(N, 2): of the cut, in 0..1."""

    def __getitem__(self, part: slice) -> Draw:
        return Draw(*(getattr(self, field.name)[part] for field in fields(self)))

    def to(self, device: torch.device) -> Draw:
        return Draw(*(getattr(self, field.name).to(device) for field in fields(self)))


def draw(count: int, p: float, rng: torch.Generator) -> Draw:
    """Draw for `count` pictures, each kind of change with probability `p` (0..1), from a generator on the CPU."""

    def gate() -> Tensor:
        return torch.rand(count, generator=rng) < p

    def uniform(reach: float, *shape: int) -> Tensor:
        return (torch.rand(count, *shape, generator=rng) * 2 - 1) * reach

    return Draw(
        flip=torch.rand(count, generator=rng) < p / 2,  # even at p = 1, half of them: what is mirrored cannot be told
        brightness=uniform(BRIGHTNESS) * gate(),
        saturation=1 + uniform(SATURATION) * gate(),
        contrast=1 + uniform(CONTRAST) * gate(),
        shift=uniform(SHIFT, 2) * gate()[:, None],
        cut=gate(),
        centre=torch.rand(count, 2, generator=rng),
    )


def apply(pictures: Tensor, drawn: Draw) -> Tensor:
    """(N, 3, S, S) fp32 in -1..1 to the same shape; differentiable. Pictures that move leave mid-grey behind, as a cut does."""
    x = torch.where(_over(drawn.flip), pictures.flip(3), pictures)
    x = _coloured(x, drawn)
    x = _shifted(x, drawn.shift)
    return x * ~_inside_cut(x.shape[2], drawn)


def _over(values: Tensor) -> Tensor:
    return values[:, None, None, None]


def _coloured(x: Tensor, drawn: Draw) -> Tensor:
    x = x + _over(drawn.brightness)
    x = torch.lerp(x.mean(1, keepdim=True), x, _over(drawn.saturation))
    return torch.lerp(x.mean((1, 2, 3), keepdim=True), x, _over(drawn.contrast))


def _shifted(x: Tensor, shift: Tensor) -> Tensor:
    """Whole pixels only: a shift never blurs, and no pixel is read twice, so that its gradient is the same in every run."""
    side = x.shape[2]
    margin = round(side * SHIFT)
    if margin == 0:
        return x
    offset = (shift * side).round().long().clamp(-margin, margin)
    steps = torch.arange(side, device=x.device) + margin
    rows, columns = (steps[None, :] - offset[:, axis, None] for axis in (0, 1))
    padded = F.pad(x, (margin, margin, margin, margin))
    tall = padded.gather(2, rows[:, None, :, None].expand(-1, x.shape[1], -1, padded.shape[3]))
    return tall.gather(3, columns[:, None, None, :].expand(-1, x.shape[1], side, -1))


def _inside_cut(side: int, drawn: Draw) -> Tensor:
    """bool (N, 1, S, S)"""
    places = (torch.arange(side, device=drawn.centre.device) + 0.5) / side
    near = (places[None, None] - drawn.centre[:, :, None]).abs() < CUT / 2  # (N, 2, S)
    return (near[:, 0, None, :, None] & near[:, 1, None, None, :]) & _over(drawn.cut)
