"""What the drawn styles depict: colour fields with large shapes, lights and darks, over coordinates x, y in 0..1 (y down)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resources.drawing.noise import Array, fbm2, noise2, smoothstep

Colour = tuple[float, float, float]


def frame(size: int) -> tuple[Array, Array]:
    """Pixel-centre coordinates x, y in 0..1, each (size, size)."""
    at = (np.arange(size, dtype=np.float32) + 0.5) / size
    y, x = np.meshgrid(at, at, indexing="ij")
    return x, y


def tint(code: str) -> Array:
    """`rrggbb` as RGB 0..1 of shape (3,)."""
    return np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255


def lay(below: Array, above: Array, cover: Array) -> Array:
    """Paint `above` over `below` (both broadcast to (size, size, 3)) where `cover` (size, size) is 1."""
    return np.asarray(below + (above - below) * cover[..., None])


def ramp(value: Array, colours: Sequence[str]) -> Array:
    """Colours spread evenly over `value` 0..1, (size, size, 3)."""
    stops = np.linspace(0, 1, len(colours))
    table = np.stack([tint(code) for code in colours])
    return np.stack([np.interp(value, stops, table[:, band]) for band in range(3)], axis=-1).astype(np.float32)


def luminance(picture: Array) -> Array:
    return picture @ np.array([0.3, 0.59, 0.11], np.float32)


def blurred(field: Array, radius: float) -> Array:
    """A (size, size) field softened by a Gaussian whose standard deviation is `radius` pixels; the frame's edge is held."""
    reach = int(np.ceil(2.6 * radius))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(radius, 1e-3)) ** 2)
    weights /= weights.sum()
    soft = np.asarray(field, np.float32)
    for axis in (0, 1):
        padded = np.pad(soft, [(reach, reach) if axis == other else (0, 0) for other in (0, 1)], mode="edge")
        parts = (np.float32(w) * padded.take(range(k, k + soft.shape[axis]), axis) for k, w in enumerate(weights))
        soft = sum(parts, np.zeros_like(soft))
    return soft


def coast(size: int, seed: int, palette: Sequence[str]) -> tuple[Array, Array]:
    """Sun over headlands and water. `palette`: two skies, sun, three hills, two waters. Colours, and the number of each region."""
    x, y = frame(size)
    warp = 0.03 * fbm2(x * 3, y * 3, 3, seed)
    picture = ramp(np.clip(y * 1.7 + warp * 2, 0, 1), palette[:2])
    label = np.floor(np.clip((y + warp) * 7, 0, 2.99))
    sun = np.hypot(x - 0.66, y - 0.29) + warp * 0.15
    for ring, radius in enumerate((0.27, 0.2, 0.13)):
        cover = smoothstep(radius + 0.004, radius - 0.004, sun)
        picture = lay(picture, lay(picture, tint(palette[2]), np.ones_like(x)), cover * (0.28, 0.45, 1.0)[ring])
        label = np.where(sun < radius, 4 + ring, label)
    for index, code in enumerate(palette[3:6]):
        crest = 0.47 + 0.09 * index + 0.13 * fbm2(x * (1.7 + index) + index * 4.1, 0 * y + index, 4, seed + 20 + index)
        crest = crest + (0.20 * (x - 0.62) if index % 2 else -0.24 * (x - 0.55))
        hill = smoothstep(-0.003, 0.003, y - crest)
        shade = 0.84 + 0.3 * smoothstep(0.0, 0.25, y - crest) + 0.1 * fbm2(x * 6, y * 6, 3, seed + 30)
        picture = lay(picture, tint(code) * shade[..., None], hill)
        label = np.where(y > crest, 8 + index, label)
    shore = 0.74 + 0.03 * np.sin(x * 5 + seed) + warp
    wave = np.sin((y - shore) * 55 / (0.5 + y) + 5 * noise2(x * 2.2, y * 5, seed + 40))
    water = ramp(np.clip(0.5 + 0.5 * wave + 0.8 * (y - 0.87), 0, 1), palette[6:8])
    glade = smoothstep(0.14, 0.02, np.abs(x - 0.64 + 0.05 * wave)) * smoothstep(0.0, 0.8, wave)
    water = lay(water, tint(palette[2]), 0.8 * glade)
    below = smoothstep(-0.002, 0.002, y - shore)
    return np.clip(lay(picture, water, below), 0, 1), np.where(y > shore, 12 + (wave > 0) + 2 * (glade > 0.5), label)


def blossoms(size: int, seed: int, ground: Sequence[str], petals: Sequence[str], leaves: Sequence[str]) -> tuple[Array, Array]:
    """Large overlapping flowers and leaves on a graded ground. Colours, and the number of each region."""
    rng = np.random.default_rng(seed)
    x, y = frame(size)
    picture = ramp(np.clip(0.15 + 0.8 * y + 0.2 * fbm2(x * 2, y * 2, 3, seed), 0, 1), ground)
    label = np.floor(np.clip(y * 3 + fbm2(x * 2, y * 2, 2, seed), 0, 3))
    for index in range(13):
        cx, cy, lean, span = rng.random(), rng.random(), rng.random() * np.pi, rng.uniform(0.16, 0.30)
        along = ((x - cx) * np.cos(lean) + (y - cy) * np.sin(lean)) / span
        across = ((y - cy) * np.cos(lean) - (x - cx) * np.sin(lean)) / span + 0.3 * along**2
        blade = np.abs(across) - 0.36 * np.clip(1 - along**2, 0, 1)
        cover = smoothstep(0.02, -0.02, blade) * (np.abs(along) < 1)
        shade = 0.8 + 0.35 * (across > 0) - 0.35 * smoothstep(0.03, 0.0, np.abs(across))
        picture = lay(picture, tint(leaves[index % len(leaves)]) * shade[..., None], cover)
        label = np.where(cover > 0.5, 20 + 2 * index + (across > 0), label)
    spots = (
        (0.30, 0.33, 0.27),
        (0.76, 0.22, 0.19),
        (0.70, 0.68, 0.29),
        (0.17, 0.80, 0.20),
        (0.45, 0.95, 0.15),
        (0.04, 0.1, 0.14),
        (0.98, 0.46, 0.13),
    )
    for index, (across, down, reach) in enumerate(spots):
        # The seed mirrors or transposes the arrangement.
        cx, cy = ((across, down), (1 - across, down), (down, 1 - across), (1 - down, across))[seed % 4]
        count, phase = 5 + index % 3, rng.random() * 6
        angle, away = np.arctan2(y - cy, x - cx), np.hypot(x - cx, y - cy) / reach
        for whorl, (outer, turned) in enumerate(((1.0, 0.0), (0.66, 0.5), (0.36, 0.0))):
            sector = (angle + phase) * count / (2 * np.pi) + turned + 0.25 * away
            lobe = np.abs(np.cos(np.pi * sector)) ** 0.55
            edge = outer * (0.66 + 0.34 * lobe) * (1 + 0.05 * noise2(x * 9, y * 9, seed + index))
            cover = smoothstep(0.02, -0.02, away - edge)
            shade = 0.62 + 0.5 * smoothstep(0.1, 1.0, away / outer) * lobe + 0.12 * np.sin(sector * 40) * (away / outer)
            picture = lay(picture, tint(petals[(index + whorl) % len(petals)]) * shade[..., None], cover)
            label = np.where(cover > 0.5, 100 + 40 * index + 12 * whorl + np.floor(sector + 0.5) % count, label)
        heart = smoothstep(0.17, 0.14, away)
        picture = lay(picture, tint(petals[-1]) * (1.15 - 2.5 * away)[..., None].clip(0.5, 1.2), heart)
        label = np.where(heart > 0.5, 400 + index, label)
    return np.clip(picture, 0, 1), label


def nocturne(size: int, seed: int, palette: Sequence[str]) -> tuple[Array, Array]:
    """A whirling night sky over dark hills, and the direction of its currents in radians. `palette`: four skies, light, two hills."""
    x, y = frame(size)
    flow = 0.25 * np.sin(3 * x + 1) + 0.5 * fbm2(x * 2, y * 2, 2, seed)
    sky = 0.5 + 0.35 * np.sin(y * 13 + 3 * fbm2(x * 2, y * 3, 3, seed + 3) + 2 * x)
    glow = np.zeros_like(x)
    for cx, cy, reach in ((0.30, 0.30, 0.26), (0.74, 0.20, 0.19), (0.60, 0.50, 0.14), (0.08, 0.55, 0.13), (0.92, 0.52, 0.12)):
        away = np.hypot(x - cx, y - cy) / reach
        pull = np.exp(-(away**2) * 0.9)
        around = np.arctan2(y - cy, x - cx) + np.pi / 2 + 0.35
        flow = np.arctan2((1 - pull) * np.sin(flow) + pull * np.sin(around), (1 - pull) * np.cos(flow) + pull * np.cos(around))
        glow = np.maximum(glow, np.exp(-((away / 0.36) ** 2)) + 0.35 * np.exp(-(((away - 0.75) / 0.12) ** 2)))
        sky = sky * (1 - pull) + pull * (0.55 + 0.4 * np.sin(away * 15 + 2 * around))
    picture = lay(ramp(np.clip(sky, 0, 1), palette[:4]), tint(palette[4]), np.clip(glow, 0, 1))
    for index, code in enumerate(palette[5:7]):
        crest = 0.72 + 0.12 * index + 0.10 * fbm2(x * 2 + 3 * index, 0 * y, 3, seed + 50 + index) - 0.1 * (x - 0.5) * (1 - 2 * index)
        hill = smoothstep(-0.004, 0.004, y - crest)
        shade = 0.75 + 0.5 * (0.5 + 0.5 * np.sin((y - crest) * 60 + 6 * x + 3 * fbm2(x * 3, y * 3, 2, seed + 9)))
        picture = lay(picture, tint(code) * shade[..., None], hill)
        flow = np.where(y > crest, -0.25 * (1 - 2 * index) + 0.5 * noise2(x * 3, y * 3, seed + 60), flow)
    return np.clip(picture, 0, 1), flow


def shoal(size: int, seed: int, palette: Sequence[str]) -> tuple[Array, Array]:
    """Three fish in a current, and the direction of everything in radians. `palette`: three waters, back, flank, belly, fin, outline."""
    x, y = frame(size)
    flow = 0.25 + 0.9 * fbm2(x * 1.6, y * 1.6, 2, seed)
    swell = 0.5 + 0.5 * np.sin((y - 0.3 * x) * 30 + 5 * fbm2(x * 1.8, y * 1.8, 3, seed + 1))
    picture = ramp(np.clip(0.55 * swell + 0.5 * y + 0.25 * fbm2(x * 2, y * 2, 2, seed + 2), 0, 1), palette[:3])
    for cx, cy, lean, span in ((0.40, 0.27, 0.16, 0.36), (0.62, 0.57, -2.86, 0.40), (0.33, 0.83, 0.12, 0.27)):
        a = ((x - cx) * np.cos(lean) + (y - cy) * np.sin(lean)) / span
        b = ((y - cy) * np.cos(lean) - (x - cx) * np.sin(lean)) / span * (1 if np.cos(lean) > 0 else -1)
        b = b - 0.08 * np.sin(2.2 * a)
        body = (
            np.abs(b) - 0.40 * np.clip(1 - a, 0, None) ** 0.6 * np.clip((a + 1.0) / 1.6, 0, 1) ** 1.2 + np.clip(np.abs(a) - 0.99, 0, None)
        )
        tail = np.maximum(np.abs(b) - (-0.66 - a) * 0.62 - 0.06, np.maximum(-1.22 - a + 0.35 * (0.3 - np.abs(b)), a + 0.62))
        fin = np.maximum(np.abs(b + 0.30 + 0.1 * a) - 0.17 * np.clip(1 - ((a - 0.05) / 0.55) ** 2, 0, 1), np.abs(a - 0.05) - 0.55)
        limbs = np.minimum(tail, fin)
        rays = 0.75 + 0.35 * np.sin(np.where(tail < fin, b / (-a + 0.3) * 40, a * 50))
        outline = smoothstep(0.045, 0.035, np.minimum(body, limbs))
        picture = lay(picture, tint(palette[7]), outline)
        picture = lay(picture, tint(palette[6]) * rays[..., None], smoothstep(0.005, -0.005, limbs))
        scale = np.hypot((a * 9 + 0.5 * (np.floor(b * 14) % 2)) % 1 - 0.15, (b * 14) % 1 - 0.5)
        flank = ramp(np.clip(0.5 + b * 1.5, 0, 1), palette[3:6]) * (0.72 + 0.45 * smoothstep(0.75, 0.35, scale))[..., None]
        head = smoothstep(0.42, 0.44, a + 0.7 * b * b)
        flank = lay(flank, tint(palette[6]) * 1.05, head * 0.75)
        picture = lay(picture, flank, smoothstep(0.005, -0.005, body))
        for reach, code in ((0.085, palette[5]), (0.045, palette[7])):
            picture = lay(picture, tint(code), smoothstep(reach, reach - 0.01, np.hypot(a - 0.66, b + 0.06)))
        flow = np.where(outline > 0.5, lean + 0.18 * np.cos(2.2 * a) * np.cos(lean), flow)
    return np.clip(picture, 0, 1), flow


def rose_window(size: int, seed: int) -> tuple[Array, Array]:
    """The panes of a rose window: a number for each, and its hue class 0..5, both (size, size)."""
    x, y = frame(size)
    u, v = 2 * x - 1, 2 * y - 1
    reach, angle = np.hypot(u, v), np.arctan2(v, u) / (2 * np.pi) + 0.5
    label, hue = np.zeros_like(x), np.zeros_like(x)

    def pane(inside: Array, number: Array, tone: Array | int) -> None:
        nonlocal label, hue
        label, hue = np.where(inside, number, label), np.where(inside, tone, hue)

    corner = np.hypot(1 - np.abs(u), 1 - np.abs(v))
    fan = np.floor(np.arctan2(1 - np.abs(v), 1 - np.abs(u)) / (np.pi / 2) * 5) + 5 * (u > 0) + 10 * (v > 0)
    ring = np.floor(corner * 6.5)
    pane(reach > 0, 2000 + fan + 40 * ring, (fan + ring) % 2 * 3 + 1)
    for index, (outer, count, lobe, turned) in enumerate(
        (
            (1.02, 48, 0.0, 0.0),
            (0.95, 24, 0.0, 0.5),
            (0.86, 12, 0.10, 0.5),
            (0.66, 12, 0.09, 0.0),
            (0.46, 12, 0.0, 0.0),
            (0.40, 6, 0.09, 0.5),
            (0.20, 6, 0.05, 0.0),
            (0.09, 1, 0, 0),
        )
    ):
        sector = angle * count + turned
        arch = np.abs(np.cos(np.pi * (sector - np.floor(sector) - 0.5))) ** 0.7 if lobe else 1.0
        inside = reach < outer - lobe + lobe * arch
        number = np.floor(sector) % count
        pane(inside, 100 * (index + 1) + number, (index + (number % 2) * 2) % 6)
        if lobe and count == 12:
            middle = np.hypot((sector - np.floor(sector) - 0.5) * 2 * np.pi * reach / count, reach - outer + 0.15) < 0.058
            pane(middle, 3000 + 100 * index + number, (index + 4) % 6)
    return label, hue
