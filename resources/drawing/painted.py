"""Drawn styles made of paint: impasto, pointillism, watercolour, ink wash. Each answers (size, size, 3) RGB, 0..1."""

from __future__ import annotations

import numpy as np

from resources.drawing.brush import Stroke, bristles, coverage, footprint, relief, sample, scatter
from resources.drawing.noise import Array, fbm2, noise2, smoothstep
from resources.drawing.subjects import blossoms, blurred, coast, frame, lay, nocturne, tint

NIGHT = ("101c4a", "1d4a8c", "3f86b5", "9cc9c0", "ffd65a", "3f7d4c", "c08a35")
NOON = ("5aa6d8", "ffe2a8", "fff0a0", "8a7bc4", "4f9a6b", "d98a3a", "1f6fa8", "8fd0d8")


def impasto(size: int, seed: int) -> Array:
    """A whirling night in thick oil: three passes of bristle strokes along the currents, lit across their ridges."""
    rng = np.random.default_rng(seed)
    colours, flow = nocturne(size, seed, NIGHT)
    picture, height = colours * 0.5, np.zeros((size, size), np.float32)
    unit = size / 1024
    for length, width, spacing in ((150, 40, 28), (100, 23, 16), (64, 14, 13)):
        for x, y in scatter(rng, size, max(spacing * unit, 2.0)):
            angle = float(sample(flow, x, y)) + rng.normal(0, 0.10)
            ahead = float(sample(flow, x + np.cos(angle) * length * unit * 0.4, y + np.sin(angle) * length * unit * 0.4))
            bend = float(np.clip(np.sin(ahead - angle) * 0.5, -0.5, 0.5))
            stroke = Stroke(x, y, angle, length * unit * rng.uniform(0.7, 1.2), max(width * unit, 1.5) * rng.uniform(0.7, 1.2), bend, 0.25)
            placed = footprint(stroke, size)
            if placed is None:
                continue
            patch, along, across = placed
            hair = bristles(rng, across, along, 12)
            cover = coverage(stroke, along, across) * np.clip(1.15 + 0.5 * hair - 0.35 * (along > 0.55), 0, 1)
            paint = sample(colours, x, y) * rng.normal(1.04, 0.10) + rng.normal(0, 0.028, 3)
            picture[patch] = lay(picture[patch], paint * (1 + 0.10 * hair[..., None]), cover)
            ridge = (0.8 + 0.7 * hair + 0.9 * np.abs(across) ** 3) * stroke.width * 0.16
            height[patch] += (ridge - 0.35 * height[patch]) * cover
    light = relief(blurred(height, 0.7 * unit), 0.85)
    return np.clip(picture * (1 + 0.34 * light[..., None]) + 0.14 * np.clip(light - 0.35, 0, 1)[..., None], 0, 1)


def pointillism(size: int, seed: int) -> Array:
    """Noon by the sea in touches of pure colour: each dot strays towards a neighbouring hue or the complement."""
    rng = np.random.default_rng(seed)
    colours, _ = coast(size, seed, NOON)
    unit = size / 1024
    x, y = frame(size)
    ground = 1 + 0.05 * noise2(x * size / 3, y * size / 3, seed)
    picture = tint("efe3cb") * ground[..., None]
    for spacing, width in ((10.5, 15), (8.5, 10.5), (9.5, 7.5)):
        for px, py in scatter(rng, size, max(spacing * unit, 2.0)):
            stroke = Stroke(px, py, rng.uniform(0, np.pi), width * unit * 1.15 + 1, width * unit + 1, 0, 0.15)
            placed = footprint(stroke, size)
            if placed is None:
                continue
            patch, along, across = placed
            pure = sample(colours, px, py)
            pure = np.clip(pure.mean() + (pure - pure.mean()) * 1.3, 0, 1)
            if rng.random() < 0.12:
                pure = 1.05 * pure.mean() + (pure.mean() - pure) * 0.75
            paint = np.clip(pure + rng.normal(0, 0.10, 3) + rng.normal(0, 0.06), 0, 1)
            body = 1 - 0.10 * (along + across)[..., None]
            picture[patch] = lay(picture[patch], paint * body, coverage(stroke, along, across) * 0.94)
    return np.clip(picture, 0, 1)


def watercolour(size: int, seed: int) -> Array:
    """Flowers in wet washes: pigment gathers at the edges, settles in the paper's hollows and blooms where water ran back."""
    x, y = frame(size)
    unit = size / 1024
    wander = [0.020 * fbm2(x * 6 + 9 * k, y * 6, 5, seed + k, 0.6) for k in (0, 1)]
    rows = np.clip(((y + wander[0]) * size).astype(np.int64), 0, size - 1)
    columns = np.clip(((x + wander[1]) * size).astype(np.int64), 0, size - 1)
    ground, petals, leaves = ("dfeaf0", "bcd6de", "e8d9c0"), ("c94f6d", "e39a72", "7d6aa8", "eec25f"), ("6f9a6a", "4f8580", "a3ad62")
    colours, label = blossoms(size, seed, ground, petals, leaves)
    colours, label = colours[rows, columns], label[rows, columns]
    wash = np.stack([blurred(colours[..., band], 16 * unit) for band in range(3)], axis=-1)
    # Gamma lifts the shadows of the petals: a wash is transparent, it has no black.
    density = -np.log(np.clip(0.6 * colours + 0.4 * wash, 0.03, 0.985) ** 0.8)
    dilution = np.random.default_rng(seed).uniform(0.45, 1.35, 1024)[label.astype(np.int64) % 1024]
    density = density * blurred(dilution, 3 * unit)[..., None]
    border = np.zeros((size, size), np.float32)
    border[1:] += label[1:] != label[:-1]
    border[:, 1:] += label[:, 1:] != label[:, :-1]
    rim = np.clip(blurred(border, 1.6 * unit) * 4 * unit, 0, 1) * (0.55 + 0.45 * noise2(x * 6, y * 6, seed + 8))
    rim = rim + 0.35 * np.clip(blurred(border, 7 * unit) * 9 * unit, 0, 1)
    flood = fbm2(x * 3.2, y * 3.2, 5, seed + 11)
    front = smoothstep(-0.1, 0.17, flood) * smoothstep(0.23, 0.17, flood)
    tide = np.exp(-(((flood - 0.20) / 0.016) ** 2))
    pooled = 0.84 + 0.75 * fbm2(x * 2, y * 2, 4, seed + 13) - 0.5 * front + 0.42 * tide + 0.6 * rim
    tooth = fbm2(x * size / 5 / max(unit, 0.25), y * size / 5 / max(unit, 0.25), 2, seed + 17)
    grain = 1 + 0.34 * tooth * smoothstep(0.1, 0.9, density.mean(axis=-1))
    paper = tint("fbf6ea") * (1 + 0.03 * tooth)[..., None]
    stain = np.exp(-density * (np.clip(pooled, 0.15, 2) * grain)[..., None] * 1.05)
    return np.clip(paper * stain, 0, 1)


def ink_wash(size: int, seed: int) -> Array:
    """Peaks in mist after the Song masters: broken-ink cliffs that melt downwards, pines, geese, a vermilion seal."""
    x, y = frame(size)
    fibre = fbm2(x * 60, y * 340, 3, seed + 1) + fbm2(x * 300, y * 50, 3, seed + 2)
    ink = 0.02 + 0.04 * fbm2(x * 2, y * 2, 4, seed + 3) + 0.10 * smoothstep(0.35, 0.0, y)
    moon = np.hypot(x - 0.27, y - 0.2)
    ink = ink + 0.13 * smoothstep(0.34, 0.09, moon) * (moon > 0.088) - 0.05 * smoothstep(0.09, 0.084, moon)
    for index, (base, rise, dark) in enumerate(((0.40, 0.30, 0.36), (0.52, 0.46, 0.66), (0.74, 0.50, 0.95), (0.97, 0.36, 1.2))):
        spread = x * (2.6 - 0.25 * index) + 2.3 * index + 0.03 * fbm2(x * 9, y * 9, 3, seed + index)
        peaks = np.clip(noise2(spread, 0 * y + index, seed + 10 + index) + 0.45, 0, 1.2) ** 1.6
        peaks = peaks * (0.45 + 1.1 * np.abs(x - (0.25 if index % 2 else 0.85)))
        crest = base - rise * peaks - 0.03 * fbm2(x * 14, 0 * y + index, 4, seed + 20 + index)
        down = y - crest
        body = smoothstep(-0.002, 0.004 + 0.004 * index, down)
        cliff = fbm2(x * 20 + 5 * down, y * 5, 5, seed + 30 + index)
        texture = smoothstep(0.02, 0.3, cliff + 0.10 * fbm2(x * 90, y * 40, 2, seed + 35))
        fade = np.exp(-np.clip(down, 0, 1) * (8.5 - 0.8 * index))
        edge = np.exp(-((down / (0.010 + 0.01 * np.abs(cliff))) ** 2))
        wash = dark * (fade * (0.42 + 0.62 * texture) + 0.32 * edge)
        ink = ink * (1 - body * smoothstep(0.0, 0.02, fade) * 0.9) + body * wash
    ink = np.maximum(ink, pines(size, seed)) + 0.02 * fibre
    ink = ink * (1 + 0.22 * fbm2(x * 5, y * 5, 4, seed + 50)) + 0.015
    paper = tint("f1e7d0") * (1 + 0.035 * fibre + 0.05 * fbm2(x * 2, y * 2, 3, seed + 55))[..., None]
    picture = lay(paper, tint("14161c"), np.clip(ink, 0, 0.96))
    return np.clip(seal(picture, x, y, seed), 0, 1)


def pines(size: int, seed: int) -> Array:
    """Ink 0..1 of two leaning pines on the right and left foreground, and a skein of geese, brushed stroke by stroke."""
    rng = np.random.default_rng(seed)
    ink = np.zeros((size, size), np.float32)

    def brushed(x: float, y: float, angle: float, length: float, width: float, dark: float, bend: float = 0.0) -> None:
        stroke = Stroke(x * size, y * size, angle, max(length * size, 2), max(width * size, 1.2), bend, 0.7)
        placed = footprint(stroke, size)
        if placed is not None:
            patch, along, across = placed
            dry = np.clip(1.1 + 0.5 * bristles(rng, across, along, 9), 0, 1)
            np.maximum(ink[patch], coverage(stroke, along, across) * dark * dry, out=ink[patch])

    for root_x, root_y, lean, tall in ((0.86, 1.02, -0.30, 0.56), (0.10, 1.03, 0.22, 0.36)):
        for part in np.linspace(0, 1, 15):
            sway = 0.035 * np.sin(part * 7)
            x, y = root_x + lean * part * 0.6 + sway, root_y - tall * part
            brushed(x, y, -np.pi / 2 + lean * 0.8 + 0.5 * np.cos(part * 7), 0.085, 0.026 * (1.15 - part), 0.93)
            if part < 0.3:
                continue
            for side in (-1, 1):
                reach = rng.uniform(0.06, 0.17) * (1.25 - 0.6 * part)
                brushed(x + side * reach / 2, y - 0.012, side * -0.2, reach, 0.008, 0.85, side * 0.12)
                for _ in range(5):
                    cx, cy = x + side * reach * rng.uniform(0.3, 1.15), y - rng.uniform(0.0, 0.035)
                    for needle in np.linspace(-2.75, -0.4, 13):
                        brushed(
                            cx + 0.017 * np.cos(needle),
                            cy + 0.017 * np.sin(needle),
                            needle + rng.normal(0, 0.1),
                            0.036,
                            0.0036,
                            rng.uniform(0.5, 0.95),
                        )
    for index in range(7):
        x, y = 0.46 + 0.034 * index, 0.17 + 0.012 * abs(index - 3) + 0.006 * (index % 2)
        brushed(x - 0.008, y, 0.45, 0.022, 0.005, 0.75, 0.2)
        brushed(x + 0.008, y, -0.5, 0.022, 0.005, 0.75, 0.2)
    return ink


def seal(picture: Array, x: Array, y: Array, seed: int) -> Array:
    """Stamp a worn vermilion seal near the upper right corner."""
    u, v = (x - 0.91) / 0.042, (y - 0.11) / 0.055
    inside = smoothstep(1.04, 0.97, np.maximum(np.abs(u), np.abs(v)) + 0.03 * noise2(x * 90, y * 90, seed))
    bars = (np.abs((v * 2.4) % 1 - 0.5) < 0.17) & (np.abs(u) < 0.72) & (np.abs(v) < 0.8)
    carved = bars & ~((np.abs(u - 0.3 * np.sign(np.sin(v * 7))) < 0.12) & (np.abs(v) < 0.6))
    worn = smoothstep(-0.5, -0.2, fbm2(x * 120, y * 120, 2, seed + 5))
    return lay(picture, tint("b5281c"), inside * (1 - 0.92 * carved) * worn * 0.93)
