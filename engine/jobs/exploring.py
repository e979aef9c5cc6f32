"""What the engine can do in a generator's space, listed once."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from engine.api import exploring
from engine.api.requests import Request
from engine.jobs import explore

Job = Callable[..., Generator[Any, Any, Any]]

JOBS: tuple[tuple[type[Request[Any]], Job], ...] = (
    (exploring.OpenGenerator, explore.open_generator),
    (exploring.Visit, explore.visit),
    (exploring.ReadCode, explore.read_code),
    (exploring.WriteCode, explore.write_code),
    (exploring.ConvertLatent, explore.convert_latent),
)
