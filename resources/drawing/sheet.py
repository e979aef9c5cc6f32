"""A sheet of paper in unit coordinates: antialiased shapes by Pillow (drawn large, reduced later), soft noise, grain."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from resources.drawing.noise import Array


def soft_noise(rng: np.random.Generator, side: int, cells: float, octaves: int = 1, stretch: float = 1.0) -> Array:
    """Smooth noise (side, side), about -1..1, of `cells` features across (`stretch` times fewer down); far quicker than `fbm2`."""
    total, norm = np.zeros((side, side), np.float32), 0.0
    for octave in range(octaves):
        across = max(int(cells * 2**octave), 1) + 3
        down = max(int(cells * 2**octave / stretch), 1) + 3
        knots = Image.fromarray(rng.normal(0, 0.62, (down, across)).astype(np.float32))
        # The outermost knots lie beyond the frame, so that nothing flattens at the border.
        inner = (1.0, 1.0, across - 1.0, down - 1.0)
        total += np.asarray(knots.resize((side, side), Image.Resampling.BICUBIC, box=inner)) * 0.55**octave
        norm += 0.55**octave
    return np.asarray(total / norm**0.5)


def byte_colour(colour: Array) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in np.clip(colour * 255 + 0.5, 0, 255))
    return red, green, blue


def turned(points: Array, angle: float, centre: tuple[float, float]) -> Array:
    """`points` (N, 2) about the origin, rotated by `angle` and moved to `centre`."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[cosine, sine], [-sine, cosine]]) + np.array(centre))


def box(width: float, height: float) -> Array:
    """The corners (4, 2) of a rectangle about the origin."""
    return np.asarray(np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.array([width, height]) / 2)


def ring(x: float, y: float, radius: float, start: float = 0, stop: float = 2 * np.pi, inner: float = 0) -> Array:
    """The outline (N, 2) of a disc, a sector, or (with `inner` > 0) an arc of a band. Angles in radians."""
    angles = np.linspace(start, stop, max(int(abs(stop - start) * 11), 4))
    outer = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    if inner > 0:
        return np.asarray(np.concatenate([outer * radius, outer[::-1] * inner]) + np.array([x, y]))
    whole = abs(stop - start) > 6.28
    return np.asarray((outer if whole else np.concatenate([outer, np.zeros((1, 2))])) * radius + (x, y))


def blob(rng: np.random.Generator, x: float, y: float, radius: float, wobble: float = 0.25, lobes: int = 5) -> Array:
    """The outline (72, 2) of a rounded irregular shape."""
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    reach = np.ones(72)
    for wave in range(1, lobes + 1):
        reach += wobble / wave**0.7 * rng.normal(0, 0.6) * np.cos(wave * angles + rng.uniform(0, 6.28))
    reach = np.clip(reach, 0.35, 1.7)[:, None] * radius
    return np.asarray(np.stack([np.cos(angles), np.sin(angles)], axis=-1) * reach + (x, y))


class Sheet:
    """An RGB picture of `side` pixels that is drawn on in unit coordinates, y downwards."""

    def __init__(self, side: int, ground: Array) -> None:
        self.side = side
        self.image = Image.new("RGB", (side, side), byte_colour(ground))
        self.pen = ImageDraw.Draw(self.image)

    def scaled(self, points: Array) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for x, y in np.asarray(points) * self.side]

    def polygon(self, points: Array, colour: Array) -> None:
        self.pen.polygon(self.scaled(points), fill=byte_colour(colour))

    def disc(self, x: float, y: float, radius: float, colour: Array) -> None:
        self.pen.ellipse([(v) * self.side for v in (x - radius, y - radius, x + radius, y + radius)], fill=byte_colour(colour))

    def line(self, points: Array, colour: Array, width: float, round_ends: bool = False) -> None:
        path, thick = self.scaled(points), max(int(width * self.side + 0.5), 1)
        self.pen.line(path, fill=byte_colour(colour), width=thick, joint="curve")
        if round_ends and thick > 3:
            for x, y in (path[0], path[-1]):
                self.pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=byte_colour(colour))

    def mask(self, points: Array) -> Image.Image:
        """The inside of an outline as an "L" picture."""
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).polygon(self.scaled(points), fill=255)
        return mask

    def lay(self, mask: Image.Image, paint: Array, opacity: float = 1.0) -> None:
        """Lay a colour (3,), or paint of its own (side, side, 3), through `mask`."""
        seen = mask if opacity >= 1 else mask.point([int(v * opacity) for v in range(256)])
        self.image.paste(byte_colour(paint) if paint.ndim == 1 else picture(paint), (0, 0, *self.image.size), seen)

    def shadow(self, mask: Image.Image, away: tuple[float, float], blur: float, opacity: float) -> None:
        """Darken what lies below a piece of paper lifted off the sheet."""
        small = mask.resize((self.side // 2, self.side // 2), Image.Resampling.BOX)
        shift = (int(away[0] * self.side / 2), int(away[1] * self.side / 2))
        moved = ImageChops.offset(small, *shift).filter(ImageFilter.GaussianBlur(blur * self.side / 2))
        self.lay(moved.resize(mask.size, Image.Resampling.BILINEAR), np.array([0.06, 0.05, 0.09]), opacity)

    def array(self) -> Array:
        """(side, side, 3) RGB 0..1."""
        return np.asarray(self.image, np.float32) / 255


def picture(rgb: Array) -> Image.Image:
    """RGB 0..1 (h, w, 3) as a Pillow picture."""
    return Image.fromarray(np.clip(rgb * 255 + 0.5, 0, 255).astype(np.uint8))


def along_ladder(rungs: Array, position: Array) -> Array:
    """The colour of each `position` 0..1 on a ramp through `rungs` (N, 3), blended linearly: `position`'s shape + (3,)."""
    at = np.clip(position, 0, 1) * (len(rungs) - 1)
    low = np.minimum(at.astype(np.int32), len(rungs) - 2)
    part = (at - low)[..., None].astype(np.float32)
    below, above = rungs.astype(np.float32)[low], rungs.astype(np.float32)[low + 1]
    return np.asarray(below + (above - below) * part)


def grained(rgb: Array, rng: np.random.Generator, weave: bool, strength: float) -> Array:
    """The grain of paper, or the threads of a canvas, and a slow mottling over a finished picture (size, size, 3)."""
    size = rgb.shape[0]
    grain = rng.normal(0, 1, (size, size)).astype(np.float32)
    if weave:
        threads = np.arange(size, dtype=np.float32)
        grain = 0.6 * grain + 0.9 * (np.sin(threads * 2.1)[:, None] * np.sin(threads * 2.1)[None])
    mottle = soft_noise(rng, size, 6, 2)
    return np.asarray(
        np.clip(rgb * (1 + strength * (0.020 * grain + 0.018 * mottle))[..., None] + 0.004 * strength * grain[..., None], 0, 1)
    )
