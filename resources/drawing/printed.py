"""Drawn styles made with lines and plates: linocut, halftone, pen hatching, marbled paper. Each answers (size, size, 3) RGB, 0..1."""

from __future__ import annotations

import numpy as np

from resources.drawing.brush import Stroke, coverage, footprint, sample, scatter
from resources.drawing.noise import Array, fbm2, noise2, smoothstep
from resources.drawing.subjects import blossoms, blurred, coast, frame, lay, luminance, nocturne, ramp, tint

DUSK = ("c2407f", "ffb45a", "ffe25a", "a83f78", "3f7fb0", "274a80", "2468a8", "9fe0da")
NIGHT = ("050505", "404040", "a0a0a0", "e0e0e0", "ffffff", "4c4c4c", "767676")


def linocut(size: int, seed: int) -> Array:
    """A whirling night cut in lino: gouged white lines that swell with the light, a key block over two colour blocks."""
    rng = np.random.default_rng(seed)
    x, y = frame(size)
    unit = size / 1024
    tones, flow = nocturne(size, seed, NIGHT)
    tones, flow = tones[:, ::-1], np.pi - flow[:, ::-1]
    light = np.clip(luminance(tones) * 1.15 - 0.04, 0, 1)
    cut = np.zeros((size, size), np.float32)
    for px, py in scatter(rng, size, max(14 * unit, 2.0)):
        tone = float(sample(light, px, py))
        if tone < 0.1 or rng.random() > 0.30 + 0.75 * tone:
            continue
        angle = float(sample(flow, px, py)) + rng.normal(0, 0.05)
        stroke = Stroke(
            px, py, angle, unit * (24 + 40 * tone) * rng.uniform(0.8, 1.25), unit * (2.4 + 7.5 * tone) + 0.3, rng.normal(0, 0.06), 0.8
        )
        placed = footprint(stroke, size)
        if placed is not None:
            patch, along, across = placed
            # A gouge enters sharply and lifts out slowly.
            np.maximum(cut[patch], coverage(stroke, along * (1 + 0.25 * along), across), out=cut[patch])
    cut = np.maximum(cut, smoothstep(0.86, 0.92, light))
    shift = max(int(3 * unit), 0)
    paper = tint("f4ead6") * (1 + 0.03 * fbm2(x * 90, y * 90, 3, seed + 1))[..., None]
    sky = ramp(np.clip(y * 1.5, 0, 1), ("2f8f9a", "58b09a", "e8c46a"))
    hills = y > 0.66 + 0.10 * fbm2(2 - x * 2, 0 * y, 3, seed + 50) + 0.1 * (x - 0.5)
    colour = lay(sky, np.broadcast_to(tint("d9552f"), sky.shape), np.roll(hills, shift, axis=1).astype(np.float32))
    starry = blurred(np.roll(smoothstep(0.68, 0.76, light), shift, axis=0) * (y < 0.7), 1.2 * unit)
    colour = lay(colour, np.broadcast_to(tint("f6cf4e"), sky.shape), starry)
    speckle = smoothstep(0.44, 0.62, fbm2(x * 160, y * 160, 2, seed + 3))
    picture = lay(paper, paper * colour, 0.95 - 0.35 * speckle)
    patchy = smoothstep(0.40, 0.62, fbm2(x * 130, y * 130, 2, seed + 5) + 0.25 * fbm2(x * 4, y * 4, 2, seed + 6))
    return np.clip(lay(picture, tint("17181f"), (1 - cut) * (0.97 - 0.5 * patchy)), 0, 1)


def halftone(size: int, seed: int) -> Array:
    """A sunset as cheap four-colour print: cyan, magenta, yellow and black dots at their own angles, out of register, inked outlines."""
    x, y = frame(size)
    colours, label = (field[:, ::-1] for field in coast(size, seed + 2, DUSK))
    colours = np.clip(0.5 + (colours - 0.5) * 1.3 + 0.03, 0, 1)
    key = np.clip(1 - colours.max(axis=-1) - 0.12, 0, 1)
    bands = [*np.moveaxis(np.clip(1 - colours - key[..., None], 0, 1), -1, 0), key * 1.05]
    pitch = 92.0
    picture = tint("f7efdc") * (1 + 0.025 * fbm2(x * 150, y * 150, 2, seed))[..., None]
    inks = (("2fb4e0", 15, 0.0), ("e83f7f", 75, 0.002), ("fbdc3a", 0, -0.0015), ("1c1a22", 45, 0.0))
    for amount, (ink, degrees, slip) in zip(bands, inks, strict=True):
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        u, v = ((x + slip) * cosine + y * sine) * pitch, (y * cosine - (x + slip) * sine) * pitch
        # Tone sets the area of the dot; past half the dots join and the paper shows as holes.
        dot = 0.5 + 0.25 * (np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v))
        soft = 1.9 * pitch / size + 0.03
        cover = smoothstep(-soft, soft, dot - 1 + np.clip(amount, 0, 1) ** 0.85 * 1.02 - 0.01)
        cover = cover * (1 - 0.22 * smoothstep(0.2, 0.7, fbm2(x * 70 + degrees, y * 70, 2, seed + 7)))
        picture = picture * lay(np.ones_like(picture), tint(ink), cover)
    edge = np.zeros((size, size), np.float32)
    edge[1:] += label[1:] != label[:-1]
    edge[:, 1:] += label[:, 1:] != label[:, :-1]
    swell = 1.2 + 0.8 * noise2(x * 4, y * 4, seed + 9)
    line = smoothstep(0.16, 0.30, blurred(edge, 2.2 * size / 1024) * swell * max(size / 1024, 0.4))
    return np.clip(lay(picture, tint("191720"), line * 0.95), 0, 1)


def hatching(size: int, seed: int) -> Array:
    """Flowers in sepia ink: five families of hand-drawn lines, each entering where the tone asks for it, over a pale wash."""
    x, y = frame(size)
    unit = size / 1024
    greys = (("e8e8e8", "b8b8b8", "585858"), ("f4f4f4", "b0b0b0", "d0d0d0", "606060"), ("686868", "8c8c8c", "4c4c4c"))
    colours, label = blossoms(size, seed + 2, *greys)
    tone = blurred(luminance(colours), 2.5 * unit)
    tone = np.clip((tone - 0.12) * 1.25, 0, 1)
    darkness = np.zeros((size, size), np.float32)
    for index, (degrees, enters) in enumerate(((28, 0.86), (-42, 0.64), (4, 0.46), (76, 0.32), (-18, 0.18))):
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        across = (y * cosine - x * sine) * 118 + 1.1 * fbm2(x * 4 + 7 * index, y * 4, 3, seed + 10 + index)
        along = (x * cosine + y * sine) * 9
        row = np.floor(across)
        # Each line is lifted and set down again at its own places.
        lifted = noise2(along + row * 3.7, row * 1.91, seed + 20 + index)
        weight = np.clip((enters - tone) * 2.1 + 0.10 * lifted, 0, 0.62) * (lifted > -0.62)
        soft = 118 / size * 0.9
        line = smoothstep(soft, -soft, np.abs(across - row - 0.5) - weight * 0.5) * smoothstep(0.0, 0.06, weight)
        darkness = np.maximum(darkness, line * (0.86 + 0.12 * lifted))
    edge = np.zeros((size, size), np.float32)
    edge[1:] += label[1:] != label[:-1]
    edge[:, 1:] += label[:, 1:] != label[:, :-1]
    contour = smoothstep(0.14, 0.3, blurred(edge, 1.5 * unit) * (1.1 + 0.8 * noise2(x * 7, y * 7, seed + 31)) * max(unit, 0.4))
    darkness = np.maximum(darkness, contour * 0.95)
    paper = tint("f3e8d0") * (1 + 0.03 * fbm2(x * 120, y * 120, 3, seed + 33) + 0.04 * fbm2(x * 3, y * 3, 3, seed + 34))[..., None]
    wash = paper * lay(np.ones_like(paper), tint("d9a873"), np.clip(0.75 - tone, 0, 0.6) * (0.8 + 0.4 * fbm2(x * 4, y * 4, 3, seed + 35)))
    return np.clip(lay(wash, tint("2a1a16"), darkness), 0, 1)


def marbling(size: int, seed: int) -> Array:
    """Marbled endpaper: drops of colour floated on size, drawn out by rakes and curled with a stylus."""
    rng = np.random.default_rng(seed)
    x, y = frame(size)
    u, v = x.copy(), y.copy()
    for cx, cy, reach, twist in (
        (0.30, 0.34, 0.22, 2.6),
        (0.74, 0.62, 0.26, -2.9),
        (0.78, 0.16, 0.15, 2.4),
        (0.20, 0.82, 0.18, -2.6),
        (0.5, 0.98, 0.14, 2.5),
    ):
        away = np.hypot(u - cx, v - cy)
        spin = twist * np.exp(-((away / reach) ** 2))
        cosine, sine = np.cos(spin), np.sin(spin)
        u, v = cx + (u - cx) * cosine - (v - cy) * sine, cy + (u - cx) * sine + (v - cy) * cosine
    u = u + 0.055 * np.abs((v * 7 + 0.25 * noise2(u * 3, v * 3, seed)) % 2 - 1) ** 0.7 + 0.012 * fbm2(u * 6, v * 6, 3, seed + 1)
    v = v + 0.10 * (np.abs((u * 9) % 2 - 1) ** 0.6 - 0.5)
    colours = [tint(code) for code in ("17324f", "b8392e", "e7c27a", "2f6f73", "f3e6cf", "7d1f2f", "e08a3c", "0f1c2e")]
    picture = np.ones((size, size, 3), np.float32) * colours[0]
    for index in range(150):
        px, py, reach = rng.uniform(-0.15, 1.15), rng.uniform(-0.15, 1.15), rng.uniform(0.02, 0.14) * (1 - 0.4 * index / 150)
        squared = ((u - px) ** 2 + (v - py) ** 2) / reach**2
        cover = smoothstep(1.06, 0.94, squared)
        ring = smoothstep(0.62, 0.52, squared)
        base = colours[rng.integers(len(colours))]
        picture = lay(picture, base, cover)
        picture = lay(picture, base * 0.75 + colours[rng.integers(len(colours))] * 0.25, ring)
    vein = np.abs(fbm2(u * 7, v * 7, 4, seed + 5))
    picture = lay(picture, tint("f3e6cf"), smoothstep(0.05, 0.0, vein) * 0.5)
    grain = 1 + 0.05 * fbm2(x * 200, y * 200, 2, seed + 6) + 0.10 * fbm2(u * 5, v * 5, 3, seed + 7)
    return np.clip(picture * grain[..., None], 0, 1)
