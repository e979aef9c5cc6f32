"""Colour profiles: the sRGB profile that is embedded on saving, and the way from any embedded profile to sRGB.

The transform is LittleCMS through imagecodecs, because Pillow's ImageCms has no 16-bit RGB.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Literal, TypeAlias

import imagecodecs
import numpy as np
from PIL import Image, ImageCms

from engine.imaging.picture import Samples

ColourSpace: TypeAlias = Literal["gray", "rgb", "cmyk"]

_log = logging.getLogger(__name__)
_SIGNATURES: dict[ColourSpace, bytes] = {"gray": b"GRAY", "rgb": b"RGB ", "cmyk": b"CMYK"}
_CREATION_DATE = slice(24, 36)  # six big-endian 16-bit numbers of the ICC header: year, month, day, hour, minute, second
_FIXED_DATE = b"".join(number.to_bytes(2, "big") for number in (2000, 1, 1, 0, 0, 0))


@cache
def srgb_profile() -> bytes:
    """The sRGB ICC profile, the same bytes on every run: LittleCMS's own, with its creation date fixed."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_CREATION_DATE] = _FIXED_DATE
    return bytes(profile)


def to_srgb(colour: Samples, space: ColourSpace, profile: bytes | None, subject: str) -> Samples:
    """Samples of a colour space as sRGB, (H, W, 3) of the same type.

    `colour` is (H, W) for grey, (H, W, 3) for RGB, (H, W, 4) for CMYK with 0 for no ink; uint8 or uint16. The transform
    is relative colorimetric with black point compensation. Grey is widened when its file carries an RGB profile.
    Without a profile grey and RGB are taken as sRGB and CMYK is converted by (1 - ink)(1 - black). A profile that
    cannot be used (broken, or of another colour space) is treated so too, and a warning in the log says it, as the
    picture itself is whole. `subject` names the file in that warning.
    """
    if profile is None or profile == srgb_profile():
        return _without_profile(colour, space)
    if space == "gray" and profile[16:20] == _SIGNATURES["rgb"]:
        colour, space = _without_profile(colour, space), "rgb"
    if profile[16:20] != _SIGNATURES[space]:
        _log.warning("%s: its colour profile is not one for %s pixels; they are taken as sRGB", subject, space)
        return _without_profile(colour, space)
    try:
        return _transform(colour, space, profile)
    except imagecodecs.CmsError as error:
        _log.warning("%s: its colour profile cannot be used (%s); its colours are taken as sRGB", subject, error)
        return _without_profile(colour, space)


def lab_to_srgb(image: Image.Image) -> Image.Image:
    """An 8-bit Pillow image of mode LAB (D50) as one of mode RGB."""
    converted = ImageCms.profileToProfile(image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert converted is not None  # only an in-place conversion returns None
    return converted


def _transform(colour: Samples, space: ColourSpace, profile: bytes) -> Samples:
    return imagecodecs.cms_transform(
        np.ascontiguousarray(colour),
        profile,
        srgb_profile(),
        colorspace=space,
        outcolorspace="rgb",
        outdtype=colour.dtype.name,
        intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
        flags=imagecodecs.CMS.FLAGS.BLACKPOINTCOMPENSATION,
    )


def _without_profile(colour: Samples, space: ColourSpace) -> Samples:
    if space == "rgb":
        return colour
    if space == "gray":
        return np.repeat(colour[..., None], 3, axis=2)
    full = int(np.iinfo(colour.dtype).max)
    inkless = full - colour.astype(np.uint32)
    product: Samples = ((inkless[..., :3] * inkless[..., 3:] + full // 2) // full).astype(colour.dtype)
    return product
