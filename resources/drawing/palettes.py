"""Harmonious palettes in OKLCH (Ottosson 2020): a ground, a few colours in falling shares, a dark and a light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resources.drawing.noise import Array

_TO_LMS = np.array([[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]])
_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


@dataclass(frozen=True)
class Mood:
    """How a palette is made. Ranges are (low, high); hues in degrees from a base hue, the accent last."""

    ground: tuple[float, float]
    ground_chroma: float
    lightness: tuple[float, float]
    chroma: tuple[float, float]
    hues: tuple[float, ...]
    base: tuple[float, float] = (0, 360)
    weight: float = 1.0


MOODS: dict[str, Mood] = {
    "primaries": Mood((0.92, 0.97), 0.025, (0.56, 0.74), (0.17, 0.22), (27, 258, 88, 27), (-6, 6), 1.5),
    "neighbours": Mood((0.86, 0.95), 0.03, (0.42, 0.84), (0.09, 0.17), (0, 28, -26, 52, 184)),
    "opposites": Mood((0.84, 0.95), 0.04, (0.40, 0.82), (0.10, 0.18), (0, 14, 172, 195, 188)),
    "triad": Mood((0.90, 0.96), 0.03, (0.50, 0.82), (0.12, 0.19), (0, 12, 122, 240)),
    "dusk": Mood((0.20, 0.30), 0.06, (0.46, 0.84), (0.11, 0.19), (0, 35, 70, -25, 110), (285, 335)),
    "earth": Mood((0.84, 0.92), 0.035, (0.36, 0.80), (0.05, 0.12), (0, 14, 28, -16, 200), (42, 62), 0.9),
    "pastel": Mood((0.92, 0.97), 0.02, (0.74, 0.90), (0.06, 0.12), (0, 60, 130, 210, 290)),
    "jewels": Mood((0.16, 0.24), 0.04, (0.48, 0.80), (0.13, 0.21), (0, 40, -45, 160, 200)),
    "one hue": Mood((0.88, 0.95), 0.03, (0.28, 0.86), (0.06, 0.15), (0, 6, -8, 10, 165), weight=0.8),
    "sea": Mood((0.85, 0.95), 0.03, (0.38, 0.84), (0.08, 0.14), (0, 25, -28, 40, 185), (215, 240)),
    "ember": Mood((0.18, 0.26), 0.05, (0.46, 0.86), (0.15, 0.21), (0, 20, 42, -20, 210), (20, 40), 0.8),
    "ink": Mood((0.92, 0.96), 0.018, (0.24, 0.78), (0.008, 0.03), (0, 10, 30, -20), (60, 90), 0.6),
    "fauve": Mood((0.80, 0.92), 0.09, (0.54, 0.84), (0.17, 0.24), (0, 95, 210, 300, 40)),
    "garden": Mood((0.90, 0.96), 0.04, (0.44, 0.82), (0.10, 0.18), (0, 20, 215, 255, 290), (135, 150), 0.8),
    "bold ground": Mood((0.56, 0.72), 0.14, (0.34, 0.90), (0.10, 0.19), (0, 175, 190, 150, 60)),
}


@dataclass(frozen=True)
class Palette:
    """sRGB colours 0..1: `colours` (N, 3) by falling share, the accent last; `dark` and `light` are the ends of the scale."""

    ground: Array
    colours: Array
    dark: Array
    light: Array
    shares: Array

    @property
    def accent(self) -> Array:
        return np.asarray(self.colours[-1])

    def pick(self, rng: np.random.Generator, count: int) -> Array:
        """`count` colours (count, 3) drawn by share; of four or more, at least three are different, so that no picture is one colour."""
        chosen = rng.choice(len(self.colours), count, p=self.shares)
        if count >= 4:
            chosen[rng.permutation(count)[:3]] = rng.permutation(len(self.colours))[:3]
        return np.asarray(self.colours[chosen])

    def ladder(self) -> Array:
        """The colours (N + 2, 3) from the dark to the light, by luminance: a ramp that never turns back."""
        every = np.concatenate([self.dark[None], self.colours, self.light[None]])
        return np.asarray(every[np.argsort(every @ np.array([0.2126, 0.7152, 0.0722]))])

    def contrasting(self, below: Array) -> Array:
        """The colours (M, 3) that stand out from `below` (3,), or the farther of dark and light where none does."""
        apart = np.abs(self.colours - below) @ np.array([0.3, 0.55, 0.15])
        if not (apart > 0.2).any():
            return (self.dark if below.mean() > 0.5 else self.light)[None]
        return np.asarray(self.colours[apart > 0.2])


def oklch(lightness: Array, chroma: Array, hue: Array) -> Array:
    """sRGB (N, 3) 0..1 of OKLCH colours (N,), the hue in degrees; what no screen can show loses chroma, not hue or lightness."""
    held = np.linspace(1, 0, 21)[:, None]
    turn = np.deg2rad(hue)
    lab = np.stack([lightness + 0 * held, held * chroma * np.cos(turn), held * chroma * np.sin(turn)], axis=-1)
    linear = (lab @ _TO_LMS.T) ** 3 @ _TO_RGB.T
    shown = ((linear > -1e-4) & (linear < 1.0001)).all(axis=-1)
    rgb = np.clip(linear[shown.argmax(axis=0), np.arange(linear.shape[1])], 0, 1)
    return np.asarray(np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * np.maximum(rgb, 1e-9) ** (1 / 2.4) - 0.055), np.float32)


def ripened(lightness: Array, chroma: Array, hue: Array) -> tuple[Array, Array, Array]:
    """Colours moved to where each hue is itself: yellows light, blues deep; a dark yellow, which is mud, turns ochre or green."""
    natural = 0.18 * np.cos(np.deg2rad(hue - 100))
    lightness = np.clip(lightness + 0.6 * natural * np.clip(chroma / 0.14, 0, 1), 0.16, 0.95)
    off = (hue - 106 + 180) % 360 - 180
    dark = np.clip((0.78 - lightness) / 0.14, 0, 1)
    hue = hue + dark * np.sign(off) * np.clip(38 - np.abs(off), 0, None)
    return lightness, chroma, hue


def palette(rng: np.random.Generator, moods: Sequence[str] = ()) -> Palette:
    """A palette of one of `moods` (all of them when empty)."""
    names = list(moods) or list(MOODS)
    weights = np.array([MOODS[name].weight for name in names])
    mood = MOODS[names[rng.choice(len(names), p=weights / weights.sum())]]
    base = rng.uniform(*mood.base)
    hues = (base + np.array(mood.hues) + rng.normal(0, 5, len(mood.hues))) % 360
    # The lightnesses are rungs of a ladder in random order, so that no two neighbours in a picture blur into one grey.
    rungs = rng.permutation(np.linspace(*mood.lightness, len(hues))) + rng.normal(0, 0.015, len(hues))
    chroma = rng.uniform(*mood.chroma, len(hues))
    chroma[-1] = max(mood.chroma[1], 0.16)
    lightness, chroma, hues = ripened(rungs, chroma, hues)
    paper = rng.choice([base, 85.0], p=[0.6, 0.4]) if mood.ground[0] > 0.75 else base
    ground = oklch(*ripened(np.array([rng.uniform(*mood.ground)]), np.array([mood.ground_chroma]), np.array([paper % 360])))[0]
    shade = rng.choice([base, hues[-1]])
    ends = oklch(np.array([rng.uniform(0.16, 0.27), rng.uniform(0.94, 0.98)]), np.array([0.035, 0.02]), np.array([shade, 85.0]))
    shares = 0.62 ** np.arange(len(hues), dtype=np.float64)
    return Palette(ground, oklch(lightness, chroma, hues), ends[0], ends[1], shares / shares.sum())
