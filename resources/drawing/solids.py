"""Signed distance functions: each takes points of shape (3, N) in its own space and answers (N,) distances, negative inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from resources.drawing.noise import Array

Distance = Callable[[Array], Array]


def length(points: Array) -> Array:
    """Euclidean length over the first axis."""
    return np.asarray(np.sqrt(np.einsum("i...,i...->...", points, points)))


def smooth_union(a: Array, b: Array, softness: float) -> Array:
    """The lesser of two distances with the crease between them rounded over `softness`."""
    h = np.maximum(softness - np.abs(a - b), 0) / softness
    return np.asarray(np.minimum(a, b) - h * h * softness * 0.25)


def sphere(points: Array, radius: float) -> Array:
    return length(points) - radius


def ellipsoid(points: Array, radii: Sequence[float]) -> Array:
    """First-order distance to an axis-aligned ellipsoid: exact on the surface, close near it."""
    r = np.asarray(radii, np.float32)[:, None]
    k0 = length(points / r)
    return np.asarray(k0 * (k0 - 1) / np.maximum(length(points / (r * r)), 1e-6))


def rounded_box(points: Array, half: Sequence[float], rounding: float) -> Array:
    q = np.abs(points) - (np.asarray(half, np.float32)[:, None] - rounding)
    return np.asarray(length(np.maximum(q, 0)) + np.minimum(q.max(axis=0), 0) - rounding)


def capsule(points: Array, start: Sequence[float], end: Sequence[float], radius: float) -> Array:
    a, b = (np.asarray(v, np.float32)[:, None] for v in (start, end))
    along = np.clip(((points - a) * (b - a)).sum(axis=0) / ((b - a) ** 2).sum(), 0, 1)
    return length(points - a - (b - a) * along) - radius


def orange(points: Array, radius: float) -> Array:
    """A slightly flattened sphere with a dimple at the stem (+y)."""
    squashed = points * np.array([[1.0], [1.06], [1.0]], np.float32)
    across = points[0] ** 2 + points[2] ** 2
    dimple = 0.05 * radius * np.exp(-across / (0.03 * radius**2)) * (points[1] > 0)
    return np.asarray((length(squashed) - radius) * 0.94 + dimple)


def lemon(points: Array, radius: float) -> Array:
    """An ellipsoid along y with a blunt and a sharp tip."""
    body = ellipsoid(points, (radius, radius * 1.3, radius))
    offset = np.array([[0.0], [radius * 1.26], [0.0]], np.float32)
    tip = sphere(points - offset, radius * 0.24)
    stem = sphere(points + offset, radius * 0.18)
    return smooth_union(smooth_union(body, tip, radius * 0.5), stem, radius * 0.4)


def pear(points: Array, radius: float) -> Array:
    """A wide belly at the origin, a narrow neck above it (+y) leaning a little to one side."""
    belly = ellipsoid(points, (radius, radius * 0.96, radius))
    neck = sphere(points - np.array([[radius * 0.12], [radius * 1.2], [0.0]], np.float32), radius * 0.46)
    return smooth_union(belly, neck, radius * 0.85) * 0.95


def bowl(points: Array, radius: float, rim: float, thickness: float) -> Array:
    """A hollow sphere cut open above height `rim` (the edge rounded), on a low foot."""
    across, up = np.sqrt(points[0] ** 2 + points[2] ** 2), points[1]
    opening = np.sqrt(radius**2 - rim**2)
    edge = np.sqrt((across - opening) ** 2 + (up - rim) ** 2)
    shell = np.where(rim * across < opening * up, edge, np.abs(np.sqrt(across**2 + up**2) - radius)) - thickness
    foot = np.maximum(np.abs(across - radius * 0.42) - 0.03, np.abs(up + radius * 0.97) - 0.07)
    return smooth_union(shell, foot, 0.06)


def turned(points: Array, heights: Array, radii: Array, wall: float, spout: float) -> Array:
    """A pot turned on a wheel: `radii` at `heights` along y, wall `wall` thick, the lip pulled out by `spout` towards -x."""
    across = np.sqrt(points[0] ** 2 + points[2] ** 2)
    radius = np.interp(points[1], heights, radii).astype(np.float32)
    top = float(heights[-1])
    lip = np.clip((points[1] - top * 0.84) / (top * 0.16), 0, 1) ** 2
    radius = radius + spout * lip * np.exp(-((np.arctan2(points[2], -points[0]) / 0.42) ** 2))
    shell = np.abs(across - radius) - wall
    ends = np.abs(points[1] - top / 2) - top / 2
    outside = np.sqrt(np.maximum(shell, 0) ** 2 + np.maximum(ends, 0) ** 2)
    return np.asarray((outside + np.minimum(np.maximum(shell, ends), 0) - 0.012) * 0.72)


def tube(points: Array, path: Array, radius: float) -> Array:
    """A round tube through the points of `path`, shape (K, 3)."""
    nearest = capsule(points, path[0], path[1], radius)
    for start, end in pairwise(path[1:]):
        nearest = np.minimum(nearest, capsule(points, start, end, radius))
    return nearest


def spheres(points: Array, centres: Array, radii: Array) -> Array:
    """The union of many spheres, `centres` of shape (K, 3)."""
    nearest = np.full(points.shape[1], np.inf, np.float32)
    for centre, radius in zip(centres, radii, strict=True):
        offset = points - centre[:, None]
        np.minimum(nearest, length(offset) - radius, out=nearest)
    return nearest


def leaf(points: Array, size: float) -> Array:
    """A thin, pointed, slightly folded and arched leaf lying in the x-z plane, its stalk at -x."""
    x, y, z = points / size
    half = 0.42 * np.clip(1 - x * x, 0, 1) ** 0.85
    arched = y + 0.35 * x * x - 0.25 * np.abs(z)
    blade = np.maximum(np.abs(arched) - 0.02, np.maximum(np.abs(z) - half, np.abs(x) - 1))
    return np.asarray(blade * size * 0.6)
