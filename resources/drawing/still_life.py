"""The still life of the house picture: what stands on the ledge, of what stuff, in what light."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import comb

import numpy as np

from resources.drawing import solids as sd
from resources.drawing.landscape import blend, rgb
from resources.drawing.noise import Array, fbm2, fbm3, noise2, noise3, smoothstep
from resources.drawing.tracing import Lighting, Solid, Surface

TABLE_HALF = (4.2, 0.5, 1.55)
TABLE_CENTRE = (0.0, -0.5, 0.05)

# The jug's profile: radii at even steps up to its height, thrown smooth by a Bernstein polynomial through these controls.
POT_HEIGHT = 1.62
POT_CONTROLS = (0.31, 0.33, 0.40, 0.86, 0.60, 0.86, 0.05, 0.05, 0.21, 0.22, 0.30)


def evening_light() -> Lighting:
    """A low warm sun from the left, cool light from the sky above, a glowing horizon behind."""
    towards = np.array([-0.86, 0.47, -0.27], np.float32)
    return Lighting(
        towards=towards / np.linalg.norm(towards),
        spread=0.13,
        key=np.array([2.15, 1.5, 0.92], np.float32),
        sky=np.array([0.34, 0.44, 0.66], np.float32),
        horizon=np.array([0.95, 0.62, 0.42], np.float32),
        ground=np.array([0.20, 0.13, 0.09], np.float32),
    )


def thrown(count: int = 2000) -> tuple[Array, Array]:
    """Heights and radii (count,) of the jug: a Bezier curve has no facets for the light to catch."""
    t = np.linspace(0, 1, count)
    degree = len(POT_CONTROLS) - 1
    radii = sum(control * comb(degree, k) * t**k * (1 - t) ** (degree - k) for k, control in enumerate(POT_CONTROLS))
    return (t * POT_HEIGHT).astype(np.float32), np.asarray(radii, np.float32)


def turn(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Array:
    """The rotation matrix that turns about x, then y, then z; degrees."""
    a, b, c = np.radians([x, y, z])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x, np.float32)


def peel(points: Array, base: Array, ripe: Array, scale: float, seed: int) -> Array:
    """Fruit skin: two tones drifting into each other over `1 / scale` units, and fine freckles."""
    drift = smoothstep(-0.45, 0.5, fbm3(points * np.float32(scale), 3, seed))
    freckle = smoothstep(0.25, 0.6, noise3(points * np.float32(42), seed + 9))
    return np.asarray(blend(base, ripe, drift) * (1 - 0.16 * freckle))


def pitted(points: Array, depth: float, scale: float) -> Array:
    """The bump of citrus peel: small round pits."""
    # Tilted and warped, so that the noise's lattice does not show as rows.
    tilted = turn(31, 47, 19) @ points
    warped = tilted + np.float32(0.35 / scale) * noise3(tilted * np.float32(scale * 0.7), 76)
    pits = smoothstep(0.12, 0.75, noise3(warped * np.float32(scale), 77)) + 0.5 * smoothstep(
        0.1, 0.7, noise3(warped[::-1] * np.float32(1.7 * scale), 78)
    )
    return np.asarray(-depth * pits)


def pear_skin(points: Array) -> Array:
    skin = peel(points, rgb(0.60, 0.46, 0.07), rgb(0.42, 0.47, 0.10), 2.2, 31)
    blush = smoothstep(-0.1, 0.34, -points[0] * 0.8 - points[2] * 0.3 + 0.12 * fbm3(points * np.float32(5), 3, 5))
    return np.asarray(blend(skin, rgb(0.58, 0.13, 0.05), 0.8 * blush))


def grape_skin(points: Array) -> Array:
    """Dark violet under a patchy grey bloom, a few berries still red."""
    bloom = smoothstep(-0.1, 0.6, fbm3(points * np.float32(6), 4, 3))
    skin = blend(rgb(0.055, 0.010, 0.045), rgb(0.19, 0.022, 0.045), smoothstep(0.0, 0.5, noise3(points * np.float32(3), 8)))
    return np.asarray(blend(skin, rgb(0.20, 0.20, 0.36), 0.42 * bloom))


def cut_face(points: Array, radius: float) -> Array:
    """The inside of a halved orange (cut across y = 0): flesh in segments, white pith, peel outside."""
    reach = np.sqrt(points[0] ** 2 + points[2] ** 2) / radius
    angle = np.arctan2(points[2], points[0]) + 0.1 * noise2(points[0] * 9, points[2] * 9, 3)
    wall = np.abs((angle * 10 / (2 * np.pi)) % 1 - 0.5)
    vesicle = fbm2(np.arctan2(points[2], points[0]) * 16, reach * 5, 3, 12)
    flesh = rgb(0.93, 0.33, 0.03) * (1 + 0.35 * vesicle)
    pith = np.maximum(smoothstep(0.86, 0.9, reach), smoothstep(0.13, 0.08, reach))
    pith = np.maximum(pith, smoothstep(0.5 - 0.028 / np.maximum(reach, 0.1).mean(), 0.5, wall) * 0.85)
    inside = blend(flesh, rgb(0.92, 0.78, 0.52), pith)
    outside = peel(points, rgb(0.88, 0.30, 0.015), rgb(0.93, 0.42, 0.03), 3.0, 21)
    return np.asarray(blend(inside, outside, (points[1] < -0.006) | (reach > 0.975)))


def half_orange(points: Array, radius: float) -> Array:
    return np.asarray(np.maximum(sd.sphere(points, radius), points[1]))


def majolica(points: Array) -> Array:
    """White tin glaze with cobalt bands and a scrolling vine painted by hand round the belly of the jug."""
    height, angle = points[1], np.arctan2(points[2], points[0])
    wobble = 0.012 * noise2(angle * 3, height * 4, 5)
    h = height + wobble
    paint = np.zeros_like(h)
    for at, half in ((0.17, 0.016), (0.215, 0.007), (0.93, 0.008), (0.975, 0.018), (1.3, 0.007), (1.47, 0.016)):
        paint = np.maximum(paint, smoothstep(half + 0.006, half, np.abs(h - at)))
    vine = np.abs(h - 0.58 - 0.11 * np.sin(angle * 4))
    paint = np.maximum(paint, smoothstep(0.016, 0.009, vine))
    turns = angle * 8 / (2 * np.pi)
    side = np.where(np.floor(turns) % 2 == 0, 1.0, -1.0)
    across, along = (turns % 1 - 0.5) * 0.40, h - 0.58 + side * 0.035
    petal = np.arctan2(along, across)
    bloom = np.hypot(across, along) / (0.085 + 0.022 * np.cos(5 * petal))
    paint = np.maximum(paint, smoothstep(1.05, 0.95, bloom) * (0.55 + 0.45 * smoothstep(0.62, 0.8, bloom) + 0.45 * (bloom < 0.3)))
    brushed = np.clip(paint * (0.82 + 0.3 * noise2(angle * 14, height * 30, 6)), 0, 1)
    glaze = rgb(0.80, 0.77, 0.69) * (1 + 0.05 * fbm3(points * np.float32(5), 3, 41))
    return np.asarray(blend(glaze, rgb(0.035, 0.09, 0.30), brushed))


def banded_handle(points: Array) -> Array:
    """The jug's handle: the same white glaze, with short cobalt strokes across its back."""
    stroke = smoothstep(0.35, 0.6, np.sin(np.arctan2(points[1], points[0] + 0.14) * 14)) * (points[0] > 0.12)
    return np.asarray(blend(np.broadcast_to(rgb(0.80, 0.77, 0.69), points.shape), rgb(0.035, 0.09, 0.30), 0.85 * stroke))


def celadon(points: Array) -> Array:
    """Deep teal glaze that breaks to rust at the rim."""
    flow = fbm3(points * np.array([[5], [1.6], [5]], np.float32), 4, 61)
    tone = blend(rgb(0.02, 0.15, 0.17), rgb(0.06, 0.30, 0.29), smoothstep(-0.4, 0.5, flow))
    return np.asarray(blend(tone, rgb(0.30, 0.13, 0.05), smoothstep(-0.30, -0.235, points[1] + 0.02 * flow)))


def walnut(points: Array) -> Array:
    """Dark oiled boards running along x, with growth rings, pores and seams."""
    board = np.floor((points[2] + 0.21) / 0.62)
    z = points[2] + board * 3.1
    ring = fbm2(points[0] * 0.55 + board * 7.7, z * 3.2 + points[1] * 3.2, 4, 51)
    grain = 0.5 + 0.5 * np.sin(ring * 15 + z * 9)
    pore = fbm2(points[0] * 7, (z + points[1]) * 95, 3, 52)
    tone = blend(rgb(0.075, 0.032, 0.014), rgb(0.235, 0.112, 0.048), 0.75 * grain + 0.15 + 0.3 * pore)
    seam = smoothstep(0.012, 0.004, np.abs((points[2] + 0.21) % 0.62 - 0.31 - 0.302))
    return np.asarray(np.clip(tone * (1 - 0.8 * seam), 0.004, 1))


def drape(points: Array) -> Array:
    """A linen cloth over the ledge: an offset of the table, thickened by folds, with a wavy hem."""
    table = sd.rounded_box(points - np.asarray(TABLE_CENTRE, np.float32)[:, None], TABLE_HALF, 0.05)
    distance = np.maximum(np.maximum(table - 0.26, np.abs(points[0] + 0.62) - 1.75), points[2] - 1.0)
    close = distance < 0.06
    if close.any():
        distance[close] = np.maximum(folded(points[:, close], table[close]), -0.02 - table[close]) * 0.5
    return np.asarray(distance)


def folded(points: Array, table: Array) -> Array:
    """Bound on the distance to the cloth where the table is `table` away."""
    x, y, z = points
    hang = smoothstep(-1.2, -1.6, z)
    broad = noise2(x * 0.8 + 0.5 * z, z * 0.7, 91)
    across = 1.9 * x + 1.3 * z + 0.9 * broad
    crease = np.exp(-((noise2(across, z * 0.5 - 0.3 * x, 92) / 0.24) ** 2))
    fine = np.exp(-((noise2(across * 1.9 + 4, z * 1.1 + 0.7 * x, 97) / 0.3) ** 2))
    gather = x * (8.0 + 2.2 * np.sin(1.7 * x + 0.6)) + 1.3 * noise2(x * 1.3, y * 0.5, 93) + 1.5 * y
    fold = (
        0.012
        + (1 - 0.6 * hang) * smoothstep(1.15, 0.8, np.abs(x + 0.62)) * (0.12 * crease + 0.025 * fine)
        + hang * 0.13 * (0.5 + 0.5 * np.sin(gather)) ** 1.3
    )
    hem = 0.05 * np.sin(z * 3.1 + x) + 0.06 * broad
    sides = np.abs(x + 0.62 + 0.16 * z) - 1.12 - hem
    back = z - 0.5 - 0.12 * np.sin(x * 2.2) - 0.28 * x
    return np.asarray(np.maximum(table - fold, np.maximum(sides, back)))


def linen(points: Array) -> Array:
    """Warm white with two woven stripes along the hem."""
    weave = 0.035 * np.sin(points[0] * 330) * np.sin(points[2] * 330 + points[1] * 330)
    edge = np.abs(points[0] + 0.62 + 0.16 * points[2])
    stripe = smoothstep(0.022, 0.016, np.abs(edge - 0.90)) + smoothstep(0.010, 0.006, np.abs(edge - 0.845))
    white = rgb(0.74, 0.69, 0.60) * (1 + weave + 0.04 * fbm3(points * np.float32(3), 3, 71))
    return np.asarray(blend(white, rgb(0.45, 0.07, 0.05), 0.85 * np.clip(stripe, 0, 1)))


def bunch(count: int, seed: int) -> tuple[Array, Array]:
    """Grape centres (count, 3) and radii: a tapering heap along x, pushed apart until the berries touch."""
    rng = np.random.default_rng(seed)
    along = np.sort(rng.random(count))
    girth = 0.24 * (1 - 0.75 * along)
    centres = np.stack([along * 0.86 - 0.3, rng.random(count) * girth * 1.3, rng.uniform(-1, 1, count) * girth], axis=1)
    radii = rng.uniform(0.078, 0.096, count)
    for _ in range(120):
        offset = centres[:, None] - centres[None]
        gap = np.linalg.norm(offset, axis=2) + np.eye(count)
        push = np.clip((radii[:, None] + radii) * 0.96 - gap, 0, None) * (1 - np.eye(count))
        centres += 0.5 * (offset / gap[..., None] * push[..., None]).sum(axis=1) * 0.6
        centres[:, 1] -= 0.012
        centres[:, 1] = np.maximum(centres[:, 1], radii)
    return centres.astype(np.float32), radii.astype(np.float32)


def fruit() -> Sequence[Solid]:
    """Oranges heaped in the bowl, a halved one, lemons, pears, grapes and leaves."""
    skin = Surface(
        partial(peel, base=rgb(0.86, 0.27, 0.012), ripe=rgb(0.93, 0.40, 0.03), scale=2.5, seed=20),
        gloss=0.045,
        roughness=0.34,
        translucency=0.8,
        bump=partial(pitted, depth=0.0017, scale=60),
    )
    yellow = Surface(
        partial(peel, base=rgb(0.88, 0.62, 0.03), ripe=rgb(0.80, 0.66, 0.07), scale=2.5, seed=25),
        gloss=0.045,
        roughness=0.33,
        translucency=0.9,
        bump=partial(pitted, depth=0.0016, scale=64),
    )
    ripe_pear = Surface(pear_skin, gloss=0.04, roughness=0.36, translucency=0.7)
    green = Surface(lambda p: peel(p, rgb(0.035, 0.12, 0.02), rgb(0.10, 0.20, 0.03), 4, 28), gloss=0.05, roughness=0.4)
    wood = Surface(lambda p: np.broadcast_to(rgb(0.09, 0.05, 0.02), p.shape).copy(), roughness=0.7)
    placed = []
    for x, y, z, tilt in ((-0.72, 0.62, -0.1, 40), (-0.16, 0.62, -0.12, -25), (-0.46, 0.62, 0.26, 10), (0.0, 0.66, 0.28, 70)):
        placed.append(Solid(partial(sd.orange, radius=0.29), skin, (x, y, z), 0.31, turn(tilt, 30, tilt)))
    placed.append(Solid(partial(sd.orange, radius=0.285), skin, (-0.43, 0.995, -0.04), 0.30, turn(-35, 0, 18)))
    placed.append(
        Solid(
            partial(half_orange, radius=0.27),
            Surface(partial(cut_face, radius=0.27), 0.05, 0.25, 0.9),
            (-1.14, 0.3, -1.0),
            0.29,
            turn(-66, -24, 0),
        )
    )
    placed.append(Solid(partial(sd.lemon, radius=0.2), yellow, (0.42, 0.215, -1.02), 0.34, turn(0, 35, 72)))
    placed.append(Solid(partial(sd.lemon, radius=0.195), yellow, (0.17, 0.80, -0.37), 0.33, turn(60, 0, 55)))
    for centre, size, spin in (((1.62, 0.30, -0.42), 0.31, turn(0, 20, -7)), ((1.30, 0.28, -0.92), 0.285, turn(12, -40, 62))):
        placed.append(Solid(partial(sd.pear, radius=size), ripe_pear, centre, size * 1.9, spin))
        stalk = partial(sd.capsule, start=(size * 0.16, size * 1.55, 0), end=(size * 0.34, size * 2.0, 0), radius=size * 0.05)
        placed.append(Solid(stalk, wood, centre, size * 2.15, spin))
    centres, radii = bunch(34, 5)
    berries = Surface(grape_skin, gloss=0.05, roughness=0.24, translucency=0.6)
    placed.append(Solid(partial(sd.spheres, centres=centres, radii=radii), berries, (-0.50, 0.07, -1.05), 0.95, turn(0, 14, 0)))
    for x, size, z, tilt in ((0.80, 0.165, -1.19, 35), (0.72, 0.16, -0.80, -20)):
        placed.append(Solid(partial(sd.orange, radius=size), berries, (x, size * 0.95, z), 0.18, turn(tilt, 20, -tilt)))
    for where, size, spin in (((-0.69, 1.21, -0.14), 0.25, turn(20, 200, 24)), ((-0.15, 1.14, -0.10), 0.22, turn(-25, -15, -28))):
        placed.append(Solid(partial(sd.leaf, size=size), green, where, size * 1.1, spin))
    return placed


def still_life() -> Sequence[Solid]:
    """Everything on the ledge, the ledge too; x to the right, y up (the table's top is 0), z away from the painter."""
    glaze = Surface(majolica, gloss=0.06, roughness=0.12)
    heights, radii = thrown()
    jug = partial(sd.turned, heights=heights, radii=radii, wall=0.018, spout=0.13)
    bend = np.linspace(-0.75, 0.85, 14)
    handle = np.stack([0.36 * np.cos(bend * 1.75) - 0.14, 0.42 * np.sin(bend * 1.75), 0 * bend], axis=1).astype(np.float32)
    handle[0], handle[-1] = (0.04, -0.33, 0.0), (-0.20, 0.39, 0.0)
    jug_at = (0.93, 0.0, 0.30)
    spin = turn(0, 24, 0)
    x, y, z = np.asarray(jug_at) + spin @ np.array([0.40, 1.05, 0.0])
    table = Surface(walnut, gloss=0.04, roughness=0.42)
    cloth = Surface(linen, gloss=0.01, roughness=0.9, translucency=0.25)
    return [
        Solid(partial(sd.rounded_box, half=TABLE_HALF, rounding=0.05), table, TABLE_CENTRE, 4.6),
        Solid(drape, cloth, (0.0, 0.0, 0.0), 2.6),
        Solid(jug, glaze, jug_at, 1.68, spin),
        Solid(partial(sd.tube, path=handle, radius=0.045), Surface(banded_handle, gloss=0.06, roughness=0.12), (x, y, z), 0.55, spin),
        Solid(partial(sd.bowl, radius=0.76, rim=-0.24, thickness=0.022), Surface(celadon, 0.06, 0.14), (-0.36, 0.85, 0.0), 0.9),
        *fruit(),
    ]
