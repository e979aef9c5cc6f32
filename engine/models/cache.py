"""What was computed before and may be wanted again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import TypeVar

import numpy as np
from torch import Tensor

Value = Tensor | np.ndarray
V = TypeVar("V", bound=Value)

ROOM = 512 * 2**20


class Cache:
    """Arrays by key, bounded in bytes; the least recently used go first. A key names everything that its value depends on."""

    def __init__(self, room: int = ROOM) -> None:
        self.room, self.used = room, 0
        self.items: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, kind: type[V]) -> V | None:
        """The value of `key`, which is of type `kind`; None where there is none."""
        value = self.items.get(key)
        if not isinstance(value, kind):
            return None
        self.items.move_to_end(key)
        return value

    def put(self, key: Hashable, value: V) -> V:
        """Remember `value`; returns it."""
        old = self.items.pop(key, None)
        self.used += value.nbytes - (old.nbytes if old is not None else 0)
        self.items[key] = value
        while self.used > self.room and len(self.items) > 1:
            _, dropped = self.items.popitem(last=False)
            self.used -= dropped.nbytes
        return value

    def clear(self) -> None:
        self.items.clear()
        self.used = 0
