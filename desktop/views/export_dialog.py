"""The export dialog: where the picture goes, in which format and size, and what that will take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.state.export_estimate import (
    FORMATS,
    Estimate,
    FileFormat,
    estimate,
    file_format,
    in_words,
    longest_edge,
    pixel_limit,
    typed_suffix,
)
from desktop.widgets.controls import Caption, Switch, ValueSlider, push_button
from desktop.widgets.theme import THEME, font
from engine.api.output import Output
from engine.api.recipe import LOOK_EDGE

__all__ = ["Estimate", "ExportDialog", "estimate"]

SIZES: Final = (1024, 2048, 4096)
CUSTOM: Final = -1
MAX_EDGE: Final = 65_535
WIDTH: Final = 480


class ExportDialog(QDialog):
    """Asks how to write the picture, and tells it by `export_requested` with an `engine.api.requests.Output`.

    Shown with `open()`: the studio goes on meanwhile. It remembers nothing by itself: `set_picture` and `set_defaults` fill it.
    """

    export_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export picture")
        self._native = (0, 0)
        self._seconds_per_megapixel: float | None = None
        self._name = QLineEdit()
        self._suffix = Caption()
        self._suffix.setMinimumWidth(36)
        self._folder = QLineEdit(str(Path.home()))
        self._browse = push_button("Browse…")
        self._format = QComboBox()
        self._purpose = Caption()
        self._size = QComboBox()
        self._edge = QSpinBox()
        self._pixels = Caption(tabular=True)
        self._quality = ValueSlider("Quality", 1, 100, Output.quality, step=1, default=Output.quality)
        self._lossless = Switch("Lossless")
        self._cost = Caption(tabular=True)
        self._warning = QLabel()
        self._cancel = push_button("Cancel")
        self._export = push_button("Export", "primary")
        self._fill()
        self._arrange()
        self._name_controls()
        self._connect()
        self._refresh()

    def set_picture(self, name: str, width: int, height: int) -> None:
        """The picture to export: a name for its file (without suffix) and its own size in pixels."""
        self._native = (width, height)
        self._name.setText(name)
        self._size.setItemText(0, f"Original – {width} × {height} px")
        self._edge.setValue(max(width, height, 1))
        self._refresh()

    def set_defaults(self, folder: Path, format: str, quality: int) -> None:
        """What to begin with; `format` by name or suffix."""
        self._folder.setText(str(folder))
        self._format.setCurrentIndex(FORMATS.index(file_format(format)))
        self._quality.set_value(quality)
        self._refresh()

    def set_long_edge(self, long_edge: int | None) -> None:
        """The size to begin with; None is the photo's own."""
        row = self._size.findData(long_edge)
        self._size.setCurrentIndex(row if row >= 0 else self._size.findData(CUSTOM))
        if long_edge is not None:
            self._edge.setValue(long_edge)

    def set_speed(self, seconds_per_megapixel: float | None) -> None:
        """How fast this machine is; None: not known, so no time is told."""
        self._seconds_per_megapixel = seconds_per_megapixel
        self._refresh()

    @property
    def output(self) -> Output:
        """What the fields say. An existing file is overwritten only because the dialog has said so."""
        path = self._path()
        lossless = self._chosen.id == "webp" and self._lossless.isChecked()
        return Output(path, self._long_edge(), round(self._quality.value), lossless, path.exists())

    # Making.

    def _fill(self) -> None:
        for each in FORMATS:
            self._format.addItem(each.title, each.id)
        self._size.addItem("Original", None)
        for edge in SIZES:
            self._size.addItem(f"{edge} px, long edge", edge)
        self._size.addItem("Custom…", CUSTOM)
        self._edge.setRange(16, MAX_EDGE)
        self._edge.setValue(LOOK_EDGE)
        self._edge.setSuffix(" px")
        self._edge.setFixedWidth(96)
        self._edge.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._edge.setFont(font(tabular=True))
        self._warning.setWordWrap(True)
        self._warning.setFont(font(THEME.size_label))
        self._export.setDefault(True)
        self._cancel.setAutoDefault(False)
        self._browse.setAutoDefault(False)

    def _arrange(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(THEME.space_4)
        form.setVerticalSpacing(THEME.space_3)
        rows = (
            ("&Name", (self._name, self._suffix)),
            ("&Folder", (self._folder, self._browse)),
            ("F&ormat", (self._format, self._purpose)),
            ("&Size", (self._size, self._edge, self._pixels)),
        )
        for row, (text, parts) in enumerate(rows):
            label = QLabel(text)
            label.setFont(font(THEME.size_label))
            label.setBuddy(parts[0])
            form.addWidget(label, row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            form.addLayout(_line_of(*parts), row, 1)
        form.addWidget(self._quality, len(rows), 1)
        form.addWidget(self._lossless, len(rows) + 1, 1)
        rule = QFrame()
        rule.setProperty("role", "line")
        buttons = QHBoxLayout()
        buttons.setSpacing(THEME.space_2)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._export)
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_5, THEME.space_5, THEME.space_5, THEME.space_4)
        column.setSpacing(THEME.space_3)
        column.addLayout(form)
        column.addSpacing(THEME.space_1)
        column.addWidget(rule)
        column.addWidget(self._cost)
        column.addWidget(self._warning)
        column.addLayout(buttons)
        self._column = column
        self.setMinimumWidth(WIDTH)
        # Room for two lines of warning, so that nothing jumps while a name is typed.
        self._warning.setMinimumHeight(2 * self._warning.fontMetrics().lineSpacing())
        self._warning.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _name_controls(self) -> None:
        for control, name in (
            (self._name, "File name"),
            (self._folder, "Folder"),
            (self._browse, "Browse for a folder"),
            (self._format, "Format"),
            (self._size, "Size"),
            (self._edge, "Long edge in pixels"),
        ):
            control.setAccessibleName(name)
        self._format.view().setAccessibleName("Formats")
        self._size.view().setAccessibleName("Sizes")
        self._lossless.setToolTip("Every pixel exact, in a larger file")

    def _connect(self) -> None:
        self._name.textChanged.connect(self._refresh)
        self._name.editingFinished.connect(self._take_suffix)
        self._folder.textChanged.connect(self._refresh)
        self._browse.clicked.connect(self._choose_folder)
        for box in (self._format, self._size):
            box.currentIndexChanged.connect(self._refresh)
        self._edge.valueChanged.connect(self._refresh)
        self._quality.changed.connect(self._refresh)
        self._lossless.toggled.connect(self._refresh)
        self._cancel.clicked.connect(self.reject)
        self._export.clicked.connect(self._confirm)

    # What the fields say.

    @property
    def _chosen(self) -> FileFormat:
        return FORMATS[self._format.currentIndex()]

    def _long_edge(self) -> int | None:
        chosen: int | None = self._size.currentData()
        return self._edge.value() if chosen == CUSTOM else chosen

    def _pixel_size(self) -> tuple[int, int]:
        edge, native = self._long_edge(), max(*self._native, 1)
        width, height = (max(1, round(side * (edge or native) / native)) for side in self._native)
        return width, height

    def _path(self) -> Path:
        return Path(self._folder.text().strip()).expanduser() / (self._stem() + self._chosen.suffix)

    def _stem(self) -> str:
        """The name less a suffix that was typed along with it."""
        name = self._name.text().strip()
        return name[: -len(suffix)] if (suffix := typed_suffix(name)) else name

    # What follows from them.

    def _refresh(self) -> None:
        """Show what belongs to the fields as they are now; run after each change."""
        chosen, (width, height) = self._chosen, self._pixel_size()
        exact = chosen.id == "webp" and self._lossless.isChecked()
        self._suffix.setText(chosen.suffix)
        self._purpose.setText(chosen.purpose)
        self._edge.setVisible(self._size.currentData() == CUSTOM)
        self._pixels.setVisible(self._size.currentData() is not None)
        self._pixels.setText(f"{width} × {height} px")
        self._quality.setVisible(chosen.has_quality)
        self._quality.setEnabled(not exact)
        self._lossless.setVisible(chosen.id == "webp")
        self._cost.setText(
            in_words(estimate(width, height, chosen.id, round(self._quality.value), self._seconds_per_megapixel, lossless=exact))
        )
        problem, notes = self._problem(), self._notes()
        self._warning.setProperty("role", "error" if problem else "caption")
        self._warning.setText(problem or "\n".join(notes))
        self._warning.style().polish(self._warning)
        self._export.setEnabled(not problem)
        self._export.setText("Replace" if not problem and self._path().exists() else "Export")
        self._column.activate()
        self.setFixedHeight(self._column.totalHeightForWidth(max(WIDTH, self.width())))

    def _problem(self) -> str:
        """Why the picture cannot be written so; empty where it can."""
        chosen, folder, stem = self._chosen, self._path().parent, self._stem()
        long_edge = max(self._pixel_size())
        if not stem:
            return "Give the picture a name."
        if any(mark in stem for mark in '/\\:*?"<>|'):
            return 'A name cannot hold any of / \\ : * ? " < > |'
        if not folder.is_dir():
            return "There is no such folder. Choose another one."
        if not os.access(folder, os.W_OK):
            return "This folder cannot be written to. Choose another one."
        if chosen.max_side is not None and long_edge > chosen.max_side:
            return f"{chosen.title} holds at most {chosen.max_side} px on a side. Choose PNG or TIFF, or a smaller size."
        return self._excess()

    def _excess(self) -> str:
        """Why the size is more than the engine makes; empty where it is not."""
        (width, height), limit = self._pixel_size(), pixel_limit()
        if limit is None or width * height <= limit:
            return ""
        return (
            f"{width * height / 1e6:.0f} megapixels are more than one file may have ({limit / 1e6:.0f}). "
            f"Choose a long edge of {longest_edge(*self._native, limit)} px or less."
        )

    def _notes(self) -> list[str]:
        """What is worth knowing before the picture is written."""
        path, native = self._path(), max(self._native)
        notes = [f"{path.name} is already there and will be replaced."] if path.exists() else []
        if max(self._pixel_size()) > native > 0:
            notes.append(f"Enlarged from {self._native[0]} × {self._native[1]} px: softer than the photo.")
        return notes

    # What the artist does.

    def _take_suffix(self) -> None:
        """A suffix typed with the name chooses the format."""
        suffix = typed_suffix(self._name.text().strip())
        if suffix:
            stem = self._stem()
            with QSignalBlocker(self._name):
                self._name.setText(stem)
            self._format.setCurrentIndex(FORMATS.index(file_format(suffix)))
            self._refresh()

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, "Choose a folder", self._folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._folder.setText)
        dialog.open()

    def _confirm(self) -> None:
        """The file may have come or gone since the last key: look again before saying that it is replaced."""
        announced = self._export.text()
        self._take_suffix()
        self._refresh()
        if self._export.isEnabled() and self._export.text() == announced:
            self.export_requested.emit(self.output)
            self.accept()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()
        self._name.setFocus()
        self._name.setSelection(len(self._name.text()), -len(self._name.text()))  # backwards: a long name is seen from its beginning


def _line_of(*parts: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(THEME.space_2)
    widest = next((part for part in parts if isinstance(part, QLineEdit)), parts[-1])
    for part in parts:
        line.addWidget(part, 1 if part is widest else 0)
    return line
