"""Points of a picture pulled to other places: motion supervision and point tracking on the generator's own features.

After DragGAN (Pan et al. 2023, arXiv 2305.10973, section 3.2), on features of the middle levels. Only the layers up to that level move.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.api.errors import BadRequest
from engine.api.exploring import Pull
from engine.nets.generators import Generator
from engine.nets.generators.style import StyleGenerator

FEATURE_SIDE = 64
"""Side of the features that are followed, or the largest there are: large enough for places, small enough to mean something."""

REGION, TRACKING = 0.035, 0.06
"""Radius of the patch that is moved, and of the square in which a point is looked for again, in parts of the picture's side."""

RATE = 0.03
ARRIVED = 0.75
"""A point is there when it is so near to its end, in places of the features."""


class Dragging:
    """Styles (1, layers, width) that change step by step; `points` are where the pulled points are now, (P, 2) as (x, y) in 0..1."""

    def __init__(self, network: Generator, styles: Tensor, pulls: Sequence[Pull], noise: int | None) -> None:
        if not isinstance(network, StyleGenerator):
            raise BadRequest("Drag points", f"a network of the kind {network.config.kind} has no features to follow")
        self._network = network
        self._noise = network.noise(noise, 1)
        self._side = max(side for side in network.config.sides if side <= max(FEATURE_SIDE, 8))
        self._moving = 2 * network.config.sides.index(self._side) + 1
        self.styles = styles.clone()
        self._ends = torch.tensor([pull.end for pull in pulls]) * self._side - 0.5
        self._at = torch.tensor([pull.start for pull in pulls]) * self._side - 0.5
        with torch.no_grad():
            self._first = _sampled(self._features(self.styles)[0], self._at)

    @property
    def points(self) -> Tensor:
        return (self._at + 0.5) / self._side

    @property
    def arrived(self) -> bool:
        return bool(((self._ends - self._at).norm(dim=1) < ARRIVED).all())

    def steps(self, count: int) -> Iterator[None]:
        """At most so many; ends when every point has arrived. Two quanta each."""
        moving = self.styles[:, : self._moving].clone().requires_grad_(True)
        rest = self.styles[:, self._moving :]
        optimiser = torch.optim.Adam([moving], lr=RATE * float(self.styles.std()))
        for _ in range(count):
            if self.arrived:
                return
            with torch.enable_grad():
                features, _ = self._features(torch.cat([moving, rest], 1))
                loss = self._pull(features)
            yield
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            optimiser.zero_grad()
            self.styles = torch.cat([moving.detach(), rest], 1).clone()
            with torch.no_grad():
                self._track(self._features(self.styles)[0])
            yield

    def _features(self, styles: Tensor) -> tuple[Tensor, Tensor]:
        """(1, C, side, side) of the followed level, and the picture of that size."""
        seen: list[Tensor] = []
        stage: nn.Module = self._network.levels[self._network.config.sides.index(self._side)].get_submodule("conv")
        handle = stage.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
        try:
            picture = self._network.synthesize(styles, self._noise, self._side)
        finally:
            handle.remove()
        return seen[0], picture

    def _pull(self, features: Tensor) -> Tensor:
        """What lies around each point should lie one place nearer to its end; what it moves from gets no gradient."""
        around = _disc(max(1.0, REGION * self._side))
        total = features.new_zeros(())
        for at, end in zip(self._at, self._ends, strict=True):
            way = end - at
            step = way / way.norm().clamp(min=1.0)  # shorter in the last place
            here = _sampled(features.detach(), at + around)
            total = total + (_sampled(features, at + around + step) - here).abs().mean()
        return total

    def _track(self, features: Tensor) -> None:
        """Each point is where the features are most like those that it began with, near its last place."""
        reach = max(1, round(TRACKING * self._side))
        offsets = torch.stack(torch.meshgrid(torch.arange(-reach, reach + 1), torch.arange(-reach, reach + 1), indexing="xy"), -1)
        for index in range(len(self._at)):
            places = (self._at[index] + offsets.reshape(-1, 2)).clamp(0, self._side - 1)
            apart = (_sampled(features, places) - self._first[index]).abs().sum(1)
            self._at[index] = places[int(apart.argmin())]


def check_pulls(pulls: Sequence[Pull]) -> None:
    """Raises BadRequest for none, too many, or one beyond the picture."""
    if not 1 <= len(pulls) <= 16:
        raise BadRequest(f"{len(pulls)} drag points", "there may be between 1 and 16")
    for pull in pulls:
        if not all(0 <= number <= 1 for number in (*pull.start, *pull.end)):
            raise BadRequest("A drag point", "it lies beyond the picture")


def _disc(radius: float) -> Tensor:
    reach = int(radius)
    offsets = [(x, y) for y in range(-reach, reach + 1) for x in range(-reach, reach + 1) if x * x + y * y <= radius * radius]
    return torch.tensor(offsets, dtype=torch.float32)


def _sampled(features: Tensor, places: Tensor) -> Tensor:
    """(P, C): features (1, C, S, S) at places (P, 2) as (x, y), in places of the features, between them bilinearly."""
    side = features.shape[-1]
    grid = ((places + 0.5) / side * 2 - 1).to(features)[None, :, None]
    return F.grid_sample(features, grid, padding_mode="border", align_corners=False)[0, :, :, 0].t()
