"""One effect of the rack: what it does, at which level, how much, and to which share of the features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.state.explorer.bending import BEGINNINGS, Effect
from desktop.views.training.choices import combo
from desktop.views.training.parts import level_line
from desktop.widgets.controls import Caption, IconButton, LinkButton, ValueSlider
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, Weight, font
from engine.api.latent import BEND_RANGES, BendKind


@dataclass(frozen=True)
class Look:
    """How an effect is called and how its amount is shown."""

    name: str
    tip: str
    amount: str = "Amount"
    unit: str = "%"
    factor: float = 100.0
    step: float = 0.01
    log: bool = False


LOOKS: Mapping[BendKind, Look] = {
    "scale": Look("Strength", "What the features say is said louder, or more quietly", "Factor", "×", 1.0, 0.05, log=True),
    "zoom": Look("Scale", "Larger or smaller about the middle", "Factor", "×", 1.0, 0.05, log=True),
    "rotate": Look("Rotate", "Turned about the middle", "Angle", "°", 1.0, 1.0),
    "shift-x": Look("Move across", "Shifted to the right or to the left", "Across"),
    "shift-y": Look("Move down", "Shifted downward or upward", "Down"),
    "blur": Look("Blur", "Softened: small shapes melt into large ones"),
    "noise": Look("Noise", "Roughened by chance"),
    "threshold": Look("Threshold", "All or nothing: shapes harden to patches"),
    "invert": Look("Invert", "Where there was much there is little, and the other way round"),
}
"""In the order in which they are offered. The engine's "scale" is a factor; what a hand calls scale is its "zoom"."""


class EffectRow(QWidget):
    """`set_…` tells nobody; the signals are the artist's hand."""

    switched = Signal(bool)
    shifted = Signal(int)
    removed = Signal()
    side_chosen = Signal(int)
    amount_changed = Signal(float)
    channels_changed = Signal(float)
    others_wanted = Signal()
    rested = Signal()

    def __init__(self, kind: BendKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look, (low, high, idle) = LOOKS[kind], BEND_RANGES[kind]
        self.kind = kind
        self.setAccessibleName(look.name)
        self.setToolTip(look.tip)
        self.switch = IconButton("eye-off", "Switch on")
        self.switch.setCheckable(True)
        self.name = QLabel(look.name)
        self.name.setFont(font(weight=Weight.Medium))
        self.earlier = IconButton("chevron-up", "Earlier")
        self.later = IconButton("chevron-down", "Later")
        self.remove = IconButton("trash", "Remove the effect")
        self.level = combo("Level")
        self.level.setToolTip("Coarse levels hold the form, middle ones the parts, fine ones texture and colour")
        self.amount = ValueSlider(
            look.amount, low, high, BEGINNINGS[kind], step=look.step, default=idle, unit=look.unit, factor=look.factor, log=look.log
        )
        self.channels = ValueSlider("Share of the features", 0, 1, 1, step=0.01, default=1, unit="%", factor=100)
        self.others = LinkButton("")
        self.others.setToolTip("As much of it, by another chance")
        self._body = QWidget()
        self._arrange()
        self._connect()

    def set_levels(self, levels: Sequence[tuple[int, str]]) -> None:
        """(side, name) of each."""
        if [(self.level.itemData(row), self.level.itemText(row)) for row in range(self.level.count())] != list(levels):
            self.level.clear()
            for side, name in levels:
                self.level.addItem(name, side)

    def set_effect(self, effect: Effect, *, first: bool, last: bool) -> None:
        bend = effect.bend
        self.switch.setChecked(effect.is_on)
        self.switch.setIcon(icon("eye" if effect.is_on else "eye-off"))
        self.switch.set_text("Switch off" if effect.is_on else "Switch on")
        self.level.setCurrentIndex(self.level.findData(bend.side))
        self.amount.set_value(bend.amount)
        self.channels.set_value(bend.channels)
        self.others.setText("Other features" if bend.channels < 1 else "Other noise")
        self.others.setVisible(bend.channels < 1 or bend.kind == "noise")
        self.earlier.setEnabled(not first)
        self.later.setEnabled(not last)
        self._body.setEnabled(effect.is_on)
        self.name.setEnabled(effect.is_on)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(THEME.space_1)
        top.addWidget(self.switch)
        top.addWidget(self.name, 1)
        for button in (self.earlier, self.later, self.remove):
            top.addWidget(button)
        label = Caption("Level")
        label.setBuddy(self.level)
        grid = QGridLayout(self._body)
        grid.setContentsMargins(THEME.space_1, 0, THEME.space_1, 0)
        grid.setHorizontalSpacing(THEME.space_3)
        grid.setVerticalSpacing(THEME.space_2)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.level, 0, 1)
        grid.addWidget(self.amount, 1, 0, 1, 2)
        grid.addWidget(self.channels, 2, 0, 1, 2)
        grid.addWidget(self.others, 3, 0, 1, 2, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout()
        column.setContentsMargins(THEME.space_3, THEME.space_2, THEME.space_3, THEME.space_3)
        column.setSpacing(THEME.space_2)
        column.addLayout(top)
        column.addWidget(self._body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(column)
        whole.addWidget(level_line())

    def _connect(self) -> None:
        self.switch.clicked.connect(self.switched)
        self.earlier.clicked.connect(lambda: self.shifted.emit(-1))
        self.later.clicked.connect(lambda: self.shifted.emit(+1))
        self.remove.clicked.connect(self.removed)
        self.level.activated.connect(lambda row: self.side_chosen.emit(self.level.itemData(row)))
        self.others.clicked.connect(self.others_wanted)
        slides: tuple[tuple[ValueSlider, Callable[[float], None]], ...] = (
            (self.amount, self.amount_changed.emit),
            (self.channels, self.channels_changed.emit),
        )
        for slider, tell in slides:
            slider.changed.connect(lambda value, _, tell=tell: tell(value))
            slider.released.connect(lambda _: self.rested.emit())
