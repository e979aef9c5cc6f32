"""Style codes: a style picture, seen by the stylizer at several sizes.

The strokes that a code asks for have the size, in pixels, that they have in the picture that it was made from. A style scale
is therefore a size at which the style picture is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.api.errors import ModelDamaged, UnknownStyle
from engine.models import checkpoint

EDGES = (96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)
"""Long edges, in pixels, at which a style picture is looked at; between two, codes are interpolated over the logarithm."""


def bracket(edge: float) -> tuple[tuple[int, float], ...]:
    """The one or two of `EDGES` that a code for `edge` px is made from, with their shares, which add up to 1."""
    position = float(np.interp(np.log2(edge), np.log2(EDGES), range(len(EDGES))))
    low = int(position)
    share = position - low
    return ((EDGES[low], 1 - share), (EDGES[low + 1], share)) if share else ((EDGES[low], 1.0),)


class GalleryCodes:
    """The codes of the gallery's styles: {id: (len(EDGES), code_size)}, made by one stylizer and of use with no other."""

    def __init__(self, fingerprint: str, codes: Mapping[str, Tensor]) -> None:
        self.fingerprint, self.codes = fingerprint, codes

    @classmethod
    def read(cls, path: Path) -> GalleryCodes:
        """Raises FileMissing or ModelDamaged."""
        tensors, metadata = checkpoint.read(path)
        if metadata.get("edges") != list(EDGES) or any(value.shape[:1] != (len(EDGES),) for value in tensors.values()):
            raise ModelDamaged(path, "its codes are of other sizes")
        if "stylizer" not in metadata:
            raise ModelDamaged(path, "it does not say which stylizer it belongs to")
        return cls(str(metadata["stylizer"]), {name: value.float() for name, value in tensors.items()})

    def write(self, path: Path) -> None:
        checkpoint.write(path, {name: value.half() for name, value in self.codes.items()}, {"stylizer": self.fingerprint, "edges": EDGES})

    def at(self, style_id: str, edge: float, fingerprint: str) -> Tensor:
        """The code (1, code_size) of a style for the stylizer with this fingerprint, looked at with a long edge of `edge` px.

        Raises UnknownStyle, also where the codes belong to another stylizer.
        """
        if style_id not in self.codes:
            raise UnknownStyle(style_id)
        if fingerprint != self.fingerprint:
            raise UnknownStyle(style_id, " for this stylizer (the gallery's were made for another one)")
        codes = self.codes[style_id]
        shares = bracket(edge)
        return torch.stack([codes[EDGES.index(size)] * share for size, share in shares]).sum(0, keepdim=True)


def gallery_codes_path() -> Path:
    return Path(str(files("resources"))) / "styles" / "codes.safetensors"
