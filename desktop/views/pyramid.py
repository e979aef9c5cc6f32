"""A picture at every power-of-two reduction, made tile by tile where it is looked at.

Level k is the picture halved k times. Each level is one image, so that drawing is a single call without seams; its tiles are
filled from the level above when they first come into view. A live preview thus costs only what is on the screen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

if TYPE_CHECKING:
    import numpy as np

TILE = 512
"""Pixels of a level."""


def image_of(pixels: np.ndarray) -> QImage:
    """An image that shares memory with `pixels`: (H, W, 4) uint8 BGRA with premultiplied alpha, C-contiguous. The caller keeps
    the array alive. Opaque pictures become RGB32, which draws faster. Raises ValueError for another shape or type."""
    import numpy as np  # late: it comes with the engine, and the window is painted before

    if pixels.ndim != 3 or pixels.shape[2] != 4 or pixels.dtype != np.uint8 or 0 in pixels.shape or not pixels.flags.c_contiguous:
        raise ValueError(f"expected (H, W, 4) contiguous uint8 pixels, got {pixels.shape} {pixels.dtype}")
    height, width = pixels.shape[:2]
    is_opaque = bool(np.bitwise_and.reduce(pixels.view("<u4"), axis=None) >> 24 == 255)
    layout = QImage.Format.Format_RGB32 if is_opaque else QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, width, height, 4 * width, layout)


class Pyramid:
    """An image and its reductions. `source` is whatever owns the image's memory, kept alive with it."""

    def __init__(self, image: QImage, source: object = None) -> None:
        self._source = source
        self._levels = [image]
        self._filled: list[set[tuple[int, int]]] = [set()]

    @classmethod
    def from_pixels(cls, pixels: np.ndarray) -> Pyramid:
        """Of an array as `image_of` takes it; arrays that are not contiguous are copied."""
        contiguous = pixels if pixels.flags.c_contiguous else pixels.copy()
        return cls(image_of(contiguous), contiguous)

    @property
    def image(self) -> QImage:
        """The picture itself, at full size."""
        return self._levels[0]

    @property
    def has_alpha(self) -> bool:
        return self.image.hasAlphaChannel()

    def level_for(self, scale: float) -> int:
        """The smallest level that still has at least one pixel for each device pixel; `scale` is device pixels per picture pixel."""
        shortest = min(self.image.width(), self.image.height())
        return max(0, min(math.floor(math.log2(1 / scale) + 1e-6), math.floor(math.log2(shortest))))

    def level(self, index: int, area: QRect | None = None) -> QImage:
        """Level `index`, filled at least in `area` (its own pixels; everywhere where None)."""
        while len(self._levels) <= index:
            above = self._levels[-1]
            self._levels.append(QImage(max(1, above.width() // 2), max(1, above.height() // 2), above.format()))
            self._filled.append(set())
        image = self._levels[index]
        self._fill(index, image.rect() if area is None else area & image.rect())
        return image

    def draw(self, painter: QPainter, target: QRectF, exposed: QRectF, ratio: float, *, smooth: bool) -> None:
        """Draw what of the picture lies in `exposed`, the whole picture taking up `target` (both in logical pixels)."""
        visible = exposed & target
        if visible.isEmpty():
            return
        index = self.level_for(target.width() * ratio / self.image.width())
        size = self.level_size(index)
        across, down = size.width() / target.width(), size.height() / target.height()
        in_level = QRectF((visible.x() - target.x()) * across, (visible.y() - target.y()) * down, 0, 0)
        in_level.setSize(QRectF(0, 0, visible.width() * across, visible.height() * down).size())
        # Two pixels more on each side: what bilinear filtering reads beyond the edge.
        area = in_level.toAlignedRect().adjusted(-2, -2, 2, 2) & QRect(QPoint(0, 0), size)
        image = self.level(index, area)
        place = QRectF(target.x() + area.x() / across, target.y() + area.y() / down, area.width() / across, area.height() / down)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(place, image, QRectF(area))

    def level_size(self, index: int) -> QSize:
        return QSize(max(1, self.image.width() >> index), max(1, self.image.height() >> index))

    def _fill(self, index: int, area: QRect) -> None:
        if index == 0:
            return
        image = self._levels[index]
        for column, row in _tiles(area):
            if (column, row) in self._filled[index]:
                continue
            tile = QRect(column * TILE, row * TILE, TILE, TILE) & image.rect()
            double = QRect(2 * tile.x(), 2 * tile.y(), 2 * tile.width(), 2 * tile.height()) & self._levels[index - 1].rect()
            self._fill(index - 1, double)
            halved = self._levels[index - 1].copy(double)
            halved = halved.scaled(tile.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
            painter = QPainter(image)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.drawImage(tile.topLeft(), halved)
            painter.end()
            self._filled[index].add((column, row))


def _tiles(area: QRect) -> Iterator[tuple[int, int]]:
    """The (column, row) of each tile that `area` touches."""
    if area.isEmpty():
        return
    for row in range(area.top() // TILE, area.bottom() // TILE + 1):
        for column in range(area.left() // TILE, area.right() // TILE + 1):
            yield column, row
