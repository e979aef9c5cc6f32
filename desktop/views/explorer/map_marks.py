"""What is painted over the map: pins of the artist's pictures, the journey's curve, and the line that a hand draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from desktop.state.explorer.atlas import Marks
from desktop.widgets.theme import THEME

PIN = 34
"""Side of a pin's picture with its frame."""
TIP = 8
COLOURS: Mapping[Marks, str] = {"bookmarks": THEME.accent, "photos": THEME.good, "canvas": THEME.text}
KINDS: Mapping[Marks, str] = {"bookmarks": "Bookmark", "photos": "Your photo", "canvas": "On the canvas"}


@dataclass(frozen=True, eq=False)
class Pin:
    """A picture that has a place; `left` and `top` are where its tip is."""

    id: str
    kind: Marks
    name: str
    left: float
    top: float
    image: QImage

    @property
    def frame(self) -> QRectF:
        return QRectF(self.left - PIN / 2, self.top - TIP - PIN, PIN, PIN)

    @property
    def tip(self) -> str:
        return f"{self.name}\n{KINDS[self.kind]}"


@dataclass(frozen=True)
class Curve:
    """The stops of a journey, in order."""

    spots: tuple[tuple[float, float], ...] = ()
    is_loop: bool = False


NO_CURVE = Curve()


def pin_at(pins: Sequence[Pin], at: QPointF) -> Pin | None:
    """The uppermost one under a place."""
    return next((pin for pin in reversed(pins) if pin.frame.contains(at)), None)


def paint_pin(painter: QPainter, pin: Pin) -> None:
    at, frame = QPointF(pin.left, pin.top), pin.frame
    painter.setPen(QPen(QColor(THEME.on_accent), 1))
    painter.setBrush(QColor(COLOURS[pin.kind]))
    painter.drawPolygon([at, QPointF(at.x() - 6, frame.bottom() - 1), QPointF(at.x() + 6, frame.bottom() - 1)])
    painter.drawRoundedRect(frame, 4, 4)
    if not pin.image.isNull():
        painter.drawImage(frame.adjusted(2, 2, -2, -2), pin.image)


def paint_curve(painter: QPainter, curve: Curve) -> None:
    """Through all stops, as the journey goes: a dot for each, and a larger one where it begins."""
    if len(curve.spots) < 2:
        return
    _paint_seen(painter, curve_path(curve))
    painter.setPen(QPen(QColor(0, 0, 0, 170), 1.5))
    for number, (left, top) in enumerate(curve.spots):
        painter.setBrush(QColor("white") if number == 0 else QColor(THEME.accent))
        radius = 5.5 if number == 0 else 3.5
        painter.drawEllipse(QPointF(left, top), radius, radius)


def paint_line(painter: QPainter, line: Sequence[QPointF]) -> None:
    """What a hand has drawn so far."""
    if len(line) > 1:
        path = QPainterPath(line[0])
        for point in line[1:]:
            path.lineTo(point)
        _paint_seen(painter, path)


def curve_path(curve: Curve) -> QPainterPath:
    """Catmull and Rom's cubic, as in the space itself."""
    points = [QPointF(*spot) for spot in curve.spots]
    count = len(points)
    path = QPainterPath(points[0])

    def at(index: int) -> QPointF:
        return points[index % count] if curve.is_loop else points[min(max(index, 0), count - 1)]

    for leg in range(count if curve.is_loop else count - 1):
        before, start, end, after = (at(leg + offset) for offset in (-1, 0, 1, 2))
        path.cubicTo(start + (end - before) / 6, end - (after - start) / 6, end)
    return path


def _paint_seen(painter: QPainter, path: QPainterPath) -> None:
    """Seen on any ground."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(0, 0, 0, 150), 5.0), (QColor(THEME.accent), 2.5)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(path)
