"""Marks on a surface: curved bristle strokes placed one by one, and dots; each is stamped into a patch of the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resources.drawing.noise import Array


@dataclass(frozen=True)
class Stroke:
    """One mark. Lengths in pixels; `angle` in radians; `bend` is how far the ends leave the tangent, relative to the length."""

    x: float
    y: float
    angle: float
    length: float
    width: float
    bend: float = 0.0
    taper: float = 0.0


def footprint(stroke: Stroke, size: int) -> tuple[tuple[slice, slice], Array, Array] | None:
    """The patch of the picture that a stroke may touch, with coordinates along and across it (-1..1 inside); None outside."""
    reach = 0.5 * stroke.length * (1 + abs(stroke.bend)) + stroke.width
    left, right = max(int(stroke.x - reach), 0), min(int(stroke.x + reach) + 2, size)
    top, bottom = max(int(stroke.y - reach), 0), min(int(stroke.y + reach) + 2, size)
    if left >= right or top >= bottom:
        return None
    dx = np.arange(left, right, dtype=np.float32)[None] + 0.5 - stroke.x
    dy = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - stroke.y
    cosine, sine = np.cos(stroke.angle), np.sin(stroke.angle)
    along = (dx * cosine + dy * sine) / (0.5 * stroke.length)
    across = (dy * cosine - dx * sine) - stroke.bend * 0.5 * stroke.length * along**2
    return (slice(top, bottom), slice(left, right)), along, across / (0.5 * stroke.width)


def coverage(stroke: Stroke, along: Array, across: Array) -> Array:
    """0..1 antialiased inside of the stroke: a lens when `taper` is 1, a bar with round ends when it is 0."""
    inside = np.clip(1 - along * along, 0, 1)
    half = np.where(np.abs(along) < 1, (1 - stroke.taper) * inside**0.18 + stroke.taper * inside, 0)
    return np.clip((half - np.abs(across)) * 0.5 * stroke.width + 0.5 * (half > 0), 0, 1)


def bristles(rng: np.random.Generator, across: Array, along: Array, count: int) -> Array:
    """-1..1 ridges that the hairs of a brush leave, fading in and out along the stroke."""
    track = np.clip((across + 1) * 0.5 * (count - 1), 0, count - 1.001)
    hairs, drag = rng.uniform(-1, 1, count), rng.uniform(-1, 1, count)
    index = track.astype(np.int64)
    part = track - index
    height = hairs[index] * (1 - part) + hairs[index + 1] * part
    return height + 0.5 * (drag[index] * (1 - part) + drag[index + 1] * part) * along


def scatter(rng: np.random.Generator, size: int, spacing: float) -> Array:
    """Points (N, 2) as x, y in pixels: a jittered grid in random order, reaching a little over the frame."""
    steps = np.arange(-0.5, size / spacing + 1)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    points = (grid + rng.uniform(-0.5, 0.5, grid.shape)) * spacing
    return np.asarray(rng.permutation(points), np.float32)


def sample(field: Array, x: float, y: float) -> Array:
    """The pixel of `field` under x, y, held at the frame."""
    size = field.shape[0]
    return np.asarray(field[min(max(int(y), 0), size - 1), min(max(int(x), 0), size - 1)])


def relief(height: Array, strength: float) -> Array:
    """How much brighter or darker (about -1..1) a height field (pixels) looks in light from the upper left."""
    dy, dx = np.gradient(height)
    slope = (dx + dy) * strength
    return np.asarray(slope / np.sqrt(1 + slope * slope))
