"""The moving average of a generator's weights: what is shown, exported and kept."""

from __future__ import annotations

import torch
from torch import nn

LONGEST = 10_000
"""The most pictures in which the average forgets half of what it was."""

SHARE = 0.1
"""The half-life as a share of the pictures seen so far: a young run forgets its beginnings quickly."""


def half_life(seen: int) -> float:
    """In pictures, after `seen` pictures."""
    return max(1.0, min(LONGEST, SHARE * seen))


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, batch: int, seen: int) -> None:
    """Move `average` toward `network` by what a step of `batch` pictures is worth, `seen` pictures into the run.

    Buffers (the mean style, a batch norm's statistics) are averages already: they are copied.
    """
    toward = 1 - 0.5 ** (batch / half_life(seen))
    torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), toward)
    for ours, theirs in zip(average.buffers(), network.buffers(), strict=True):
        ours.copy_(theirs)
