"""Soft proofs: a picture on the screen in the colours that a printer would give it, by LittleCMS."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from engine.api.errors import NotAProfile
from engine.api.output import Intent
from engine.api.proofing import GAMUT_COLOUR, Proof
from engine.imaging.picture import Samples
from engine.imaging.profiles import OutputProfile, output_profile, srgb_profile

_INTENTS: dict[Intent, ImageCms.Intent] = {
    "perceptual": ImageCms.Intent.PERCEPTUAL,
    "relative": ImageCms.Intent.RELATIVE_COLORIMETRIC,
    "saturation": ImageCms.Intent.SATURATION,
    "absolute": ImageCms.Intent.ABSOLUTE_COLORIMETRIC,
}
_BACK = ImageCms.Intent.RELATIVE_COLORIMETRIC  # the paper's white is the screen's


def proofed(srgb: Samples, proof: Proof) -> Samples:
    """(h, w, 3) uint8 sRGB as it will look in the proof's colours, in sRGB.

    With `proof.gamut`, what the device has no colour for becomes `GAMUT_COLOUR`. Raises FileMissing, FileUnreadable, or NotAProfile,
    also for a profile that only leads to the device and not back.
    """
    profile = output_profile(proof.profile, proof.intent, proof.black_point)
    image = Image.fromarray(np.ascontiguousarray(srgb, np.uint8))
    try:
        seen = _applied(image, _transform(profile, False))
        if not proof.gamut:
            return seen
        checked = _applied(image, _transform(profile, True))
    except ImageCms.PyCMSError as error:
        raise NotAProfile(proof.profile, "it does not say how its colours look, so that they cannot be shown on a screen") from error
    # LittleCMS draws its alarm colour, which cannot be chosen here, over what it proofs: what differs is out of gamut.
    return np.where((checked != seen).any(2, keepdims=True), np.asarray(GAMUT_COLOUR, np.uint8), seen)


@lru_cache(maxsize=4)  # a transform takes longer to make than to use
def _transform(profile: OutputProfile, gamut: bool) -> ImageCms.ImageCmsTransform:
    screen, device = (ImageCms.ImageCmsProfile(io.BytesIO(data)) for data in (srgb_profile(), profile.data))
    flags = ImageCms.Flags.SOFTPROOFING
    if profile.black_point:
        flags |= ImageCms.Flags.BLACKPOINTCOMPENSATION
    if gamut:
        flags |= ImageCms.Flags.GAMUTCHECK
    return ImageCms.buildProofTransform(screen, screen, device, "RGB", "RGB", _INTENTS[profile.intent], _BACK, flags)


def _applied(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Samples:
    made = ImageCms.applyTransform(image, transform)
    assert made is not None  # only a transform in place returns None
    return np.asarray(made)
