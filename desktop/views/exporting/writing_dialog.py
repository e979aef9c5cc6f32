"""What all dialogs that write a picture share: its file, what that will cost, what is wrong with it, and the button that has it written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.state.export_estimate import Estimate, in_words, pixel_limit, room_problem
from desktop.state.print_size import PrintSize
from desktop.views.exporting.file_fields import FileFields
from desktop.views.exporting.lines import Form
from desktop.views.exporting.spot_view import LOUPE_HEIGHT, LoupeView, SmallPicture
from desktop.views.exporting.spot_view import WIDTH as LOOK_WIDTH
from desktop.widgets.controls import Caption, push_button
from desktop.widgets.theme import THEME, font
from engine.api.proofing import Spot

FORM_WIDTH: Final = 470
PAUSE_MS: Final = 150
"""The loupe waits so long for the next key: a size is typed in several."""


class WritingDialog(QDialog):
    """A form at the left, a look at the picture at the right, and below both what it costs and what is wrong.

    Shown with `open()`: the studio goes on meanwhile. A kind of it fills `_arrange`'s columns, and says what `_refresh` asks.
    """

    def __init__(self, title: str, verb: str, parent: QWidget | None = None, *, loupe_height: int = LOUPE_HEIGHT) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._verb = verb
        self._native = (0, 0)
        self._file = FileFields(self)
        self._cost = Caption(tabular=True, wrap=True)
        self._warning = QLabel()
        self._cancel, self._go = push_button("Cancel"), push_button(verb, "primary")
        self._small, self._loupe = SmallPicture(), LoupeView(height=loupe_height)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._file.changed.connect(self._refresh)
        self._small.moved.connect(lambda *_: self._look())
        self._pause.timeout.connect(self._look)
        self._cancel.clicked.connect(self.reject)
        self._go.clicked.connect(self._confirm)

    def set_image(self, image: QImage) -> None:
        """How the picture looks, small."""
        self._small.set_image(image)

    @property
    def loupe(self) -> LoupeView:
        return self._loupe

    # What a kind of it says: abstract, which the metaclass of a QDialog does not enforce.

    def _size(self) -> PrintSize:
        """Of the picture that is written, without a bleed."""
        raise NotImplementedError

    def _estimate(self) -> Estimate:
        """What it will take."""
        raise NotImplementedError

    def _problem(self) -> str:
        """Why this picture cannot be made at all; empty where it can."""
        raise NotImplementedError

    def _aside(self) -> str:
        """What was refused just now, although the picture can be written as it is; empty where nothing was."""
        return ""

    def _smaller(self, limit: int) -> str:
        """What to do where the picture has more pixels than `limit`: the last sentence of what is wrong."""
        raise NotImplementedError

    def _notes(self) -> list[str]:
        """What is worth knowing before it is written."""
        raise NotImplementedError

    def _want(self, spot: Spot) -> None:
        """The loupe is to show this part of the picture that is written."""
        raise NotImplementedError

    def _tell(self) -> None:
        """The artist wants it written."""
        raise NotImplementedError

    # Making.

    def _arrange(self, form: Form, look: QVBoxLayout) -> None:
        left = QVBoxLayout()
        left.addLayout(form)
        left.addStretch(1)
        look.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(THEME.space_5)
        columns.addLayout(left, 1)
        columns.addLayout(look)
        rule = QFrame()
        rule.setProperty("role", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_5, THEME.space_4, THEME.space_5, THEME.space_4)
        column.setSpacing(THEME.space_3)
        column.addLayout(columns)
        column.addWidget(rule)
        column.addLayout(self._foot())
        self._column = column
        self._go.setDefault(True)
        self._cancel.setAutoDefault(False)
        self.setFixedWidth(FORM_WIDTH + LOOK_WIDTH + 3 * THEME.space_5)

    def _foot(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(THEME.space_1)
        words.addWidget(self._cost)
        words.addWidget(self._warning)
        self._warning.setWordWrap(True)
        self._warning.setFont(font(THEME.size_label))
        # Room for two lines of warning, so that nothing jumps while a name is typed.
        self._warning.setMinimumHeight(2 * self._warning.fontMetrics().lineSpacing())
        self._warning.setAlignment(Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(THEME.space_2)
        row.addLayout(words, 1)
        for button in (self._cancel, self._go):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    # What follows from the fields.

    def _refresh(self) -> None:
        """Show what belongs to the fields as they are now; run after each change."""
        self._file.refresh()
        cost, there, missing = self._estimate(), self._file.path.exists(), self._missing()
        problem = self._file_problem() or self._size_problem() or self._problem() or room_problem(cost, _free(self._file.path.parent))
        notes = [f"{self._file.path.name} is already there and will be replaced."] if there else []
        self._cost.setText("" if missing else in_words(cost))
        aside = self._aside()
        self._warning.setProperty("role", "error" if (problem or aside) and not missing else "caption")
        self._warning.setText(missing or problem or aside or "\n".join([*notes, *self._notes()]))
        self._warning.style().polish(self._warning)
        self._go.setEnabled(not (missing or problem))
        self._go.setText("Replace" if there and not (missing or problem) else self._verb)
        self._column.activate()
        self.setFixedHeight(self._column.totalHeightForWidth(self.width()))

    def _missing(self) -> str:
        """What is to be done before there is a picture; empty where there is one."""
        return ""

    def _file_problem(self) -> str:
        return self._file.name_problem or folder_problem(self._file.path.parent)

    def _bleed_pixels(self) -> int:
        """Beyond each edge."""
        return 0

    def _size_problem(self) -> str:
        """Why there is no file of this size; empty where there is."""
        format, size = self._file.format, self._size()
        if size.problem:
            return size.problem
        longest = max(size.pixels) + 2 * self._bleed_pixels()
        if format.max_side is not None and longest > format.max_side:
            return f"{format.title} holds at most {format.max_side:,} px on a side. Choose PNG or TIFF, or a smaller size."
        return self._excess()

    def _excess(self) -> str:
        """Why the size is more than the engine makes; empty where it is not."""
        (width, height), limit = self._size().pixels, pixel_limit()
        if limit is None or width * height <= limit:
            return ""
        return f"{width * height / 1e6:,.0f} megapixels are more than one file may have ({limit / 1e6:,.0f}). {self._smaller(limit)}"

    def _look(self) -> None:
        """Have the loupe show the spot as it is now."""
        size = self._size()
        if not self.isVisible() or not all(self._native) or size.problem or self._excess():
            return
        shown = self._loupe.pixels
        spot = Spot.around(size.pixels, *self._small.middle, shown.width(), shown.height())
        self._small.set_frame(spot.width / size.pixels[0], spot.height / size.pixels[1])
        self._want(spot)

    # What the artist does.

    def _confirm(self) -> None:
        """The file may have come or gone since the last key: look again before saying that it is replaced."""
        announced = self._go.text()
        self._file.take_suffix()
        self._refresh()
        if self._go.isEnabled() and self._go.text() == announced:
            self._tell()
            self.accept()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()
        self._file.begin()
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause.stop()


def folder_problem(folder: Path) -> str:
    """Why nothing can be written into a folder; empty where it can."""
    if not folder.is_dir():
        return "There is no such folder. Choose another one."
    return "" if os.access(folder, os.W_OK) else "This folder cannot be written to. Choose another one."


def _free(folder: Path) -> int | None:
    """Bytes; None where the disk does not say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
