"""What can be chosen before a training begins, from top to bottom in the order of its weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.state.training.plan import CLASSIC_SIZES, MINUTES, SIZES, Plan
from desktop.widgets.controls import Caption, LinkButton
from desktop.widgets.segments import Segments
from desktop.widgets.theme import THEME, font

KINDS: tuple[tuple[str, str, str], ...] = (
    ("style", "Style-based (recommended)", "Learns best from few pictures, at any size"),
    ("dcgan", "DCGAN, 2015, 64 px", "A classic: the first convolutional generator, for comparison"),
    ("dense", "The first GAN, 2014, 32 px", "A classic: for learning how it all began"),
)
FITS: tuple[tuple[str, str, str], ...] = (
    ("centre", "Middle", "The middle of each picture is cut out"),
    ("smart", "Best part", "The square with most detail is cut out"),
    ("pad", "All of it", "The whole picture, on a ground of its rim’s colour"),
)


def minutes_in_words(minutes: float | None) -> str:
    if minutes is None:
        return "Until I stop it"
    return f"{minutes:.0f} minutes" if minutes < 60 else f"{minutes / 60:.0f} hour{'s' if minutes > 60 else ''}"


class Choices(QWidget):
    """Name, start, size, fit, time, and the kind of network behind “More”. `set_plan` tells nobody; the signals are the artist's hand."""

    name_changed = Signal(str)
    start_changed = Signal(object)
    """A generator's id, or None."""
    size_changed = Signal(object)
    fit_changed = Signal(object)
    minutes_changed = Signal(object)
    kind_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the model")
        self.name.setMaxLength(60)
        self.trouble = QLabel()
        self.trouble.setProperty("role", "error")
        self.trouble.setFont(font(THEME.size_label))
        self.trouble.setWordWrap(True)
        self.start = combo("Begin with")
        self.side = Segments("Size in pixels", [(size, str(size)) for size in SIZES])
        self.fixed_size = Caption()
        self.fit = Segments("Pictures that are not square", [(key, text) for key, text, _ in FITS])
        for key, _, tip in FITS:
            self.fit.set_tip(key, tip)
        self.minutes = combo("Time")
        for minutes in MINUTES:
            self.minutes.addItem(minutes_in_words(minutes), minutes)
        self.kind = combo("Kind of network")
        for place, (kind, text, tip) in enumerate(KINDS):
            self.kind.addItem(text, kind)
            self.kind.setItemData(place, tip, 3)  # Qt.ToolTipRole
        self.more = LinkButton("More…")
        self.more.setAccessibleName("More choices")
        self.more.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._more = QWidget()
        self._arrange()
        self._connect()
        self.set_starts(())

    def set_starts(self, models: Sequence[tuple[str, str]]) -> None:
        """The generators that can be begun with: id and words."""
        with QSignalBlocker(self.start):
            kept = self.start.currentData()
            self.start.clear()
            self.start.addItem("From scratch", None)
            for id, text in models:
                self.start.addItem(text, id)
            self.start.setCurrentIndex(max(0, self.start.findData(kept)))

    def set_plan(self, plan: Plan, name_trouble: str) -> None:
        if self.name.text() != plan.name:
            self.name.setText(plan.name)
        self.trouble.setText(name_trouble)
        self.trouble.setVisible(bool(name_trouble))
        for field, value in ((self.start, plan.begin_from), (self.minutes, plan.minutes), (self.kind, plan.kind)):
            with QSignalBlocker(field):
                field.setCurrentIndex(max(0, field.findData(value)))
        bound, fixed = plan.begin_from is not None, plan.kind in CLASSIC_SIZES or plan.size not in SIZES
        self.side.set_value(plan.size)
        self.side.setVisible(not fixed)
        self.side.allow(plan.sizes)
        words = f"{plan.size} × {plan.size} pixels, as {'the model' if bound else 'in its paper'}"
        self.fixed_size.setText(f"It grows from {plan.known_size} px: what it knows is kept" if plan.grows else words)
        self.fixed_size.setVisible(fixed or plan.grows)
        self.fit.set_value(plan.fit)
        self.kind.setEnabled(not bound)
        if plan.kind in CLASSIC_SIZES:
            self._open_more()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_3)
        column.setSpacing(THEME.space_4)
        column.addLayout(_labelled("Name", self.name, self.trouble))
        column.addLayout(_labelled("Begin with", self.start))
        column.addLayout(_labelled("Size of the new pictures", self.side, self.fixed_size))
        column.addLayout(_labelled("Of pictures that are not square, use", self.fit))
        column.addLayout(_labelled("Train for", self.minutes))
        more = QVBoxLayout(self._more)
        more.setContentsMargins(0, 0, 0, 0)
        more.addLayout(_labelled("Kind of network", self.kind))
        self._more.hide()
        column.addWidget(self.more)
        column.addWidget(self._more)
        self.start.setToolTip("From scratch takes days on a laptop; from a trained model far fewer pictures and minutes")
        self.minutes.setToolTip("You can pause or finish sooner, and go on later")

    def _connect(self) -> None:
        self.name.textEdited.connect(self.name_changed)
        self.start.activated.connect(lambda _: self.start_changed.emit(self.start.currentData()))
        self.side.chosen.connect(self.size_changed)
        self.fit.chosen.connect(self.fit_changed)
        self.minutes.activated.connect(lambda _: self.minutes_changed.emit(self.minutes.currentData()))
        self.kind.activated.connect(lambda _: self.kind_changed.emit(self.kind.currentData()))
        self.more.clicked.connect(self._open_more)

    def _open_more(self) -> None:
        self._more.show()
        self.more.hide()


def combo(name: str) -> QComboBox:
    """A field with a name for a screen reader, as narrow as its column."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.view().setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return made


def _labelled(text: str, *fields: Any) -> QVBoxLayout:
    made = QVBoxLayout()
    made.setSpacing(THEME.space_1)
    label = Caption(text)
    label.setBuddy(fields[0])
    made.addWidget(label)
    for field in fields:
        made.addWidget(field)
    return made
