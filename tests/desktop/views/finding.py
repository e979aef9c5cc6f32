"""How tests find a panel's parts: as a person with a screen reader does, by their names."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QWidget

W = TypeVar("W", bound=QWidget)


def named(parent: QWidget, kind: type[W], name: str) -> W:
    """The only descendant of this kind with this accessible name (or text, for a button)."""
    found = [child for child in parent.findChildren(kind) if spoken_name(child) == name]
    assert len(found) == 1, f"{len(found)} of {kind.__name__} {name!r}; there are {sorted(map(spoken_name, parent.findChildren(kind)))}"
    return found[0]


def spoken_name(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def answer_with(parent: QWidget, file: Path | str) -> None:
    """Choose a file in the only file dialog that a window has open."""
    (asked,) = parent.findChildren(QFileDialog)
    asked.filesSelected.emit([str(file)])
    asked.close()


def picture(colour: str = "#806040", width: int = 64, height: int = 48) -> QImage:
    """A picture of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image
