"""How fast this machine makes pictures: known from previews before anything was exported, and from exports after. No Qt."""

from __future__ import annotations

from collections import deque
from typing import Final

from engine.api.recipe import Recipe

TYPICAL: Final = 0.8
"""Seconds a megapixel of a painted layer takes to export on a laptop's processor: said before anything was measured."""

_EXPORT_TO_PREVIEW: Final = 1.6
"""An export also decodes the whole photo, paints in tiles with seams and packs a file: 1.2 to 2.1 times a preview's time a pixel."""

_UNPAINTED: Final = 0.3
"""The part of a painted layer's time that a layer costs which only lies there: it is read, brought to size and blended."""

_REMEMBERED: Final = 4

_TILES, _SAMPLES = 1.3, 0.12
"""Enlarging a whole photo takes more than its spots do: whole tiles are slower than small ones, and samples are packed into a file. Over
both scales and manners, on a processor, 0.20 to 0.64 seconds of a megapixel where spots told 0.08 to 0.34."""


class Pace:
    """Seconds for each megapixel of each layer. Where previews differ, the slowest of late counts: the quicker ones had most of
    their work done before, which an export has not."""

    def __init__(self) -> None:
        self._previews: deque[float] = deque(maxlen=_REMEMBERED)
        self._export: float | None = None

    def saw_preview(self, recipe: Recipe, pixels: int, seconds: float) -> None:
        """A preview of this recipe took so long for its last frame of `pixels` > 0; one of bare photos tells nothing of painting."""
        if _painted(recipe):
            self._previews.append(seconds / (pixels / 1e6 * _work(recipe)))

    def saw_export(self, recipe: Recipe, pixels: int, seconds: float) -> None:
        """An export of this recipe took so long for `pixels` > 0, its file included; those beyond the photo's own as `effort` counts
        them."""
        if _painted(recipe):
            self._export = seconds / (pixels / 1e6 * _work(recipe))

    def seconds_per_megapixel(self, recipe: Recipe) -> float:
        """What an export of this recipe will take."""
        return self._layer_seconds * _work(recipe)

    @property
    def _layer_seconds(self) -> float:
        if self._export is not None:
            return self._export
        return max(self._previews) * _EXPORT_TO_PREVIEW if self._previews else TYPICAL


def enlarging_seconds(spot: float) -> float:
    """For a megapixel of a whole enlarged photo, from what a megapixel of a spot took."""
    return _TILES * spot + _SAMPLES


def _painted(recipe: Recipe) -> int:
    return sum(layer.is_painted for layer in recipe.shown)


def _work(recipe: Recipe) -> float:
    """In painted layers; never nothing, because a photo has to be read and written."""
    return _painted(recipe) + _UNPAINTED * max(1, len(recipe.shown) - _painted(recipe))
