"""The canvas's surface: one picture, how it lies there, and what it is compared with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.views.canvas_compare import CompareMode, Comparison
from desktop.views.canvas_painter import draw_ground, draw_picture, draw_split
from desktop.views.canvas_pill import Pill
from desktop.views.canvas_view import CanvasView
from desktop.views.pyramid import Pyramid
from desktop.widgets.theme import THEME

if TYPE_CHECKING:  # numpy comes with the engine: the window does not wait for it
    import numpy as np


class CanvasSurface(QWidget):
    """Shows one picture of the document's native size, whatever the resolution of the frames that arrive for it."""

    view_changed = Signal(float, QPointF)
    """The zoom (device pixels per picture pixel) and the picture's point in the middle."""
    compare_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = CanvasView.empty()
        self._fitted = True
        self._frame: Pyramid | None = None
        self._original: Pyramid | None = None
        self._proof: Pyramid | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 180)
        self._comparison = Comparison(self)
        self._comparison.moved.connect(self._refresh)
        self._notice = Pill(self, dot=True)

    # What is shown

    @property
    def has_picture(self) -> bool:
        return not self._view.picture.isEmpty()

    def set_picture_size(self, width: int, height: int) -> None:
        """The document's native size in pixels; (0, 0) is the empty canvas. Another size drops the frame and fits the view."""
        size = QSizeF(max(0, width), max(0, height))
        if size == self._view.picture:
            return
        self._view = replace(self._view, picture=size)
        self._frame = self._original = self._proof = None
        if not self.has_picture:
            self.set_compare("off")
        self.fit()

    def set_frame(self, pixels: np.ndarray, scale: float) -> None:
        """Show a rendered frame over the whole picture: (H, W, 4) uint8 BGRA with premultiplied alpha, kept and not copied.
        `scale` is its width over the native width; a canvas without a size takes its size from it."""
        if not self.has_picture:
            self.set_picture_size(round(pixels.shape[1] / scale), round(pixels.shape[0] / scale))
        self._show(Pyramid.from_pixels(pixels))

    def set_proxy(self, image: QImage) -> None:
        """Show a stand-in until the first frame; a canvas without a size takes the image's."""
        if image.isNull():
            return
        if not self.has_picture:
            self.set_picture_size(image.width(), image.height())
        layout = QImage.Format.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else QImage.Format.Format_RGB32
        self._show(Pyramid(image.convertToFormat(layout)))

    def _show(self, frame: Pyramid) -> None:
        self._frame = frame
        self.update()

    def set_original(self, pixels: np.ndarray | None) -> None:
        """The photo itself, to compare with: pixels as in `set_frame`. Without one there is nothing to compare."""
        self._original = None if pixels is None else Pyramid.from_pixels(pixels)
        if pixels is None:
            self.set_compare("off")
        self.update()

    def set_proof(self, pixels: np.ndarray | None) -> None:
        """Show this in the frame's place, pixels as in `set_frame`; None: the frame again. What is copied and handed out is the frame."""
        self._proof = None if pixels is None else Pyramid.from_pixels(pixels)
        self.update()

    @property
    def _result(self) -> Pyramid | None:
        return self._proof or self._frame

    def clear(self) -> None:
        """Back to the empty canvas."""
        self.set_picture_size(0, 0)

    def current_image(self) -> QImage:
        """A copy of the result at the frame's resolution; a null image while there is none."""
        return QImage() if self._frame is None else self._frame.image.copy()

    def set_notice(self, text: str | None) -> None:
        """A quiet line at the lower edge for what is under way; None takes it away."""
        self._notice.setText(text or "")
        self._notice.setVisible(bool(text))
        self._refresh()

    # Comparing

    @property
    def compare(self) -> CompareMode:
        return self._comparison.mode

    def set_compare(self, mode: CompareMode) -> None:
        """Show the result alone, both sides of a line, or the original alone. Without an original only "off" is possible."""
        if self._original is None:
            mode = "off"
        if mode == self._comparison.mode:
            return
        self._comparison.mode = mode
        self._refresh()
        self.compare_changed.emit(mode)

    # The view

    @property
    def zoom(self) -> float:
        """Device pixels per picture pixel: 1.0 is actual size."""
        return self._view.zoom

    @property
    def centre(self) -> QPointF:
        """The picture's point in the middle of the canvas, in its native pixels."""
        return QPointF(self._view.centre)

    @property
    def is_fitted(self) -> bool:
        """Whether the whole picture is kept in view when the canvas changes its size."""
        return self._fitted

    def fit(self) -> None:
        self._look(self._view.fitted() if self.has_picture else self._view, fitted=True)

    def actual_size(self) -> None:
        """One picture pixel on one device pixel."""
        self._look(self._view.zoomed(1.0))

    def zoom_by(self, factor: float, anchor: QPointF | None = None) -> None:
        """Zoom; what lies under `anchor` (logical pixels of the canvas, its middle where None) stays there."""
        self._look(self._view.zoomed(self._view.zoom * factor, anchor))

    def set_view(self, zoom: float | None, centre: QPointF | None) -> None:
        """Look at the picture as the document remembers it: `zoom` None fits it, `centre` None is its middle."""
        if zoom is None:
            self.fit()
            return
        middle = QPointF(self._view.picture.width() / 2, self._view.picture.height() / 2)
        self._look(self._view.at(zoom, middle if centre is None else centre))

    def _look(self, view: CanvasView, *, fitted: bool = False) -> None:
        if not self.has_picture:
            fitted = True
        changed = (view.zoom, view.centre) != (self._view.zoom, self._view.centre)
        self._view, self._fitted = view, fitted
        self._refresh()
        if changed and self.has_picture:
            self.view_changed.emit(view.zoom, QPointF(view.centre))

    def _refresh(self) -> None:
        """Put what floats on the picture in its place, and paint anew."""
        self._comparison.arrange(self._view)
        if self._notice.text():
            hint = self._notice.sizeHint()
            self._notice.place((self.width() - hint.width()) / 2, self.height() - hint.height() - THEME.space_4)
        self.setAccessibleName("Canvas" if self.has_picture else "Canvas, empty")
        self.setAccessibleDescription(f"Zoom {round(self.zoom * 100)} per cent" if self.has_picture else "Enter opens a photo")
        self.update()

    def _resized(self) -> None:
        ratio = self.devicePixelRatioF()
        view = replace(self._view, widget=QSizeF(self.size()), ratio=ratio)
        self._view = view
        self._look(view.fitted() if self._fitted and self.has_picture else view, fitted=self._fitted)

    def sizeHint(self) -> QSize:
        return QSize(960, 640)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._resized()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._resized()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        exposed = QRectF(event.rect())
        if self.has_picture:
            draw_ground(painter, self._view, exposed)
            if self.compare == "split":
                draw_split(painter, self._view, (self._original, self._result), self._comparison.line(), exposed)
            else:
                shown = self._original if self.compare == "original" else self._result
                draw_picture(painter, self._view, shown, exposed)
        else:
            painter.fillRect(exposed, QColor(THEME.canvas))
        painter.end()
