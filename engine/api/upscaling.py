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


def print_scale(ratio: float) -> int:
    """By how much a network enlarges what a print shows at `ratio` times its size, before a filter brings it to that size; 0 where the
    filter does it alone. Always twice: a network for four times is no nearer, and what it makes would have to be reduced again."""
    return min(SCALES) if ratio >= PRINT_FROM else 0
