from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.training.generator import loop, watching
from engine.training.generator.config import TrainGenerator
from tests.engine.training.generator.tiny_run import prepared


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _few_torch_threads: None) -> TrainGenerator:
    """A tiny run, on one thread, whose watch looks twice in a window and at few samples."""
    torch.set_num_threads(1)
    monkeypatch.setattr(watching, "OBSERVATIONS", 2)
    monkeypatch.setattr(loop, "SAMPLES", 8)
    return prepared(tmp_path / "run")
