"""A discovered direction: its name, how far along it the picture is, the layers that it acts in, and a strip of what it does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.state.explorer.steering import FARTHEST
from desktop.state.explorer.ways import AMOUNTS
from desktop.widgets.controls import ValueSlider, push_button
from desktop.widgets.slider_track import MARGIN
from desktop.widgets.theme import THEME, Weight, font
from engine.api.place_kinds import GROUPS, Group

GROUP_NAMES: dict[Group, str] = {"coarse": "Form", "middle": "Parts", "fine": "Colours"}
GROUP_TIPS: dict[Group, str] = {
    "coarse": "The coarse layers: pose, form, composition",
    "middle": "The middle layers: parts and their shapes",
    "fine": "The fine layers: colours and texture",
}


class GroupButtons(QWidget):
    """Form, parts and colours, each on or off. `toggled` carries the group and its state; `set_groups` tells nobody."""

    toggled = Signal(object, bool)

    def __init__(self, name: str, icon_name: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setProperty("role", "segments")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._buttons: dict[Group, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for group in GROUPS:
            button = push_button(GROUP_NAMES[group], "ghost")
            button.setProperty("kind", "segment")
            button.setFont(font(THEME.size_small))
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {GROUP_NAMES[group]}")
            button.setToolTip(GROUP_TIPS[group])
            button.clicked.connect(lambda on, group=group: self.toggled.emit(group, on))
            self._buttons[group] = button
            row.addWidget(button)

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(group for group in GROUPS if self._buttons[group].isChecked())

    def set_groups(self, groups: Sequence[Group]) -> None:
        for group, button in self._buttons.items():
            button.setChecked(group in groups)


class Strip(QWidget):
    """Pictures along a direction; a click on one goes so far. `amount` marks where the live picture is."""

    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._image = QImage()
        self._amount = 0.0

    @property
    def image(self) -> QImage:
        return self._image

    def set_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def set_amount(self, amount: float) -> None:
        self._amount = amount
        self.update()

    @property
    def mark_at(self) -> float:
        """Where the mark stands, in pixels from the left: above the handle of a slider of the same width."""
        return MARGIN + (self.width() - 2 * MARGIN) * (self._amount + FARTHEST) / (2 * FARTHEST)

    def sizeHint(self) -> QSize:
        return QSize(len(AMOUNTS) * 64, 64)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(max(32, self.width() // len(AMOUNTS)))  # its pictures are square

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(AMOUNTS[min(len(AMOUNTS) - 1, int(event.position().x() / self.width() * len(AMOUNTS)))])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(THEME.raised))
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(self.rect()), self._image)
        at = self.mark_at
        painter.fillRect(QRectF(at - 3, self.height() - 8, 6, 8), QColor(0, 0, 0, 160))
        painter.fillRect(QRectF(at - 1.5, self.height() - 7, 3, 7), QColor(THEME.accent))
        painter.end()


class DirectionRow(QWidget):
    """`set_…` tells nobody; the signals are the artist's hand."""

    pushed = Signal(float)
    rested = Signal()
    groups_changed = Signal(object)
    renamed = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.name = QLineEdit(name)
        self.name.setProperty("kind", "value")
        self.name.setFont(font(weight=Weight.Medium))
        self.name.setAccessibleName(f"Name of {name}")
        self.name.setToolTip("Type what it changes, in your own words")
        self.groups = GroupButtons(f"{name} changes")
        self.strip = Strip()
        self.slider = ValueSlider(f"Steps along {name}", -FARTHEST, FARTHEST, 0, step=0.05, default=0, decimals=1)
        self.slider.hide_name()
        top = QHBoxLayout()
        top.setSpacing(THEME.space_2)
        top.addWidget(self.name, 1)
        top.addWidget(self.groups)
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_4, THEME.space_2, THEME.space_4, THEME.space_3)
        column.setSpacing(THEME.space_1)
        column.addLayout(top)
        pictures = QHBoxLayout()
        pictures.setContentsMargins(0, 0, self.slider.value_width, 0)
        pictures.addWidget(self.strip)
        column.addLayout(pictures)
        column.addWidget(self.slider)
        self.name.editingFinished.connect(self._tell_name)
        self.groups.toggled.connect(lambda *_: self.groups_changed.emit(self.groups.groups))
        self.slider.changed.connect(lambda amount, _: self.pushed.emit(amount))
        self.slider.released.connect(lambda _: self.rested.emit())
        self.strip.chosen.connect(self._jump)

    def set_direction(self, name: str, amount: float, groups: Sequence[Group]) -> None:
        if not self.name.hasFocus():
            self.name.setText(name)
        self.slider.set_value(amount)
        self.strip.set_amount(amount)
        self.groups.set_groups(groups)

    def _tell_name(self) -> None:
        if self.name.isModified():
            self.name.setModified(False)
            self.renamed.emit(self.name.text())

    def _jump(self, amount: float) -> None:
        self.pushed.emit(amount)
        self.rested.emit()
