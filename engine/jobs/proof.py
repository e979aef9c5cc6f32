"""Before a print: how its colours will look on paper, and the real pixels of a spot of it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np

from engine.api.events import Frame
from engine.api.proofing import Loupe, SoftProof
from engine.context import Context, Step, Wait
from engine.imaging.depth import to_eight, to_sixteen
from engine.imaging.picture import Picture
from engine.imaging.proofing import proofed
from engine.jobs.preview import frame
from engine.printing import composite, plan
from engine.spot import checked_rect, painted_at


def soft_proof(request: SoftProof, context: Context) -> Generator[Step, Any, None]:
    """The same picture in the printer's colours; what is transparent stays so."""
    seen = yield Wait(context.io.submit(_proofed_frame, request))
    yield seen


def loupe(request: Loupe, context: Context) -> Generator[Step, Any, None]:
    """One `Frame` of the spot, in 8 bits as a file would have them."""
    recipe = request.recipe.check()
    width, height = recipe.size_at(request.long_edge)
    rect = checked_rect(request.spot, width, height, request.subject)
    layers = []
    for layer in recipe.shown:
        levels = yield from plan(layer, recipe, width, height, context)
        layers.append((yield from painted_at(rect, layer, levels, width, height, context)))
    colour, alpha = yield from composite(layers, rect)
    pixels = to_eight(to_sixteen(colour.permute(1, 2, 0).numpy()), rect, dither=True)
    opacity = to_eight(to_sixteen(alpha.permute(1, 2, 0).numpy()), rect, dither=True)[..., 0]
    if request.proof is not None:
        pixels = yield Wait(context.io.submit(proofed, pixels, request.proof))
    yield frame(Picture(pixels, None if opacity.min() == 255 else opacity), width / recipe.native_size[0])


def _proofed_frame(request: SoftProof) -> Frame:
    alpha = request.pixels[..., 3]
    colour = request.pixels[..., 2::-1]
    if alpha.min() == 255:
        return frame(Picture(proofed(colour, request.proof)), request.scale)
    full = np.maximum(alpha, 1)[..., None].astype(np.uint16)
    plain = np.minimum(255, (colour * np.uint16(255) + full // 2) // full).astype(np.uint8)
    return frame(Picture(proofed(plain, request.proof), alpha), request.scale)
