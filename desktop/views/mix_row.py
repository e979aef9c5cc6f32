"""One style of a mix: its thumbnail, its name, its share, and the button that takes it out."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.thumbnails import Thumbnail
from desktop.widgets.controls import ElidedLabel, IconButton, ValueSlider
from desktop.widgets.theme import THEME


class MixRow(QWidget):
    """A style of the current layer, one of `styles`. A style that stands alone has no share to set."""

    share_changed = Signal(str, float, str)
    share_released = Signal()
    removed = Signal(str)

    def __init__(self, key: str, title: str, styles: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.title, self.styles = key, title, styles
        alone = styles == 1
        self._thumbnail = Thumbnail(QSize(56, 42) if alone else QSize(56, 56))
        self._share: ValueSlider | None = None if alone else self._make_share()
        self._remove = IconButton("close", f"Remove {title}")
        self._remove.setIconSize(QSize(16, 16))
        self._remove.clicked.connect(lambda _: self.removed.emit(key))
        heading = QHBoxLayout()
        heading.setSpacing(THEME.space_1)
        heading.addWidget(ElidedLabel(title), 1)
        heading.addWidget(self._remove)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(heading)
        if self._share is not None:
            column.addWidget(self._share)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(THEME.space_3)
        row.addWidget(self._thumbnail, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(column, 1)

    def _make_share(self) -> ValueSlider:
        equal = 1 / self.styles
        slider = ValueSlider("Share", 0.0, 1.0, equal, step=0.01, default=equal, unit="%", factor=100)
        slider.setToolTip("How much of the mix is this style; the others divide the rest")
        for part in (slider, *slider.findChildren(QWidget)):  # a mix has several shares: each says whose it is
            if part.accessibleName():
                part.setAccessibleName(part.accessibleName().replace("Share", f"Share of {self.title}"))
        slider.changed.connect(lambda value, gesture: self.share_changed.emit(self.key, value, gesture))
        slider.released.connect(lambda _: self.share_released.emit())
        return slider

    def set_share(self, share: float) -> None:
        """Show a share, 0…1; nobody is told."""
        if self._share is not None:
            self._share.set_value(share)

    def set_thumbnail(self, image: QImage) -> None:
        self._thumbnail.set_image(image)
