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
