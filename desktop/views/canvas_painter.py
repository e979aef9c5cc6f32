"""How the canvas is painted: ground, shadow, checkerboard, picture, and the two sides of a comparison."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QGradient, QImage, QLinearGradient, QPainter, QRadialGradient

from desktop.views.canvas_view import CanvasView
from desktop.views.pyramid import Pyramid
from desktop.widgets.theme import THEME

PIXELS_SHOW_FROM = 4.0
"""From this zoom on a picture at full size shows its pixels as squares."""
SHADOW, SHADOW_DROP = 14, 2
SHADOW_ALPHA = 90
CHECK = 8


def draw_ground(painter: QPainter, view: CanvasView, exposed: QRectF) -> None:
    """The neutral grey around the picture, and the picture's soft shadow on it."""
    painter.fillRect(exposed, QColor(THEME.canvas))
    target = view.target
    if not exposed.intersects(target.adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW)):
        return
    _draw_shadow(painter, target.translated(0, SHADOW_DROP))


def _draw_shadow(painter: QPainter, around: QRectF) -> None:
    """Strips and corners of gradients: stroking or blurring a rectangle of the picture's size would cost many times as much."""
    outer = around.adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW)
    left, right, top, bottom = around.left(), around.right(), around.top(), around.bottom()
    for strip, start, end in (
        (QRectF(outer.left(), top, SHADOW, around.height()), (left, top), (outer.left(), top)),
        (QRectF(right, top, SHADOW, around.height()), (right, top), (outer.right(), top)),
        (QRectF(left, outer.top(), around.width(), SHADOW), (left, top), (left, outer.top())),
        (QRectF(left, bottom, around.width(), SHADOW), (left, bottom), (left, outer.bottom())),
    ):
        painter.fillRect(strip, QBrush(_fading(QLinearGradient(QPointF(*start), QPointF(*end)))))
    # The picture covers the middle, save where the shadow has dropped below it.
    painter.fillRect(QRectF(left, bottom - SHADOW_DROP, around.width(), SHADOW_DROP), QColor(0, 0, 0, SHADOW_ALPHA))
    for x, corner_x in ((left, outer.left()), (right, right)):
        for y, corner_y in ((top, outer.top()), (bottom, bottom)):
            fading = _fading(QRadialGradient(QPointF(x, y), SHADOW))
            painter.fillRect(QRectF(corner_x, corner_y, SHADOW, SHADOW), QBrush(fading))


def _fading(gradient: QGradient) -> QGradient:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        gradient.setColorAt(share, QColor(0, 0, 0, round(SHADOW_ALPHA * (1 - share) ** 2)))
    return gradient


def draw_picture(painter: QPainter, view: CanvasView, pyramid: Pyramid | None, exposed: QRectF) -> None:
    """The picture over the document's whole area; an empty sheet while there are no pixels yet."""
    target = view.target
    if pyramid is None:
        painter.fillRect(target & exposed, QColor(THEME.hover))
        return
    if pyramid.has_alpha:
        painter.setBrushOrigin(target.topLeft())
        painter.fillRect(target & exposed, _checkerboard())
    is_full_size = pyramid.image.width() >= view.picture.width()
    smooth = not (is_full_size and view.zoom >= PIXELS_SHOW_FROM)
    pyramid.draw(painter, target, exposed, view.ratio, smooth=smooth)


def draw_split(painter: QPainter, view: CanvasView, sides: tuple[Pyramid | None, Pyramid | None], x: float, exposed: QRectF) -> None:
    """`sides[0]` left of the line at `x` (logical pixels of the widget), `sides[1]` right of it."""
    line = round(x * view.ratio) / view.ratio
    left, right = QRectF(exposed), QRectF(exposed)
    left.setRight(max(exposed.left(), min(line, exposed.right())))
    right.setLeft(left.right())
    for pyramid, half in zip(sides, (left, right), strict=True):
        if half.width() > 0:
            painter.save()
            painter.setClipRect(half)
            draw_picture(painter, view, pyramid, half)
            painter.restore()


@cache
def _checkerboard() -> QBrush:
    tile = QImage(2 * CHECK, 2 * CHECK, QImage.Format.Format_RGB32)
    tile.fill(QColor("#5a5a5a"))
    painter = QPainter(tile)
    for corner in (QPoint(0, 0), QPoint(CHECK, CHECK)):
        painter.fillRect(corner.x(), corner.y(), CHECK, CHECK, QColor("#666666"))
    painter.end()
    return QBrush(tile)
