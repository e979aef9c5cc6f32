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

ENLARGED = 1.25
"""By how much a style picture is enlarged at the most for the look at style scale 1."""


def bracket(edge: float) -> tuple[tuple[int, float], ...]:
    """The one or two of `EDGES` that a code for `edge` px is made from, with their shares, which add up to 1."""
    position = float(np.interp(np.log2(edge), np.log2(EDGES), range(len(EDGES))))
    low = int(position)
    share = position - low
    return ((EDGES[low], 1 - share), (EDGES[low + 1], share)) if share else ((EDGES[low], 1.0),)


def natural_edge(look_edge: int, source_edge: int) -> float:
    """The long edge at which a style picture of `source_edge` px is looked at for a look of `look_edge` px, at style scale 1.

    It spans the look, but a small one is enlarged by `ENLARGED` at the most: beyond that it has no strokes to show, only blur.
    """
    return min(float(look_edge), ENLARGED * source_edge)


class GalleryCodes:
    """The codes of the gallery's styles: {id: (len(EDGES), code_size)}, made by one stylizer and of use with no other.

    `sources` holds the long edge, in pixels, of the picture that each style was taken from.
    """

    def __init__(self, fingerprint: str, codes: Mapping[str, Tensor], sources: Mapping[str, int]) -> None:
        self.fingerprint, self.codes, self.sources = fingerprint, codes, sources

    @classmethod
    def read(cls, path: Path) -> GalleryCodes:
        """Raises FileMissing or ModelDamaged."""
        tensors, metadata = checkpoint.read(path)
        if metadata.get("edges") != list(EDGES) or any(value.shape[:1] != (len(EDGES),) for value in tensors.values()):
            raise ModelDamaged(path, "its codes are of other sizes")
        try:
            fingerprint, sources = str(metadata["stylizer"]), {name: int(metadata["sources"][name]) for name in tensors}
        except (KeyError, TypeError, ValueError) as error:
            raise ModelDamaged(path, "it does not say which stylizer and pictures its codes were made with") from error
        return cls(fingerprint, {name: value.float() for name, value in tensors.items()}, sources)

    def write(self, path: Path) -> None:
        metadata = {"stylizer": self.fingerprint, "edges": EDGES, "sources": dict(self.sources)}
        checkpoint.write(path, {name: value.half() for name, value in self.codes.items()}, metadata)

    def source_edge(self, style_id: str) -> int:
        """The long edge in pixels of the picture that a style was taken from."""
        if style_id not in self.sources:
            raise UnknownStyle(style_id)
        return self.sources[style_id]

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
