"""A list of what Sfumato comes with, of files that were chosen in its place, and a last row that asks for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from desktop.views.exporting.lines import choice, choose, show_file

OTHER: Final = "other"
"""Stands for the row that asks for a file."""


class FileChoice(QObject):
    """`changed` follows what the artist chooses. `rows`: texts with what they stand for; `asking`: the text of the last row."""

    changed = Signal()

    def __init__(self, name: str, rows: Sequence[tuple[str, str]], asking: str, *, letters: int, width: int, parent: QObject) -> None:
        super().__init__(parent)
        self.box = choice(name, *rows, (asking, OTHER), letters=letters)
        self._names = tuple(name for _, name in rows)
        self._value = self._names[0]
        self._width = width
        self.refusal = ""
        self.box.activated.connect(self._choose)

    @property
    def value(self) -> str:
        """What a row stands for, or the path of a file."""
        return self._value

    @property
    def is_file(self) -> bool:
        return self._value not in self._names

    def set_value(self, value: str) -> None:
        """Select its row; a file gets one, before the row that asks for another."""
        self._value, self.refusal = value, ""
        with QSignalBlocker(self.box):
            if self.is_file:
                show_file(self.box, value, self._title(value), self._width)
            else:
                choose(self.box, value)
        self.box.setToolTip(value if self.is_file else "")

    def _title(self, file: str) -> str:
        """What a file is called in the list."""
        raise NotImplementedError

    def _ask(self, parent: QWidget, then: Callable[[str], None]) -> None:
        """Ask for a file."""
        raise NotImplementedError

    def _choose(self, _row: int) -> None:
        chosen: str = self.box.currentData()
        if chosen == OTHER:
            self.set_value(self._value)  # until there is another one
            self._ask(self.box.window(), self._take)
        else:
            self._take(chosen)

    def _refused(self, value: str) -> str:
        """Why this cannot be chosen; empty where it can."""
        return ""

    def _take(self, value: str) -> None:
        """Choose it; what is refused is told in `refusal` until something else is chosen, and what was chosen before stays."""
        refusal = self._refused(value)
        self.set_value(self._value if refusal else value)
        self.refusal = refusal
        self.changed.emit()
