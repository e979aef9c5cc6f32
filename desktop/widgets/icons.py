"""The studio's icons: line drawings on a 20 × 20 grid, tinted for their state and crisp at any size and device pixel ratio."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.widgets.theme import THEME

GRID = 20
"""Logical pixels: the size that the icons are drawn for."""


@cache
def _drawing(name: str) -> QByteArray:
    return QByteArray((files("resources") / "icons" / f"{name}.svg").read_bytes())


@lru_cache(maxsize=512)
def _rendered(name: str, colour: str, pixels: int) -> QImage:
    """The drawing in one colour (empty: in its own), `pixels` wide and high; its own shades of alpha are kept."""
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(_drawing(name)).render(painter, QRectF(0, 0, pixels, pixels))
    if colour:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(image.rect(), QColor(colour))
    painter.end()
    return image


class _LineIcon(QIconEngine):
    """Draws an icon when it is asked for, at the size and in the colour of the moment."""

    def __init__(self, name: str, on: str, colour: str | None) -> None:
        super().__init__()
        self._name, self._on, self._colour = name, on, colour

    def _image(self, pixels: int, mode: QIcon.Mode, state: QIcon.State) -> QImage:
        is_on = state == QIcon.State.On
        colour = self._colour or (THEME.accent if is_on else THEME.text_muted)
        if mode == QIcon.Mode.Disabled:
            colour = THEME.text_disabled
        elif mode in (QIcon.Mode.Active, QIcon.Mode.Selected) and not is_on and self._colour is None:
            colour = THEME.text
        return _rendered(self._on if is_on else self._name, colour, max(1, pixels))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        side = min(rect.width(), rect.height())
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(rect).center())
        painter.drawImage(square, self._image(round(side * ratio), mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """`size` is in logical pixels, `scale` the device pixels in each."""
        width, height = round(size.width() * scale), round(size.height() * scale)
        side = min(width, height)
        pixmap = QPixmap(width, height)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.drawImage(QPoint((width - side) // 2, (height - side) // 2), self._image(side, mode, state))
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        return pixmap

    def clone(self) -> QIconEngine:
        return _LineIcon(self._name, self._on, self._colour)


class _Mark(_LineIcon):
    """A drawing that is never tinted."""

    def _image(self, pixels: int, mode: QIcon.Mode, state: QIcon.State) -> QImage:
        return _rendered(self._name, "", max(1, pixels))

    def clone(self) -> QIconEngine:
        return _Mark(self._name, self._on, self._colour)


def icon(name: str, *, on: str | None = None, colour: str | None = None) -> QIcon:
    """The icon `name` of `resources/icons`. `on` names the drawing of its checked state (the same where None); `colour` (#rrggbb)
    replaces the theme's tint, save when disabled. Raises FileNotFoundError for an unknown name."""
    for drawing in (name, on or name):
        _drawing(drawing)
    return QIcon(_LineIcon(name, on or name, colour))


def app_icon() -> QIcon:
    """The studio's own mark, in its own colours."""
    return QIcon(_Mark("sfumato", "sfumato", None))


def icon_image(name: str, size: int, colour: str, ratio: float = 1.0) -> QImage:
    """The icon as a picture of `size` logical pixels at the device pixel `ratio`, for painting by hand."""
    image = QImage(_rendered(name, colour, round(size * ratio)))
    image.setDevicePixelRatio(ratio)
    return image
