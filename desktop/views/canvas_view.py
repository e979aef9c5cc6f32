"""How the picture lies in the canvas: a value, so that zooming and panning are functions from one view to the next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF

MAX_ZOOM = 32.0
FIT_MARGIN = 32.0
"""Logical pixels around a fitted picture."""


@dataclass(frozen=True)
class CanvasView:
    """`zoom` is device pixels per picture pixel: 1 is actual size on every screen. `centre`, in picture pixels, is what lies in
    the middle of the widget; it never leaves the picture. `ratio` is the screen's device pixels per logical pixel."""

    picture: QSizeF
    widget: QSizeF
    ratio: float = 1.0
    zoom: float = 1.0
    centre: QPointF = field(default_factory=QPointF)

    @classmethod
    def empty(cls) -> CanvasView:
        return cls(QSizeF(0, 0), QSizeF(0, 0))

    @property
    def scale(self) -> float:
        """Logical pixels per picture pixel."""
        return self.zoom / self.ratio

    @property
    def target(self) -> QRectF:
        """Where the picture lies in the widget, its corner on a whole device pixel, so that 100 % is sharp."""
        corner = self.to_widget(QPointF(0, 0))
        x, y = (round(value * self.ratio) / self.ratio for value in (corner.x(), corner.y()))
        return QRectF(x, y, self.picture.width() * self.scale, self.picture.height() * self.scale)

    @property
    def visible(self) -> QRectF:
        """The part of `target` that is inside the widget."""
        return self.target & QRectF(0, 0, self.widget.width(), self.widget.height())

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole picture just shows, with a margin."""
        across = max(16.0, self.widget.width() - 2 * FIT_MARGIN) / max(1.0, self.picture.width())
        down = max(16.0, self.widget.height() - 2 * FIT_MARGIN) / max(1.0, self.picture.height())
        return min(MAX_ZOOM, min(across, down) * self.ratio)

    @property
    def min_zoom(self) -> float:
        return min(0.1, self.fit_zoom / 2)

    def to_picture(self, point: QPointF) -> QPointF:
        return self.centre + (point - self._middle) / self.scale

    def to_widget(self, point: QPointF) -> QPointF:
        return self._middle + (point - self.centre) * self.scale

    def fitted(self) -> CanvasView:
        middle = QPointF(self.picture.width() / 2, self.picture.height() / 2)
        return replace(self, zoom=self.fit_zoom, centre=middle)

    def at(self, zoom: float, centre: QPointF) -> CanvasView:
        """The view with this zoom and centre, both brought into their ranges."""
        x = min(max(0.0, centre.x()), self.picture.width())
        y = min(max(0.0, centre.y()), self.picture.height())
        return replace(self, zoom=min(MAX_ZOOM, max(self.min_zoom, zoom)), centre=QPointF(x, y))

    def zoomed(self, zoom: float, anchor: QPointF | None = None) -> CanvasView:
        """Another zoom; what lies under `anchor` (a point of the widget, its middle where None) stays there."""
        zoom = min(MAX_ZOOM, max(self.min_zoom, zoom))
        offset = (anchor if anchor is not None else self._middle) - self._middle
        return self.at(zoom, self.to_picture(self._middle + offset) - offset / (zoom / self.ratio))

    def panned(self, delta: QPointF) -> CanvasView:
        """The picture moved by `delta` logical pixels."""
        return self.at(self.zoom, self.centre - delta / self.scale)

    @property
    def _middle(self) -> QPointF:
        return QPointF(self.widget.width() / 2, self.widget.height() / 2)
