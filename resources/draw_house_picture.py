"""Draws `pictures/house.jpg`, the first picture an artist sees: fruit and a jug on a ledge before a lake at dusk.

    python -m resources.draw_house_picture [OUT]

Only numpy and Pillow; the same seed gives the same picture. About three minutes of one core.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from resources.drawing.landscape import landscape
from resources.drawing.noise import Array, noise2
from resources.drawing.solids import length
from resources.drawing.still_life import evening_light, still_life
from resources.drawing.tracing import Lighting, Solid, march, shade

WIDTH, HEIGHT, SEED = 2400, 1600, 4
EYE = np.array([0.0, 1.28, -7.2], np.float32)
TARGET = np.array([0.06, 0.72, 0.0], np.float32)
HALF_HEIGHT = 0.2
TILE = 64


def rays(u: Array, v: Array) -> Array:
    """Unit directions (3, N) from the eye through frame coordinates `u` right, `v` up (1: half the frame's height)."""
    ahead = (TARGET - EYE) / np.linalg.norm(TARGET - EYE)
    right = np.cross(np.array([0, 1, 0], np.float32), ahead)
    right /= np.linalg.norm(right)
    up = np.cross(ahead, right)
    directions = ahead[:, None] + HALF_HEIGHT * (right[:, None] * u + up[:, None] * v)
    return np.asarray(directions / length(directions), np.float32)


def look(solids: Sequence[Solid], lighting: Lighting, u: Array, v: Array, seed: int) -> tuple[Array, Array]:
    """Linear RGB (3, N) seen at `u`, `v`, and the index of the solid seen (-1: the view)."""
    directions = rays(u, v)
    origins = np.broadcast_to(EYE[:, None], directions.shape)
    travelled, owner = march(solids, origins, directions, reach=13.0)
    colour = np.zeros_like(directions)
    away = owner < 0
    if away.any():
        colour[:, away] = landscape(u[away], v[away], seed)
    for index in np.unique(owner[~away]):
        mine = owner == index
        points = origins[:, mine] + directions[:, mine] * travelled[mine]
        colour[:, mine] = shade(solids, solids[index], points, directions[:, mine], lighting)
    return colour, owner


def develop(colour: Array, u: Array, v: Array, seed: int) -> Array:
    """Linear light to display values 0..1: a soft shoulder, a slight vignette, the grain of a primed panel."""
    shoulder = np.where(colour < 0.6, colour, 0.6 + 0.4 * (1 - np.exp(-(colour - 0.6) / 0.4)))
    vignette = 1 - 0.10 * np.clip((u / 1.5) ** 2 + v**2 - 0.5, 0, None)
    grain = 1 + 0.012 * noise2(u * 420, v * 420, seed + 500)
    return np.asarray(np.clip(shoulder * vignette * grain, 0, 1) ** (1 / 2.2))


def draw_house_picture(width: int, height: int, seed: int = SEED) -> Array:
    """The picture as (height, width, 3) uint8 sRGB. Edges between things are looked at four more times."""
    solids, lighting = still_life(), evening_light()
    columns = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) * np.float32(2 / height)
    rows = (height / 2 - np.arange(height, dtype=np.float32) - 0.5) * np.float32(2 / height)
    picture = np.zeros((3, height, width), np.float32)
    owners = np.zeros((height, width), np.int64)
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            tile = np.s_[top : top + TILE, left : left + TILE]
            v, u = np.meshgrid(rows[tile[0]], columns[tile[1]], indexing="ij")
            colour, owner = look(solids, lighting, u.ravel(), v.ravel(), seed)
            picture[(slice(None), *tile)] = np.minimum(colour, 4).reshape(3, *u.shape)
            owners[tile] = owner.reshape(u.shape)
    smooth_edges(picture, owners, columns, rows, seed)
    v, u = np.meshgrid(rows, columns, indexing="ij")
    return (develop(picture, u, v, seed) * 255 + 0.5).astype(np.uint8).transpose(1, 2, 0)


def smooth_edges(picture: Array, owners: Array, columns: Array, rows: Array, seed: int) -> None:
    """Antialias in place: pixels that differ from a neighbour in owner or strongly in lightness get four more looks."""
    solids, lighting = still_life(), evening_light()
    tone = np.sqrt(np.clip(picture.mean(axis=0), 0, 1))
    edge = np.zeros(owners.shape, bool)
    for axis in (0, 1):
        jump = (np.diff(owners, axis=axis) != 0) | (np.abs(np.diff(tone, axis=axis)) > 0.12)
        edge[: jump.shape[0], : jump.shape[1]] |= jump
        edge[owners.shape[0] - jump.shape[0] :, owners.shape[1] - jump.shape[1] :] |= jump
    ys, xs = np.nonzero(edge)
    step = np.float32(2 / len(rows))
    nudges = np.array([[-0.375, 0.125, 0.375, -0.125], [0.125, 0.375, -0.125, -0.375]], np.float32)[..., None] * step
    for start in range(0, len(ys), TILE * TILE // 4):
        y, x = ys[start : start + TILE * TILE // 4], xs[start : start + TILE * TILE // 4]
        u, v = columns[x] + nudges[0], rows[y] + nudges[1]
        looks = np.minimum(look(solids, lighting, u.ravel(), v.ravel(), seed)[0], 1.5).reshape(3, *u.shape)
        picture[:, y, x] = (picture[:, y, x] + looks.sum(axis=1)) / 5


def main(arguments: Sequence[str]) -> None:
    out = Path(arguments[0]) if arguments else Path(__file__).parent / "pictures" / "house.jpg"
    out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(draw_house_picture(WIDTH, HEIGHT)).save(out, quality=88, subsampling=0, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
