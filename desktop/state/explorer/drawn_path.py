"""A line drawn by hand, as the stops of a path: its corners, and places between them where it runs straight for long."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from engine.api.exploring import MOST_STOPS

Spot = tuple[float, float]
"""In pixels of the view."""

SHORTEST = 24.0
"""A line that is shorter leads nowhere: a click, or a hand that trembled."""
TOLERANCE = 5.0
"""How far the path may run beside the line."""
SPACING = 72.0
"""How far stops are apart at the most."""
CLOSED = 28.0
"""A line that ends so near to its beginning comes back to it, if it went farther than this in between."""


@dataclass(frozen=True)
class DrawnPath:
    spots: tuple[Spot, ...]
    is_loop: bool
    is_thinned: bool
    """Whether the line had more corners than a path has stops: then they are equally far apart."""


def path_of(line: Sequence[Spot]) -> DrawnPath | None:
    """None where the line leads nowhere."""
    points = [point for place, point in enumerate(line) if place == 0 or point != line[place - 1]]
    if _length(points) < SHORTEST:
        return None
    reach = max(math.dist(points[0], point) for point in points)
    is_loop = math.dist(points[0], points[-1]) <= CLOSED < reach
    if is_loop:
        points[-1] = points[0]
    spots, most = _spaced(_simplified(points, TOLERANCE), SPACING), MOST_STOPS + is_loop
    is_thinned = len(spots) > most
    if is_thinned:
        spots = _evenly(points, most)
    return DrawnPath(tuple(spots[:-1] if is_loop else spots), is_loop, is_thinned)


def _length(points: Sequence[Spot]) -> float:
    return sum(math.dist(start, end) for start, end in pairwise(points))


def _simplified(points: Sequence[Spot], tolerance: float) -> list[Spot]:
    """The fewest points beside which no other is farther away than the tolerance (Ramer 1972; Douglas & Peucker 1973)."""
    kept, waiting = {0, len(points) - 1}, [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        between = range(first + 1, last)
        farthest = max(between, key=lambda place: _apart(points[place], points[first], points[last]), default=first)
        if between and _apart(points[farthest], points[first], points[last]) > tolerance:
            kept.add(farthest)
            waiting += [(first, farthest), (farthest, last)]
    return [points[place] for place in sorted(kept)]


def _apart(point: Spot, start: Spot, end: Spot) -> float:
    """From a point to the stretch between two others."""
    across, down = end[0] - start[0], end[1] - start[1]
    square = across**2 + down**2
    along = 0.0 if not square else ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / square
    along = min(1.0, max(0.0, along))
    return math.dist(point, (start[0] + along * across, start[1] + along * down))


def _spaced(points: Sequence[Spot], spacing: float) -> list[Spot]:
    """With places between two that are far apart."""
    spots = [points[0]]
    for start, end in pairwise(points):
        parts = max(1, math.ceil(math.dist(start, end) / spacing))
        spots += [_between(start, end, part / parts) for part in range(1, parts + 1)]
    return spots


def _evenly(points: Sequence[Spot], count: int) -> list[Spot]:
    """So many places of a line, from its beginning to its end, equally far apart along it."""
    come = [0.0, *accumulate(math.dist(start, end) for start, end in pairwise(points))]
    spots = []
    for number in range(count - 1):
        along = come[-1] * number / (count - 1)
        leg = bisect_right(come, along) - 1
        spots.append(_between(points[leg], points[leg + 1], (along - come[leg]) / (come[leg + 1] - come[leg])))
    return [*spots, points[-1]]


def _between(start: Spot, end: Spot, share: float) -> Spot:
    return (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
