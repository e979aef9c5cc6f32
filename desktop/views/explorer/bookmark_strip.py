"""The strip of bookmarked pictures below the live one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStackedLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.widgets.controls import Caption
from desktop.widgets.theme import THEME, font

SIDE = 72
HEIGHT = 116
CELL = QSize(SIDE + 20, HEIGHT - 16)
ID = Qt.ItemDataRole.UserRole


class BookmarkStrip(QWidget):
    """A click or Enter goes to a picture, Delete takes its bookmark away, its menu renames it or sends it to the canvas."""

    visited = Signal(str)
    removed = Signal(str)
    renamed = Signal(str, str)
    canvas_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Bookmarks")
        self.setFixedHeight(HEIGHT)
        self.list = _List()
        self._empty = Caption("Bookmark a picture (Ctrl+B), and it waits here: to go back to, to blend, to travel between.", wrap=True)
        self._empty.setMargin(THEME.space_4)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        self.list.itemClicked.connect(self._visit)
        self.list.entered_key.connect(self.visited)
        self.list.delete_key.connect(self.removed)
        self.list.itemChanged.connect(self._tell_name)
        self.list.customContextMenuRequested.connect(self._open_menu)

    @property
    def ids(self) -> list[str]:
        return [self.list.item(row).data(ID) for row in range(self.list.count())]

    def set_bookmarks(self, bookmarks: Sequence[tuple[str, str]], lost: Sequence[tuple[str, str, str]] = ()) -> None:
        """(id, name) of each. What is shown already keeps its picture. After them, greyed, (id, name, why) of those that
        nobody can go to."""
        self.list.blockSignals(True)
        known = {self.list.item(row).data(ID): self.list.item(row).icon() for row in range(self.list.count())}
        chosen = self.list.currentItem().data(ID) if self.list.currentItem() is not None else None
        self.list.clear()
        for id, name in bookmarks:
            item = QListWidgetItem(known.get(id, QIcon()), name)
            item.setData(ID, id)
            item.setToolTip(name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.list.addItem(item)
            if id == chosen:
                self.list.setCurrentItem(item)
        for id, name, why in lost:
            self.list.addItem(_lost_item(id, name, why))
        self.list.blockSignals(False)
        self._stack.setCurrentWidget(self.list if bookmarks or lost else self._empty)

    def set_picture(self, id: str, image: QImage) -> None:
        self.list.blockSignals(True)
        for row in range(self.list.count()):
            if self.list.item(row).data(ID) == id:
                self.list.item(row).setIcon(icon_of(image))
        self.list.blockSignals(False)

    def _visit(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.visited.emit(item.data(ID))

    def _tell_name(self, item: QListWidgetItem) -> None:
        self.renamed.emit(item.data(ID), item.text())

    def _open_menu(self, at: QPoint) -> None:
        item = self.list.itemAt(at)
        if item is not None:
            self.menu_of(item).popup(self.list.viewport().mapToGlobal(at))

    def menu_of(self, item: QListWidgetItem) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        id = item.data(ID)
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            menu.addAction("Go there", lambda: self.visited.emit(id))
            menu.addAction("Send to the canvas", lambda: self.canvas_wanted.emit(id))
            menu.addAction("Rename", lambda: self.list.editItem(item))
            menu.addSeparator()
        menu.addAction("Remove the bookmark", lambda: self.removed.emit(id))
        return menu


def _lost_item(id: str, name: str, why: str) -> QListWidgetItem:
    """One that cannot be chosen, an empty frame in the place of its picture."""
    item = QListWidgetItem(QIcon(_frame()), name)
    item.setData(ID, id)
    item.setToolTip(f"{name}\n{why}")
    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}: {why}")
    item.setForeground(QColor(THEME.text_disabled))
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


def _frame() -> QPixmap:
    frame = QPixmap(SIDE, SIDE)
    frame.fill(Qt.GlobalColor.transparent)
    painter = QPainter(frame)
    painter.setPen(QPen(QColor(THEME.line_strong), 1, Qt.PenStyle.DashLine))
    painter.drawRect(0, 0, SIDE - 1, SIDE - 1)
    painter.end()
    return frame


class _List(QListWidget):
    entered_key = Signal(str)
    delete_key = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Bookmarks")
        self.setItemDelegate(_Cells(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setGridSize(CELL)
        self.setFont(font(THEME.size_small))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setContentsMargins(THEME.space_2, 0, THEME.space_2, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_key.emit(item.data(ID))
        elif item is not None and event.key() == Qt.Key.Key_Delete:
            self.delete_key.emit(item.data(ID))
        else:
            super().keyPressEvent(event)


class _Cells(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The same with a thumbnail and without one: where a picture stands does not depend on when it came."""
        return CELL


def icon_of(image: QImage) -> QIcon:
    """A thumbnail that looks the same when it is chosen."""
    if image.isNull():
        return QIcon()
    pixmap = QPixmap.fromImage(image)
    made = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        made.addPixmap(pixmap, mode)
    return made
