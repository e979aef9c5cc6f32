"""Gradient noise (Perlin 2002) in two and three dimensions, and its fractal sum: the grain of everything drawn here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@lru_cache(maxsize=32)
def _tables(seed: int, dimensions: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A permutation of 0..255 written twice, and 256 unit gradients, as (512,) and (dimensions, 256)."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(256)
    vectors = rng.normal(size=(dimensions, 256))
    vectors /= np.linalg.norm(vectors, axis=0)
    return np.concatenate([order, order]), vectors.astype(np.float32)


def _fade(t: Array) -> Array:
    return np.asarray(t * t * t * (t * (t * 6 - 15) + 10))


def noise2(x: Array, y: Array, seed: int = 0) -> Array:
    """Gradient noise, about -1..1, of one feature per unit length; `x` and `y` broadcast against each other."""
    x, y = np.broadcast_arrays(np.asarray(x, np.float32), np.asarray(y, np.float32))
    order, vectors = _tables(seed, 2)
    cell_x, cell_y = np.floor(x), np.floor(y)
    fx, fy = x - cell_x, y - cell_y
    ix, iy = cell_x.astype(np.int64) & 255, cell_y.astype(np.int64) & 255

    def corner(dx: int, dy: int) -> Array:
        gradient = order[order[(ix + dx) & 255] + ((iy + dy) & 255)]
        return np.asarray(vectors[0][gradient] * (fx - dx) + vectors[1][gradient] * (fy - dy))

    u, v = _fade(fx), _fade(fy)
    low = corner(0, 0) * (1 - u) + corner(1, 0) * u
    high = corner(0, 1) * (1 - u) + corner(1, 1) * u
    return np.asarray((low * (1 - v) + high * v) * 1.5)


def noise3(points: Array, seed: int = 0) -> Array:
    """Gradient noise, about -1..1, at `points` of shape (3, N)."""
    order, vectors = _tables(seed, 3)
    cells = np.floor(points)
    fx, fy, fz = points - cells
    ix, iy, iz = cells.astype(np.int64) & 255

    def corner(dx: int, dy: int, dz: int) -> Array:
        gradient = order[order[order[(ix + dx) & 255] + ((iy + dy) & 255)] + ((iz + dz) & 255)]
        return np.asarray(vectors[0][gradient] * (fx - dx) + vectors[1][gradient] * (fy - dy) + vectors[2][gradient] * (fz - dz))

    u, v, w = _fade(fx), _fade(fy), _fade(fz)
    planes = []
    for dz in (0, 1):
        low = corner(0, 0, dz) * (1 - u) + corner(1, 0, dz) * u
        high = corner(0, 1, dz) * (1 - u) + corner(1, 1, dz) * u
        planes.append(low * (1 - v) + high * v)
    return np.asarray((planes[0] * (1 - w) + planes[1] * w) * 1.5)


def fbm2(x: Array, y: Array, octaves: int, seed: int = 0, gain: float = 0.5) -> Array:
    """Fractal sum of `noise2`: each octave twice as fine and `gain` times as strong; about -1..1."""
    total = np.zeros(np.broadcast_shapes(np.shape(x), np.shape(y)), np.float32)
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        # An offset per octave keeps the lattices from lining up at the origin.
        total += weight * noise2(x * 2.0**octave + 17.3 * octave, y * 2.0**octave - 9.1 * octave, seed + octave)
        norm += weight
        weight *= gain
    return total / norm


def fbm3(points: Array, octaves: int, seed: int = 0, gain: float = 0.5) -> Array:
    """Fractal sum of `noise3` at `points` of shape (3, N); about -1..1."""
    total = np.zeros(points.shape[1:], np.float32)
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        total += weight * noise3(points * np.float32(2.0**octave) + np.float32(13.7 * octave), seed + octave)
        norm += weight
        weight *= gain
    return total / norm


def smoothstep(low: float, high: float, x: Array) -> Array:
    """0 at or before `low`, 1 at or after `high`, and a smooth cubic between (`low` may be the greater)."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
