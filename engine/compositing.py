"""How a layer lies on what is below it: the separable blend modes and source-over of the W3C compositing model.

Colours are float tensors (3, H, W) in 0..1, gamma-encoded sRGB as painting programs blend, not multiplied by alpha; alphas
are (1, H, W) in 0..1. Source: Compositing and Blending Level 1, sections 5.1 and 9.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from engine.api.recipe import BlendMode

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the lightness of gamma-encoded colours (Rec. 601)."""


def _overlay(below: Tensor, above: Tensor) -> Tensor:
    return torch.where(below <= 0.5, 2 * below * above, 1 - 2 * (1 - below) * (1 - above))


def _soft_light(below: Tensor, above: Tensor) -> Tensor:
    lifted = torch.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, below.sqrt())
    darker = below - (1 - 2 * above) * below * (1 - below)
    return torch.where(above <= 0.5, darker, below + (2 * above - 1) * (lifted - below))


BLENDS: Mapping[BlendMode, Callable[[Tensor, Tensor], Tensor]] = {
    "normal": lambda below, above: above,
    "multiply": lambda below, above: below * above,
    "screen": lambda below, above: below + above - below * above,
    "overlay": _overlay,
    "soft-light": _soft_light,
}


def over(below: Tensor, below_alpha: Tensor, above: Tensor, above_alpha: Tensor, mode: BlendMode) -> tuple[Tensor, Tensor]:
    """Lay one picture on another: colours and alphas in, colour and alpha out."""
    mixed = (1 - below_alpha) * above + below_alpha * BLENDS[mode](below, above)
    alpha = above_alpha + below_alpha * (1 - above_alpha)
    colour = above_alpha * mixed + (1 - above_alpha) * below_alpha * below
    return colour / alpha.clamp_min(1e-6), alpha


def with_colours_of(photo: Tensor, picture: Tensor) -> Tensor:
    """The lightness of `picture` in the colours of `photo` (luminance-only transfer, Gatys et al. 2016, arXiv 1606.05897)."""
    weights = torch.tensor(LUMA, dtype=photo.dtype).view(3, 1, 1)
    lightness = (picture * weights).sum(0, keepdim=True) - (photo * weights).sum(0, keepdim=True)
    return (photo + lightness).clamp(0, 1)
