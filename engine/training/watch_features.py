"""How alike two pictures are, for the memorisation watch: fixed random features, nearest neighbours, coverage, diversity.

The features are two untrained convolution layers over a thumbnail and the thumbnail's own colours. Nothing is learnt and
nothing is downloaded, the filters come from a fixed seed: a distance means the same on every machine and in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 32
"""Pictures are compared as thumbnails of this many pixels: a copy is a copy whatever its finest grain."""

READ = 64
"""How many pictures are in memory at their full size at once."""

CHUNK = 2048
"""How many training pictures a search looks at together."""

LEAST_HELD = 20
"""With fewer held out, what is normal is taken from all pictures: a percentile of six distances says little."""

MOST_REFERENCE = 500
"""Of a large held-out set so many are compared with: enough for a 5th percentile."""

PERCENTILE = 0.05
"""Suspected: nearer to a training picture, and more distinctly so, than this share of unseen pictures are."""

CROWD = 5
"""How many near training pictures make the nearest one nothing special; a motif may come a few times."""

NEIGHBOURS = 3
"""Coverage: a reference picture's neighbourhood reaches to its third nearest reference picture; …"""

SHARE = 50
"""… among few, whose third nearest is far away, to the nearest: one neighbour for so many pictures."""

FLIPS: tuple[tuple[int, ...], ...] = ((), (3,), (2,), (2, 3))
"""The axes to turn: as it is, mirrored, upside down, both."""


class Pictures(Protocol):
    """A set of pictures: the places of those for training and of those held out, and (n, 3, S, S) uint8 of the named places."""

    train: npt.NDArray[np.int64]
    held: npt.NDArray[np.int64]

    def pictures(self, indices: npt.NDArray[np.int64], /) -> npt.NDArray[np.uint8]: ...


def floats(pictures: Tensor | npt.NDArray[np.uint8]) -> Tensor:
    """fp32 in −1..1, in main memory, from uint8 or from floats that may go beyond."""
    tensor = torch.as_tensor(pictures).detach().cpu()
    return tensor.float().div(127.5).sub(1) if tensor.dtype is torch.uint8 else tensor.float().clamp(-1, 1)


def thumbnails(pictures: Tensor | npt.NDArray[np.uint8]) -> Tensor:
    """(N, 3, SIDE, SIDE) fp32 in −1..1 from (N, 3, S, S), either uint8 or floats in −1..1."""
    return torch.cat([_reduced(floats(part)) for part in torch.split(torch.as_tensor(pictures), READ)])


def _reduced(shown: Tensor) -> Tensor:
    return F.adaptive_avg_pool2d(shown, SIDE) if shown.shape[-1] >= SIDE else F.interpolate(shown, (SIDE, SIDE), mode="bilinear")


@cache
def _filters() -> tuple[Tensor, Tensor]:
    drawn = torch.Generator().manual_seed(7)
    first = torch.randn(32, 3, 5, 5, generator=drawn) / (3 * 5 * 5) ** 0.5
    first -= 0.8 * first.mean((2, 3), keepdim=True)  # mostly edges and grain: flat colour has its own features below
    second = torch.randn(32, 32, 3, 3, generator=drawn) / (32 * 3 * 3) ** 0.5
    return first, second


@torch.no_grad()
def features(small: Tensor) -> Tensor:
    """(N, D) fp32 of thumbnails (N, 3, SIDE, SIDE) in −1..1: colours on an 8×8 grid, two layers' responses on a 4×4 grid."""
    first, second = _filters()
    edges = F.relu(F.conv2d(small, first, stride=2, padding=2))
    shapes = F.relu(F.conv2d(edges, second, stride=2, padding=1))
    grids = (F.adaptive_avg_pool2d(small, 8), F.adaptive_avg_pool2d(edges, 4), F.adaptive_avg_pool2d(shapes, 4))
    return torch.cat([grid.flatten(1) / 8 for grid in grids], 1)


@dataclass(frozen=True)
class Nearest:
    """For N queries: which training picture is nearest (its place in the training set), how far it is, and how distinctly so."""

    index: Tensor
    distance: Tensor
    distinctness: Tensor
    """That distance over the distance to the CROWD-th nearest, 0..1; near 1 where many are equally near."""


class Gallery:
    """Features of the training pictures, in half precision, and the search among them.

    The queries are flipped, not the gallery: that finds a mirrored copy as well and keeps one quarter in memory.
    """

    def __init__(self, pictures: Pictures) -> None:
        self._kept = torch.cat([features(small).half() for small in chunks(pictures, pictures.train)])

    def __len__(self) -> int:
        return len(self._kept)

    def nearest(self, small: Tensor, left_out: Tensor | None = None) -> Nearest:
        """Search for thumbnails; `left_out` (N,) names for each query one training picture that does not count."""
        queries = [features(small.flip(axes) if axes else small) for axes in FLIPS]
        found = torch.empty(len(small), 0)
        places = torch.empty(len(small), 0, dtype=torch.long)
        for start in range(0, len(self), CHUNK):
            kept = self._kept[start : start + CHUNK].float()
            apart = torch.stack([torch.cdist(query, kept) for query in queries]).amin(0)
            if left_out is not None:
                hit = (left_out >= start) & (left_out < start + CHUNK)
                apart[hit, left_out[hit] - start] = torch.inf
            found = torch.cat([found, apart], 1)
            places = torch.cat([places, torch.arange(start, start + len(kept)).expand(len(small), -1)], 1)
            found, order = found.topk(min(CROWD, found.shape[1]), largest=False)
            places = places.gather(1, order)
        others = found[:, max(0, min(CROWD, len(self) - (left_out is not None)) - 1)]
        return Nearest(places[:, 0], found[:, 0], found[:, 0] / others.clamp(min=1e-6))


class Surroundings:
    """The real pictures around the samples: where the training pictures are, how near is too near, and how varied they are.

    What is normal is taken from the held-out pictures; from all pictures where fewer than LEAST_HELD are held out.
    """

    def __init__(self, pictures: Pictures) -> None:
        enough = len(pictures.held) >= LEAST_HELD
        self._gallery = Gallery(pictures)
        reference = pictures.held if enough else np.concatenate([pictures.train, pictures.held])
        self._reference = torch.cat([features(small) for small in chunks(pictures, _spread(reference, MOST_REFERENCE))])
        self._radii = _neighbourhoods(self._reference)
        self._diversity = _diversity(self._reference)
        self._near, self._distinct = self._bounds(pictures, enough)

    def _bounds(self, pictures: Pictures, enough: bool) -> tuple[float, float]:
        """The distance and the distinctness below which a picture is unusually near to a training picture."""
        held = self._nearest_of(pictures, _spread(pictures.held, MOST_REFERENCE), left_out=False)
        if enough:
            return float(held.distance.quantile(PERCENTILE)), float(held.distinctness.quantile(PERCENTILE))
        own = self._nearest_of(pictures, pictures.train, left_out=True)
        distances = torch.cat([held.distance, own.distance])
        return _fitted_percentile(distances), _fitted_percentile(torch.cat([held.distinctness, own.distinctness]))

    def _nearest_of(self, pictures: Pictures, indices: npt.NDArray[np.int64], *, left_out: bool) -> Nearest:
        small = torch.cat([torch.empty(0, 3, SIDE, SIDE), *chunks(pictures, indices)])
        return self._gallery.nearest(small, torch.arange(len(small)) if left_out else None)

    def suspects(self, small: Tensor) -> list[tuple[int, int, float]]:
        """(sample, place in the training set, distance) of thumbnails that may be copies, the nearest first.

        A suspect is unusually near to one training picture, and not about as near to several: whatever is blurred or in between is
        near to everything (Carlini et al. 2023, arXiv 2301.13188, put distances in proportion to those of the neighbours for this reason).
        """
        nearest = self._gallery.nearest(small)
        suspected = (nearest.distance < self._near) & (nearest.distinctness <= self._distinct)
        found = [(sample, int(nearest.index[sample]), float(nearest.distance[sample])) for sample in suspected.nonzero().flatten().tolist()]
        return sorted(found, key=lambda suspect: suspect[2])

    def coverage(self, samples: Tensor) -> float:
        """The share of reference pictures with a sample's features in their neighbourhood (Naeem et al. 2020, section 3.2)."""
        return float((torch.cdist(self._reference, samples).min(1).values < self._radii).float().mean())

    def diversity(self, samples: Tensor) -> float:
        """The mean distance between two of the samples' features, over that between two reference pictures; 0: all are one."""
        return _diversity(samples) / max(self._diversity, 1e-6)


def chunks(pictures: Pictures, indices: npt.NDArray[np.int64]) -> Iterator[Tensor]:
    """Thumbnails of the named pictures, READ at a time."""
    for start in range(0, len(indices), READ):
        yield thumbnails(pictures.pictures(indices[start : start + READ]))


def _spread(indices: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.int64]:
    """At most so many of the indices, evenly from all over."""
    return indices if len(indices) <= most else indices[np.linspace(0, len(indices) - 1, most).round().astype(np.int64)]


def _diversity(of: Tensor) -> float:
    return float(torch.pdist(of).mean()) if len(of) > 1 else 0.0


def _neighbourhoods(reference: Tensor) -> Tensor:
    """(N,) radii of the features (N, D): the distance to the nearest other one, or to the NEIGHBOURS-th where there are many."""
    neighbours = min(NEIGHBOURS, max(1, len(reference) // SHARE), len(reference) - 1)
    return torch.cdist(reference, reference).kthvalue(neighbours + 1, 1).values


def _fitted_percentile(values: Tensor) -> float:
    """The PERCENTILE of few positive values, by the log-normal distribution that fits them.

    The smallest of thirty is a matter of luck: with it as the bound, 11 % of flower photographs that were new counted as copies of
    thirty others, and 33 % in the unluckiest of 25 folders; with this one 7 % and 16 %.
    """
    logs = values.clamp(min=float(values.median()) / 10).log()  # a twin in the folder must not stretch the distribution
    return float((logs.mean() + torch.special.ndtri(torch.tensor(PERCENTILE)) * logs.std()).exp())
