"""The words of enlarging: how far, and in which manner."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Variant: TypeAlias = Literal["faithful", "crisp"]
"""Faithful: nearest to the pixels that were lost. Crisp: sharp, with detail that is likely but made up."""

VARIANTS: tuple[Variant, ...] = get_args(Variant)

SCALES = (2, 4)


def house_upscaler(variant: Variant, scale: int) -> str:
    """The id of the model that Sfumato comes with."""
    return f"upscale-{variant}-x{scale}"
