"""A form of labelled lines: names on the right edge of one column, what they name in the next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.widgets.theme import THEME, font

FIELD_HEIGHT = 28
LABEL_WIDTH = 78
"""Wide enough for every name, so that the lines of several forms stand below each other."""


class Form(QGridLayout):
    """`add` puts a line at the end; each has a name, or stands below the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalSpacing(THEME.space_4)
        self.setVerticalSpacing(THEME.space_2)
        self.setColumnMinimumWidth(0, LABEL_WIDTH)
        self.setColumnStretch(1, 1)

    def add(self, name: str, *parts: QWidget, widest: QWidget | None = None) -> QLabel:
        """A line of controls side by side; `widest` takes the room that is left, by default the last one. Returns its name."""
        row = self.rowCount()
        line = QHBoxLayout()
        line.setSpacing(THEME.space_2)
        for part in parts:
            line.addWidget(part, 1 if part is (widest or parts[-1]) else 0)
        label = QLabel(name)
        label.setFont(font(THEME.size_label))
        label.setBuddy(parts[0])
        if name:
            self.addWidget(label, row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addLayout(line, row, 1)
        return label

    def add_rule(self) -> None:
        rule = QFrame()
        rule.setProperty("role", "line")
        self.addWidget(rule, self.rowCount(), 0, 1, 2)


def number(name: str, low: float, high: float, *, decimals: int = 0, width: int = 84, suffix: str = "") -> QDoubleSpinBox:
    """A number to type, of figures that stand still."""
    field = QDoubleSpinBox()
    field.setAccessibleName(name)
    field.setRange(low, high)
    field.setDecimals(decimals)
    field.setSuffix(suffix)
    field.setFixedSize(width, FIELD_HEIGHT)
    field.setFont(font(tabular=True))
    field.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return field


def choice(name: str, *rows: tuple[str, object], letters: int = 8) -> QComboBox:
    """A list to choose from, with what each row stands for; a long row is cut with an ellipsis, and the tooltip has it all."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.view().setAccessibleName(f"{name}, choices")
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(letters)
    box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    for text, data in rows:
        box.addItem(text, data)
    return box


def choose(box: QComboBox, data: object) -> None:
    """Show the row that stands for `data`; where there is none, the first one."""
    box.setCurrentIndex(max(0, box.findData(data)))


def show_file(box: QComboBox, file: str, title: str, width: int) -> None:
    """Show the row that stands for `file`. One that there is not yet comes before the last one, which asks for files: its title is cut to
    `width` logical pixels, and the tip has the whole."""
    if box.findData(file) < 0:
        box.insertItem(box.count() - 1, box.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, width), file)
        box.setItemData(box.count() - 2, file, Qt.ItemDataRole.ToolTipRole)
    choose(box, file)
