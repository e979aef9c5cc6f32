"""The far view behind the still life: a dusk sky over ridges that dissolve in haze, and a lake, as one function of the frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resources.drawing.noise import Array, fbm2, noise2, smoothstep

SUN = (-0.86, 0.44)
SHORE = 0.10


def blend(below: Array, above: Array, amount: Array) -> Array:
    return np.asarray(below + (above - below) * amount)


def rgb(red: float, green: float, blue: float) -> Array:
    return np.array([[red], [green], [blue]], np.float32)


def sky(u: Array, v: Array, seed: int) -> Array:
    """Display-referred RGB (3, N) of the evening sky at frame coordinates `u` right, `v` up (1: half the frame's height)."""
    colour = blend(rgb(0.98, 0.78, 0.52), rgb(0.86, 0.60, 0.54), smoothstep(0.28, 0.55, v))
    colour = blend(colour, rgb(0.48, 0.53, 0.66), smoothstep(0.42, 0.82, v + 0.06 * u))
    colour = blend(colour, rgb(0.20, 0.31, 0.50), smoothstep(0.66, 1.25, v + 0.04 * u))
    away = np.hypot((u - SUN[0]) * 0.8, (v - SUN[1]) * 1.25)
    colour = blend(colour, rgb(1.0, 0.86, 0.56), 0.75 * np.exp(-((away / 0.5) ** 2)))
    warp = 0.35 * noise2(u * 1.1, v * 2.5, seed + 3)
    bank = fbm2(u * 0.75 + 0.5 * warp, v * 3.4 + 0.5 * u * 0.3 + warp, 6, seed + 7)
    cover = smoothstep(0.02, 0.42, bank + 0.16 * smoothstep(0.35, 0.9, v) - 0.05) * smoothstep(0.33, 0.55, v)
    under = fbm2(u * 0.75 + 0.5 * warp, (v + 0.035) * 3.4 + 0.15 * u + warp, 6, seed + 7)
    lining = smoothstep(-0.06, 0.14, bank - under)
    cloud = blend(rgb(0.47, 0.42, 0.52), rgb(1.0, 0.74, 0.55), np.clip(lining * (1.15 - 0.4 * away), 0, 1))
    return blend(colour, cloud, cover * 0.82)


def ridge_height(u: Array, base: float, rise: float, grain: float, seed: int) -> Array:
    """The skyline of one ridge: sharp crests from folded noise over a broad swell."""
    folded = 1 - np.abs(fbm2(u * grain, np.full_like(u, 3.7), 7, seed, gain=0.46)) * 2.3
    swell = noise2(u * grain * 0.45 + 5.1, np.full_like(u, 1.3), seed + 40)
    return base + rise * (0.62 * folded + 0.5 * swell)


def ridges(u: Array, v: Array, colour: Array, seed: int) -> Array:
    """Lay the mountains over `colour`, farthest first; each is cooler, darker and less veiled than the last."""
    bands: Sequence[tuple[float, float, float, Array]] = (
        (0.38, 0.34, 0.75, rgb(0.66, 0.60, 0.66)),
        (0.29, 0.27, 1.05, rgb(0.50, 0.51, 0.61)),
        (0.225, 0.17, 1.5, rgb(0.36, 0.43, 0.53)),
        (0.17, 0.085, 2.3, rgb(0.22, 0.33, 0.39)),
    )
    haze = blend(rgb(0.68, 0.68, 0.72), rgb(0.98, 0.80, 0.60), np.exp(-(((u - SUN[0]) / 0.75) ** 2)))
    for index, (base, rise, grain, tone) in enumerate(bands):
        crest = ridge_height(u, base, rise, grain, seed + 11 * index)
        down = crest - v
        slope = fbm2(u * 7 + 3 * v, v * 9 - 4 * u, 5, seed + 60 + index)
        body = tone * (1 + 0.16 * slope + 0.10 * smoothstep(0.0, 0.5, -slope))
        body = blend(body, haze, smoothstep(0.0, 0.21 + 0.02 * index, down) * (0.78 - 0.11 * index))
        colour = blend(colour, body, smoothstep(-0.0018, 0.0018, down))
    return colour


def lake(u: Array, v: Array, seed: int) -> Array:
    """Still water below the shore: the view above turned upside down, broken into long ripples."""
    depth = SHORE - v
    near = smoothstep(0.0, 0.5, depth)
    ripple = fbm2(u * (2.0 + 1.5 * near), v * (46 - 24 * near), 3, seed + 90)
    mirrored = np.maximum(SHORE + depth * 1.12 + ripple * (0.012 + 0.07 * near), SHORE + 0.001)
    across = u + 0.012 * ripple
    colour = ridges(across, mirrored, sky(across, mirrored, seed), seed)
    glint = smoothstep(0.16, 0.5, ripple) * np.exp(-(((u - SUN[0]) / (0.24 + 0.5 * near)) ** 2))
    colour = blend(colour * rgb(0.86, 0.9, 0.94), rgb(1.0, 0.84, 0.56), 0.55 * glint)
    return blend(colour, rgb(0.16, 0.27, 0.33), 0.5 * smoothstep(0.1, 0.6, depth))


def trees(u: Array, v: Array, colour: Array, seed: int) -> Array:
    """A dark wooded spit running out from the right over the water, softened by the haze at its tip."""
    reach = smoothstep(0.05, 0.85, u)
    crown = 0.5 + 0.5 * fbm2(u * 13, np.full_like(u, 8.1), 5, seed + 120)
    top = SHORE - 0.015 + reach * (0.035 + 0.12 * crown * (0.45 + 0.55 * smoothstep(0.2, 1.2, u)))
    foot = SHORE - 0.012 - 0.02 * reach
    leaf = fbm2(u * 30, v * 34, 4, seed + 130)
    tone = blend(rgb(0.27, 0.34, 0.37), rgb(0.11, 0.16, 0.15), reach) * (1 + 0.35 * leaf)
    inside = smoothstep(-0.004, 0.004, top + 0.012 * leaf * reach - v) * smoothstep(-0.003, 0.003, v - foot) * smoothstep(0.0, 0.1, reach)
    shade = smoothstep(0.0, 0.16, reach) * np.clip(1 + (v - foot) / (0.15 * reach + 0.004), 0, 1) * (v < foot)
    return blend(blend(colour, rgb(0.10, 0.15, 0.17), 0.62 * shade), tone, inside)


def landscape(u: Array, v: Array, seed: int) -> Array:
    """Linear RGB (3, N) of the whole view at frame coordinates `u`, `v` of shape (N,)."""
    colour = ridges(u, v, sky(u, v, seed), seed)
    water = v < SHORE
    if water.any():
        colour[:, water] = lake(u[water], v[water], seed)
    colour = trees(u, v, colour, seed)
    return np.clip(colour * 0.93, 0, 1) ** 2.2
