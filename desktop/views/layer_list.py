"""The list of layers as painters stack them, the top one first: an eye, a thumbnail, a name, and how it lies on what is below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.views.thumbnails import Covers, Ring, paint_icon, paint_ring
from desktop.widgets.theme import THEME, Weight, font
from engine.api.recipe import BlendMode, Layer

LAYER_MIME: Final = "application/x-sfumato-layer"
ROW_HEIGHT: Final = 50
EYE_WIDTH: Final = 34

LAYER_ROLE: Final = Qt.ItemDataRole.UserRole
THUMBNAIL_ROLE: Final = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


def blend_title(blend: BlendMode) -> str:
    """The blend mode as a person reads it: "Soft light"."""
    return blend.replace("-", " ").capitalize()


def layer_title(layer: Layer) -> str:
    """The photo's name without its suffix."""
    return PurePath(layer.source.name).stem or "Photo"


def layer_subtitle(layer: Layer, *, bottom: bool) -> str:
    """The bottom layer tells its size, an upper one how it lies on those below."""
    if bottom:
        return f"{layer.source.width:,} × {layer.source.height:,} px"
    return f"{blend_title(layer.blend)} · {round(100 * layer.opacity)}%"


class LayerModel(QAbstractListModel):
    """Layers from the top down; a layer's own index counts from the bottom, as in a recipe."""

    moved = Signal(int, int)
    toggled = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[Layer, ...] = ()
        self._thumbnails: dict[str, QImage] = {}

    def set_layers(self, layers: Sequence[Layer]) -> None:
        if len(layers) != len(self._layers):
            self.beginResetModel()
            self._layers = tuple(layers)
            self.endResetModel()
        elif layers:
            self._layers = tuple(layers)
            self.dataChanged.emit(self.index(0), self.index(len(layers) - 1))

    def set_thumbnail(self, blob: str, image: QImage) -> None:
        self._thumbnails[blob] = image
        if self._layers:
            self.dataChanged.emit(self.index(0), self.index(len(self._layers) - 1), [THUMBNAIL_ROLE])

    def place(self, index: Index) -> int:
        """A row's layer, counted from the bottom; also a layer's row."""
        return len(self._layers) - 1 - index.row()

    def index_of(self, place: int) -> QModelIndex:
        return self.index(len(self._layers) - 1 - place)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._layers)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        place = self.place(index)
        layer = self._layers[place]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return layer_title(layer)
            case Qt.ItemDataRole.AccessibleTextRole:
                seen = "visible" if layer.visible else "hidden"
                return ", ".join((layer_title(layer), layer_subtitle(layer, bottom=place == 0), seen))
            case Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if layer.visible else Qt.CheckState.Unchecked
            case _:
                return {LAYER_ROLE: layer, THUMBNAIL_ROLE: self._thumbnails.get(layer.source.key)}.get(role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A screen reader's way to the eye: the wish is told, the document answers by `set_layers`."""
        if role == Qt.ItemDataRole.CheckStateRole and index.isValid():
            self.toggled.emit(self.place(index))
        return False

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [LAYER_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(LAYER_MIME, str(indexes[0].row()).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Tells where the dragged row goes. False: the document moves it, not the list."""
        source = int(bytes(data.data(LAYER_MIME).data()))
        gap = parent.row() if row < 0 and parent.isValid() else row if row >= 0 else len(self._layers)
        target = gap - 1 if gap > source else gap
        if target != source:
            last = len(self._layers) - 1
            self.moved.emit(last - source, last - target)
        return False


class LayerDelegate(QStyledItemDelegate):
    """Draws a layer's row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._covers = Covers()
        self._title_font = font(THEME.size_label, Weight.Medium)
        self._subtitle_font = font(THEME.size_small, tabular=True)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        layer: Layer = index.data(LAYER_ROLE)
        bottom = index.row() == index.model().rowCount() - 1
        row = QRectF(option.rect).adjusted(0, 1, 0, -1)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_ground(painter, row, option.state)
        eye = QRectF(row.x(), row.y(), EYE_WIDTH, row.height())
        paint_icon(
            painter, eye.center(), "eye" if layer.visible else "eye-off", 18, THEME.text_muted if layer.visible else THEME.line_strong
        )
        picture = QRectF(eye.right(), row.center().y() - 19, 50, 38)
        painter.setOpacity(1.0 if layer.visible else 0.4)
        self._covers.paint(painter, picture, index.data(THUMBNAIL_ROLE), THEME.radius_small, "photo")
        left = picture.right() + THEME.space_3
        texts = QRectF(left, row.center().y() - 17, row.right() - left - THEME.space_2, 34)
        self._paint_texts(painter, texts, layer_title(layer), layer_subtitle(layer, bottom=bottom))
        painter.restore()

    def _paint_ground(self, painter: QPainter, row: QRectF, state: QStyle.StateFlag) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(THEME.hover if selected else THEME.raised))
            painter.drawRoundedRect(row, THEME.radius, THEME.radius)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            paint_ring(painter, row, Ring.IN_USE, -2)

    def _paint_texts(self, painter: QPainter, rect: QRectF, title: str, subtitle: str) -> None:
        upper = QRectF(rect.x(), rect.y(), rect.width(), 17)
        lines = ((title, self._title_font, THEME.text, upper), (subtitle, self._subtitle_font, THEME.text_faint, upper.translated(0, 17)))
        for text, line_font, colour, line in lines:
            painter.setFont(line_font)
            painter.setPen(QColor(colour))
            shown = QFontMetrics(line_font).elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class LayerList(QListView):
    """Rows to choose, to show and hide, and to drag. Signals carry the layer, counted from the bottom."""

    toggled = Signal(int)
    step_wanted = Signal(int)
    """+1: the current layer one place up, -1: one place down."""
    remove_wanted = Signal()

    def __init__(self, model: LayerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers = model
        self._on_eye = False
        self.setModel(model)
        self.setItemDelegate(LayerDelegate(self))
        self.setAccessibleName("Layers, top first")
        self.setAccessibleDescription("Space shows or hides a layer, Ctrl+Up and Ctrl+Down move it, Delete removes it")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        model.toggled.connect(self.toggled)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, ctrl = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Space and self.currentIndex().isValid():
            self.toggled.emit(self._layers.place(self.currentIndex()))
        elif ctrl and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step_wanted.emit(1 if key == Qt.Key.Key_Up else -1)
        elif key == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        left = event.button() == Qt.MouseButton.LeftButton
        self._on_eye = left and index.isValid() and eye_rect(self.visualRect(index)).contains(event.position().toPoint())
        if self._on_eye:
            self.toggled.emit(self._layers.place(index))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._on_eye:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._on_eye:
            super().mouseReleaseEvent(event)
        self._on_eye = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick clicks on the eye hide and show."""
        self.mousePressEvent(event)


def eye_rect(row: QRect) -> QRect:
    """Where a row's eye takes clicks."""
    return QRect(row.x(), row.y(), EYE_WIDTH, row.height())
