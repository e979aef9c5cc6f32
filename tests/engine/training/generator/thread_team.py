"""A team of threads instead of processes, so that a test can look at all of them."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from torch import Tensor

from engine.training.generator.team import Team, TeamBroken

T = TypeVar("T")
SECONDS = 20.0


class Table:
    """Where `size` threads meet."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._laid: list[Any] = [None] * size
        self._barrier = threading.Barrier(size, timeout=SECONDS)

    def exchange(self, rank: int, value: T) -> list[T]:
        """Everybody's values, in their order."""
        self._laid[rank] = value
        try:
            self._barrier.wait()
            seen = list(self._laid)
            self._barrier.wait()
        except threading.BrokenBarrierError as error:
            raise TeamBroken from error
        return seen

    def leave(self) -> None:
        self._barrier.abort()


class ThreadTeam(Team):
    def __init__(self, table: Table, rank: int, asked_to_stop: Callable[[], bool] = lambda: False) -> None:
        super().__init__(asked_to_stop)
        self.table, self.rank, self.size = table, rank, table.size

    def add(self, tensors: Sequence[Tensor]) -> None:
        for everybodys in zip(*self.table.exchange(self.rank, [tensor.clone() for tensor in tensors]), strict=True):
            tensors[0].copy_(sum(everybodys[1:], start=everybodys[0]))
            tensors = tensors[1:]

    def any(self, flag: bool) -> bool:
        return any(self.table.exchange(self.rank, flag))

    def share(self, value: T) -> T:
        return copy.deepcopy(self.table.exchange(self.rank, value)[0])


def together(size: int, work: Callable[[ThreadTeam], T], asked_to_stop: Callable[[], bool] = lambda: False) -> list[T]:
    """What `work` returns in each of so many threads; raises what the first of them raises."""
    table = Table(size)

    def guarded(rank: int) -> T:
        try:
            return work(ThreadTeam(table, rank, asked_to_stop))
        except BaseException:
            table.leave()
            raise

    with ThreadPoolExecutor(size) as threads:
        futures = [threads.submit(guarded, rank) for rank in range(size)]
        errors = [error for future in futures if (error := future.exception()) is not None]
        own = [error for error in errors if not isinstance(error, TeamBroken)]
        if errors:
            raise (own or errors)[0]
        return [future.result() for future in futures]
