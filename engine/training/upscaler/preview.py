"""A sheet of samples: what the network got, what it made of it, and what there was before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from engine.training.upscaler.trainer import Trainer

ROWS = 6


def save_sheet(trainer: Trainer, path: Path) -> None:
    """Write a PNG of the same crops every time, so that the sheets of a run can be compared."""
    rng = np.random.default_rng((trainer.config.seed, ROWS))
    small, large = trainer.pairs.batch(rng, ROWS)
    with torch.no_grad():
        made = trainer.average(small.to(trainer.device).float().div_(255)).clamp(0, 1).mul(255).round().byte().cpu()
    scale = trainer.config.network.scale
    columns = (small.repeat_interleave(scale, 2).repeat_interleave(scale, 3), made, large)
    sheet = torch.cat(columns, 3).permute(0, 2, 3, 1).flatten(0, 1)
    Image.fromarray(sheet.numpy()).save(path)
