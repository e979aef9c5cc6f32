"""Warm-up: the house stylizer loaded and run once, so that the first picture does not wait for it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import torch

from engine.api.requests import EngineInfo, WarmUp
from engine.context import Context, Step
from engine.nets.stylizer import Moments


def warm_up(request: WarmUp, context: Context) -> Generator[Step, Any, EngineInfo]:
    """Load the model and let the kernels initialise themselves on a small picture."""
    model = context.models.stylizer()
    yield None
    picture = torch.full((1, 3, 64, 64), 0.5)
    features = yield from model.encode_steps(picture)
    code = yield from model.code_steps(picture)
    yield from model.decode_steps(features, code, Moments.of(features))
    device = context.device
    skipped = context.models.found.skipped
    return EngineInfo(device.name, device.precision, torch.get_num_threads(), model.manifest.id, skipped, device.notes)
