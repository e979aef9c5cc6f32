"""A few choices side by side, of which one holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QSizePolicy, QWidget

from desktop.widgets.buttons import push_button
from desktop.widgets.theme import THEME, font


class Segments(QWidget):
    """`chosen` carries the value of the segment that a person picks; the arrow keys go from one to the next. `set_value` tells nobody.
    With `columns` they stand in rows of so many."""

    chosen = Signal(object)

    def __init__(self, name: str, choices: Sequence[tuple[Any, str]], parent: QWidget | None = None, *, columns: int | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setProperty("role", "segments")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._values = [value for value, _ in choices]
        columns = columns or len(choices)
        grid = QGridLayout(self)
        grid.setContentsMargins(2, 2, 2, 2)
        grid.setSpacing(2)
        for place, (_, text) in enumerate(choices):
            button = push_button(text, "ghost")
            button.setProperty("kind", "segment")
            button.setFont(font(THEME.size_label))
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {text}")
            button.setMinimumWidth(0)
            self._group.addButton(button, place)
            grid.addWidget(button, *divmod(place, columns))
            grid.setColumnStretch(place % columns, 1)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(lambda place: self.chosen.emit(self._values[place]))

    @property
    def value(self) -> Any:
        return self._values[self._group.checkedId()]

    def set_value(self, value: Any) -> None:
        """Show this choice; one that there is not leaves all as it is."""
        if value in self._values:
            with QSignalBlocker(self._group):
                self._group.button(self._values.index(value)).setChecked(True)

    def set_tip(self, value: Any, tip: str) -> None:
        self._group.button(self._values.index(value)).setToolTip(tip)

    def allow(self, values: Sequence[Any]) -> None:
        """Only these can be chosen."""
        for place, value in enumerate(self._values):
            self._group.button(place).setEnabled(value in values)
