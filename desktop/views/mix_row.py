"""One style of a mix: its thumbnail, its name, its weight, and the button that takes it out."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.thumbnails import Thumbnail
from desktop.widgets.controls import ElidedLabel, IconButton, ValueSlider
from desktop.widgets.theme import THEME


class MixRow(QWidget):
    """A style of the current layer. A style that stands alone has no weight to set."""

    weight_changed = Signal(str, float, str)
    weight_released = Signal()
    removed = Signal(str)

    def __init__(self, key: str, title: str, *, alone: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.title, self.alone = key, title, alone
        self._thumbnail = Thumbnail(QSize(56, 42) if alone else QSize(56, 56))
        self._weight: ValueSlider | None = None if alone else self._make_weight()
        self._remove = IconButton("close", f"Remove {title}")
        self._remove.clicked.connect(lambda _: self.removed.emit(key))
        heading = QHBoxLayout()
        heading.setSpacing(THEME.space_1)
        heading.addWidget(ElidedLabel(title), 1)
        heading.addWidget(self._remove)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(heading)
        if self._weight is not None:
            column.addWidget(self._weight)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(THEME.space_3)
        row.addWidget(self._thumbnail, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(column, 1)

    def _make_weight(self) -> ValueSlider:
        slider = ValueSlider("Weight", 0.0, 1.0, 1.0, step=0.01, default=1.0, unit="%", factor=100)
        slider.setToolTip("How much of this style goes into the mix")
        for part in (slider, *slider.findChildren(QWidget)):  # a mix has several weights: each says whose it is
            if part.accessibleName():
                part.setAccessibleName(part.accessibleName().replace("Weight", f"Weight of {self.title}"))
        slider.changed.connect(lambda value, gesture: self.weight_changed.emit(self.key, value, gesture))
        slider.released.connect(lambda _: self.weight_released.emit())
        return slider

    def set_weight(self, weight: float) -> None:
        """Show a weight, 0…1; nobody is told."""
        if self._weight is not None:
            self._weight.set_value(weight)

    def set_thumbnail(self, image: QImage) -> None:
        self._thumbnail.set_image(image)
