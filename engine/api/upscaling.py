"""The words of enlarging: how far, and in which manner."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from engine.api.errors import BadRequest

Variant: TypeAlias = Literal["faithful", "crisp"]
"""Faithful: nearest to the pixels that were lost. Crisp: sharp, with detail that is likely but made up."""

VARIANTS: tuple[Variant, ...] = get_args(Variant)

SCALES = (2, 4)


def check_choice(scale: int, variant: str) -> Variant:
    """The manner; raises BadRequest for one, or for a scale, that there is not."""
    if scale not in SCALES:
        raise BadRequest(f"The scale {scale}", f"it must be {' or '.join(map(str, SCALES))}")
    if variant not in VARIANTS:
        raise BadRequest(f"The variant {variant}", f"it must be {' or '.join(VARIANTS)}")
    return variant


def house_upscaler(variant: Variant, scale: int) -> str:
    """The id of the model that Sfumato comes with."""
    return f"upscale-{variant}-x{scale}"


PRINT_FROM = 2.0
"""From so large an enlargement on a network does it for a print. Below, a filter comes nearer to what was there (by 1 to 6 dB at 1.25)."""

ENLARGING = 2.0
"""What a pixel costs that a print's network enlarges, where one that is painted costs 1."""


PRINT_SCALE = 2
"""By how much a print's network enlarges, before a filter does the rest: one for four times is no nearer, and what it makes would have to
be reduced again."""


def enlarges_by_network(ratio: float) -> bool:
    """Whether a print that shows something at `ratio` times its size has a network enlarge it first."""
    return ratio >= PRINT_FROM
