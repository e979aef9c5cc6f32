"""How large pictures may be: one place for the engine, which refuses, and for the fronts, which say it beforehand."""

from __future__ import annotations

import os

from engine.api.errors import BadRequest

MAX_PIXELS_VARIABLE = "SFUMATO_MAX_PIXELS"

MAX_PIXELS = 200_000_000
"""The most pixels of a picture that is read, and so held in memory; the variable sets another number."""

PRINT_FACTOR = 10
"""A picture that is written may have so many times the pixels of one that is read: prints are made strip by strip, so that only time
and the disk bound them."""

MAX_EDGE = 65_536
"""The longest edge, in pixels, that can be asked for."""


def pixel_budget() -> int:
    """The most pixels a picture that is read may have: SFUMATO_MAX_PIXELS, or `MAX_PIXELS`. Raises BadRequest for a bad value."""
    value = os.environ.get(MAX_PIXELS_VARIABLE, str(MAX_PIXELS))
    if not value.isdecimal() or int(value) == 0:
        raise BadRequest(MAX_PIXELS_VARIABLE, f"{value!r} is not a whole number above zero")
    return int(value)


def print_budget() -> int:
    """The most pixels a picture that is written may have. Raises BadRequest for a bad value of the variable."""
    return PRINT_FACTOR * pixel_budget()
