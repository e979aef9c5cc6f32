"""Fixed crops of a folder's pictures, with what the teacher sees in each, computed once.

A crop is named by (picture, variant) and drawn from (seed, picture, variant) alone, so that it is the same in every run and a
cached crop equals one computed anew. The teacher costs several times what the network costs; looking at each crop once and
remembering the answer halves the time of a step on a CPU.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from engine.api.errors import BadRequest, FolderMissing

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"})


def pictures(folder: Path) -> list[Path]:
    """The pictures of a folder, in the order of their names."""
    if not folder.is_dir():
        raise FolderMissing(folder)
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not found:
        raise BadRequest(folder, "it holds no picture")
    return found


@dataclass(frozen=True)
class CropPlan:
    """How crops are drawn: a square of `smallest` px up to the picture's short side, brought to `size` px.

    A share `native` of them is cut at the picture's own scale; the others' sides are log-uniform, so that strokes and motifs
    of many sizes are seen. A share `recoloured` gets other colours.
    """

    size: int
    smallest: int
    native: float
    variants: int
    recoloured: float = 0.0


def recoloured(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8 (size, size, 3) with its hues turned, its saturation, contrast and brightness changed."""
    angle, saturation = rng.uniform(-np.pi, np.pi), 0.0 if rng.random() < 0.15 else math.exp(rng.normal(0.0, 0.4))
    contrast, brightness = math.exp(rng.normal(0.0, 0.25)), rng.normal(0.0, 0.06)
    values = crop.astype(np.float32) / 255
    grey = values @ LUMA
    difference = values - grey[..., None]
    along = difference.mean(-1, keepdims=True)  # the part on the grey axis, which a turn of the hue leaves where it is
    across = difference - along
    quarter_turn = (np.roll(across, 1, -1) - np.roll(across, -1, -1)) / math.sqrt(3)
    turned = along + math.cos(angle) * across + math.sin(angle) * quarter_turn
    turned -= (turned @ LUMA)[..., None]  # as light as before
    middle = grey.mean()
    answer = middle + brightness + contrast * ((grey - middle)[..., None] + saturation * turned)
    rounded: np.ndarray = (answer.clip(0, 1) * 255).round().astype(np.uint8)
    return rounded


class CropSet:
    """Crops of one folder and their targets. `targets` turns (1, 3, size, size) in 0..1 into tensors to remember."""

    def __init__(self, folder: Path, plan: CropPlan, seed: int, targets: Callable[[Tensor], dict[str, Tensor]], cache_bytes: int) -> None:
        self.paths, self.plan, self.seed, self.targets = pictures(folder), plan, seed, targets
        self.room = cache_bytes
        self.cache: dict[tuple[int, int], tuple[Tensor, dict[str, Tensor]]] = {}
        self.skipped: set[Path] = set()

    def batch(self, rng: np.random.Generator, count: int) -> tuple[Tensor, dict[str, Tensor]]:
        """`count` crops: uint8 (count, 3, size, size) and their targets, stacked."""
        items: list[tuple[Tensor, dict[str, Tensor]]] = []
        while len(items) < count:
            if len(self.skipped) == len(self.paths):
                raise BadRequest(self.paths[0].parent, "none of its pictures can be read")
            key = (int(rng.integers(len(self.paths))), int(rng.integers(self.plan.variants)))
            item = self.item(*key)
            if item is not None:
                items.append(item)
        crops = torch.stack([crop for crop, _ in items])
        return crops, {name: torch.stack([targets[name] for _, targets in items]) for name in items[0][1]}

    def item(self, picture: int, variant: int) -> tuple[Tensor, dict[str, Tensor]] | None:
        """A crop and its targets, or None where the picture cannot be read (it is listed in `skipped`)."""
        known = self.cache.get((picture, variant))
        if known is not None:
            return known
        crop = self._crop(picture, variant)
        if crop is None:
            return None
        with torch.no_grad():
            targets = {name: value[0] for name, value in self.targets(crop[None]).items()}
        size = crop.nbytes + sum(value.nbytes for value in targets.values())
        if size <= self.room:
            self.room -= size
            self.cache[picture, variant] = (crop, targets)
        return crop, targets

    def _crop(self, picture: int, variant: int) -> Tensor | None:
        path, plan = self.paths[picture], self.plan
        rng = np.random.default_rng((self.seed, picture, variant))
        try:
            with Image.open(path) as opened:
                image = opened.convert("RGB")
        except (UnidentifiedImageError, OSError):
            self.skipped.add(path)
            return None
        short = min(image.size)
        if rng.random() < plan.native:
            side = min(plan.size, short)
        else:
            low = min(plan.smallest, short)
            side = round(math.exp(rng.uniform(math.log(low), math.log(short))))
        left, top = (int(rng.integers(edge - side + 1)) for edge in image.size)
        image = image.resize((plan.size, plan.size), Image.Resampling.LANCZOS, (left, top, left + side, top + side))
        if rng.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        crop = np.asarray(image)
        if rng.random() < plan.recoloured:
            crop = recoloured(crop, rng)
        return torch.from_numpy(crop.transpose(2, 0, 1).copy())
