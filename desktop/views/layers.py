"""The layers panel: which photos lie on one another, and how."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop.views.layer_list import LayerList, LayerModel, blend_title, layer_title
from desktop.widgets.controls import EmptyState, Heading, IconButton, ValueSlider
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, font
from engine.api.recipe import BLEND_MODES, Layer


class Layers(QWidget):
    """Layers are counted from the bottom, as in a recipe, and shown from the top. `set_layers` tells nobody."""

    current_changed = Signal(int)
    visibility_toggled = Signal(int)
    opacity_changed = Signal(int, float, str)
    blend_changed = Signal(int, str)
    moved = Signal(int, int)
    """From where, and where to: the layer's place after the move."""
    removed = Signal(int)
    add_requested = Signal()
    gesture_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Layers")
        self._layers: tuple[Layer, ...] = ()
        self._current = 0
        self._model = LayerModel(self)
        self._list = LayerList(self._model)
        self._opacity = ValueSlider("Opacity", 0.0, 1.0, Layer.opacity, step=0.01, default=Layer.opacity, unit="%", factor=100)
        self._blend = QComboBox()
        self._remove = IconButton("trash", "Remove this layer")
        self._add = IconButton("plus", "Add a photo as a layer")
        words = "A second photo becomes a layer, to blend with the first."
        self._empty = EmptyState("layers", "No layers yet", words)
        self._pages = QStackedWidget()
        self._settings = QWidget()
        self._arrange()
        self._connect()
        self.set_layers((), 0)

    def set_layers(self, layers: Sequence[Layer], current: int) -> None:
        """Show these layers, from the bottom up; `current` is the one that the inspector shows."""
        self._layers = tuple(layers)
        self._current = current
        with QSignalBlocker(self._list.selectionModel()):
            self._model.set_layers(layers)
            self._list.setCurrentIndex(self._model.index_of(current) if layers else QModelIndex())
        self._list.viewport().update()
        self._pages.setCurrentWidget(self._list if layers else self._empty)
        self._add.setEnabled(bool(layers))
        self._remove.setEnabled(len(layers) > 1)
        self._show_settings()

    def set_thumbnail(self, blob: str, image: QImage) -> None:
        """The picture of every layer with this source."""
        self._model.set_thumbnail(blob, image)

    def make_menu(self, place: int) -> QMenu:
        """What can be done with a layer."""
        menu = QMenu(self)
        last = len(self._layers) - 1
        menu.addAction("Hide" if self._layers[place].visible else "Show", lambda: self.visibility_toggled.emit(place))
        menu.addSeparator()
        menu.addAction("Move up", lambda: self.moved.emit(place, place + 1)).setEnabled(place < last)
        menu.addAction("Move down", lambda: self.moved.emit(place, place - 1)).setEnabled(place > 0)
        menu.addSeparator()
        menu.addAction(icon("trash"), "Remove this layer", lambda: self.removed.emit(place)).setEnabled(last > 0)
        return menu

    def _arrange(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(THEME.space_4, THEME.space_2, THEME.space_3, 0)
        header.setSpacing(0)
        header.addWidget(Heading("Layers"))
        header.addStretch(1)
        header.addWidget(self._remove)
        header.addWidget(self._add)
        self._blend.setAccessibleName("Blend mode")
        self._blend.view().setAccessibleName("Blend modes")
        self._blend.setToolTip("How this layer mixes with those below")
        self._blend.setFont(font(THEME.size_label))
        for blend in BLEND_MODES:
            self._blend.addItem(blend_title(blend), blend)
        self._opacity.setToolTip("How much of this layer covers those below")
        settings = QHBoxLayout(self._settings)
        settings.setContentsMargins(THEME.space_4, THEME.space_1, THEME.space_4, THEME.space_2)
        settings.setSpacing(THEME.space_4)
        settings.addWidget(self._opacity, 1)
        settings.addWidget(self._blend)
        for page in (self._empty, self._list):
            self._pages.addWidget(page)
        rows = QVBoxLayout()
        rows.setContentsMargins(THEME.space_2, 0, THEME.space_2, THEME.space_2)
        rows.addWidget(self._pages)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.space_1)
        column.addLayout(header)
        column.addWidget(self._settings)
        column.addLayout(rows, 1)

    def _connect(self) -> None:
        self._list.selectionModel().currentChanged.connect(self._choose)
        self._list.toggled.connect(self.visibility_toggled)
        self._list.step_wanted.connect(self._step)
        self._list.remove_wanted.connect(self._remove_current)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._open_menu)
        self._model.moved.connect(self.moved)
        self._opacity.changed.connect(lambda value, gesture: self.opacity_changed.emit(self._current, value, gesture))
        self._opacity.released.connect(lambda _: self.gesture_ended.emit())
        self._blend.activated.connect(lambda row: self.blend_changed.emit(self._current, self._blend.itemData(row)))
        self._remove.clicked.connect(self._remove_current)
        self._add.clicked.connect(lambda _: self.add_requested.emit())

    def _show_settings(self) -> None:
        """Only a layer that lies on another has an opacity and a blend mode worth setting."""
        upper = 0 < self._current < len(self._layers)
        self._settings.setVisible(len(self._layers) > 1)
        self._settings.setEnabled(upper)
        if not self._layers:
            return
        layer = self._layers[self._current]
        self._opacity.set_value(layer.opacity)
        self._blend.setCurrentIndex(self._blend.findData(layer.blend))
        self._remove.set_text(f"Remove {layer_title(layer)}")

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and self._model.place(index) != self._current:
            self._current = self._model.place(index)
            self._show_settings()
            self.current_changed.emit(self._current)

    def _step(self, step: int) -> None:
        if 0 <= self._current + step < len(self._layers):
            self.moved.emit(self._current, self._current + step)

    def _remove_current(self) -> None:
        if len(self._layers) > 1:
            self.removed.emit(self._current)

    def _open_menu(self, point: QPoint) -> None:
        index = self._list.indexAt(point)
        if index.isValid():
            menu = self.make_menu(self._model.place(index))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self._list.viewport().mapToGlobal(point))
