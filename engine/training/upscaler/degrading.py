"""How pictures get small and bad in the world, drawn at random: what an upscaler is to undo.

A share of the pictures is only reduced, by one of the filters in use: that is what photos from the artist's own camera have met. The others
may be out of focus, noisy, and saved as JPEG, each or all of it (in the manner of Real-ESRGAN's first stage, Wang et al. 2021, arXiv
2107.10833, but no heavier than what a person would still want to enlarge).
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

FILTERS = (Image.Resampling.BICUBIC, Image.Resampling.BOX, Image.Resampling.LANCZOS, Image.Resampling.BILINEAR)


@dataclass(frozen=True)
class Degradation:
    """Probabilities, and the ranges that strengths are drawn from."""

    clean: float = 0.5
    """The share that is only reduced, half of it by the bicubic filter, which upscalers are compared with."""
    blur: float = 0.5
    sigma: tuple[float, float] = (0.2, 1.0)
    """Of the blur, in pixels of the small picture."""
    noise: float = 0.5
    deviation: tuple[float, float] = (0.5, 8.0)
    """Of the noise, in levels of 255."""
    grey: float = 0.4
    """The share of the noise that is the same in all colours."""
    jpeg: float = 0.6
    quality: tuple[int, int] = (40, 95)

    def __call__(self, crop: np.ndarray, scale: int, rng: np.random.Generator) -> np.ndarray:
        """uint8 (scale h, scale w, 3) -> uint8 (h, w, 3)."""
        image = Image.fromarray(crop)
        size = (image.width // scale, image.height // scale)
        if rng.random() < self.clean:
            chosen = 0 if rng.random() < 0.5 else int(rng.integers(1, len(FILTERS)))
            return np.asarray(image.resize(size, FILTERS[chosen]))
        if rng.random() < self.blur:
            image = image.filter(ImageFilter.GaussianBlur(scale * rng.uniform(*self.sigma)))
        small = np.asarray(image.resize(size, FILTERS[int(rng.integers(len(FILTERS)))]))
        if rng.random() < self.noise:
            small = self._noisy(small, rng)
        if rng.random() < self.jpeg:
            small = _saved(small, int(rng.integers(self.quality[0], self.quality[1] + 1)), rng.random() < 0.5)
        return small

    def _noisy(self, small: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        shape = (*small.shape[:2], 1) if rng.random() < self.grey else small.shape
        noisy: np.ndarray = small + rng.normal(0, rng.uniform(*self.deviation), shape)
        return noisy.round().clip(0, 255).astype(np.uint8)


def _saved(small: np.ndarray, quality: int, full_colour: bool) -> np.ndarray:
    """What is left of a picture that was saved as JPEG."""
    stream = io.BytesIO()
    Image.fromarray(small).save(stream, "JPEG", quality=quality, subsampling="4:4:4" if full_colour else "4:2:0")
    with Image.open(stream) as opened:
        return np.asarray(opened.convert("RGB"))
