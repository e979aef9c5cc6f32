"""How a picture is drawn small: cut to fill its place, with round corners, and rings that tell what is in use or has the focus."""

from __future__ import annotations

import enum
from collections import OrderedDict
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QWidget

from desktop.widgets.icons import icon_image
from desktop.widgets.theme import THEME

BADGE: Final = 24
"""The side, in logical pixels, of the round place of an icon on a thumbnail."""

_MAX_COVERS: Final = 400


class Ring(enum.Enum):
    """The line around a thumbnail: its colour and width in logical pixels. One of the focus is drawn outside one of use."""

    NONE = ("", 0.0)
    HOVER = (THEME.line_strong, 1.0)
    SELECTED = (THEME.text_faint, 1.5)
    FOCUS = (THEME.text, 1.5)
    IN_USE = (THEME.accent, 2.0)


class Covers:
    """Pictures cut and scaled to the sizes at which they are shown; the ones longest unused are forgotten."""

    def __init__(self) -> None:
        self._covers: OrderedDict[tuple[int, int, int], QImage] = OrderedDict()

    def cover(self, image: QImage, size: QSize) -> QImage:
        """The middle of `image`, filling `size` device pixels."""
        key = (image.cacheKey(), size.width(), size.height())
        if key not in self._covers:
            self._covers[key] = _cut(image, size)
            if len(self._covers) > _MAX_COVERS:
                self._covers.popitem(last=False)
        self._covers.move_to_end(key)
        return self._covers[key]

    def paint(self, painter: QPainter, rect: QRectF, image: QImage | None, radius: float = THEME.radius, empty_icon: str = "brush") -> None:
        """Draw `image` in `rect` (logical pixels); a quiet place with an icon where there is no picture yet."""
        painter.setPen(Qt.PenStyle.NoPen)
        if image is None or image.isNull():
            painter.setBrush(QColor(THEME.raised))
            painter.drawRoundedRect(rect, radius, radius)
            paint_icon(painter, rect.center(), empty_icon, 20, THEME.line_strong)
            return
        ratio = _ratio(painter)
        brush = QBrush(self.cover(image, QSize(round(rect.width() * ratio), round(rect.height() * ratio))))
        brush.setTransform(QTransform.fromTranslate(rect.x(), rect.y()).scale(1 / ratio, 1 / ratio))
        painter.setBrush(brush)
        painter.drawRoundedRect(rect, radius, radius)


def paint_ring(painter: QPainter, rect: QRectF, ring: Ring, gap: float = 0.0, radius: float = THEME.radius) -> None:
    """Draw a ring around the thumbnail at `rect`, `gap` logical pixels away from it."""
    colour, width = ring.value
    if not width:
        return
    out = gap + width / 2
    painter.setPen(QPen(QColor(colour), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(-out, -out, out, out), radius + out, radius + out)


def caption_lines(text: str, metrics: QFontMetrics, width: int, most: int) -> list[str]:
    """The text in up to `most` lines of `width` pixels, broken between words; what does not fit ends in an ellipsis."""
    words = text.split()
    lines: list[str] = []
    while words and len(lines) < most - 1:
        fitting = 1
        while fitting < len(words) and metrics.horizontalAdvance(" ".join(words[: fitting + 1])) <= width:
            fitting += 1
        lines.append(" ".join(words[:fitting]))
        words = words[fitting:]
    if words:
        lines.append(" ".join(words))
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in lines]


def paint_icon(painter: QPainter, centre: QPointF, name: str, size: int, colour: str) -> None:
    """Draw an icon `size` logical pixels wide around `centre`."""
    image = icon_image(name, size, colour, _ratio(painter))
    painter.drawImage(QPointF(round(centre.x() - size / 2), round(centre.y() - size / 2)), image)


def paint_badge(painter: QPainter, rect: QRectF, name: str, colour: str) -> None:
    """Draw an icon on a dark disc that keeps it readable on any picture."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawEllipse(rect)
    paint_icon(painter, rect.center(), name, 16, colour)


def badge_rect(thumbnail: QRectF) -> QRectF:
    """Where the badge of a thumbnail lies: its top right corner."""
    return QRectF(thumbnail.right() - BADGE - 5, thumbnail.top() + 5, BADGE, BADGE)


def _ratio(painter: QPainter) -> float:
    return painter.device().devicePixelRatioF()


def _cut(image: QImage, size: QSize) -> QImage:
    wanted = size.expandedTo(QSize(1, 1))
    grown = image.scaled(wanted, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation)
    x, y = (grown.width() - wanted.width()) // 2, (grown.height() - wanted.height()) // 2
    return grown.copy(x, y, wanted.width(), wanted.height())


class Thumbnail(QWidget):
    """A picture in a place of fixed size, for a row of controls; told by the text beside it."""

    def __init__(self, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._covers = Covers()
        self.setFixedSize(size)

    def set_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._covers.paint(painter, QRectF(self.rect()), self._image, THEME.radius_small)
        painter.end()
