"""The grid of style cards: what a click, a key and a drag on them mean."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QMimeData, QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QWidget

from desktop.views.gallery_delegate import GAP, GalleryDelegate, cell_size, star_at
from desktop.views.gallery_model import THUMBNAIL_ROLE, Card, GalleryModel
from desktop.views.thumbnails import Covers
from desktop.widgets.icons import icon

MIN_CELL = 112
"""The narrowest cell of the grid, in logical pixels."""

_MIX_KEYS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class GalleryGrid(QListView):
    """Cards in as many columns as fit. Signals carry the key of a card."""

    applied = Signal(str)
    mixed = Signal(str)
    starred = Signal(str)
    removed = Signal(str)
    add_chosen = Signal()

    def __init__(self, model: GalleryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = model
        self._on_star = False
        self._modifiers = Qt.KeyboardModifier.NoModifier
        self.delegate = GalleryDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName("Styles")
        self.setAccessibleDescription("Enter paints with a style, Shift+Enter adds it to the mix, the menu key shows more")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionRectVisible(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.clicked.connect(self._clicked)

    @property
    def selected_keys(self) -> list[str]:
        """Keys of the selected cards, as they lie in the grid."""
        cards = [self._cards.card(index) for index in sorted(self.selectedIndexes(), key=lambda index: index.row())]
        return [card.key for card in cards if card]

    def make_menu(self, card: Card) -> QMenu:
        """What can be done with a card."""
        menu = QMenu(self)
        menu.addAction("Paint with this style", lambda: self.applied.emit(card.key))
        menu.addAction("Add to mix", lambda: self.mixed.emit(card.key))
        menu.addSeparator()
        favourite = self._cards.is_favourite(card.key)
        words, name = ("Remove from favourites", "star-filled") if favourite else ("Add to favourites", "star")
        menu.addAction(icon(name), words, lambda: self.starred.emit(card.key))
        if card.mine:
            menu.addSeparator()
            menu.addAction(icon("trash"), "Remove this style", lambda: self.removed.emit(card.key))
        return menu

    # Qt's events.

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.width() - self.verticalScrollBar().sizeHint().width() - 4
        columns = max(1, room // MIN_CELL)
        size = cell_size(max(room // columns, GAP + 40))
        if size != self.gridSize():
            self.delegate.cell = size
            self.setGridSize(size)
            self.verticalScrollBar().setSingleStep(size.height() // 4)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_focus(True)
        index = self.currentIndex()
        card = self._cards.card(index)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(index, event.modifiers())
        elif key == Qt.Key.Key_Delete and card and card.mine:
            self.removed.emit(card.key)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.OtherFocusReason):
            self._show_focus(True)
            if not self.currentIndex().isValid() and self._cards.rowCount():
                self.selectionModel().setCurrentIndex(self._cards.index(0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_focus(False)
        index = self.indexAt(event.position().toPoint())
        card = self._cards.card(index)
        left = event.button() == Qt.MouseButton.LeftButton
        self._on_star = bool(card) and left and star_at(self.visualRect(index), event.position().toPoint())
        if card and self._on_star:
            self.starred.emit(card.key)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._on_star:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._modifiers = event.modifiers()
        if not self._on_star:
            super().mouseReleaseEvent(event)
        self._on_star = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second click of two is a click: the star must not be lost between them."""
        self.mousePressEvent(event)

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """Shift picks single cards as Ctrl does: both mean the mix, and a range is hardly ever mixed."""
        if isinstance(event, QMouseEvent) and event.modifiers() & _MIX_KEYS:
            pressed = event.type() == QEvent.Type.MouseButtonPress
            return QItemSelectionModel.SelectionFlag.Toggle if pressed else QItemSelectionModel.SelectionFlag.NoUpdate
        return super().selectionCommand(index, event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        card = self._cards.card(index)
        if card is None:
            return
        menu = self.make_menu(card)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).center())
        menu.popup(corner)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        keys = self.selected_keys
        if not keys:
            return
        drag = QDrag(self)
        drag.setMimeData(self.drag_data())
        picture = self._drag_picture(keys)
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(24, 24))
        drag.exec(Qt.DropAction.CopyAction)

    def drag_data(self) -> QMimeData:
        """What a drag of the selected cards carries."""
        return self._cards.mimeData(sorted(self.selectedIndexes(), key=lambda index: index.row()))

    # What they come down to.

    def _clicked(self, index: QModelIndex) -> None:
        self._choose(index, self._modifiers)

    def _choose(self, index: QModelIndex, modifiers: Qt.KeyboardModifier) -> None:
        card = self._cards.card(index)
        if card:
            (self.mixed if modifiers & _MIX_KEYS else self.applied).emit(card.key)
        elif self._cards.is_add_tile(index):
            self.add_chosen.emit()

    def _show_focus(self, shown: bool) -> None:
        if self.delegate.focus_shown != shown:
            self.delegate.focus_shown = shown
            self.viewport().update()

    def _drag_picture(self, keys: list[str]) -> QPixmap:
        """Up to three thumbnails, fanned like prints in a hand."""
        ratio = self.devicePixelRatioF()
        fanned = keys[:3]
        pixmap = QPixmap(QSize(84 + 10 * (len(fanned) - 1), 63 + 10 * (len(fanned) - 1)) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        covers = Covers()
        for place, key in reversed(list(enumerate(fanned))):
            covers.paint(painter, QRectF(10 * place, 10 * place, 84, 63), self._cards.index_of(key).data(THUMBNAIL_ROLE))
        painter.end()
        return pixmap
