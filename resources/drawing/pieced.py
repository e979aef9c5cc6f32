"""Drawn styles pieced together: mosaic, stained glass, tapestry. Each answers (size, size, 3) RGB, 0..1."""

from __future__ import annotations

import numpy as np

from resources.drawing.brush import relief, sample, scatter
from resources.drawing.noise import Array, fbm2, noise2, smoothstep
from resources.drawing.subjects import blossoms, blurred, frame, lay, rose_window, shoal, tint

SEA = ("123f5e", "2f8596", "a9d3bd", "1f3552", "e0713a", "f6e3b4", "d8a53a", "1a1c2a")
JEWELS = ("b3262f", "24479c", "e0a23c", "2f7d57", "66407f", "4f9fb0")


def cells(sites: Array, angles: Array, reach: float, size: int) -> tuple[Array, Array, Array]:
    """Square Voronoi cells turned along `angles` (Hausner 2001): the owner of each pixel, its distance and that to the runner-up."""
    owner = np.zeros((size, size), np.int64)
    first = np.full((size, size), np.inf, np.float32)
    second = first.copy()
    for index, ((x, y), angle) in enumerate(zip(sites, angles, strict=True)):
        left, right = max(int(x - reach), 0), min(int(x + reach) + 2, size)
        top, bottom = max(int(y - reach), 0), min(int(y + reach) + 2, size)
        if left >= right or top >= bottom:
            continue
        dx = np.arange(left, right, dtype=np.float32)[None] + 0.5 - x
        dy = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - y
        cosine, sine = np.cos(angle), np.sin(angle)
        away = np.maximum(np.abs(dx * cosine + dy * sine), np.abs(dy * cosine - dx * sine))
        patch = np.s_[top:bottom, left:right]
        nearer = away < first[patch]
        second[patch] = np.where(nearer, first[patch], np.minimum(second[patch], away))
        first[patch] = np.where(nearer, away, first[patch])
        owner[patch] = np.where(nearer, index, owner[patch])
    return owner, first, second


def settle(sites: Array, flow: Array, reach: float, size: int, rounds: int) -> tuple[Array, Array]:
    """Lloyd's relaxation: move every site to the middle of its cell, turned along the flow there. Sites (N, 2) and angles (N,)."""
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    for _ in range(rounds):
        angles = np.array([sample(flow, x, y) for x, y in sites], np.float32)
        owner = cells(sites, angles, reach, size)[0].ravel()
        count = np.bincount(owner, minlength=len(sites))
        centres = [np.bincount(owner, axis.ravel(), len(sites)) / np.maximum(count, 1) for axis in (columns, rows)]
        sites = np.where(count[:, None] > 0, np.stack(centres, axis=1), sites).astype(np.float32)
    return sites, np.array([sample(flow, x, y) for x, y in sites], np.float32)


def mosaic(size: int, seed: int) -> Array:
    """Fish in a current, laid in stone and gold: tesserae follow the forms, each tilted a little, bedded in grey mortar."""
    rng = np.random.default_rng(seed)
    x, y = frame(size)
    spacing = max(15.5 * size / 1024, 3.0)
    colours, flow = shoal(size, seed, SEA)
    sites = scatter(rng, size, spacing)
    sites = sites[((sites > 0) & (sites < size)).all(axis=1)]
    sites, angles = settle(sites, flow, 1.7 * spacing, size, 7)
    owner, first, second = cells(sites, angles, 1.9 * spacing, size)
    stones = np.stack([sample(colours, px, py) for px, py in sites])
    stones = stones * rng.normal(1.0, 0.11, (len(sites), 1)) + rng.normal(0, 0.022, stones.shape)
    tilt = rng.normal(0, 0.16, (2, len(sites)))
    dx, dy = ((axis * size - sites[owner, k]) / spacing for k, axis in enumerate((x, y)))
    facet = 1 + tilt[0][owner] * dx + tilt[1][owner] * dy
    gap = np.clip(second, 0, 2 * spacing) - first
    inside = smoothstep(0.10, 0.24, gap / spacing) * smoothstep(0.66, 0.56, first / spacing)
    chipped = 1 + 0.07 * fbm2(x * 170, y * 170, 2, seed + 4)
    glint = np.clip(tilt.sum(axis=0), 0, None)[owner] * smoothstep(0.5, 0.0, np.hypot(dx + 0.2, dy + 0.2)) * 0.9
    picture = stones[owner] * (facet * chipped)[..., None] + glint[..., None]
    mortar = tint("8b8478") * (0.62 + 0.2 * fbm2(x * 200, y * 200, 2, seed + 5))[..., None]
    bevel = relief(blurred(inside, 1.1 * size / 1024) * spacing * 0.5, 0.28)
    return np.clip(lay(mortar, picture, inside) * (1 + 0.45 * bevel[..., None]), 0, 1)


def stained_glass(size: int, seed: int) -> Array:
    """A rose window against the light: streaked jewel glass, matted at the edges, leaded, the bright panes glowing over the lead."""
    rng = np.random.default_rng(seed)
    x, y = frame(size)
    unit = size / 1024
    label, hue = rose_window(size, seed)
    _, pane = np.unique(label, return_inverse=True)
    pane = pane.reshape(label.shape)
    count = int(pane.max()) + 1
    jewels = np.stack([tint(code) for code in JEWELS])
    glass = jewels[hue.astype(np.int64)] * rng.uniform(0.72, 1.2, (count, 1))[pane] + rng.normal(0, 0.035, (count, 3))[pane]
    lean = rng.uniform(0, np.pi, count)[pane]
    u, v = x * np.cos(lean) + y * np.sin(lean), y * np.cos(lean) - x * np.sin(lean)
    streak = fbm2(u * 7 + pane, v * 34, 4, seed + 2)
    seeds = smoothstep(0.5, 0.7, noise2(x * 95, y * 95, seed + 3))
    sunlight = 0.62 + 0.56 * np.exp(-(((x - 0.42) ** 2 + (y - 0.36) ** 2) / 0.17)) + 0.12 * fbm2(x * 3, y * 3, 3, seed + 4)
    border = np.zeros((size, size), np.float32)
    border[1:] += label[1:] != label[:-1]
    border[:, 1:] += label[:, 1:] != label[:, :-1]
    border = np.clip(border, 0, 1)
    matting = np.clip(blurred(border, 11 * unit) * 11 * unit, 0, 1)
    light = sunlight * (1 + 0.42 * streak + 0.35 * seeds) * (1.12 - 0.62 * matting)
    picture = np.clip(glass, 0.02, 1) * light[..., None]
    picture = picture + 0.30 * np.clip(light - 0.85, 0, 1)[..., None] * np.clip(glass, 0, 1) ** 0.5
    came = blurred(border, 2.6 * unit) * 2.6 * unit * 2.2
    lead = smoothstep(0.20, 0.34, came)
    sheen = relief(came * 9 * unit, 0.25 / max(unit, 0.1))
    metal = tint("1b1c20") * (1 + 1.6 * np.clip(sheen, 0, 1) + 0.3 * noise2(x * 200, y * 200, seed + 6))[..., None]
    picture = lay(picture, metal, lead)
    glow = np.stack([blurred(picture[..., band] ** 2, 13 * unit) for band in range(3)], axis=-1)
    return np.clip(picture + 0.30 * glow, 0, 1)


def tapestry(size: int, seed: int) -> Array:
    """Flowers on midnight blue in wool: every stitch one yarn, colours hatched into each other row by row, over ribbed warps."""
    rng = np.random.default_rng(seed)
    x, y = frame(size)
    ground, petals, leaves = ("13233f", "1b3350", "2a3f4f"), ("b8402f", "e6b56a", "d77a56", "efe2c4"), ("4a6b45", "7d8a4c", "2f5a58")
    colours, _ = blossoms(size, seed + 5, ground, petals, leaves)
    warps, wefts = min(128, size), min(224, size)
    row, column = np.floor(y * wefts).astype(np.int64), np.floor(x * warps).astype(np.int64)
    slip = rng.normal(0, 0.8, wefts)[row] + 0.8 * (row % 2) - 0.4
    at_x = np.clip(((column + 0.5 + slip) / warps * size).astype(np.int64), 0, size - 1)
    at_y = np.clip(((row + 0.5) / wefts * size).astype(np.int64), 0, size - 1)
    yarn = colours[at_y, at_x]
    steps = 9.0
    yarn = np.floor(yarn * steps + 0.5) / steps
    dye = 1 + 0.06 * rng.normal(size=(wefts, warps))[row, column] + 0.07 * rng.normal(size=wefts)[row]
    fx, fy = x * warps - column, y * wefts - row
    over = (row + column) % 2
    crown = np.sqrt(np.clip(1 - (2 * fy - 1) ** 2, 0, 1)) * (0.55 + 0.45 * np.sin(np.pi * np.where(over == 1, fx, (fx + 0.5) % 1)))
    ply = 0.5 + 0.5 * np.sin(2 * np.pi * (x * warps * 1.5 + fy * 0.9))
    fibre = fbm2(x * 260, y * 420, 2, seed + 3)
    worn = 1 + 0.12 * fbm2(x * 3, y * 3, 3, seed + 4)
    shade = (0.40 + 0.72 * crown) * (0.9 + 0.16 * ply) * (1 + 0.14 * fibre) * dye * worn
    return np.asarray(np.clip(yarn * shade[..., None] * 1.12 + 0.03 * crown[..., None], 0, 1))
