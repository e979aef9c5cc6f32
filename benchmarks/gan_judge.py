"""A generator's pictures before the shared judge: how near they lie to pictures that no contender was trained on."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from benchmarks.report import shared


@dataclass(frozen=True)
class Score:
    """`frechet`: lower is better; `precision` and `coverage`: shares, higher is better."""

    frechet: float
    precision: float
    coverage: float


class Judge:
    """`../shared/tools/gan_quality.py` against held-out pictures of 64 px, at most `count` of each side."""

    def __init__(self, real: Path, count: int) -> None:
        self.real_folder, self.count = real, count

    @cached_property
    def _tool(self) -> ModuleType:
        path = shared("tools", "gan_quality.py")
        sys.path.insert(0, str(path.parent))  # it imports its neighbours
        specification = importlib.util.spec_from_file_location("gan_quality", path)
        assert specification is not None and specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module

    @cached_property
    def _real(self) -> tuple[Any, Any, Any]:
        """The feature space, the real pictures in it, and their neighbourhoods."""
        parts = self._tool.blocks(self.real_folder, 64, self.count)
        space = self._tool.Space(parts)
        real = space(parts)
        return space, real, self._tool.balls(real)

    def score(self, pictures: npt.NDArray[np.uint8]) -> Score:
        """Of made pictures, uint8 (N, 3, 64, 64)."""
        with tempfile.TemporaryDirectory() as folder:
            for number, picture in enumerate(pictures):
                Image.fromarray(picture.transpose(1, 2, 0)).save(Path(folder, f"{number:05d}.png"), compress_level=1)
            space, real, radius = self._real
            return self._score(space(self._tool.blocks(Path(folder), 64, self.count)), real, radius)

    def floor(self) -> Score:
        """What one half of the real pictures scores against the other: nothing made is expected to be nearer."""
        _, real, _ = self._real
        half = len(real) // 2
        return self._score(real[:half], real[half:], self._tool.balls(real[half:]))

    def _score(self, made: Any, real: Any, radius: Any) -> Score:
        distance = torch.cdist(made, real)
        precision = float((distance <= radius).any(1).float().mean())
        coverage = float((distance.min(0).values <= radius).float().mean())
        return Score(self._tool.frechet(made, real), precision, coverage)
