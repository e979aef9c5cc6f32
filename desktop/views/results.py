"""The results strip: every picture made in this sitting, the newest at the right end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QMenu,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.views.thumbnails import Covers, Ring, paint_ring
from desktop.widgets.controls import Caption
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, font

PICTURE_HEIGHT: Final = 66
CAPTION_HEIGHT: Final = 20
GAP: Final = 10
HEIGHT: Final = PICTURE_HEIGHT + CAPTION_HEIGHT + GAP + 18
"""Of the whole strip, with room for the scroll bar."""

RESULT_ROLE: Final = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class _Result:
    id: str
    image: QImage
    title: str

    @property
    def width(self) -> int:
        """Of the thumbnail, in logical pixels; panoramas and columns are cut."""
        aspect = self.image.width() / max(1, self.image.height())
        return round(PICTURE_HEIGHT * min(2.0, max(0.6, aspect)))


class _ResultModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.results: list[_Result] = []

    def append(self, result: _Result) -> None:
        self.beginInsertRows(QModelIndex(), len(self.results), len(self.results))
        self.results.append(result)
        self.endInsertRows()

    def remove(self, id: str) -> None:
        for row, result in reversed(list(enumerate(self.results))):
            if result.id == id:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self.results[row]
                self.endRemoveRows()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.results)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        result = self.results[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return result.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{result.title}, picture {index.row() + 1} of {len(self.results)}"
            case _:
                return result if role == RESULT_ROLE else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled


class _ResultDelegate(QStyledItemDelegate):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._covers = Covers()
        self._font = font(THEME.size_small)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(index.data(RESULT_ROLE).width + GAP, PICTURE_HEIGHT + CAPTION_HEIGHT + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        result: _Result = index.data(RESULT_ROLE)
        rect = QRectF(option.rect.x() + GAP / 2, option.rect.y() + GAP / 2, result.width, PICTURE_HEIGHT)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._covers.paint(painter, rect, result.image)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        ring = Ring.FOCUS if selected and focused else Ring.SELECTED if selected else Ring.HOVER if hovered else Ring.NONE
        paint_ring(painter, rect, ring, 1.5)
        painter.setFont(self._font)
        painter.setPen(QColor(THEME.text if selected or hovered else THEME.text_faint))
        shown = QFontMetrics(self._font).elidedText(result.title, Qt.TextElideMode.ElideRight, int(rect.width()))
        line = QRectF(rect.x(), rect.bottom() + 4, rect.width(), CAPTION_HEIGHT - 4)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()


class _Strip(QListView):
    """The pictures in one row. Signals carry a result's id."""

    chosen = Signal(str)
    export_chosen = Signal(str)
    copy_chosen = Signal(str)
    drag_begun = Signal(str)

    def __init__(self, model: _ResultModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_ResultDelegate(self))
        self.setAccessibleName("Results of this sitting")
        self.setAccessibleDescription("Enter goes back to a picture, the menu key shows more")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.clicked.connect(lambda index: self.chosen.emit(index.data(RESULT_ROLE).id))

    def make_menu(self, id: str) -> QMenu:
        """What can be done with a result."""
        menu = QMenu(self)
        menu.addAction(icon("history"), "Go back to this picture", lambda: self.chosen.emit(id))
        menu.addAction(icon("export"), "Export…", lambda: self.export_chosen.emit(id))
        menu.addAction(icon("copy"), "Copy", lambda: self.copy_chosen.emit(id))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.chosen.emit(index.data(RESULT_ROLE).id)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """An ordinary wheel turns the strip, which has nowhere to go but sideways."""
        turn = event.angleDelta()
        if turn.x():
            super().wheelEvent(event)
            return
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - turn.y())
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if index.isValid():
            menu = self.make_menu(index.data(RESULT_ROLE).id)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).center()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second of two clicks restores again, which changes nothing; no editor opens."""
        self.mousePressEvent(event)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        """The window makes the drag: it knows the picture in full size."""
        index = self.currentIndex()
        if index.isValid():
            self.drag_begun.emit(index.data(RESULT_ROLE).id)


class Results(QWidget):
    """A strip of pictures to go back to. Signals carry the id that a picture was added with."""

    restore_requested = Signal(str)
    export_requested = Signal(str)
    copy_requested = Signal(str)
    drag_out_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Results")
        self.setFixedHeight(HEIGHT)
        self._model = _ResultModel(self)
        self._strip = _Strip(self._model)
        self._empty = Caption("Every picture you make in this sitting is kept here.")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_2, THEME.space_1, THEME.space_2, 0)
        column.addWidget(self._pages)
        self._strip.chosen.connect(self.restore_requested)
        self._strip.export_chosen.connect(self.export_requested)
        self._strip.copy_chosen.connect(self.copy_requested)
        self._strip.drag_begun.connect(self.drag_out_requested)

    @property
    def ids(self) -> list[str]:
        """Of the pictures in the strip, the oldest first."""
        return [result.id for result in self._model.results]

    def add_result(self, id: str, image: QImage, title: str) -> None:
        """Put a picture at the right end, and bring it into sight."""
        self._model.append(_Result(id, image, title))
        newest = self._model.index(self._model.rowCount() - 1)
        self._strip.setCurrentIndex(newest)
        self._pages.setCurrentWidget(self._strip)
        self._strip.scrollTo(newest)

    def remove_result(self, id: str) -> None:
        self._model.remove(id)
        self._pages.setCurrentWidget(self._strip if self._model.results else self._empty)
