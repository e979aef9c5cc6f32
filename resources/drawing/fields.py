"""Abstract compositions made of currents, cells and threads. Each takes (rng, palette, side) and answers (side, side, 3) RGB 0..1."""

from __future__ import annotations

import numpy as np
from PIL import Image

from resources.drawing.noise import Array, smoothstep
from resources.drawing.palettes import Palette
from resources.drawing.sheet import Sheet, along_ladder, soft_noise
from resources.drawing.subjects import frame, lay


def currents(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Ribbons that follow a slow field from many starts, broad ones below and fine ones above, coloured by where they begin."""
    sheet = Sheet(side, palette.ground)
    field = soft_noise(rng, 64, rng.choice([1, 2, 3])) * rng.uniform(1.2, 2.6) + rng.uniform(0, 6.28)
    if rng.random() < 0.35:
        x, y = frame(64)
        cx, cy = rng.uniform(0.2, 0.8, 2)
        field = 0.45 * field + np.arctan2(y - cy, x - cx) + rng.choice([np.pi / 2, 1.2, 0.5])
    count = int(rng.choice([60, 130, 240]))
    steps = int(rng.integers(14, 34))
    points = rng.uniform(-0.1, 1.1, (count, 2))
    paths = [points]
    for _ in range(steps):
        at = np.clip((points * 64).astype(int), 0, 63)
        angle = field[at[:, 1], at[:, 0]]
        points = points + 0.024 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        paths.append(points)
    trails = np.stack(paths, axis=1)
    widths = np.sort(rng.choice([0.008, 0.016, 0.03, 0.06], count, p=rng.dirichlet([1.2, 2, 2, 1])))[::-1]
    zone = soft_noise(rng, 64, 2)
    paints = palette.contrasting(palette.ground)
    for trail, width in zip(trails, widths, strict=True):
        x, y = np.clip(trail[0] * 64, 0, 63).astype(int)
        place = int(np.clip((zone[y, x] + 0.8) / 1.6, 0, 0.999) * len(paints))
        colour = paints[place] if rng.random() < 0.8 else palette.pick(rng, 1)[0]
        sheet.line(trail, np.clip(colour * rng.normal(1, 0.06), 0, 1), width, round_ends=True)
    return sheet.array()


def contours(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Agate: the level bands of a warped slow field, flat or shaded towards one edge, in the order of the ladder or against it."""
    cells = rng.choice([1, 2, 3])
    x, y = frame(side)
    lean = rng.uniform(0, 6.28)
    height = soft_noise(rng, side, cells, 2) + rng.uniform(0, 1.6) * (np.cos(lean) * x + np.sin(lean) * y)
    height = (height - height.min()) / float(np.ptp(height))
    level = height * rng.integers(5, 15)
    band = np.floor(level).astype(int)
    rungs = palette.ladder()
    if rng.random() < 0.5:
        rungs = rungs[rng.permutation(len(rungs))]
    colour = rungs[band % len(rungs)]
    within = level - band
    if rng.random() < 0.55:
        shade = rng.uniform(0.12, 0.3) * (1 - within) ** 2
        colour = colour * (1 - shade[..., None])
    if rng.random() < 0.35:
        edge = np.abs(within - 0.5) > 0.5 - rng.uniform(0.05, 0.1)
        colour = np.where(edge[..., None], palette.dark if rng.random() < 0.5 else palette.light, colour)
    return np.asarray(colour, np.float32)


def glass(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Voronoi glass: panes leaded in the dark, lit from one place, their hues drifting across the window."""
    count = int(rng.integers(8, 46))
    seeds = rng.uniform(-0.05, 1.05, (count, 2)).astype(np.float32)
    if rng.random() < 0.3:
        around = rng.uniform(0, 6.28, count)
        seeds = (0.5 + np.stack([np.cos(around), np.sin(around)], -1) * (rng.integers(1, 4, count)[:, None] * 0.19)).astype(np.float32)
    coarse = min(side, 256)
    x, y = frame(coarse)
    bowed = 0.05 * rng.random()
    x, y = x + bowed * soft_noise(rng, coarse, 3), y + bowed * soft_noise(rng, coarse, 3)
    stretch = rng.choice([1.0, 1.0, 0.5, 1.9])
    first, second = np.full_like(x, 9), np.full_like(x, 9)
    owner = np.zeros(x.shape, np.int32)
    for number, (sx, sy) in enumerate(seeds):
        away = (x - sx) ** 2 + ((y - sy) * stretch) ** 2
        nearer = away < first
        second = np.where(nearer, first, np.minimum(second, away))
        owner[nearer] = number
        first = np.minimum(first, away)
    rungs = palette.ladder()[1:]
    drift = soft_noise(rng, 32, 2)
    at = np.clip(seeds * 32, 0, 31).astype(int)
    place = np.clip(0.5 + 0.55 * drift[at[:, 1], at[:, 0]] + rng.normal(0, 0.16, count), 0, 0.999)
    panes = rungs[(place * len(rungs)).astype(int)]
    panes[rng.random(count) < 0.1] = palette.accent
    light = 1.12 - 0.5 * np.hypot(x - rng.random(), y - rng.random()) * rng.random()
    colour = panes[owner] * (light + 0.05 * soft_noise(rng, coarse, 9, 2))[..., None]
    lead = rng.choice([0.0, 0.012, 0.022, 0.034], p=[0.2, 0.25, 0.35, 0.2])
    if lead:
        gap = np.sqrt(second) - np.sqrt(first)
        colour = lay(colour, palette.dark * 0.8 if rng.random() < 0.8 else palette.light, smoothstep(lead, lead * 0.55, gap))
    return np.asarray(np.clip(colour, 0, 1), np.float32)


def squares(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Klee's magic squares: a hand-ruled, uneven grid in watery paint whose tone climbs across the sheet."""
    columns, rows = int(rng.integers(3, 9)), int(rng.integers(3, 9))
    x, y = frame(side)
    shake = 0.02 * rng.random()
    x, y = x + shake * soft_noise(rng, side, 4), y + shake * soft_noise(rng, side, 4)
    edges = [np.cumsum(rng.uniform(0.6, 1.5, n)) for n in (columns, rows)]
    column, row = (np.minimum(np.searchsorted(e / e[-1], np.clip(a, 0, 1)), len(e) - 1) for e, a in zip(edges, (x, y), strict=True))
    lean = rng.uniform(0, 6.28)
    grid_y, grid_x = np.mgrid[0:rows, 0:columns]
    climb = np.cos(lean) * (grid_x / columns - 0.5) + np.sin(lean) * (grid_y / rows - 0.5)
    place = np.clip(0.5 + climb * rng.uniform(0.3, 1.0) + rng.normal(0, 0.15, climb.shape), 0, 0.999)
    rungs = palette.ladder()
    # Whole rungs, shaded by hand: halfway between two hues lies grey.
    cells = rungs[(place * len(rungs)).astype(int)] * rng.normal(1, 0.07, (rows, columns, 1))
    spark = rng.random(climb.shape) < 0.12
    cells[spark] = palette.pick(rng, int(spark.sum()))
    wash = 1 + 0.10 * soft_noise(rng, side, 5, 3)
    return np.asarray(np.clip(cells[row, column] * wash[..., None], 0, 1), np.float32)


def weave(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Broad bands over and under each other, each thread shaded where it dips; plain, twill or basket."""
    count = int(rng.integers(5, 15))
    x, y = frame(side)
    turn = rng.choice([0.0, 0.0, np.pi / 4, rng.uniform(-0.3, 0.3)])
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    bend = rng.choice([0.0, 0.025])
    u, v = (u + bend * soft_noise(rng, side, 3)) * count + 60, (v + bend * soft_noise(rng, side, 3)) * count + 60
    column, row = np.floor(u).astype(int), np.floor(v).astype(int)
    twill, long = int(rng.choice([1, 1, 2, 3])), int(rng.choice([2, 2, 4]))
    over = (column * 1 + row * twill) % long < long / 2
    few = np.concatenate([palette.colours, palette.light[None], palette.dark[None]])
    repeat = int(rng.integers(3, 9))
    warp, weft = few[rng.integers(len(few), size=repeat)], few[rng.integers(len(few), size=repeat)]
    if rng.random() < 0.4:
        weft = np.repeat(palette.pick(rng, 1), repeat, axis=0)
    colour = np.where(over[..., None], warp[column % repeat], weft[row % repeat])
    across = np.where(over, u - column, v - row) - 0.5
    along = np.where(over, v - row, u - column) - 0.5
    shade = 1 - rng.uniform(0.05, 0.32) * (2 * np.abs(across)) ** 6 - rng.uniform(0.04, 0.2) * (2 * np.abs(along)) ** 4
    return np.asarray(np.clip(colour * shade[..., None], 0, 1), np.float32)


def ripples(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Riley: stripes that swell and bend, in two to four colours; a lens or a wave carries the eye."""
    x, y = frame(side)
    turn = rng.choice([0.0, np.pi / 2, np.pi / 4, rng.uniform(0, 3.14)])
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    kind = rng.integers(3)
    if kind == 0:
        phase = u + rng.uniform(0.03, 0.13) * np.sin(2 * np.pi * (v * rng.uniform(0.7, 2.2) + rng.random()))
    elif kind == 1:
        cx, cy = rng.uniform(0.25, 0.75, 2)
        phase = u + rng.uniform(0.1, 0.3) * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / rng.uniform(0.03, 0.12))
    else:
        phase = np.hypot(x - rng.uniform(-0.2, 1.2), y - rng.uniform(-0.2, 1.2)) + 0.08 * soft_noise(rng, side, 2)
    stripe = phase * rng.uniform(7, 17)
    few = np.concatenate([palette.contrasting(palette.ground), palette.dark[None]])
    chosen = few[rng.permutation(len(few))[: rng.integers(1, 4)]]
    order = (
        np.concatenate([np.stack([palette.ground, c]) for c in chosen])
        if rng.random() < 0.6
        else np.concatenate([chosen, palette.light[None]])
    )
    return np.asarray(order[np.floor(stripe).astype(int) % len(order)], np.float32)


def strata(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Layers of coloured distance, each with its own wandering crest and a glow that fades downwards; a disc hangs over them."""
    x, y = frame(side)
    rungs = palette.ladder()
    if rng.random() < 0.7:
        rungs = rungs[::-1]
    picture = along_ladder(rungs[:2], y * 0.9)
    if rng.random() < 0.7:
        cx, cy, reach = rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.4), rng.uniform(0.06, 0.17)
        picture = lay(picture, palette.accent, smoothstep(reach + 0.004, reach - 0.004, np.hypot(x - cx, y - cy)))
    layers = int(rng.integers(4, 9))
    sharp = rng.choice([0.0, 1.0])
    for layer in range(layers):
        line = soft_noise(rng, 96, int(rng.integers(1, 5)), 3)[48]
        line = np.asarray(Image.fromarray(line[None]).resize((side, 1), Image.Resampling.BICUBIC))[0]
        if sharp:
            line = 0.4 - np.abs(line)
        crest = 0.22 + 0.74 * layer / layers + 0.11 * line
        below = y - crest[None]
        tone = rungs[min(1 + layer * (len(rungs) - 1) // layers, len(rungs) - 1)] * rng.uniform(0.94, 1.06)
        haze = 0.45 * np.clip(below / 0.3, 0, 1)
        body = lay(np.broadcast_to(tone, picture.shape), rungs[1], haze)
        picture = lay(picture, body, np.clip(below * side * 0.5 + 0.5, 0, 1))
    return np.asarray(np.clip(picture, 0, 1), np.float32)
