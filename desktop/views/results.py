"""The results strip: every picture made in this sitting, the newest at the right end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
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
LINE_HEIGHT: Final = 15
CAPTION_HEIGHT: Final = 4 + 2 * LINE_HEIGHT
GAP: Final = 12
NARROWEST: Final = 1.2
"""Width of a picture over its height, at the least: a caption has to stand below it."""
HEIGHT: Final = PICTURE_HEIGHT + CAPTION_HEIGHT + GAP + 16
"""Of the whole strip, with room for the scroll bar."""

RESULT_ROLE: Final = Qt.ItemDataRole.UserRole
SHOWN_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"""Whether this is the picture on the canvas."""
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class _Result:
    id: str
    image: QImage
    title: str
    details: str

    @property
    def words(self) -> str:
        return f"{self.title}, {self.details}" if self.details else self.title

    @property
    def width(self) -> int:
        """Of the thumbnail, in logical pixels; panoramas and columns are cut."""
        aspect = self.image.width() / max(1, self.image.height())
        return round(PICTURE_HEIGHT * min(2.0, max(NARROWEST, aspect)))


class _ResultModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.results: list[_Result] = []
        self._shown: str | None = None

    def show_as_current(self, id: str | None) -> None:
        """Mark the picture on the canvas."""
        changed, self._shown = {self._shown, id} - {None}, id
        for row, result in enumerate(self.results):
            if result.id in changed:
                self.dataChanged.emit(self.index(row), self.index(row), [SHOWN_ROLE, Qt.ItemDataRole.AccessibleTextRole])

    def index_of(self, id: str | None) -> QModelIndex:
        """Where a picture lies; an invalid index where it does not."""
        row = next((row for row, result in enumerate(self.results) if result.id == id), -1)
        return self.index(row)

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
            case Qt.ItemDataRole.DisplayRole:
                return result.title
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(filter(None, (result.title, result.details)))
            case Qt.ItemDataRole.AccessibleTextRole:
                place = f"{result.words}, picture {index.row() + 1} of {len(self.results)}"
                return f"{place}, on the canvas" if result.id == self._shown else place
        return {RESULT_ROLE: result, SHOWN_ROLE: result.id == self._shown}.get(role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled


class _ResultDelegate(QStyledItemDelegate):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._covers = Covers()
        self._font = font(THEME.size_small)
        self._details_font = font(THEME.size_small, tabular=True)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(index.data(RESULT_ROLE).width + GAP, PICTURE_HEIGHT + CAPTION_HEIGHT + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        result: _Result = index.data(RESULT_ROLE)
        shown: bool = index.data(SHOWN_ROLE)
        rect = QRectF(option.rect.x() + GAP / 2, option.rect.y() + GAP / 2, result.width, PICTURE_HEIGHT)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._covers.paint(painter, rect, result.image)
        if shown:
            paint_ring(painter, rect, Ring.IN_USE)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_ring(painter, rect, Ring.FOCUS, 3 if shown else 1.5)
        elif hovered and not shown:
            paint_ring(painter, rect, Ring.HOVER, 1)
        colour = THEME.accent_hover if shown else THEME.text if hovered else THEME.text_muted
        self._paint_line(painter, rect, 0, result.title, self._font, colour)
        self._paint_line(painter, rect, 1, result.details, self._details_font, THEME.text_faint)
        painter.restore()

    def _paint_line(self, painter: QPainter, picture: QRectF, number: int, text: str, line_font: QFont, colour: str) -> None:
        """One line of the caption. What does not fit is in the tooltip."""
        painter.setFont(line_font)
        painter.setPen(QColor(colour))
        line = QRectF(picture.x(), picture.bottom() + 4 + number * LINE_HEIGHT, picture.width(), LINE_HEIGHT)
        fitting = QFontMetrics(line_font).elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, fitting)


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
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the canvas
        self.clicked.connect(lambda index: self.chosen.emit(index.data(RESULT_ROLE).id))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scrollTo(self.currentIndex())

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

    def add_result(self, id: str, image: QImage, title: str, details: str = "") -> None:
        """Put a picture at the right end."""
        self._model.append(_Result(id, image, title, details))
        self._pages.setCurrentWidget(self._strip)

    def mark_shown(self, id: str | None) -> None:
        """Mark the picture that is on the canvas, and bring it into sight; None: none of them is."""
        self._model.show_as_current(id)
        shown = self._model.index_of(id)
        if shown.isValid():
            self._strip.setCurrentIndex(shown)
            self._strip.scrollTo(shown)

    def remove_result(self, id: str) -> None:
        self._model.remove(id)
        self._pages.setCurrentWidget(self._strip if self._model.results else self._empty)
