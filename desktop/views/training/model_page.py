"""The page of a generator: pictures of any seed, what it says of itself, and the way of a picture to the canvas."""

from __future__ import annotations

import random

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from desktop.state.explorer.steering import MOST_SEED
from desktop.state.training.generators import Facts
from desktop.views.training.parts import BackLink, Column, Columns, Stage, Title, level_line
from desktop.widgets.controls import Caption, Section, ValueSlider, push_button
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, font
from engine.api.requests import Generate

SHEET_SIDE = 4


class ModelPage(QWidget):
    """`set_…` tells nobody; the signals are the artist's hand."""

    seed_changed = Signal(int)
    variety_changed = Signal(float)
    photo_wanted = Signal()
    layer_wanted = Signal()
    explore_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("A generator")
        self.title = Title(size=THEME.size_display)
        self.about = Caption(wrap=True)
        self.picture = Stage("The picture of the seed")
        self.picture.enlarge_up_to(8)
        self.sheet = Stage("Pictures of the seeds 0 to 15; click one to have it large")
        self.sheet.setFixedHeight(316)
        self.sheet.set_cells(SHEET_SIDE)
        self.seed = QSpinBox()
        self.seed.setRange(0, MOST_SEED)
        self.seed.lineEdit().setTextMargins(6, 0, 0, 0)
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("Each number is another picture, always the same one")
        self.another = push_button("Another one")
        self.another.setToolTip("A picture of a seed at random")
        self.variety = ValueSlider("Variety", 0, 1, Generate.truncation, step=0.05, default=Generate.truncation, unit="%", factor=100)
        self.variety.setToolTip("Low: safe and alike. High: all that was learnt")
        self.layer = push_button("Add to the canvas as a layer", "primary", icon_name="layers")
        self.explore = push_button("Explore this generator", icon_name="explore")
        self.photo = push_button("Open as the photo", icon_name="photo")
        self.sentence = Caption(wrap=True)
        self.sentence.setFont(font())
        self._rows = QGridLayout()
        self._facts: list[QWidget] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Columns(self._left(), self.picture, self._right()))
        self._connect()

    def set_model(self, name: str, about: str, facts: Facts) -> None:
        self.title.setText(name)
        self.about.setText(about)
        self.sentence.setText(facts.sentence)
        for part in self._facts:
            self._rows.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._facts = []
        for row, (fact, value) in enumerate(facts.rows):
            label, text = Caption(fact), QLabel(value)
            text.setFont(font(THEME.size_label))
            text.setWordWrap(True)
            self._rows.addWidget(label, row, 0)
            self._rows.addWidget(text, row, 1)
            self._facts += [label, text]

    def set_picture(self, image: QImage, seed: int, variety: float, trouble: str) -> None:
        self.picture.show_image(image, trouble or "Making a picture…")
        with QSignalBlocker(self.seed):
            self.seed.setValue(seed)
        self.variety.set_value(variety)
        for button in (self.layer, self.photo):
            button.setEnabled(not image.isNull())
        self.sheet.set_cells(SHEET_SIDE, seed)

    def set_sheet(self, image: QImage) -> None:
        self.sheet.show_image(image, "Making pictures…")

    def set_has_canvas(self, has: bool) -> None:
        """Whether there is a picture on the canvas to lay it over."""
        self.layer.setVisible(has)
        kind = "secondary" if has else "primary"
        self.photo.setProperty("kind", kind)
        self.photo.setIcon(icon("photo", colour=None if has else THEME.on_accent))
        self.photo.style().polish(self.photo)

    def _left(self) -> QWidget:
        back = BackLink("All generators")
        back.clicked.connect(self.back_wanted)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_4)
        column.setSpacing(THEME.space_2)
        column.addWidget(back)
        column.addSpacing(THEME.space_2)
        column.addWidget(self.title)
        column.addWidget(self.about)
        column.addSpacing(THEME.space_4)
        seed = Caption("Seed")
        seed.setBuddy(self.seed)
        column.addWidget(seed)
        row = QHBoxLayout()
        row.setSpacing(THEME.space_2)
        row.addWidget(self.seed, 1)
        row.addWidget(self.another)
        column.addLayout(row)
        column.addSpacing(THEME.space_3)
        column.addWidget(self.variety)
        column.addStretch(1)
        column.addWidget(level_line())
        column.addSpacing(THEME.space_2)
        column.addWidget(self.layer)
        column.addWidget(self.photo)
        column.addWidget(self.explore)
        return left

    def _right(self) -> QWidget:
        seeds = Section("Sixteen of its pictures")
        seeds.add(self.sheet)
        original = Section("How original it is")
        original.add(self.sentence)
        made = Section("How it was made")
        self._rows.setHorizontalSpacing(THEME.space_3)
        self._rows.setVerticalSpacing(THEME.space_1)
        self._rows.setColumnStretch(1, 1)
        made.body.addLayout(self._rows)
        return Column(seeds, original, made)

    def _connect(self) -> None:
        self.seed.valueChanged.connect(self.seed_changed)
        self.another.clicked.connect(lambda _: self.seed_changed.emit(random.randrange(MOST_SEED + 1)))
        self.variety.changed.connect(lambda value, _: self.variety_changed.emit(value))
        self.sheet.clicked.connect(self.seed_changed)
        self.layer.clicked.connect(self.layer_wanted)
        self.photo.clicked.connect(self.photo_wanted)
        self.explore.clicked.connect(self.explore_wanted)
        self.layer.setToolTip("Lay this picture over the one on the canvas")
        self.explore.setToolTip("Steer, map, blend and travel through what it has learnt")
        self.photo.setToolTip("Paint this picture, in any style")
