"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class DeviceWish(StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


Device = Annotated[DeviceWish, typer.Option("--device", help="Where to compute.")]
Seed = Annotated[int, typer.Option("--seed", help="The seed of everything random.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
