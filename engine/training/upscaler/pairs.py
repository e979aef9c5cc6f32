"""Pairs to learn from: a crop of a picture, and the same made small and bad."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from engine.api.errors import BadRequest
from engine.training.stylizer.crops import pictures
from engine.training.upscaler.degrading import Degradation


class Pairs:
    """Draws pairs from the pictures of several folders. What is drawn depends on the generator handed in alone; decoded pictures are
    kept, up to `cache_bytes`."""

    def __init__(self, folders: Sequence[Path], scale: int, size: int, native: float, degradation: Degradation, cache_bytes: int) -> None:
        self.paths = [path for folder in folders for path in pictures(folder)]
        self.scale, self.size, self.native, self.degradation = scale, size, native, degradation
        self.skipped: set[Path] = set()
        """Pictures that cannot be read, or are smaller than a crop."""
        self._decoded: dict[Path, np.ndarray] = {}
        self._room = cache_bytes

    def batch(self, rng: np.random.Generator, count: int) -> tuple[Tensor, Tensor]:
        """uint8 (count, 3, size, size) and (count, 3, scale size, scale size)."""
        pairs: list[tuple[np.ndarray, np.ndarray]] = []
        while len(pairs) < count:
            if len(self.skipped) == len(self.paths):
                least = self.scale * self.size
                raise BadRequest(self.paths[0].parent, f"none of its pictures can be read and has {least} pixels or more on both sides")
            path = self.paths[int(rng.integers(len(self.paths)))]
            whole = self._whole(path)
            if whole is not None:
                crop = self._crop(whole, rng)
                pairs.append((self.degradation(crop, self.scale, rng), crop))
        small, large = (np.stack(side).transpose(0, 3, 1, 2) for side in zip(*pairs, strict=True))
        return torch.from_numpy(np.ascontiguousarray(small)), torch.from_numpy(np.ascontiguousarray(large))

    def _crop(self, whole: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A square at the picture's own scale; or a larger one reduced to it, whose own traces of JPEG are gone. Turned at random."""
        side = self.scale * self.size
        short = min(whole.shape[:2])
        edge = side if rng.random() < self.native else int(rng.integers(side, short + 1))
        top, left = (int(rng.integers(length - edge + 1)) for length in whole.shape[:2])
        crop = whole[top : top + edge, left : left + edge]
        if edge > side:
            crop = np.asarray(Image.fromarray(crop).resize((side, side), Image.Resampling.LANCZOS))
        return np.ascontiguousarray(np.rot90(crop if rng.random() < 0.5 else crop[:, ::-1], int(rng.integers(4))))

    def _whole(self, path: Path) -> np.ndarray | None:
        """The picture, or None where it is of no use."""
        if path in self.skipped:
            return None
        known = self._decoded.get(path)
        if known is not None:
            return known
        try:
            with Image.open(path) as opened:
                whole = np.asarray(opened.convert("RGB"))
        except (UnidentifiedImageError, OSError):
            whole = np.empty((0, 0, 3), np.uint8)
        if min(whole.shape[:2]) < self.scale * self.size:
            self.skipped.add(path)
            return None
        if whole.nbytes <= self._room:
            self._room -= whole.nbytes
            self._decoded[path] = whole
        return whole
