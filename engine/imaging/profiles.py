"""Colour profiles: the sRGB profile that is embedded on saving, and the way from any embedded profile to sRGB.

The transform is LittleCMS through imagecodecs, because Pillow's ImageCms has no 16-bit RGB.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import imagecodecs
import numpy as np
from PIL import Image, ImageCms

from engine.api.errors import BadRequest, FileMissing, FileUnreadable, NotAProfile
from engine.api.output import PROFILES, Intent
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


def is_rgb_profile(profile: bytes) -> bool:
    """Whether colours of three channels can be read by a profile."""
    if profile[16:20] != _SIGNATURES["rgb"]:
        return False
    try:
        _transform(np.zeros((1, 1, 3), np.uint8), "rgb", profile)
    except imagecodecs.CmsError:
        return False
    return True


def usable(profile: bytes | None, space: ColourSpace, subject: str) -> bytes | None:
    """The profile, for pictures that are converted part by part; None, and one warning in the log, where it cannot be used."""
    if profile is None or (space == "gray" and profile[16:20] == _SIGNATURES["rgb"]):
        return profile
    try:
        if profile[16:20] == _SIGNATURES[space]:
            _transform(np.zeros((1, 1) if space == "gray" else (1, 1, 4 if space == "cmyk" else 3), np.uint8), space, profile)
            return profile
        reason = f"it is not one for {space} pixels"
    except imagecodecs.CmsError as error:
        reason = str(error)
    _log.warning("%s: its colour profile cannot be used (%s); its colours are taken as sRGB", subject, reason)
    return None


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


# ---- profiles to write a picture in ----

_INTENTS = {
    "perceptual": imagecodecs.CMS.INTENT.PERCEPTUAL,
    "relative": imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
    "saturation": imagecodecs.CMS.INTENT.SATURATION,
    "absolute": imagecodecs.CMS.INTENT.ABSOLUTE_COLORIMETRIC,
}
_FINE = imagecodecs.CMS.FLAGS.HIGHRESPRECALC  # LittleCMS tabulates the way: twice as exact, half as fast again
_D65 = (0.3127, 0.3290, 1.0)
_WIDE: dict[str, tuple[list[float], float | None]] = {
    # Primaries x, y, Y of red, green and blue, and gamma; None: the curve of sRGB.
    "display-p3": ([0.680, 0.320, 1.0, 0.265, 0.690, 1.0, 0.150, 0.060, 1.0], None),  # SMPTE EG 432-1
    "adobe-rgb": ([0.64, 0.33, 1.0, 0.21, 0.71, 1.0, 0.15, 0.06, 1.0], 563 / 256),  # Adobe RGB (1998), 4.3.1 and 4.3.4
}
_TITLES = {"display-p3": "Display P3", "adobe-rgb": "A98 RGB"}  # Adobe's name is a trade mark


@dataclass(frozen=True)
class OutputProfile:
    """The colour space that a picture is written in, and the way there from sRGB."""

    data: bytes
    space: ColourSpace
    intent: Intent = "relative"
    black_point: bool = True
    """Black point compensation: the darkest tone of the picture becomes the darkest of the print."""

    @property
    def channels(self) -> int:
        return {"gray": 1, "rgb": 3, "cmyk": 4}[self.space]

    @property
    def is_srgb(self) -> bool:
        return self.data == srgb_profile()

    def convert(self, srgb: Samples) -> Samples:
        """(h, w, 3) uint16 sRGB as (h, w, channels) uint16 of this space; of CMYK 0 is no ink."""
        if self.is_srgb:
            return srgb
        converted: Samples = imagecodecs.cms_transform(
            np.ascontiguousarray(srgb),
            srgb_profile(),
            self.data,
            colorspace="rgb",
            outcolorspace=self.space,
            outdtype="uint16",
            intent=_INTENTS[self.intent],
            flags=_FINE | (imagecodecs.CMS.FLAGS.BLACKPOINTCOMPENSATION if self.black_point else 0),
        )
        converted = converted.reshape(*srgb.shape[:2], self.channels)
        return converted


def output_profile(name: str, intent: Intent = "relative", black_point: bool = True) -> OutputProfile:
    """One of `engine.api.output.PROFILES`, or that of an .icc file. Raises FileMissing, FileUnreadable or NotAProfile, or
    BadRequest for a name that is none of them and looks like no file."""
    if name == "srgb":
        return OutputProfile(srgb_profile(), "rgb", intent, black_point)
    if name in _WIDE:
        return OutputProfile(_made(name), "rgb", intent, black_point)
    path = Path(name)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        if path.name == name and not path.suffix:
            raise BadRequest(f"The profile {name}", f"it must be one of {', '.join(PROFILES)}, or an .icc file") from error
        raise FileMissing(path) from error
    except OSError as error:
        raise FileUnreadable(path, error.strerror or str(error)) from error
    profile = OutputProfile(data, _space_of(data, path), intent, black_point)
    try:
        profile.convert(np.zeros((1, 1, 3), np.uint16))
    except imagecodecs.CmsError as error:
        raise NotAProfile(path, f"it gives no way from sRGB for the intent {intent}") from error
    return profile


def _space_of(data: bytes, path: Path) -> ColourSpace:
    if data[36:40] != b"acsp":  # ICC.1:2022, 7.2.9
        raise NotAProfile(path, "it holds no ICC profile")
    for space, signature in _SIGNATURES.items():
        if data[16:20] == signature and space != "gray":
            return space
    raise NotAProfile(path, f"its colours are {data[16:20].decode('latin-1').strip() or 'unnamed'}, not RGB or CMYK")


@cache
def _made(name: str) -> bytes:
    """A profile by LittleCMS with a fixed date: the same bytes on every run."""
    primaries, gamma = _WIDE[name]
    if gamma is None:
        made = imagecodecs.cms_profile("rgb", whitepoint=_D65, primaries=primaries, transferfunction=_srgb_curve())
    else:
        made = imagecodecs.cms_profile("rgb", whitepoint=_D65, primaries=primaries, gamma=gamma)
    # LittleCMS calls them all "RGB built-in": the name is written over it, in as many letters.
    unnamed = "RGB built-in"
    profile = bytearray(made.replace(unnamed.encode("utf-16-be"), _TITLES[name].ljust(len(unnamed)).encode("utf-16-be")))
    profile[_CREATION_DATE] = _FIXED_DATE
    return bytes(profile)


def _srgb_curve() -> Samples:
    """IEC 61966-2-1 at 1024 points, as uint16."""
    encoded = np.linspace(0, 1, 1024)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    curve: Samples = np.rint(linear * 65535).astype(np.uint16)
    return curve
