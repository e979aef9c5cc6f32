"""A map of a generator's space: every point of a plane is a code, near points are near codes, and looking closer shows finer variation.

Two coordinates cannot hold a hundred. So each further component of the codes' spread is a wavy function of the point, with ever shorter
waves: the strongest components change over the whole map, the weakest between one thumbnail and the next when one looks closely.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.latent.directions import ganspace, sampled
from engine.nets.generators import Generator

REACH = 3.0
"""Maps reach from -REACH to REACH either way: in standard deviations, on the map of the spread."""

SIDE = 20
"""The map of looks has so many places a side, whose pictures are sorted."""

OCTAVES = 7
"""How often the waves' length halves. The longest is about the map's width."""

WAVES = 3
"""Plane waves for each component: their sum is nearly normal."""

KEPT = 24
"""Components that a place on the map of looks has from its own code; the others wave."""

SWAPS = 12_000
"""Tried on the way to a sorted map."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """The codes of a network: their mean (width,) and principal components (width, width), each as long as its standard deviation."""

    mean: Tensor
    ways: Tensor

    @classmethod
    def of(cls, network: Generator) -> Spread:
        w = sampled(network, 10_000)
        if network.layers == 1:  # the latents themselves: alike in every direction
            return cls(torch.zeros(network.width), torch.eye(network.width))
        ways, _ = ganspace(network)
        mean = w.mean(0)
        deviations = ((w - mean) @ ways.t()).std(0)
        return cls(mean.cpu(), (ways * deviations[:, None]).cpu())

    def coordinates(self, w: Tensor) -> Tensor:
        """w (..., width) in standard deviations along each component."""
        return (w.cpu() - self.mean) @ self.ways.t() / self.ways.square().sum(1).clamp(min=1e-12)


def spread_codes(points: Points, spread: Spread) -> Tensor:
    """(N, width) codes of points (N, 2): the coordinates are the two strongest components."""
    first = torch.from_numpy(points.astype(np.float32))
    others = waves(points, 2, len(spread.ways))
    return spread.mean + torch.cat([first, others], 1) @ spread.ways


def look_codes(points: Points, spread: Spread, grid: Tensor) -> Tensor:
    """(N, width) codes of points (N, 2) between the sorted places `grid` (SIDE, SIDE, width), rows from the top.

    What lies between codes is nearer to their mean than they are: it is brought to their distance from it."""
    place = np.clip((points / REACH + 1) / 2 * SIDE - 0.5, 0, SIDE - 1)
    low = np.minimum(place.astype(int), SIDE - 2)
    x, y = torch.from_numpy((place - low).astype(np.float32)).unbind(1)
    x, y = (t * t * (3 - 2 * t) for t in (x, y))
    mixed, length = torch.zeros(len(points), grid.shape[-1]), torch.zeros(len(points))
    for across, down, share in ((0, 0, (1 - x) * (1 - y)), (1, 0, x * (1 - y)), (0, 1, (1 - x) * y), (1, 1, x * y)):
        corner = grid[low[:, 1] + down, low[:, 0] + across] - spread.mean
        mixed += share[:, None] * corner
        length += share * corner.norm(dim=1)
    mixed *= (length / mixed.norm(dim=1).clamp(min=1e-6))[:, None]
    kept = min(KEPT, len(spread.ways))
    detail = waves(points, kept, len(spread.ways)) - waves(np.zeros((1, 2)), kept, len(spread.ways))
    return spread.mean + mixed + 0.5 * detail @ spread.ways[kept:]


def waves(points: Points, first: int, end: int) -> Tensor:
    """(N, end - first) values of about unit variance for the components from `first` on: smooth, always the same, ever shorter waves."""
    if end <= first:
        return torch.zeros(len(points), 0)
    drawn = np.random.default_rng(0)
    angles, phases = drawn.uniform(0, 2 * math.pi, (2, 4096, WAVES))
    component = np.arange(first, end)
    octave = np.minimum(OCTAVES - 1, np.log2(component / 2 + 1).astype(int))  # twice as many components in each octave
    frequency = (2 * math.pi / (2 * REACH)) * 2.0**octave
    angle, phase = angles[component % 4096], phases[component % 4096]
    across, down = points[:, 0, None, None], points[:, 1, None, None]
    turned = frequency[None, :, None] * (across * np.cos(angle) + down * np.sin(angle)) + phase
    return torch.from_numpy((math.sqrt(2 / WAVES) * np.sin(turned).sum(2)).astype(np.float32))


# ---- sorting by look ----


def arranged(seen: Tensor) -> npt.NDArray[np.int64]:
    """Which of the (SIDE², D) looks goes to each place, (SIDE²,) row by row: sorted along their two main differences."""
    centred = seen - seen.mean(0)
    _, _, ways = torch.linalg.svd(centred, full_matrices=False)
    ways = ways[:2] * ways[:2].gather(1, ways[:2].abs().argmax(1, keepdim=True)).sign()
    main = (centred @ ways.t()).double().numpy()
    columns = np.argsort(main[:, 0], kind="stable").reshape(SIDE, SIDE)
    sorted_columns = [column[np.argsort(main[column, 1], kind="stable")] for column in columns]
    return np.stack(sorted_columns, 1).reshape(-1).astype(np.int64)


class Sorting:
    """Places exchanged, two at a time, where their neighbours then look more like them. Always the same way."""

    def __init__(self, seen: Tensor) -> None:
        self.order = arranged(seen)
        self._apart = torch.cdist(seen, seen).double().numpy()
        self._random = np.random.default_rng(1)
        self._neighbours = [_neighbours(place) for place in range(SIDE * SIDE)]

    def run(self, swaps: int) -> None:
        """Try so many exchanges, first of far places, later of near ones only as chance has it."""
        for a, b in self._random.integers(0, SIDE * SIDE, (swaps, 2)):
            before = self._unlikeness(a) + self._unlikeness(b)
            self._exchange(a, b)
            if self._unlikeness(a) + self._unlikeness(b) >= before:
                self._exchange(a, b)

    def total(self) -> float:
        """How unlike neighbours are, altogether."""
        return sum(self._unlikeness(place) for place in range(SIDE * SIDE))

    def _unlikeness(self, place: int) -> float:
        return float(self._apart[self.order[place], self.order[self._neighbours[place]]].sum())

    def _exchange(self, a: int, b: int) -> None:
        self.order[a], self.order[b] = self.order[b], self.order[a]


def _neighbours(place: int) -> npt.NDArray[np.int64]:
    row, column = divmod(place, SIDE)
    around = ((row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1) if (down, across) != (0, 0))
    return np.array([r * SIDE + c for r, c in around if 0 <= r < SIDE and 0 <= c < SIDE])


# ---- tiles ----


def tile_centre(zoom: int, column: int, row: int) -> tuple[float, float]:
    """The point in the middle of a tile: at zoom 0 one tile is the whole map, and each further zoom halves it."""
    span = 2 * REACH / 2**zoom
    return (-REACH + (column + 0.5) * span, -REACH + (row + 0.5) * span)
