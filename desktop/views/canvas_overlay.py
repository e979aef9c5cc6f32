"""The overlay that names what a drop on the canvas will do."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.views.canvas_drop import DropZone, Payload, payload_of, zones_for
from desktop.widgets.icons import icon_image
from desktop.widgets.theme import THEME, Weight, font


class DropOverlay(QWidget):
    """Names the zones of a drop, side by side; the one under the pointer lights up."""

    MARGIN, GAP = 24.0, 16.0
    MAX_WIDTH, MAX_HEIGHT = 300.0, 260.0

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Drop zones")
        self._zones: tuple[DropZone, ...] = ()
        self._hovered: DropZone | None = None
        self._payload: Payload | None = None
        self.hide()

    @property
    def zones(self) -> tuple[DropZone, ...]:
        return self._zones

    @property
    def hovered(self) -> DropZone | None:
        return self._hovered

    def open_for(self, event: QDropEvent, has_photo: bool) -> None:
        """Show what the dragged thing can become and accept it; ignore the event where that is nothing."""
        self._payload = None if event.source() is self.parent() else payload_of(event.mimeData())
        if self._payload is None:
            event.ignore()
            return
        self._zones, self._hovered = zones_for(self._payload, has_photo), None
        self.raise_()
        self.show()
        self.follow(event)

    def follow(self, event: QDropEvent) -> None:
        """Light up the zone under the pointer. The thing is copied, never moved away from the other program."""
        if self._payload is None:
            event.ignore()
            return
        self.hover(event.position())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def take(self, event: QDropEvent) -> tuple[DropZone, Payload] | None:
        """Close, and return what was dropped where; None where nothing can be done with it."""
        self.follow(event)
        taken = (self._hovered, self._payload) if self._hovered is not None and self._payload is not None else None
        self.close_zones()
        return taken

    def close_zones(self) -> None:
        self._zones, self._hovered, self._payload = (), None, None
        self.hide()

    def zone_at(self, point: QPointF) -> DropZone | None:
        """The zone nearest to a point across; every place belongs to one."""
        return min(self._zones, key=lambda zone: abs(self.area(zone).center().x() - point.x()), default=None)

    def hover(self, point: QPointF) -> None:
        """Light up the zone at a point."""
        zone = self.zone_at(point)
        if zone != self._hovered:
            self._hovered = zone
            self.update()

    def area(self, zone: DropZone) -> QRectF:
        """Where a zone is drawn."""
        count = len(self._zones)
        room = self.width() - 2 * self.MARGIN - (count - 1) * self.GAP
        width = max(40.0, min(self.MAX_WIDTH, room / count))
        height = max(40.0, min(self.MAX_HEIGHT, self.height() - 2 * self.MARGIN))
        left = (self.width() - count * width - (count - 1) * self.GAP) / 2
        return QRectF(left + self._zones.index(zone) * (width + self.GAP), (self.height() - height) / 2, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(18, 18, 18, 190))
        for zone in self._zones:
            self._draw_zone(painter, zone, self.area(zone))
        painter.end()

    def _draw_zone(self, painter: QPainter, zone: DropZone, area: QRectF) -> None:
        lit = zone == self._hovered
        ground = QColor(THEME.accent if lit else THEME.panel)
        ground.setAlpha(40 if lit else 215)
        if lit:
            painter.setBrush(QColor(THEME.panel))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(area, THEME.radius_large, THEME.radius_large)
        painter.setBrush(ground)
        pen = QPen(QColor(THEME.accent if lit else THEME.line_strong), 2 if lit else 1.25)
        if not lit:
            pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), THEME.radius_large, THEME.radius_large)
        self._draw_words(painter, zone, area, lit)

    def _draw_words(self, painter: QPainter, zone: DropZone, area: QRectF, lit: bool) -> None:
        """The icon, the title and the line below it, as one block in the middle; the line is left out where it does not fit."""
        centre = area.center()
        glyph = icon_image(zone.icon, 32, THEME.accent if lit else THEME.text_muted, self.devicePixelRatioF())
        painter.drawImage(QPointF(centre.x() - 16, centre.y() - 54), glyph)
        inner = area.adjusted(THEME.space_2, 0, -THEME.space_2, 0)
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(THEME.text))
        painter.setFont(font(THEME.size_title, Weight.DemiBold))
        painter.drawText(QRectF(inner.x(), centre.y() - 8, inner.width(), 24), middle, zone.title)
        painter.setFont(font(THEME.size_label))
        if painter.fontMetrics().horizontalAdvance(zone.text) <= inner.width():
            painter.setPen(QColor(THEME.text if lit else THEME.text_muted))
            painter.drawText(QRectF(inner.x(), centre.y() + 18, inner.width(), 20), middle, zone.text)
