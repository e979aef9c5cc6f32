"""The export dialog: where the picture goes, in which format, size and colours, what that will take, and how it will look."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.state.export_estimate import Estimate, estimate, in_words, longest_edge, pixel_limit, room_problem
from desktop.state.frames import to_image
from desktop.state.print_size import PrintSize, Unit, on_paper
from desktop.state.printer_colours import profile_problem
from desktop.state.settings import ExportChoice
from desktop.views.exporting.colour_fields import ColourFields
from desktop.views.exporting.file_fields import FileFields
from desktop.views.exporting.lines import Form
from desktop.views.exporting.size_fields import SizeFields
from desktop.views.exporting.spot_view import LoupeView, SmallPicture
from desktop.widgets.controls import Caption, Heading, push_button
from desktop.widgets.theme import THEME, font
from engine.api.events import Frame
from engine.api.output import Output
from engine.api.proofing import Proof, Spot

FORM_WIDTH: Final = 470
PAUSE_MS: Final = 150
"""The loupe waits so long for the next key: a size is typed in several."""


class ExportDialog(QDialog):
    """Asks how to write the picture, and tells it by `export_requested` with an `engine.api.requests.Output`.

    Shown with `open()`: the studio goes on meanwhile. It remembers nothing by itself: `set_picture` and `set_choice` fill it.
    """

    export_requested = Signal(object)
    spot_wanted = Signal(object, object, object)
    """The loupe wants a `Spot` of a print with this long edge (None: the photo's own), in the colours of a `Proof` or None."""
    proof_changed = Signal(bool, object)
    """Whether the soft proof is on, and the `Proof` that the fields say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export picture")
        self._native = (0, 0)
        self._made: int | None = None
        self._stroke: float | None = None
        self._painted_layers = 0
        self._seconds_per_megapixel: float | None = None
        self._file, self._size, self._colours = FileFields(self), SizeFields(self), ColourFields(self)
        self._small, self._loupe = SmallPicture(), LoupeView()
        self._strokes = Caption(wrap=True)
        self._cost = Caption(tabular=True, wrap=True)
        self._warning = QLabel()
        self._cancel, self._export = push_button("Cancel"), push_button("Export", "primary")
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._arrange()
        self._connect()
        self._refresh()

    def set_picture(self, name: str, width: int, height: int, made: int | None = None) -> None:
        """The picture to export: a name for its file (without suffix) and its own size in pixels. `made`: the side, in pixels, of what a
        generator made of it; None for a photo."""
        self._native, self._made = (width, height), made
        self._file.set_name(name)
        self._size.set_size(PrintSize.of(self._native, None, self._size.size.dpi, self._size.size.unit), self._own_words())
        self._refresh()

    def set_choice(self, choice: ExportChoice, folder: Path) -> None:
        """What to begin with: the answers of the last time, and the folder to propose."""
        self._file.set_folder(folder)
        self._file.set_format(choice.suffix, choice.bits, choice.quality, choice.lossless)
        self._file.set_packing(choice.compression, choice.chroma)
        self._size.set_size(PrintSize.of(self._native, choice.long_edge, choice.dpi, choice.unit), self._own_words())
        self._size.set_bleed(choice.bleed, choice.bleed_edges)
        self._colours.set_colours(choice.profile, choice.intent, choice.black_point)
        self._refresh()

    def set_image(self, image: QImage) -> None:
        """How the picture looks, small."""
        self._small.set_image(image)

    def set_strokes(self, style_scale: float | None, painted_layers: int) -> None:
        """The stroke size of the painted layer that is on top (None: none is painted), and how many are painted."""
        self._stroke, self._painted_layers = style_scale, painted_layers
        self._refresh()

    def set_proof(self, on: bool, gamut: bool) -> None:
        self._colours.set_proof(on, gamut)

    def set_speed(self, seconds_per_megapixel: float | None) -> None:
        """How fast this machine is; None: not known, so no time is told."""
        self._seconds_per_megapixel = seconds_per_megapixel
        self._refresh()

    @property
    def loupe(self) -> LoupeView:
        return self._loupe

    @property
    def unit(self) -> Unit:
        return self._size.size.unit

    @property
    def proof(self) -> Proof | None:
        return self._colours.proof

    @property
    def output(self) -> Output:
        """What the fields say. An existing file is overwritten only because the dialog has said so."""
        file, size, colours = self._file, self._size, self._colours
        return Output(
            file.path,
            size.long_edge,
            file.quality,
            file.lossless,
            file.path.exists(),
            bits=file.bits,
            profile=colours.profile,
            intent=colours.intent,
            black_point=colours.black_point,
            dpi=size.size.dpi,
            bleed=size.bleed,
            bleed_edges=size.bleed_edges,
            chroma=file.chroma,
            compression=file.compression,
        )

    # Making.

    def _arrange(self) -> None:
        form = Form()
        self._file.add_to(form)
        form.add_rule()
        self._size.add_to(form)
        form.add_rule()
        self._colours.add_to(form)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(THEME.space_5)
        columns.addLayout(left, 1)
        columns.addLayout(self._look_column())
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_5, THEME.space_4, THEME.space_5, THEME.space_4)
        column.setSpacing(THEME.space_3)
        column.addLayout(columns)
        column.addWidget(_rule())
        column.addLayout(self._foot())
        self._column = column
        self._strokes.setMinimumHeight(2 * self._strokes.fontMetrics().lineSpacing())
        self._strokes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._export.setDefault(True)
        self._cancel.setAutoDefault(False)
        self.setFixedWidth(FORM_WIDTH + self._small.width() + 3 * THEME.space_5)

    def _look_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(THEME.space_2)
        for part in (Heading("Where to look"), self._small, Heading("The print’s own pixels, 100%"), self._loupe, self._strokes):
            column.addWidget(part)
        column.addStretch(1)
        return column

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
        for button in (self._cancel, self._export):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    def _connect(self) -> None:
        for fields in (self._file, self._size, self._colours):
            fields.changed.connect(self._refresh)
        self._size.changed.connect(self._pause.start)
        self._colours.changed.connect(self._colours_changed)
        self._small.moved.connect(lambda *_: self._look())
        self._pause.timeout.connect(self._look)
        self._cancel.clicked.connect(self.reject)
        self._export.clicked.connect(self._confirm)

    # What follows from the fields.

    def _refresh(self) -> None:
        """Show what belongs to the fields as they are now; run after each change."""
        self._file.refresh()
        cost = self._estimate()
        self._cost.setText(in_words(cost))
        self._strokes.setText(self._stroke_words())
        problem, notes = self._problem(cost), self._notes()
        self._warning.setProperty("role", "error" if problem else "caption")
        self._warning.setText(problem or "\n".join(notes))
        self._warning.style().polish(self._warning)
        self._export.setEnabled(not problem)
        self._export.setText("Replace" if not problem and self._file.path.exists() else "Export")
        self._column.activate()
        self.setFixedHeight(self._column.totalHeightForWidth(self.width()))

    def _estimate(self) -> Estimate:
        width, height = self._size.size.pixels
        painted = self._painted_layers * min(width * height, max(self._native[0] * self._native[1], 1))
        samples = self._file.samples(self._colours.channels)
        return estimate(width, height, self._file.format.id, self._file.quality, self._seconds_per_megapixel, samples, painted)

    def _problem(self, cost: Estimate) -> str:
        """Why the picture cannot be written so; empty where it can."""
        folder, format, size = self._file.path.parent, self._file.format, self._size.size
        if self._file.name_problem:
            return self._file.name_problem
        if not folder.is_dir():
            return "There is no such folder. Choose another one."
        if not os.access(folder, os.W_OK):
            return "This folder cannot be written to. Choose another one."
        if size.problem:
            return size.problem
        longest = max(size.pixels) + 2 * self.output.bleed_pixels
        if format.max_side is not None and longest > format.max_side:
            return f"{format.title} holds at most {format.max_side} px on a side. Choose PNG or TIFF, or a smaller size."
        return self._excess() or profile_problem(self._colours.profile, format.id) or room_problem(cost, _free(folder))

    def _excess(self) -> str:
        """Why the size is more than the engine makes; empty where it is not."""
        (width, height), limit = self._size.size.pixels, pixel_limit()
        if limit is None or width * height <= limit:
            return ""
        return (
            f"{width * height / 1e6:.0f} megapixels are more than one file may have ({limit / 1e6:.0f}). "
            f"Choose a long edge of {longest_edge(*self._native, limit)} px or less."
        )

    def _notes(self) -> list[str]:
        """What is worth knowing before the picture is written."""
        path, native, size = self._file.path, max(self._native), self._size.size
        notes = [f"{path.name} is already there and will be replaced."] if path.exists() else []
        if self._made is not None and size.long_edge > self._made:
            times = size.long_edge / self._made
            notes.append(f"The generator made {self._made} × {self._made} px, which are enlarged {times:.1f}×: finer detail is made up.")
        elif size.long_edge > native > 0:
            dpi = size.dpi * native / size.long_edge
            notes.append(f"Enlarged from {self._native[0]} × {self._native[1]} px: the photo itself has {dpi:.0f} dpi at this size.")
        return notes

    def _stroke_words(self) -> str:
        """How large the strokes will be on paper."""
        size = self._size.size
        if self._stroke is None:
            return "Nothing is painted: the picture is the photo’s own."
        span = on_paper(self._stroke * size.long_edge, size.dpi, size.unit)
        return f"Stroke size {self._stroke:.2f}×: the style’s picture spans {span} of the paper."

    def _own_words(self) -> str:
        return "" if self._made is None else f"As on the canvas – {self._native[0]} × {self._native[1]} px"

    # The loupe.

    def show_spot(self, frame: Frame) -> None:
        """The pixels that were wanted."""
        self._loupe.set_image(to_image(frame.pixels))

    def _look(self) -> None:
        """Have the loupe show the spot as it is now."""
        size = self._size.size
        if not self.isVisible() or not all(self._native) or size.problem or self._excess():
            return
        wanted = self._loupe.pixels
        spot = Spot.around(size.pixels, *self._small.middle, wanted.width(), wanted.height())
        self._small.set_frame(spot.width / size.pixels[0], spot.height / size.pixels[1])
        self.spot_wanted.emit(self._size.long_edge, spot, self.proof)

    def _colours_changed(self) -> None:
        colours = self._colours
        told = Proof(colours.profile, colours.intent, colours.black_point, colours.gamut)
        self.proof_changed.emit(self.proof is not None, told)
        self._look()

    # What the artist does.

    def _confirm(self) -> None:
        """The file may have come or gone since the last key: look again before saying that it is replaced."""
        announced = self._export.text()
        self._file.take_suffix()
        self._refresh()
        if self._export.isEnabled() and self._export.text() == announced:
            self.export_requested.emit(self.output)
            self.accept()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()
        self._file.begin()
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause.stop()


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("role", "line")
    return rule


def _free(folder: Path) -> int | None:
    """Bytes; None where the disk does not say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
