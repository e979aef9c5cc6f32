"""What a colour profile's header tells, before the engine is asked: a name to show and what it is for. No Qt."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from engine.api.output import PROFILES

TITLES: Final = {"srgb": "sRGB – for screens", "display-p3": "Display P3 – for wide screens", "adobe-rgb": "Adobe RGB – for photo labs"}
CMYK_FORMATS: Final = ("tiff", "jpeg")

_HEADER = 128


def profile_title(profile: str) -> str:
    """What to call it: one of `PROFILES`, or a file's name."""
    return TITLES.get(profile) or Path(profile).stem


def profile_problem(profile: str, format: str) -> str:
    """Why a file of this format cannot be written in these colours; empty where it can, as far as the header tells."""
    if refusal := profile_refusal(profile):
        return refusal
    if is_cmyk(profile) and format not in CMYK_FORMATS:
        return f"{Path(profile).name} is for four inks, which only TIFF and JPEG can hold."
    return ""


def profile_refusal(profile: str) -> str:
    """Why no file at all can be written in these colours; empty where one can, as far as the header tells."""
    if profile in PROFILES:
        return ""
    name, space = Path(profile).name, _space_of(profile)
    if space is None:
        return f"The colour profile {name} is not there any more. Choose another one."
    if space not in ("RGB", "CMYK"):
        return f"{name} is not a colour profile of a printer or a screen. Choose another one."
    return ""


def is_cmyk(profile: str) -> bool:
    return profile not in PROFILES and _space_of(profile) == "CMYK"


def _space_of(profile: str) -> str | None:
    """The colour space that the header names; empty where the file is no profile, None where there is no file."""
    try:
        return _space_at(profile, Path(profile).stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=16)
def _space_at(profile: str, _modified: int) -> str:
    with Path(profile).open("rb") as stream:
        header = stream.read(_HEADER)
    return header[16:20].decode("latin-1").strip() if header[36:40] == b"acsp" else ""
