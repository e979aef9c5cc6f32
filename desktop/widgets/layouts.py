"""How controls are put together: a section with a heading, an empty state that teaches, and a layout that flows like text."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QLayoutItem, QVBoxLayout, QWidget

from desktop.widgets.buttons import push_button
from desktop.widgets.icons import icon
from desktop.widgets.labels import Caption, Heading
from desktop.widgets.theme import THEME, Weight, font


class Section(QWidget):
    """A group of controls under a small heading. `body` holds them; `add_action` puts a button beside the heading."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(THEME.space_3)
        self._header = QHBoxLayout()
        self._header.setContentsMargins(0, 0, 0, 0)
        self._header.setSpacing(THEME.space_1)
        self._header.addWidget(Heading(title))
        self._header.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_3)
        column.setSpacing(THEME.space_2)
        column.addLayout(self._header)
        column.addLayout(self.body)

    def add(self, widget: QWidget) -> None:
        self.body.addWidget(widget)

    def add_action(self, widget: QWidget) -> None:
        """A small control at the right end of the heading."""
        self._header.addWidget(widget)


class EmptyState(QWidget):
    """What a panel says while there is nothing in it: what belongs here, and the first step."""

    activated = Signal()

    def __init__(self, icon_name: str, title: str, text: str, button_text: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        picture = QLabel()
        picture.setPixmap(icon(icon_name, colour=THEME.text_faint).pixmap(QSize(28, 28)))
        heading = QLabel(title)
        heading.setFont(font(THEME.size_body, Weight.DemiBold))
        heading.setWordWrap(True)
        caption = Caption(text, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_5, THEME.space_4, THEME.space_5, THEME.space_4)
        column.setSpacing(THEME.space_1)
        column.addStretch(1)
        for label in (picture, heading, caption):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.insertSpacing(2, THEME.space_1)
        if button_text is not None:
            button = push_button(button_text)
            button.clicked.connect(self.activated)
            column.addSpacing(THEME.space_2)
            column.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)


class FlowLayout(QLayout):
    """Lays its items out like words: left to right, on a new line where one does not fit."""

    def __init__(self, spacing: int = THEME.space_2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        """Put the items into `rect` if `place`; return the height that they need at its width."""
        area = rect.marginsRemoved(self.contentsMargins())
        x, y, line_height = area.x(), area.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > area.x() and x + size.width() > area.right() + 1:
                x, y, line_height = area.x(), y + line_height + self.spacing(), 0
            if place:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            line_height = max(line_height, size.height())
        margins = self.contentsMargins()
        return y + line_height - area.y() + margins.top() + margins.bottom()
