"""Sheets of samples: the same latents through the whole run, so that one can see it learn."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from engine.api.atomic import atomic_file
from engine.imaging.sheets import Pixels, sheet
from engine.nets.generators import build_generator
from engine.training.generator.config import TrainGenerator
from engine.training.generator.runs import Run
from engine.training.generator.watching import sample_steps
from engine.training.moments import below

SHEET = 512
"""About the side of a preview grid in pixels; at least sixteen pictures are on it in any case."""


def grid_side(size: int) -> int:
    """How many pictures of `size` pixels stand side by side in a preview grid: 8 at the most, 4 at the least."""
    return min(8, max(4, SHEET // size))


def save_sheet(pictures: Pixels, path: Path, columns: int) -> None:
    """Write a sheet as a PNG, whole or not at all."""
    with atomic_file(path, overwrite=True, durable=False) as file:
        Image.fromarray(sheet(pictures, columns)).save(file, "PNG")


def samples(config: TrainGenerator, tensors: Mapping[str, Tensor], count: int, device: torch.device) -> Generator[None, None, Tensor]:
    """Pictures (count, 3, S, S) of the fixed latents, uint8, by the average of a checkpoint's tensors. Yields while they are made."""
    network = build_generator(config.network)
    network.load_state_dict(below(tensors, "average"))
    network = network.to(device).eval().requires_grad_(False)
    parts = []
    for part in sample_steps(network, config.seed, count, torch.float32):
        parts.append(part)
        yield
    return torch.cat(parts)


def newest_grid(run: Run, device: torch.device) -> Generator[None, None, tuple[int, Path]]:
    """(pictures seen, file) of the preview grid of a run's newest checkpoint; made where it is missing. Yields while samples are made.

    Raises BadRequest where the folder holds no run, DiskFull or NotWritable.
    """
    config = TrainGenerator.from_plain(run.read_config())
    seen = int(run.newest_metadata()[1]["state"]["seen"])
    if not run.grid_file(seen).exists():
        kept = run.newest()
        seen, columns = int(kept.metadata["state"]["seen"]), grid_side(config.network.size)
        made = yield from samples(config, kept.tensors, columns**2, device)
        save_sheet(made.numpy(), run.grid_file(seen), columns)
    return seen, run.grid_file(seen)
