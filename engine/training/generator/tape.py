"""A graph cut into pieces, so that the way back through it is one call for each: within a call torch cannot be interrupted.

The chain rule does not mind: a piece begins from copies of what the one before it ended with, and the gradients that gather at the
copies are what that one's way back begins with. The numbers are those of the whole graph.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class _Cut:
    ends: tuple[Tensor, ...]
    starts: tuple[Tensor, ...]
    keep: bool


class Tape:
    """The cuts of a graph, in the order in which they were made: what depends on another piece was cut later."""

    def __init__(self) -> None:
        self._cuts: list[_Cut] = []

    def cut(self, *ends: Tensor, keep: bool = False) -> tuple[Tensor, ...]:
        """The same values, for the next piece to begin from. `keep`: the graph behind the ends is walked more than once."""
        starts = tuple(end.detach().requires_grad_(end.requires_grad) for end in ends)
        self._cuts.append(_Cut(ends, starts, keep))
        return starts

    def back(self) -> Generator[None, None, None]:
        """Carry the gradients that have reached the last starts back to the leaves, and forget the graph; yields after each piece."""
        while self._cuts:
            cut = self._cuts.pop()
            reached = [(end, start.grad) for end, start in zip(cut.ends, cut.starts, strict=True) if start.grad is not None]
            if reached:
                ends, gradients = zip(*reached, strict=True)
                torch.autograd.backward(ends, gradients, retain_graph=cut.keep)
                yield
