from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.api.training import Estimate
from engine.nets.generators import GeneratorConfig, Kind
from engine.training.generator import estimating
from engine.training.generator.config import TrainGenerator
from engine.training.generator.estimating import estimate

CPU = torch.device("cpu")
NETWORK = GeneratorConfig(size=8, base=32, widest=8, narrowest=4, latent=8)
TINY = TrainGenerator(Path("folder"), Path("run"), NETWORK, batch=16, precision="float32")


def estimated(config: TrainGenerator) -> tuple[int, Estimate]:
    running, yielded = estimate(config, CPU), 0
    while True:
        try:
            next(running)
            yielded += 1
        except StopIteration as end:
            assert isinstance(end.value, Estimate)
            return yielded, end.value


@pytest.mark.parametrize("kind", ["style", "dcgan", "dense"])
def test_a_few_steps_tell_pace_and_memory(kind: Kind) -> None:
    config = replace(TINY, network=replace(TINY.network, kind=kind), gamma=TINY.gamma if kind == "style" else 0.0)
    yielded, found = estimated(config)
    assert yielded >= 4  # the critic's and the generator's phase of each step
    assert found.pace > 0
    assert 0 < found.memory < found.free
    assert math.isclose(found.minutes(round(found.pace * 600)), 10, rel_tol=0.1)


def test_memory_goes_by_what_is_computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "_memory", lambda device: (0, 10**12))  # not what the process grows by itself
    low, high = (estimated(replace(TINY, micro_batch=size))[1].memory for size in (8, None))
    networks = estimated(replace(TINY, batch=8, micro_batch=8))[1].memory
    assert low == networks
    assert 1.3 * low < high < 2 * low


def test_no_hook_is_in_force_while_others_work(monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[torch.Tensor] = []
    pack = estimating._Meter._pack

    def noted(meter: estimating._Meter, tensor: torch.Tensor) -> object:
        packed.append(tensor)
        return pack(meter, tensor)

    monkeypatch.setattr(estimating._Meter, "_pack", noted)
    running = estimate(TINY, CPU)
    while not packed:
        next(running)
    before = len(packed)
    assert before > 0
    torch.ones(2, requires_grad=True).exp().sum().backward()  # type: ignore[no-untyped-call]
    assert len(packed) == before
    running.close()


def test_the_estimate_in_words() -> None:
    said = Estimate(pace=28.9, memory=1_070_000_000, free=9_000_000_000).sentences(40, minutes=3)
    assert said[0] == "Measured just now on this machine: it trains on about 29 pictures a second and needs 1.1 GB of memory."
    assert said[1] == "In 3 minutes it sees 5,200 pictures, each of yours about 130 times."
    assert said[2].startswith("From scratch, colours and textures take about 17 minutes and shapes about 10 hours;")
    assert len(said) == 3
    tight = Estimate(pace=0.5, memory=9_000_000_000, free=2_000_000_000).sentences(40)
    assert tight[1].startswith("Only 2.0 GB are free")
    assert "17 hours and shapes about 23 days" in tight[-1]
