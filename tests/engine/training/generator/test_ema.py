from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.training.generator.ema import follow, half_life


def test_the_half_life_grows_with_the_run_up_to_a_bound() -> None:
    assert half_life(0) == 1.0
    assert half_life(5_000) == 500.0
    assert half_life(100_000) == half_life(10_000_000) == 10_000.0


def test_after_a_half_life_half_of_the_way_is_gone() -> None:
    average, network = nn.Linear(1, 1), nn.Linear(1, 1)
    for parameter in average.parameters():
        nn.init.zeros_(parameter)
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    for _ in range(10):
        follow(average, network, 1000, 1_000_000)
    assert average.weight.item() == pytest.approx(0.5, rel=1e-4)


def test_buffers_are_copied() -> None:
    average, network = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    network(torch.randn(8, 2))
    follow(average, network, 8, 8)
    assert average.num_batches_tracked is not None
    assert int(average.num_batches_tracked) == 1
    assert torch.equal(average.running_mean, network.running_mean)  # type: ignore[arg-type]
