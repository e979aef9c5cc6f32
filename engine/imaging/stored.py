"""Samples as a file stores them, and the one way from there to a `Picture`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.imaging.picture import Picture, Samples
from engine.imaging.profiles import ColourSpace, is_rgb_profile, srgb_profile, to_srgb


@dataclass(frozen=True, eq=False)
class StoredPixels:
    """`colour` (H, W) grey, (H, W, 3) RGB or (H, W, 4) CMYK, not premultiplied; `alpha` (H, W) or None; both uint8 or uint16.

    `profile` is the embedded ICC profile. `orientation` is the EXIF tag: 1..8, or whatever a broken camera wrote, which
    is taken as 1.
    """

    colour: Samples
    alpha: Samples | None
    space: ColourSpace
    profile: bytes | None = None
    orientation: object = 1

    def to_picture(self, subject: str) -> Picture:
        """The picture upright and in sRGB; `subject` names the file in a warning about its profile."""
        pixels = upright(to_srgb(self.colour, self.space, self.profile, subject), self.orientation)
        return Picture(pixels, None if self.alpha is None else upright(self.alpha, self.orientation))

    def in_own_colours(self, subject: str) -> tuple[Picture, bytes]:
        """The picture upright, with the profile that its colours are in: the file's own where that is of RGB and can be used, else sRGB."""
        if self.space == "rgb" and self.profile is not None and is_rgb_profile(self.profile):
            return replace(self, profile=None).to_picture(subject), self.profile
        return self.to_picture(subject), srgb_profile()


def upright(samples: Samples, orientation: object) -> Samples:
    """Stored samples (H, W, ...) as they are to be seen (EXIF 2.32, tag Orientation)."""
    if orientation in (5, 6, 7, 8):
        samples = samples.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    return samples
