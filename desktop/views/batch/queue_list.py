"""The queue: a line for each picture that says how it stands, and the buttons that change it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.state.batch import Item
from desktop.widgets.controls import EmptyState, IconButton, push_button
from desktop.widgets.theme import THEME, Weight, font

ROW: Final = 46
TIP_LETTERS: Final = 80
ITEM = Qt.ItemDataRole.UserRole
COLOURS: Final = {
    "waiting": THEME.text_faint,
    "working": THEME.accent,
    "done": THEME.good,
    "failed": THEME.danger,
    "stopped": THEME.caution,
}


class QueueList(QWidget):
    """`set_items` tells nobody; the signals are the artist's hand."""

    paused = Signal(bool)
    moved = Signal(int, int)
    cancelled = Signal(object)
    """Ids of items that are to be taken out, or stopped."""
    retried = Signal(object)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: dict[int, Item] = {}
        self._is_paused = False
        self._list = _Rows()
        words = "Choose pictures, styles and a folder. Each picture is made in each style, one after another, while you go on painting."
        self._empty = EmptyState("layers", "Nothing is queued", words)
        self._pages = QStackedWidget()
        self._pause = push_button("Pause", icon_name="pause")
        self._earlier, self._later = IconButton("chevron-up", "Earlier"), IconButton("chevron-down", "Later")
        self._retry = push_button("Try again", "ghost")
        self._cancel = push_button("Remove", "ghost")
        self._clear = push_button("Clear finished", "ghost")
        self._arrange()
        self._connect()
        self.set_items((), paused=False)

    def set_items(self, items: Sequence[Item], *, paused: bool) -> None:
        """Show the queue as it is; what was selected stays so."""
        self._is_paused = paused
        chosen = set(self._chosen())
        fresh = [item.id for item in items] != list(self._items)
        self._items = {item.id: item for item in items}
        with QSignalBlocker(self._list):
            if fresh:
                self._list.clear()
                for item in items:
                    row = QListWidgetItem()
                    row.setData(ITEM, item.id)
                    self._list.addItem(row)
                    row.setSelected(item.id in chosen)
            for place, item in enumerate(items):
                self._show(self._list.item(place), item)
        self._list.items_by_id = self._items
        self._list.viewport().update()
        self._pages.setCurrentWidget(self._list if items else self._empty)
        self._enable()

    @staticmethod
    def _show(row: QListWidgetItem, item: Item) -> None:
        words = f"{item.title}, {state_words(item)}"
        row.setText(words)  # what a screen reader says; the delegate draws its parts
        row.setToolTip(_in_full(item))

    def _arrange(self) -> None:
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._list)
        row = QHBoxLayout()
        row.setSpacing(THEME.space_1)
        for button in (self._pause, self._earlier, self._later, self._retry, self._cancel):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._clear)
        for button in (self._pause, self._retry, self._cancel, self._clear):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.space_2)
        column.addWidget(self._pages, 1)
        column.addLayout(row)

    def _connect(self) -> None:
        self._list.itemSelectionChanged.connect(self._enable)
        self._list.shifted.connect(self._shift)
        self._list.removed.connect(lambda: self.cancelled.emit(self._chosen()))
        self._pause.clicked.connect(lambda: self.paused.emit(not self._is_paused))
        self._earlier.clicked.connect(lambda: self._shift(-1))
        self._later.clicked.connect(lambda: self._shift(+1))
        self._retry.clicked.connect(lambda: self.retried.emit(self._chosen()))
        self._cancel.clicked.connect(lambda: self.cancelled.emit(self._chosen()))
        self._clear.clicked.connect(self.cleared)

    def _chosen(self) -> list[int]:
        return [row.data(ITEM) for row in self._list.selectedItems()]

    def _shift(self, places: int) -> None:
        chosen = self._chosen()
        if len(chosen) == 1:
            self.moved.emit(chosen[0], places)

    def _enable(self) -> None:
        chosen = [self._items[id] for id in self._chosen() if id in self._items]
        waits = len(chosen) == 1 and chosen[0].state == "waiting"
        self._earlier.setEnabled(waits)
        self._later.setEnabled(waits)
        self._cancel.setEnabled(bool(chosen))
        self._cancel.setText("Stop" if any(item.state == "working" for item in chosen) else "Remove")
        self._retry.setEnabled(any(item.state in ("failed", "stopped") for item in chosen))
        self._clear.setEnabled(any(item.state not in ("waiting", "working") for item in self._items.values()))
        self._pause.setText("Go on" if self._is_paused else "Pause")
        self._pause.setToolTip("" if self._is_paused else "The picture at work is finished first")
        self._pause.setEnabled(any(item.state in ("waiting", "working") for item in self._items.values()))


def _in_full(item: Item) -> str:
    """What a row has no room for, in lines that are not too long."""
    below = [str(item.path)] if item.path is not None else wrap(state_words(item), TIP_LETTERS)
    return "\n".join([item.title, *below])


class _Rows(QListWidget):
    """Delete takes the selected rows out; Alt with an arrow puts one elsewhere."""

    shifted = Signal(int)
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.items_by_id: dict[int, Item] = {}
        self.setAccessibleName("Queue")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Delegate(self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and Qt.Key(event.key()) in steps:
            self.shifted.emit(steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class _Delegate(QStyledItemDelegate):
    """The photo and its style above, how it stands below, and a line that grows while it is made."""

    def __init__(self, rows: _Rows) -> None:
        super().__init__(rows)
        self._rows = rows
        self._title, self._words = font(THEME.size_label, Weight.Medium), font(THEME.size_small)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        item = self._rows.items_by_id.get(index.data(ITEM))
        if item is None:
            return
        rect = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(THEME.pressed))
            painter.drawRoundedRect(rect, THEME.radius_small, THEME.radius_small)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(COLOURS[item.state]))
        painter.drawEllipse(QRectF(rect.x() + 8, rect.y() + 10, 7, 7))
        words = rect.adjusted(24, 4, -8, -4)
        self._write(painter, words.adjusted(0, 0, 0, -words.height() / 2), self._title, THEME.text, item.title)
        colour = THEME.danger if item.state == "failed" else THEME.text_muted
        self._write(painter, words.adjusted(0, words.height() / 2 - 1, 0, -1), self._words, colour, state_words(item))
        if item.state == "working":
            line = QRectF(words.x(), rect.bottom() - 3, words.width(), 2)
            painter.fillRect(line, QColor(THEME.line_strong))
            painter.fillRect(QRectF(line.x(), line.y(), line.width() * (item.fraction or 0), 2), QColor(THEME.accent))
        painter.restore()

    @staticmethod
    def _write(painter: QPainter, area: QRectF, with_font: object, colour: str, text: str) -> None:
        painter.setFont(with_font)  # type: ignore[arg-type]
        painter.setPen(QColor(colour))
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def state_words(item: Item) -> str:
    """How an item stands, in words."""
    if item.state == "working":
        return "starting" if item.fraction is None else f"{item.fraction:.0%}"
    if item.state == "done":
        return f"done: {item.path.name}" if item.path is not None else "done"
    return item.sentence or item.state
