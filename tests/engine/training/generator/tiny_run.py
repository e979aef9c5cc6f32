"""Runs of a network of a few channels on pictures of noise: ten steps take a fraction of a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.training.generator.config import TrainGenerator
from engine.training.generator.dataset import store_pictures
from engine.training.generator.loop import StepReport, train
from engine.training.generator.runs import Checkpoint, Run
from engine.training.watch import WatchConfig
from tests.tiny import TINY_GENERATOR

CPU = torch.device("cpu")

WINDOW = 4
"""Steps between two verdicts of the watch, which observes every second."""


def prepared(run: Path, count: int = 24, **changes: Any) -> TrainGenerator:
    """A new run's configuration, its pictures in place."""
    pixels = np.random.default_rng(count).integers(0, 256, (count, 3, 16, 16), np.uint8)
    store_pictures(run, pixels).close()
    watch = WatchConfig(window=8 * WINDOW)
    return replace(TrainGenerator(Path("pictures"), run, network=TINY_GENERATOR, batch=8, watch=watch, preview_every=64), **changes)


def run_to_its_end(config: TrainGenerator, steps: int, **changes: Any) -> list[StepReport]:
    return list(train(replace(config, steps=steps, **changes), CPU))


def notes(reports: list[StepReport]) -> list[str]:
    return [note for report in reports for note in report.notes]


def tensors(config: TrainGenerator) -> dict[str, Tensor]:
    return Run(config.run).newest().tensors


def assert_the_same(one: Checkpoint, two: Checkpoint) -> None:
    """Bit for bit, but for the seconds that they took."""
    assert one.tensors.keys() == two.tensors.keys()
    for name, value in one.tensors.items():
        assert torch.equal(value, two.tensors[name]), name
    for metadata in (one.metadata, two.metadata):
        metadata["state"].pop("seconds")
    assert one.metadata == two.metadata
