"""The page about Sfumato: what it is, which version, on what it runs."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.widgets.controls import Caption, push_button
from desktop.widgets.icons import app_icon
from desktop.widgets.theme import THEME, Weight, font

MEANING = "Sfumato is the painters’ word for blending tones so softly that no line shows."
PROMISE = "It works offline, on your own machine: your pictures never leave it."
WIDTH = 420
LICENCE = "Free software under the Apache Licence 2.0."

DEVICES = {"cpu": "the processor", "cuda": "the graphics card", "mps": "the graphics card"}


class AboutDialog(QDialog):
    """Shown with `open()`. `device` tells in words what the engine runs on, `model` the stylizer; empty while it warms up."""

    def __init__(self, version: str, device: str = "", model: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Sfumato")
        mark = QLabel()
        mark.setPixmap(app_icon().pixmap(QSize(44, 44)))
        name = QLabel("Sfumato")
        name.setFont(font(THEME.size_display, Weight.DemiBold))
        close = push_button("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        heading = QHBoxLayout()
        heading.setSpacing(THEME.space_3)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(name)
        names.addWidget(Caption(f"Version {version}", tabular=True))
        heading.addWidget(mark)
        heading.addLayout(names, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_5, THEME.space_5, THEME.space_5, THEME.space_4)
        column.setSpacing(THEME.space_2)
        column.addLayout(heading)
        column.addSpacing(THEME.space_2)
        for text in (MEANING, PROMISE, _engine_line(device, model), LICENCE):
            line = Caption(text, wrap=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(line)
        column.addSpacing(THEME.space_3)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.setFixedSize(WIDTH, column.totalHeightForWidth(WIDTH))


def _engine_line(device: str, model: str) -> str:
    if not device:
        return "The engine is still warming up."
    return f"The engine runs on {DEVICES.get(device, device)}" + (f", with the stylizer {model}." if model else ".")
