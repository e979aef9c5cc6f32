"""Abstract compositions of ruled and compassed shapes. Each takes (rng, palette, side) and answers (side, side, 3) RGB 0..1."""

from __future__ import annotations

import numpy as np

from resources.drawing.noise import Array
from resources.drawing.palettes import Palette
from resources.drawing.sheet import Sheet, box, ring, turned


def planes(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Suprematist: one great plane, a train of bars along a tilted axis, a few crossing it, a disc to answer them."""
    sheet = Sheet(side, palette.ground)
    paints = palette.contrasting(palette.ground)
    tilt, centre = rng.uniform(-1.1, 1.1), rng.uniform(0.4, 0.6, 2)
    great = rng.choice(4, p=[0.4, 0.25, 0.2, 0.15])
    ink = palette.dark if palette.ground.mean() > 0.45 else palette.light
    colour = ink if rng.random() < 0.3 else paints[0]
    wide = rng.uniform(0.42, 0.74)
    if great == 0:
        outline = box(wide, wide * rng.uniform(0.5, 1.1))
    elif great == 1:
        outline = box(wide * 1.3, wide * 0.7) * np.array([[1, 1], [1, 0.45], [1, 0.45], [1, 1]])
    elif great == 2:
        outline = np.array([(-0.6, -0.35), (0.65, 0.0), (-0.5, 0.4)]) * wide * 1.3
    else:
        outline = ring(0, 0, wide * 0.6)
    sheet.polygon(turned(outline, tilt, (centre[0], centre[1])), colour)
    across = np.array([-np.sin(tilt), np.cos(tilt)])
    along = np.array([np.cos(tilt), np.sin(tilt)])
    start, gap = rng.uniform(-0.45, -0.25), rng.uniform(0.07, 0.13)
    length = rng.uniform(0.5, 1.0)
    for step in range(rng.integers(4, 9)):
        thick = rng.choice([0.014, 0.028, 0.06, 0.1], p=[0.25, 0.3, 0.25, 0.2])
        at = centre + across * (start + gap * step) + along * rng.uniform(-0.18, 0.18)
        bar = paints[rng.integers(len(paints))] if rng.random() < 0.75 else ink
        sheet.polygon(turned(box(length * rng.uniform(0.25, 1.0), thick), tilt, (at[0], at[1])), bar)
    crossing = tilt + rng.choice([np.pi / 2, 0.9, -0.7])
    for _ in range(rng.integers(1, 4)):
        at = centre + rng.normal(0, 0.2, 2)
        sheet.polygon(turned(box(rng.uniform(0.1, 0.5), rng.choice([0.014, 0.035, 0.07])), crossing, (at[0], at[1])), paints[-1])
    if rng.random() < 0.6:
        x, y = 1 - centre + rng.normal(0, 0.14, 2)
        sheet.disc(x, y, rng.uniform(0.05, 0.15), paints[-1] if rng.random() < 0.6 else ink)
    return sheet.array()


def _cut(rng: np.random.Generator, room: tuple[float, float, float, float], depth: int) -> list[tuple[float, float, float, float]]:
    """Cut a rectangle (left, top, right, bottom) in two, again and again, off centre."""
    left, top, right, bottom = room
    wide, high = right - left, bottom - top
    if depth == 0 or max(wide, high) < 0.16 or (depth < 2 and rng.random() < 0.25):
        return [room]
    part = rng.choice([0.28, 0.36, 0.62, 0.72]) + rng.normal(0, 0.03)
    if wide * rng.uniform(0.75, 1.33) > high:
        at = left + wide * part
        return _cut(rng, (left, top, at, bottom), depth - 1) + _cut(rng, (at, top, right, bottom), depth - 1)
    at = top + high * part
    return _cut(rng, (left, top, right, at), depth - 1) + _cut(rng, (left, at, right, bottom), depth - 1)


def lattice(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Neoplastic: an off-centre grid ruled in the dark, most rooms bare, a few in full colour; sometimes every room is painted."""
    sheet = Sheet(side, palette.light if rng.random() < 0.5 or palette.ground.mean() < 0.35 else palette.ground)
    rooms = _cut(rng, (-0.02, -0.02, 1.02, 1.02), int(rng.integers(3, 6)))
    ruled = rng.choice([0.0, 0.012, 0.02, 0.034], p=[0.2, 0.25, 0.35, 0.2])
    painted = 1.0 if ruled == 0 else rng.choice([0.45, 0.65, 1.0], p=[0.45, 0.25, 0.3])
    sizes = np.array([(r - le) * (b - t) for le, t, r, b in rooms])
    paints = palette.pick(rng, len(rooms))
    line = palette.dark
    for (left, top, right, bottom), colour, size in zip(rooms, paints, sizes, strict=True):
        if rng.random() < painted * (1 if size < 0.3 else 0.8):
            sheet.polygon(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]), colour)
    if ruled:
        for left, top, right, bottom in rooms:
            sheet.line(np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]), line, ruled)
    return sheet.array()


def rhythm(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Delaunay: wheels of concentric bands, cut in halves or quarters whose colours are shifted against each other."""
    sheet = Sheet(side, palette.ground)
    ends = np.stack([palette.dark, palette.light])
    every = np.concatenate([palette.colours, ends])
    if rng.random() < 0.7:
        half = rng.uniform(0.3, 0.7)
        sheet.polygon(np.array([(half, 0), (1, 0), (1, 1), (1 - half, 1)]), palette.colours[0])
    wheels = [(rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7), rng.uniform(0.34, 0.6))]
    for _ in range(rng.integers(0, 5)):
        wheels.append((rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.1, 0.3)))
    for x, y, reach in wheels:
        bands, parts = int(rng.integers(3, 7 if reach > 0.25 else 5)), int(rng.choice([1, 2, 2, 4, 4, 6]))
        phase = rng.uniform(0, 2 * np.pi)
        radii = reach * np.linspace(1, 0, bands, endpoint=False) ** rng.uniform(0.8, 1.2)
        order, shift = rng.permutation(len(every)), int(rng.integers(1, 4))
        for part in range(parts):
            start, stop = phase + 2 * np.pi * part / parts, phase + 2 * np.pi * (part + 1) / parts
            for band, radius in enumerate(radii):
                sheet.polygon(ring(x, y, radius, start, stop), every[order[(band + shift * part) % len(order)]])
    return sheet.array()


def improvisation(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """Kandinsky: a haloed disc, a wedge, ruled rays, half rings, a small chequer: few things, unlike each other, with air between."""
    sheet = Sheet(side, palette.ground)
    paints = palette.contrasting(palette.ground)
    ink = palette.dark if palette.ground.mean() > 0.45 else palette.light
    x, y = rng.uniform(0.25, 0.75, 2)
    reach = rng.uniform(0.16, 0.27)
    wedge = turned(np.array([(-0.55, -0.02), (0.55, -0.2), (0.5, 0.2)]) * rng.uniform(0.8, 1.2), rng.uniform(0, 6.28), (1 - x, 1 - y))
    sheet.lay(sheet.mask(wedge), paints[rng.integers(len(paints))], 0.85)
    discs = int(rng.choice([1, 2, 4], p=[0.4, 0.3, 0.3]))
    for number in range(discs):
        small = reach * (1 if number == 0 else rng.uniform(0.3, 0.6))
        cx, cy = (x, y) if number == 0 else rng.uniform(0.1, 0.9, 2)
        _haloed(rng, sheet, palette, (cx, cy), small)
    if rng.random() < 0.4:
        sway = np.linspace(-0.1, 1.1, 60)
        wave = np.stack([sway, rng.uniform(0.2, 0.8) + rng.uniform(0.03, 0.12) * np.sin(sway * rng.uniform(6, 18))], -1)
        sheet.line(turned(wave - 0.5, rng.uniform(0, 6.28), (0.5, 0.5)), ink, rng.choice([0.01, 0.02]))
    sweep = rng.uniform(0, 6.28)
    for _ in range(rng.integers(3, 7)):
        at, lean = rng.uniform(0.05, 0.95, 2), sweep + rng.normal(0, 0.35)
        half = rng.uniform(0.15, 0.6) * np.array([np.cos(lean), np.sin(lean)])
        sheet.line(np.stack([at - half, at + half]), ink, rng.choice([0.006, 0.011, 0.02]))
    for _ in range(rng.integers(1, 4)):
        cx, cy = rng.uniform(0.1, 0.9, 2)
        start, outer = rng.uniform(0, 6.28), rng.uniform(0.06, 0.2)
        for band in range(rng.integers(1, 4)):
            radius = outer * (1 - 0.28 * band)
            colour = paints[rng.integers(len(paints))] if band % 2 == 0 else ink
            sheet.polygon(ring(cx, cy, radius, start, start + np.pi * rng.uniform(0.7, 1.2), radius * 0.78), colour)
    for _ in range(rng.integers(2, 6)):
        cx, cy = rng.uniform(0.08, 0.92, 2)
        sheet.disc(cx, cy, rng.uniform(0.015, 0.06), palette.pick(rng, 1)[0])
    if rng.random() < 0.5:
        _chequer(rng, sheet, palette, ink)
    return sheet.array()


def _haloed(rng: np.random.Generator, sheet: Sheet, palette: Palette, at: tuple[float, float], reach: float) -> None:
    """A disc of one to four rings in a fresh order of colours, with a translucent halo."""
    rings = rng.permutation(np.concatenate([palette.colours, palette.dark[None], palette.light[None]]))
    sheet.lay(sheet.mask(ring(*at, reach * rng.uniform(1.15, 1.5))), rings[-1], 0.5)
    for colour, ratio in zip(rings, np.linspace(1, 0.3, int(rng.integers(1, 5))), strict=False):
        sheet.disc(*at, reach * ratio, colour)


def _chequer(rng: np.random.Generator, sheet: Sheet, palette: Palette, ink: Array) -> None:
    """A leaning field of small squares, every second one bare."""
    centre, lean, step = rng.uniform(0.15, 0.85, 2), rng.uniform(-0.6, 0.6), rng.uniform(0.03, 0.05)
    columns, rows = rng.integers(3, 6, 2)
    for column in range(columns):
        for row in range(rows):
            if (column + row) % 2 == 0:
                square = box(step, step) + np.array([column - columns / 2, row - rows / 2]) * step
                sheet.polygon(turned(square, lean, (centre[0], centre[1])), palette.accent if row == 1 else ink)


def tiles(rng: np.random.Generator, palette: Palette, side: int) -> Array:
    """A Bauhaus tile wall: quarter rounds, halves, discs and triangles on a square grid, in two alternating grounds."""
    sheet = Sheet(side, palette.ground)
    count = int(rng.choice([2, 3, 4, 5], p=[0.15, 0.35, 0.35, 0.15]))
    step = 1 / count
    vocabulary = rng.permutation(5)[: rng.integers(2, 5)]
    few = np.concatenate([palette.colours[:3], palette.accent[None], palette.dark[None], palette.ground[None]])
    for row in range(count):
        for column in range(count):
            left, top = column * step, row * step
            under, over, third = few[rng.permutation(len(few))[:3]]
            corners = box(step, step) + np.array([left + step / 2, top + step / 2])
            sheet.polygon(corners, under)
            kind, turn = rng.choice(vocabulary), int(rng.integers(4))
            cx, cy = left + step * (turn in (1, 2)), top + step * (turn in (2, 3))
            begin = turn * np.pi / 2
            if kind == 0:
                sheet.polygon(ring(cx, cy, step, begin, begin + np.pi / 2), over)
                if rng.random() < 0.5:
                    sheet.polygon(ring(cx, cy, step * 0.5, begin, begin + np.pi / 2), third)
            elif kind == 1:
                sheet.disc(left + step / 2, top + step / 2, step * rng.choice([0.5, 0.36, 0.22]), over)
            elif kind == 2:
                sheet.polygon(np.roll(corners, turn, axis=0)[:3], over)
            elif kind == 3:
                # A half round on the middle of one side of the tile.
                mx, my = left + step / 2 * (1 + (turn == 0) - (turn == 2)), top + step / 2 * (1 + (turn == 1) - (turn == 3))
                sheet.polygon(ring(mx, my, step / 2, begin + np.pi / 2, begin + 3 * np.pi / 2), over)
            else:
                for band in range(4):
                    inner, outer = step * (0.25 * band), step * (0.25 * band + 0.125)
                    sheet.polygon(ring(cx, cy, outer, begin, begin + np.pi / 2, inner), over)
    return sheet.array()
