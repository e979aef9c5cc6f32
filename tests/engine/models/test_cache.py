from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.models.cache import Cache


def kilobyte() -> Tensor:
    return torch.zeros(256)


def test_what_was_put_is_got() -> None:
    cache, value = Cache(), kilobyte()
    assert cache.put(("a", 1), value) is value
    assert cache.get(("a", 1), Tensor) is value
    assert cache.get(("a", 2), Tensor) is None


def test_a_value_of_another_type_is_not_got() -> None:
    cache = Cache()
    cache.put("pixels", np.zeros(4))
    assert cache.get("pixels", Tensor) is None
    assert cache.get("pixels", np.ndarray) is not None


def test_it_keeps_to_its_room() -> None:
    cache = Cache(room=3 * 1024)
    for key in range(10):
        cache.put(key, kilobyte())
        assert cache.used == sum(value.nbytes for value in cache.items.values()) <= cache.room
    assert list(cache.items) == [7, 8, 9]


def test_the_least_recently_used_goes_first() -> None:
    cache = Cache(room=3 * 1024)
    for key in "abc":
        cache.put(key, kilobyte())
    cache.get("a", Tensor)
    cache.put("d", kilobyte())
    assert list(cache.items) == ["c", "a", "d"]


def test_a_value_that_is_replaced_is_counted_once() -> None:
    cache = Cache()
    cache.put("a", kilobyte())
    cache.put("a", torch.zeros(512))
    assert cache.used == 2048
    assert cache.get("a", Tensor) is cache.items["a"]


def test_what_is_larger_than_the_room_is_kept_alone() -> None:
    cache = Cache(room=1024)
    cache.put("small", kilobyte())
    cache.put("large", torch.zeros(10_000))
    assert list(cache.items) == ["large"]
    cache.put("small", kilobyte())
    assert list(cache.items) == ["small"]


def test_clear_forgets_everything() -> None:
    cache = Cache()
    cache.put("a", kilobyte())
    cache.clear()
    assert cache.get("a", Tensor) is None
    assert cache.used == 0
