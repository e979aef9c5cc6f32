"""A run's result as a model: one file to make pictures with, and one beside it to train on from."""

from __future__ import annotations

from collections.abc import Generator as Steps
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.api.errors import DiskFull, NotWritable
from engine.api.manifest import FORMAT
from engine.models import checkpoint, generators
from engine.training.generator.config import TrainGenerator
from engine.training.generator.dataset import PictureSet
from engine.training.generator.preview import grid_side, samples, save_sheet
from engine.training.generator.runs import Run
from engine.training.generator.watching import SAMPLES
from engine.training.moments import below
from engine.training.watch import Watch


def export(config: TrainGenerator, out: Path, command: str, device: torch.device) -> dict[str, Any]:
    """`export_steps`, in one go: its manifest."""
    steps = export_steps(config, out, command, device)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return dict(end.value)


def export_steps(config: TrainGenerator, out: Path, command: str, device: torch.device) -> Steps[None, None, dict[str, Any]]:
    """Write the newest checkpoint's moving average as the model `out` (fp16), with how it was made and how original it is; generator and
    critic go into the file beside it (bf16). The run gets the preview grid of that checkpoint, if it has none. Yields while samples are
    made; returns the manifest.

    Raises BadRequest where there is no run, DiskFull, NotWritable."""
    kept = Run(config.run).newest()
    state = kept.metadata["state"]
    with PictureSet(config.run) as pictures:
        shown = yield from samples(config, kept.tensors, max(SAMPLES, grid_side(config.network.size) ** 2), device)
        watch = Watch(pictures, config.watch)
        watch.load_dict(kept.metadata["watch"])
        manifest = {
            "format": FORMAT,
            "architecture": generators.ARCHITECTURE,
            "id": out.stem,
            "config": config.network.to_dict(),
            "licence": config.licence,
            "provenance": {
                "command": command,
                "pictures": len(pictures.names),
                "steps": state["step"],
                "seen": state["seen"],
                "hours": round(state["seconds"] / 3600, 2),
                "data_hash": kept.metadata["data_hash"],
                "recipe": kept.metadata["options"],
                "tuned": kept.metadata.get("tuned", []),
            },
            "originality": watch.originality_report(shown[:SAMPLES], state["seen"]),
        }
    _show(shown, config, state["seen"])
    # The companion first: a model without it would begin a fine-tuning with a new critic.
    raw = {key: value for key, value in kept.tensors.items() if key.startswith(("generator.", "critic."))}
    facts = {"seen": state["seen"], "augmentation": state["augmentation"], "data_hash": kept.metadata["data_hash"]}
    checkpoint.write(generators.training_file(out), _in(torch.bfloat16, raw), facts)
    checkpoint.write(out, _in(torch.float16, below(kept.tensors, "average")), manifest)
    return manifest


def _show(made: Tensor, config: TrainGenerator, seen: int) -> None:
    """A training that was paused ended between two preview grids."""
    columns, grid = grid_side(config.network.size), Run(config.run).grid_file(seen)
    if not grid.exists():
        with suppress(DiskFull, NotWritable, OSError):  # a model is made without
            save_sheet(made[: columns**2].numpy(), grid, columns)


def _in(dtype: torch.dtype, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: value.to(dtype) if value.is_floating_point() else value for key, value in tensors.items()}
