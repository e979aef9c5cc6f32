"""Which part of the map is seen: its middle and its scale, the tiles that cover it, and where a point of it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from engine.api.exploring import DEEPEST_ZOOM, MOST_TILES

REACH = 3.0
"""Maps reach so far either way."""
FIRST_SCALE = 140.0
"""Pixels for each unit of the map, when it is first seen: it is a little larger than the view."""
LARGEST_TILE = 96
"""A tile of the map is between half of this and this, in pixels: where it would be larger, the next zoom's are shown."""
MOST_SCALE = LARGEST_TILE * 2 ** (DEEPEST_ZOOM - 1) / (2 * REACH)

TileKey = tuple[int, int, int]
"""(zoom, column, row)."""


@dataclass(frozen=True)
class MapView:
    """What is seen: the map's point at the middle, and how many pixels one of its units takes."""

    x: float = 0.0
    y: float = 0.0
    scale: float = FIRST_SCALE
    width: int = 1
    height: int = 1

    @property
    def zoom(self) -> int:
        """The zoom whose tiles fit."""
        return min(DEEPEST_ZOOM, max(0, math.ceil(math.log2(self.scale * 2 * REACH / LARGEST_TILE))))

    def moved(self, across: float, down: float) -> MapView:
        """By so many pixels, up to the map's edge."""
        return replace(self, x=within(self.x + across / self.scale), y=within(self.y + down / self.scale))

    def zoomed(self, ratio: float) -> MapView:
        """About its middle."""
        smallest = max(40.0, min(self.width, self.height) / (2.2 * REACH))
        return replace(self, scale=min(MOST_SCALE, max(smallest, self.scale * ratio)))

    def rect(self, key: TileKey) -> tuple[float, float, float]:
        """Where a tile is: left, top, and side in pixels."""
        zoom, column, row = key
        unit = 2 * REACH / 2**zoom
        left, top = self.at(column * unit - REACH, row * unit - REACH)
        return left, top, unit * self.scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where in the view a point of the map is."""
        return (x - self.x) * self.scale + self.width / 2, (y - self.y) * self.scale + self.height / 2

    def point(self, left: float, top: float) -> tuple[float, float]:
        """The map's point at a place of the view."""
        return within(self.x + (left - self.width / 2) / self.scale), within(self.y + (top - self.height / 2) / self.scale)

    def tiles(self) -> tuple[TileKey, ...]:
        """Those that are seen, the nearest to the middle first."""
        zoom = self.zoom
        unit, last = 2 * REACH / 2**zoom, 2**zoom - 1
        columns = _span(self.x, self.width / self.scale / 2, unit, last)
        rows = _span(self.y, self.height / self.scale / 2, unit, last)

        def distance(tile: TileKey) -> float:
            return math.hypot((tile[1] + 0.5) * unit - REACH - self.x, (tile[2] + 0.5) * unit - REACH - self.y)

        return tuple(sorted(((zoom, column, row) for column in columns for row in rows), key=distance)[:MOST_TILES])


def within(value: float) -> float:
    """Brought onto the map."""
    return min(REACH, max(-REACH, value))


def _span(centre: float, half: float, unit: float, last: int) -> range:
    """The tiles between two edges of the view."""
    first = math.floor((centre - half + REACH) / unit)
    end = math.floor((centre + half + REACH) / unit)
    return range(max(0, first), min(last, end) + 1)
