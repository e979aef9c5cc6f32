"""Bookmarks blended on a pad; form, parts and colours can be taken to different places of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.state.explorer.blending import Mode, Spot
from desktop.views.explorer.bookmark_strip import icon_of
from desktop.views.explorer.direction_row import GROUP_NAMES
from desktop.views.training.choices import combo
from desktop.views.training.parts import Column
from desktop.widgets.controls import Caption
from desktop.widgets.segments import Segments
from desktop.widgets.theme import THEME, Weight, font
from engine.api.place_kinds import GROUPS, Group

CORNER = 76
"""Side of the pictures at the pad's corners."""
STEP = 0.04
"""Of the pad, for each press of an arrow key."""
SLOTS: dict[Mode, tuple[str, ...]] = {
    "two": ("Left", "Right"),
    "four": ("Top left", "Top right", "Bottom left", "Bottom right"),
    "sum": ("This", "Minus that", "Plus the other"),
}
APART = "Move Form and Colours to different pictures: the form of one, in the colours of another."
HINTS: dict[Mode, str] = {
    "two": APART,
    "four": APART,
    "sum": "At the left is this, as it is. The farther to the right, the more of that is taken out of it, and the more of the other is put "
    "in. Choose all three above, among your bookmarks.",
}


class Pad(QWidget):
    """Where a handle stands is how much there is of each picture. `moved` carries the groups that are moved and their new spot."""

    moved = Signal(object, object)
    rested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Blend pad")
        self.setAccessibleDescription("Arrow keys move the blend between the pictures")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.groups: tuple[Group, ...] = GROUPS
        """Those that the hand moves."""
        self._mode: Mode = "two"
        self._spots: Mapping[Group, Spot] = dict.fromkeys(GROUPS, (0.5, 0.5))
        self._images: Sequence[QImage] = ()
        self._is_live = True

    def sizeHint(self) -> QSize:
        return QSize(380, 380)

    def show_blend(self, mode: Mode, spots: Mapping[Group, Spot], images: Sequence[QImage], *, live: bool) -> None:
        """Handles are hollow where the picture that is looked at is not `live` from here: they say where a hand would begin."""
        self._mode, self._spots, self._images, self._is_live = mode, dict(spots), list(images), live
        self._fit()
        self.update()

    def ground(self) -> QRectF:
        """Where handles can stand."""
        margin = CORNER / 2
        return QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.width() if self._mode == "four" else CORNER + 24)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._take(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._take(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.rested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        way = ways.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
            return
        across, down = self._spots[self.groups[0]]
        self._tell(across + STEP * way[0], down + STEP * way[1])

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self.rested.emit()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.rested.emit()

    def _take(self, at: QPointF) -> None:
        ground = self.ground()
        self._tell((at.x() - ground.left()) / max(1, ground.width()), (at.y() - ground.top()) / max(1, ground.height()))

    def _tell(self, across: float, down: float) -> None:
        self.moved.emit(self.groups, (min(1.0, max(0.0, across)), min(1.0, max(0.0, down))))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(THEME.accent), 2) if self.hasFocus() else QPen(QColor(THEME.line_strong), 1))
        painter.setBrush(QColor(THEME.canvas))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), THEME.radius, THEME.radius)
        for image, corner in zip(self._shown(), self._corners(), strict=False):
            if not image.isNull():
                painter.drawImage(corner, image)
        ground = self.ground()
        for spot in sorted(set(self._spots.values())):
            names = [GROUP_NAMES[group] for group in GROUPS if self._spots[group] == spot]
            at = QPointF(ground.left() + spot[0] * ground.width(), ground.top() + spot[1] * ground.height())
            self._paint_handle(painter, at, "" if len(names) == len(GROUPS) else " + ".join(names))
        painter.end()

    def _shown(self) -> Sequence[QImage]:
        """At the left end of a sum there is all of the first picture, at the right end the other has been added."""
        return [self._images[0], self._images[2]] if self._mode == "sum" and len(self._images) == 3 else self._images

    def _corners(self) -> list[QRectF]:
        low, right = 8.0, self.width() - CORNER - 8.0
        middle, bottom = (self.height() - CORNER) / 2, self.height() - CORNER - 8.0
        spots = ((low, low), (right, low), (low, bottom), (right, bottom)) if self._mode == "four" else ((low, middle), (right, middle))
        return [QRectF(left, top, CORNER, CORNER) for left, top in spots]

    def _paint_handle(self, painter: QPainter, at: QPointF, name: str) -> None:
        if self._is_live:
            painter.setPen(QPen(QColor(0, 0, 0, 180), 2))
            painter.setBrush(QColor(THEME.accent))
        else:
            painter.setPen(QPen(QColor(THEME.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 9, 9)
        if name:
            painter.setFont(font(THEME.size_small, Weight.Medium))
            width = painter.fontMetrics().horizontalAdvance(name) + 10
            label = QRectF(min(max(at.x() - width / 2, 2.0), self.width() - width - 2.0), at.y() + 12, width, 18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 180))
            painter.drawRoundedRect(label, 4, 4)
            painter.setPen(QColor(THEME.text))
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, name)


class BlendPage(QWidget):
    """`set_…` tells nobody; the signals are the artist's hand."""

    mode_chosen = Signal(object)
    parent_chosen = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.modes = Segments("Blend", [("two", "Two"), ("four", "Four"), ("sum", "This − that + other")])
        self.modes.chosen.connect(self.mode_chosen)
        self.moves = Segments("The hand moves", [(GROUPS, "All"), *(((group,), GROUP_NAMES[group]) for group in GROUPS)])
        self.pad = Pad()
        self.moves.chosen.connect(self._set_groups)
        self.words = Caption("Bookmark more pictures (Ctrl+B) to blend them.", wrap=True)
        self.hint = Caption(APART, wrap=True)
        self._fields: list[tuple[Caption, QComboBox]] = []
        for slot in range(4):
            field = combo("Picture")
            field.setIconSize(QSize(24, 24))
            field.activated.connect(lambda row, slot=slot, field=field: self.parent_chosen.emit(slot, field.itemData(row)))
            self._fields.append((Caption(), field))
        self._arrange()

    def set_blend(
        self,
        mode: Mode,
        spots: Mapping[Group, Spot],
        parents: Sequence[str | None],
        pictures: Mapping[str, QImage],
        *,
        live: bool = True,
    ) -> None:
        """`live`: the picture that is looked at is the pad's."""
        self.modes.set_value(mode)
        self.pad.show_blend(mode, spots, [pictures.get(id or "", QImage()) for id in parents], live=live)
        self.pad.setEnabled(None not in parents)
        self.words.setVisible(None in parents)
        self.hint.setText(HINTS[mode])
        for slot, (label, field) in enumerate(self._fields):
            label.setVisible(slot < len(parents))
            field.setVisible(slot < len(parents))
            if slot < len(parents):
                label.setText(SLOTS[mode][slot])
                field.setAccessibleName(SLOTS[mode][slot])
                field.setCurrentIndex(field.findData(parents[slot]))

    def set_choices(self, bookmarks: Sequence[tuple[str, str, QImage]]) -> None:
        """(id, name, picture) of what can be blended."""
        for _, field in self._fields:
            with QSignalBlocker(field):
                chosen = field.currentData()
                field.clear()
                for id, name, image in bookmarks:
                    field.addItem(icon_of(image), name, id)
                field.setCurrentIndex(field.findData(chosen))

    def _set_groups(self, groups: tuple[Group, ...]) -> None:
        self.pad.groups = groups

    def _arrange(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(THEME.space_4, 0, THEME.space_4, THEME.space_3)
        column.setSpacing(THEME.space_3)
        column.addWidget(self.modes)
        column.addWidget(self.pad)
        column.addWidget(self.words)
        column.addWidget(Caption("The hand moves"))
        column.addWidget(self.moves)
        grid = QGridLayout()
        grid.setHorizontalSpacing(THEME.space_3)
        grid.setVerticalSpacing(THEME.space_2)
        grid.setColumnStretch(1, 1)
        for row, (label, field) in enumerate(self._fields):
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        column.addLayout(grid)
        column.addWidget(self.hint)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(Column(content))
