"""How a document of an older format becomes one of the current format: functions n -> n + 1 over plain dicts.

Formats: 0, the first draft, kept no view; 1 keeps `view` beside `recipe`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Plain = dict[str, Any]


def add_view(values: Plain) -> Plain:
    """0 -> 1: the whole picture is seen."""
    return {**values, "view": {"zoom": None, "center": None}}


MIGRATIONS: tuple[Callable[[Plain], Plain], ...] = (add_view,)
"""The function at index n takes format n to format n + 1."""

FORMAT = len(MIGRATIONS)
"""The format that this version writes, and the newest that it reads."""


def format_of(values: Plain) -> int:
    """The format number of a plain document; raises `KeyError` or `ValueError` where it has none."""
    number = values["format"]
    if type(number) is not int or number < 0:
        raise ValueError(f"{number!r} is no format number")
    return number


def migrate(values: Plain) -> Plain:
    """A plain document of any format up to the current one, in the current one; the argument is not changed."""
    for number in range(format_of(values), FORMAT):
        values = {**MIGRATIONS[number](values), "format": number + 1}
    return values
