"""The processes that train one run together: how a batch is shared, what they add up and what they agree on.

Each holds the same networks and draws the same material for a step (a pure function of state, seed and step), computes its own parts
of the batch, and moves its weights by everybody's gradients: so their weights stay the same without being sent. The first process
leads: it alone judges and writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor

if TYPE_CHECKING:
    from lightning_fabric import Fabric

T = TypeVar("T")


class TeamBroken(Exception):
    """Another process of the team has ended, or does not answer."""


class Team:
    """A process on its own, which agrees with itself.

    `rank` counts from 0, up to `size`. `asked_to_stop`: whether this process was told to end after its step.
    """

    rank, size = 0, 1

    def __init__(self, asked_to_stop: Callable[[], bool] = lambda: False) -> None:
        self.asked_to_stop = asked_to_stop

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def own(self, count: int, group: int) -> slice:
        """This process's share of `count` pictures, in whole groups: perhaps none. What cannot be cut into groups stays whole."""
        if count % group:
            group = count
        begin, end = (count // group * rank // self.size * group for rank in (self.rank, self.rank + 1))
        return slice(begin, end)

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Let every tensor, fp32, become the sum of those of all processes. Raises TeamBroken."""

    def any(self, flag: bool) -> bool:
        """Whether some process says so. Raises TeamBroken."""
        return flag

    def wait(self) -> None:
        """Until all processes are here. Raises TeamBroken."""
        self.any(False)

    def share(self, value: T) -> T:
        """The leader's value. Raises TeamBroken."""
        return value


class FabricTeam(Team):
    """Processes that Lightning Fabric has started and connected: through gloo on CPUs, through NCCL on CUDA cards."""

    def __init__(self, fabric: Fabric, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.fabric = fabric
        self.rank, self.size = fabric.global_rank, fabric.world_size

    def add(self, tensors: Sequence[Tensor]) -> None:
        whole = torch.cat([tensor.reshape(-1) for tensor in tensors])  # one message instead of a hundred
        self._sum(whole)
        for tensor, summed in zip(tensors, torch.split(whole, [tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(summed.view(tensor.shape))

    def any(self, flag: bool) -> bool:
        count = torch.tensor(float(flag), device=self.fabric.device)
        self._sum(count)
        return bool(count)

    def share(self, value: T) -> T:
        try:
            return self.fabric.broadcast(value)
        except RuntimeError as error:
            raise TeamBroken from error

    def _sum(self, tensor: Tensor) -> None:
        try:
            self.fabric.all_reduce(tensor, reduce_op="sum")
        except RuntimeError as error:  # gloo and NCCL say nothing more precise
            raise TeamBroken from error


ALONE = Team()
