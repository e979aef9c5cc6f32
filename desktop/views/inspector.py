"""The inspector: how the styles lie on the current layer, and how strongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.state.library import style_key
from desktop.views.mix_row import MixRow
from desktop.widgets.controls import Caption, EmptyState, LinkButton, Section, Switch, ValueSlider
from desktop.widgets.theme import THEME
from engine.api.recipe import MAX_STYLES, STYLE_SCALE, Layer

SAME_SHARE = 0.004
"""Shares that differ by less are the same per cent."""


class Inspector(QWidget):
    """The current layer's styles and their settings. `set_layer` changes nothing; but for `thumbnail_wanted` the signals are
    the artist's hand only.

    The text that goes with a value names its gesture: it stays the same during one drag.
    """

    strength_changed = Signal(float, str)
    share_changed = Signal(str, float, str)
    style_removed = Signal(str)
    scale_changed = Signal(float, str)
    keep_colors_changed = Signal(bool)
    gesture_ended = Signal()
    reset_requested = Signal()
    thumbnail_wanted = Signal(str)
    """Asks once for the picture of each style that comes into the mix."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Inspector")
        self._rows: list[MixRow] = []
        self._strength = ValueSlider("Strength", 0.0, 1.0, Layer.strength, step=0.01, default=Layer.strength, unit="%", factor=100)
        self._scale = ValueSlider("Stroke size", *STYLE_SCALE, Layer.style_scale, step=0.01, default=Layer.style_scale, unit="×", log=True)
        self._keep_colors = Switch("Keep the photo’s colours")
        self._reset = LinkButton("Reset")
        self._mix = QVBoxLayout()
        self._hint = Caption(wrap=True)
        self._pages = QStackedWidget()
        self._no_photo = EmptyState("photo", "No photo yet", "Drop a photo on the canvas. Its style is set here.")
        words = "Click a style in the gallery, or drop any painting on the canvas."
        self._no_style = EmptyState("brush", "Pick a style", words)
        self._controls = self._arrange()
        for page in (self._no_photo, self._no_style, self._controls):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._connect()

    def set_layer(self, layer: Layer | None, titles: Mapping[str, str]) -> None:
        """Show a layer (None: there is no photo yet); `titles` are by style key."""
        if layer is None:
            self._pages.setCurrentWidget(self._no_photo)
            return
        if not layer.styles:
            self._pages.setCurrentWidget(self._no_style)
            return
        self._show_mix(layer, titles)
        self._strength.set_value(layer.strength)
        self._scale.set_value(layer.style_scale)
        with QSignalBlocker(self._keep_colors):
            self._keep_colors.setChecked(layer.keep_colors)
        self._keep_colors.update()  # its own repaint hangs on the signal that was held back
        self._reset.setVisible(_is_tuned(layer))
        self._pages.setCurrentWidget(self._controls)

    def set_style_thumbnail(self, key: str, image: QImage) -> None:
        for row in self._rows:
            if row.key == key:
                row.set_thumbnail(image)

    def _arrange(self) -> QScrollArea:
        styles = Section("Style")
        self._mix.setSpacing(THEME.space_3)
        styles.body.addLayout(self._mix)
        styles.add(self._hint)
        look = Section("Look")
        look.body.setSpacing(THEME.space_4)
        for control in (self._strength, self._scale, self._keep_colors):
            look.add(control)
        look.add_action(self._reset)  # last, so that Tab comes to it last
        keeps_place = self._reset.sizePolicy()
        keeps_place.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(keeps_place)
        self._reset.setAccessibleName("Reset strength, stroke size, colours and shares")
        self._reset.setToolTip("Back to the usual settings; the styles stay")
        self._strength.setToolTip("From the photo itself (0 %) to the whole style (100 %)")
        self._scale.setToolTip("How large the style’s strokes are in the picture")
        self._keep_colors.setToolTip("Take light and texture from the style, colours from the photo")
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(styles)
        column.addWidget(look)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll

    def _connect(self) -> None:
        self._strength.changed.connect(self.strength_changed)
        self._scale.changed.connect(self.scale_changed)
        for slider in (self._strength, self._scale):
            slider.released.connect(lambda _: self.gesture_ended.emit())
        self._keep_colors.toggled.connect(self.keep_colors_changed)
        self._reset.clicked.connect(lambda _: self.reset_requested.emit())

    def _show_mix(self, layer: Layer, titles: Mapping[str, str]) -> None:
        """Rows are kept while the mix has the same styles, so that a share can be dragged while the picture follows."""
        keys = [style_key(use.style) for use in layer.styles]
        wanted = [(key, titles.get(key, "A style"), len(keys)) for key in keys]
        if wanted != [(row.key, row.title, row.styles) for row in self._rows]:
            self._make_rows(wanted)
        shares = {style_key(use.style): use.weight for use in layer.mix}
        for row in self._rows:
            row.set_share(shares.get(row.key, 0.0))
        full = len(keys) >= MAX_STYLES
        self._hint.setText(f"{MAX_STYLES} styles are the most that mix well." if full else "Shift-click another style to mix it in.")

    def _make_rows(self, wanted: list[tuple[str, str, int]]) -> None:
        for row in self._rows:
            self._mix.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [MixRow(*each) for each in wanted]
        for row in self._rows:
            row.share_changed.connect(self.share_changed)
            row.share_released.connect(self.gesture_ended)
            row.removed.connect(self.style_removed)
            self._mix.addWidget(row)
        self._order_tabs()
        for row in self._rows:
            self.thumbnail_wanted.emit(row.key)

    def _order_tabs(self) -> None:
        """Tab goes down the panel although rows come and go. The rows are put behind the first slider, and it behind them: so the
        panel keeps its place among the others."""
        rows, sliders = _tab_stops(self._rows), _tab_stops([self._strength, self._scale])
        for before, after in [*pairwise([sliders[0], *rows]), *pairwise([*rows, *sliders, self._keep_colors, self._reset])]:
            QWidget.setTabOrder(before, after)


def _tab_stops(blocks: Sequence[QWidget]) -> list[QWidget]:
    return [part for block in blocks for part in block.findChildren(QWidget) if part.focusPolicy() & Qt.FocusPolicy.TabFocus]


def _is_tuned(layer: Layer) -> bool:
    """Whether a reset would change anything."""
    usual = (Layer.strength, Layer.style_scale, Layer.keep_colors)
    weights = [use.weight for use in layer.styles]
    uneven = max(weights) - min(weights) > SAME_SHARE * sum(weights)
    return uneven or (layer.strength, layer.style_scale, layer.keep_colors) != usual
