"""The controls of the live picture: which generator, which seed, how varied, with which grain; and where the picture goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from desktop.actions import UNBOOKMARK, command
from desktop.state.explorer.steering import MOST_SEED
from desktop.views.training.choices import combo
from desktop.views.training.parts import level_line
from desktop.widgets.controls import Caption, LinkButton, Switch, ValueSlider, push_button
from desktop.widgets.theme import THEME
from engine.api.requests import Generate

NO_SEED = -1
"""What the field of the seed holds for a picture that did not come from one."""


@dataclass(frozen=True)
class Controls:
    """What the controls show; `seed` is None where the picture did not come from one."""

    seed: int | None
    variety: float
    grain: bool
    ready: bool = True


class PicturePanel(QWidget):
    """`set_…` tells nobody; the signals are the artist's hand."""

    model_chosen = Signal(str)
    seed_changed = Signal(int)
    another_wanted = Signal()
    variety_changed = Signal(float)
    grain_changed = Signal(bool)
    other_grain_wanted = Signal()
    rested = Signal()
    bookmark_wanted = Signal()
    canvas_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("The picture")
        self.model = combo("Generator")
        self.about = Caption(wrap=True)
        self.seed = QSpinBox()
        self.seed.setRange(NO_SEED, MOST_SEED)
        self.seed.setSpecialValueText("none")
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("Each number is another picture, always the same one")
        self.another = push_button("Another")
        self.another.setToolTip("A picture at random  (Ctrl+R)")
        self.variety = ValueSlider("Variety", 0, 1.5, Generate.truncation, step=0.01, default=Generate.truncation, unit="%", factor=100)
        self.variety.setToolTip("Low: safe and alike. 100%: all that was learnt. Beyond it: adventurous")
        self.grain = Switch("Fine grain")
        self.grain.setToolTip("The finest detail, which is left to chance")
        self.other_grain = LinkButton("Other grain")
        self.other_grain.setToolTip("The same picture with other fine detail")
        self.bookmark = push_button("Bookmark", icon_name="star")
        self.set_bookmarked(False)
        self.canvas = push_button("Send to the canvas", "primary", icon_name="layers")
        self.canvas.setToolTip("Lay the picture over the canvas's, to paint it in any style  (Ctrl+Return)")
        self._arrange()
        self._connect()

    def set_models(self, models: Sequence[tuple[str, str]], chosen: str | None) -> None:
        """(id, what is shown) of each, and the id of the one that is open."""
        with QSignalBlocker(self.model):
            if [(self.model.itemData(row), self.model.itemText(row)) for row in range(self.model.count())] != list(models):
                self.model.clear()
                for id, text in models:
                    self.model.addItem(text, id)
            self.model.setCurrentIndex(self.model.findData(chosen))

    def set_about(self, text: str) -> None:
        self.about.setText(text)

    def set_controls(self, controls: Controls) -> None:
        with QSignalBlocker(self.seed), QSignalBlocker(self.grain):
            self.seed.setValue(NO_SEED if controls.seed is None else min(controls.seed, MOST_SEED))
            self.grain.setChecked(controls.grain)
        self.variety.set_value(controls.variety)
        for part in (self.seed, self.another, self.variety, self.grain, self.bookmark, self.canvas):
            part.setEnabled(controls.ready)
        self.other_grain.setEnabled(controls.ready and controls.grain)

    def set_bookmarked(self, on: bool) -> None:
        row = command("bookmark")
        text, tip = UNBOOKMARK if on else ("Bookmark", row.tip)
        self.bookmark.setText(text)
        self.bookmark.setToolTip(f"{tip}  (Ctrl+B)")

    def _arrange(self) -> None:
        self.seed.lineEdit().setTextMargins(6, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_4, THEME.space_4, THEME.space_4, THEME.space_4)
        column.setSpacing(THEME.space_2)
        for name, field in (("Generator", self.model), ("Seed", None)):
            label = Caption(name)
            label.setBuddy(field or self.seed)
            column.addWidget(label)
            if field is not None:
                column.addWidget(field)
                column.addWidget(self.about)
                column.addSpacing(THEME.space_3)
        seeds = QHBoxLayout()
        seeds.setSpacing(THEME.space_2)
        seeds.addWidget(self.seed, 1)
        seeds.addWidget(self.another)
        column.addLayout(seeds)
        column.addSpacing(THEME.space_3)
        column.addWidget(self.variety)
        column.addSpacing(THEME.space_2)
        column.addWidget(self.grain)
        grains = QHBoxLayout()
        grains.addWidget(self.other_grain)
        grains.addStretch(1)
        column.addLayout(grains)
        column.addStretch(1)
        column.addWidget(level_line())
        column.addSpacing(THEME.space_2)
        column.addWidget(self.bookmark)
        column.addWidget(self.canvas)

    def _connect(self) -> None:
        self.model.activated.connect(lambda row: self.model_chosen.emit(self.model.itemData(row)))
        self.seed.valueChanged.connect(lambda seed: self.seed_changed.emit(seed) if seed != NO_SEED else None)
        self.another.clicked.connect(self.another_wanted)
        self.variety.changed.connect(lambda value, _: self.variety_changed.emit(value))
        self.variety.released.connect(lambda _: self.rested.emit())
        self.grain.clicked.connect(self.grain_changed)
        self.other_grain.clicked.connect(self.other_grain_wanted)
        self.bookmark.clicked.connect(self.bookmark_wanted)
        self.canvas.clicked.connect(self.canvas_wanted)
