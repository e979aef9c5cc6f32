"""Abstract compositions of paint and paper. Each takes (rng, palette, side) and answers (side, side, 3) RGB 0..1."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from resources.drawing.brush import Stroke, bristles, coverage, footprint, scatter
from resources.drawing.noise import Array, smoothstep
from resources.drawing.palettes import Palette
from resources.drawing.sheet import Sheet, blob, box, ring, soft_noise, turned
from resources.drawing.subjects import frame, lay


def _stroke(picture: Array, rng: np.random.Generator, stroke: Stroke, colour: Array, second: Array, dry: float) -> None:
    """Drag one loaded brush over `picture`: two paints that mix along the hairs, breaking up towards the end when `dry`."""
    side = picture.shape[0]
    placed = footprint(stroke, side)
    if placed is None:
        return
    patch, along, across = placed
    hair = bristles(rng, across, along, max(int(stroke.width / side * 90), 5))
    cover = coverage(stroke, along, across) * np.clip(1.25 + dry * (hair - 1.1 * (along + 0.4)), 0, 1)
    mix = np.clip(0.18 + 0.4 * hair, 0, 0.6)[..., None]
    paint = (colour * (1 - mix) + second * mix) * (1 + 0.09 * hair[..., None])
    picture[patch] = lay(picture[patch], paint, cover)


def gesture(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Action painting: a few wide strokes that know about each other, over thin ones, on a scrubbed ground."""
    ground = palette.ground * (1 + 0.05 * soft_noise(rng, side, 5, 3, rng.choice([1.0, 4.0])))[..., None]
    picture = ground.astype(np.float32)
    lean = rng.uniform(0, 3.14)
    paints = palette.contrasting(palette.ground)
    broad = int(rng.integers(5, 11))
    for number in range(broad + int(rng.integers(2, 9))):
        wide = number < broad
        angle = lean + rng.choice([0, 0, np.pi / 2, 0.7]) + rng.normal(0, 0.22)
        x, y = rng.normal(0.5, 0.24 if wide else 0.28, 2) * side
        length, width = (rng.uniform(0.6, 1.25), rng.uniform(0.13, 0.3)) if wide else (rng.uniform(0.2, 0.6), rng.uniform(0.025, 0.07))
        colour = paints[min(int(rng.exponential(1.1)), len(paints) - 1)] if rng.random() < 0.8 else palette.dark
        second = colour * 0.45 + 0.55 * (palette.light if rng.random() < 0.5 else palette.pick(rng, 1)[0])
        stroke = Stroke(x, y, angle, length * side, width * side, rng.normal(0, 0.22), 0.05)
        _stroke(picture, rng, stroke, colour, second, rng.uniform(0.1, 1.0))
    return np.clip(picture, 0, 1)


def dabs(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """A sheet of short touches that turn with a slow field; the colour drifts from zone to zone, with sparks of the accent."""
    picture = np.broadcast_to(palette.dark * 0.6 + palette.colours[0] * 0.4, (side, side, 3)).astype(np.float32)
    flow = soft_noise(rng, 64, 2) * rng.uniform(0.5, 2) + rng.uniform(0, 3.14)
    zone = soft_noise(rng, 64, rng.choice([1, 2, 3]))
    zone = (zone - zone.min()) / float(np.ptp(zone))
    rungs = palette.ladder()[1:]
    spacing = rng.choice([0.05, 0.065, 0.085])
    long = rng.uniform(1.3, 3.4)
    for x, y in scatter(rng, side, spacing * side):
        column, row = int(np.clip(x / side * 64, 0, 63)), int(np.clip(y / side * 64, 0, 63))
        place = int(np.clip(zone[row, column] + rng.normal(0, 0.09), 0, 0.999) * len(rungs))
        colour = palette.accent if rng.random() < 0.04 else rungs[place] * rng.normal(1, 0.05)
        stroke = Stroke(x, y, flow[row, column] + rng.normal(0, 0.15), spacing * side * long, spacing * side * 1.1, rng.normal(0, 0.1), 0.3)
        placed = footprint(stroke, side)
        if placed is not None:
            patch, along, across = placed
            picture[patch] = lay(picture[patch], colour * (1.04 - 0.07 * across[..., None]), coverage(stroke, along, across))
    return np.clip(picture, 0, 1)


def colour_field(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Rothko: two to four soft-edged slabs breathing on a ground that shows around them, thin where the brush was dry."""
    x, y = frame(side)
    order = rng.permutation(len(palette.colours))
    base = palette.colours[order[0]] if rng.random() < 0.7 else palette.ground
    base = palette.dark if rng.random() < 0.15 else base
    picture = base * (1 + 0.05 * soft_noise(rng, side, 4, 3))[..., None]
    slabs = int(rng.choice([2, 3, 4], p=[0.42, 0.42, 0.16]))
    edges = np.concatenate([[0.05], np.sort(rng.dirichlet(np.full(slabs, 4.0)).cumsum()[:-1]) * 0.9 + 0.05, [0.95]])
    upright = rng.random() < 0.85
    u, v = (x, y) if upright else (y, x)
    margin, soft = rng.choice([-0.1, rng.uniform(0.03, 0.11)], p=[0.25, 0.75]), rng.uniform(0.006, 0.03)
    paints = np.concatenate([palette.contrasting(base), palette.ground[None]])
    start = int(rng.integers(len(paints)))
    for index in range(slabs):
        wobble = 0.010 * soft_noise(rng, side, 7, 2)
        inset = (
            np.minimum(np.minimum(u - margin, 1 - margin - u), np.minimum(v - edges[index] - 0.016, edges[index + 1] - 0.016 - v)) + wobble
        )
        cover = smoothstep(-soft, soft, inset)
        breath = 0.92 + 0.08 * soft_noise(rng, side, 5, 3, rng.choice([1.0, 3.0]))
        glow = 1 + 0.07 * np.clip(inset / 0.2, 0, 1)
        colour = paints[(start + index) % len(paints)]
        picture = lay(picture, colour * glow[..., None], np.clip(cover * breath, 0, 1))
    return np.clip(picture, 0, 1).astype(np.float32)


def washes(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Watercolour: translucent pools that multiply where they cross, with the dark rim that a drying pool leaves."""
    paper = palette.light if palette.ground.mean() < 0.6 else palette.ground
    picture = np.broadcast_to(paper, (side, side, 3)).astype(np.float32)
    count = int(rng.integers(4, 11))
    # Pigment stays thin: full darks would multiply to black where three pools meet.
    paints = 0.16 + 0.84 * palette.pick(rng, count)
    row = rng.random() < 0.3
    for index in range(count):
        cx, cy = ((index + 0.5) / count, rng.normal(0.5, 0.1)) if row else rng.uniform(0.12, 0.88, 2)
        shape = blob(rng, cx, cy, rng.uniform(0.14, 0.4), 0.28)
        mask = Image.new("L", (side // 2, side // 2), 0)
        ImageDraw.Draw(mask).polygon([(float(px), float(py)) for px, py in shape * (side // 2)], fill=255)
        mask = mask.filter(ImageFilter.GaussianBlur(0.022 * side / 2)).resize((side, side), Image.Resampling.BILINEAR)
        depth = np.asarray(mask, np.float32) / 255 + 0.16 * soft_noise(rng, side, 9, 3)
        inside = smoothstep(0.46, 0.54, depth)
        rim = np.exp(-(((depth - 0.58) / 0.1) ** 2))
        strength = inside * np.clip(0.62 + 0.3 * rim + 0.2 * soft_noise(rng, side, 3, 3), 0, 1)
        picture = picture * (1 - strength[..., None] * (1 - paints[index]))
    return np.clip(picture, 0, 1)


def _torn(rng: np.random.Generator) -> Array:
    """The outline of one piece of paper about the origin: a strip, a block, a torn block, a half round or a wedge."""
    kind = rng.integers(5)
    wide, high = rng.uniform(0.3, 0.75), rng.uniform(0.22, 0.6)
    if kind == 0:
        return box(rng.uniform(0.5, 1.1), rng.uniform(0.05, 0.14))
    if kind == 3:
        return ring(0, 0, wide * 0.6, 0, np.pi)
    if kind == 4:
        return np.array([(-0.5, -0.4), (0.5, -0.2), (-0.1, 0.5)]) * wide * 1.5
    corners = box(wide, high) + rng.normal(0, 0.03, (4, 2))
    if kind == 1:
        return corners
    sides = np.concatenate([np.linspace(corners[i], corners[(i + 1) % 4], 14, endpoint=False) for i in range(4)])
    return np.asarray(sides + rng.normal(0, 0.008, sides.shape))


def collage(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Pasted papers, some torn, some ruled or dotted, each lifted a little off the sheet."""
    sheet = Sheet(side, palette.ground)
    lean = rng.uniform(-0.5, 0.5)
    spread = rng.uniform(0.2, 0.3)
    papers = np.concatenate([palette.contrasting(palette.ground), (palette.light if palette.ground.mean() < 0.6 else palette.dark)[None]])
    last = -1
    for _ in range(rng.integers(6, 13)):
        x, y = rng.normal(0.5, spread, 2)
        shape = turned(_torn(rng), lean + rng.choice([0, np.pi / 2, np.pi, -np.pi / 2]) + rng.normal(0, 0.15), (x, y))
        mask = sheet.mask(shape)
        choice = int(rng.integers(len(papers)))
        choice, last = (choice + (choice == last)) % len(papers), choice
        paint = papers[choice]
        sheet.shadow(mask, (0.008, 0.012), 0.012, 0.5)
        if rng.random() < 0.28:
            paint = _patterned(rng, side, paint, papers[(choice + 1) % len(papers)])
        sheet.lay(mask, paint)
    return sheet.array()


def _patterned(rng: np.random.Generator, side: int, paper: Array, ink: Array) -> Array:
    """A printed paper (side, side, 3): stripes or dots."""
    x, y = frame(side)
    turn, step = rng.uniform(0, 3.14), rng.uniform(0.035, 0.06)
    u, v = (x * np.cos(turn) + y * np.sin(turn)) / step, (y * np.cos(turn) - x * np.sin(turn)) / step
    printed = (u % 1 < 0.42) if rng.random() < 0.6 else np.hypot(u % 1 - 0.5, v % 1 - 0.5) < 0.28
    return np.where(printed[..., None], ink, paper).astype(np.float32)


def cutouts(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Matisse's scissors: fronds and pebbles on blocks of colour, in as few colours as will do."""
    sheet = Sheet(side, palette.ground)
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    step = np.array([1 / columns, 1 / rows])
    scale = float(step.min())
    for column in range(columns):
        for row in range(rows):
            centre = (np.array([column, row]) + 0.5) * step
            under = palette.pick(rng, 1)[0] if rng.random() < 0.8 else palette.light
            sheet.polygon(box(step[0], step[1]) + centre, under)
            over = np.concatenate([palette.contrasting(under), palette.light[None] if under.mean() < 0.6 else palette.dark[None]])
            colour = over[rng.integers(len(over))]
            if rng.random() < 0.55:
                _frond(rng, sheet, centre, scale, colour)
            else:
                sheet.polygon(blob(rng, centre[0], centre[1], scale * 0.4, 0.34), colour)
                if rng.random() < 0.6:
                    sheet.polygon(blob(rng, centre[0], centre[1], scale * 0.15, 0.25), under)
    return sheet.array()


def _frond(rng: np.random.Generator, sheet: Sheet, centre: Array, scale: float, colour: Array) -> None:
    """A stem that bends, with rounded leaves swinging out on both sides and one at the tip."""
    lean, bend, pairs = rng.uniform(0, 6.28), rng.normal(0, 0.5), int(rng.integers(3, 6))
    at = np.linspace(-1, 1, 24)
    stem = turned(np.stack([at, bend * 0.35 * (at**2 - 0.5)], -1) * scale * 0.42, lean, (centre[0], centre[1]))
    sheet.line(stem, colour, 0.045 * scale, round_ends=True)
    long, fat = scale * rng.uniform(0.26, 0.36), scale * rng.uniform(0.05, 0.085)
    t = np.linspace(0, np.pi, 14)
    half = np.stack([(1 - np.cos(t)) / 2 * long, np.sin(t) ** 0.8 * fat], -1)
    leaf = np.concatenate([half, half[::-1] * (1, -1)])
    places = np.linspace(2, 21, pairs).astype(int)
    for place in places:
        ahead = stem[min(place + 1, 23)] - stem[place - 1]
        angle = float(np.arctan2(ahead[1], ahead[0]))
        for swing in (-0.95, 0.95):
            sheet.polygon(turned(leaf, angle + swing + rng.normal(0, 0.08), (stem[place][0], stem[place][1])), colour)
    tip = stem[-1] - stem[-2]
    sheet.polygon(turned(leaf, float(np.arctan2(tip[1], tip[0])), (stem[-1][0], stem[-1][1])), colour)
