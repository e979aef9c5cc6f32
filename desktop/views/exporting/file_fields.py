"""Which file: its name and folder, its format, and how the samples are kept in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from desktop.state.export_estimate import FORMATS, FileFormat, Samples, file_format, typed_suffix
from desktop.state.settings import ExportChoice
from desktop.views.dialogs import ask_for_folder
from desktop.views.exporting.lines import Form, choice, choose
from desktop.widgets.controls import Caption, ElidedLabel, Switch, ValueSlider, push_button
from engine.api.naming import FORBIDDEN
from engine.api.output import Compression, Output

SAMPLES: Final = {"png": "Depth", "tiff": "Depth", "jpeg": "Detail", "webp": "Detail"}
"""What the line below the format is about."""


class FileFields(QObject):
    """`changed` follows each change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name, self._suffix, self._samples = QLineEdit(), Caption(), QLabel()
        self._folder, self._browse = QLineEdit(), push_button("Browse…")
        self._folder_chosen = False
        self._format = choice("Format", *((each.title, each.id) for each in FORMATS), letters=5)
        self._purpose = ElidedLabel(role="caption")
        self._bits = choice("Depth", ("Depth of the photo", None), ("8 bits", 8), ("16 bits", 16), letters=14)
        self._compression = choice("Compression", ("Deflate", "deflate"), ("LZW", "lzw"), ("Not compressed", "none"), letters=11)
        self._chroma = choice("Colour detail", ("Colour at every pixel", "4:4:4"), ("Colour at half the detail", "4:2:0"), letters=20)
        self._quality = ValueSlider("Quality", 1, 100, Output.quality, step=1, default=Output.quality)
        self._lossless = Switch("Lossless")
        self._suffix.setMinimumWidth(36)
        self._browse.setAutoDefault(False)
        self._name_controls()
        self._connect()

    def add_to(self, form: Form) -> None:
        """Put the fields into a form."""
        form.add("&Name", self._name, self._suffix, widest=self._name)
        form.add("F&older", self._folder, self._browse, widest=self._folder)
        form.add_rule()
        form.add("&Format", self._format, self._purpose)
        self._samples = form.add(SAMPLES["png"], self._bits, self._compression, self._chroma, self._lossless, QWidget())
        form.add("", self._quality)

    # What they say.

    @property
    def format(self) -> FileFormat:
        return FORMATS[self._format.currentIndex()]

    @property
    def stem(self) -> str:
        """The name less a suffix that was typed along with it."""
        name = self._name.text().strip()
        return name[: -len(suffix)] if (suffix := typed_suffix(name)) else name

    @property
    def path(self) -> Path:
        return Path(self._folder.text().strip()).expanduser() / (self.stem + self.format.suffix)

    @property
    def folder_chosen(self) -> bool:
        """Whether the artist has said which one."""
        return self._folder_chosen

    @property
    def quality(self) -> int:
        return round(self._quality.value)

    @property
    def lossless(self) -> bool:
        return self.format.id == "webp" and self._lossless.isChecked()

    @property
    def bits(self) -> int | None:
        """None: as the photo has."""
        bits: int | None = self._bits.currentData()
        return bits if self.format.is_deep else None

    @property
    def _packing(self) -> Compression:
        compression: Compression = self._compression.currentData()
        return compression

    def samples(self, channels: int) -> Samples:
        return Samples(self.bits or 8, channels, self._packing, self.lossless)

    def output(self, dpi: float) -> Output:
        """At the photo's own size, in sRGB. An existing file is overwritten only because the dialog has said so."""
        return Output(
            self.path,
            quality=self.quality,
            lossless=self.lossless,
            overwrite=self.path.exists(),
            bits=self.bits,
            dpi=dpi,
            chroma=self._chroma.currentData(),
            compression=self._packing,
        )

    # What is put in.

    def set_name(self, name: str) -> None:
        self._name.setText(name)
        self._name.setToolTip(name)

    def set_folder(self, folder: Path) -> None:
        self._folder.setText(str(folder))

    def set_choice(self, choice: ExportChoice, folder: Path) -> None:
        """What to begin with: the answers of the last time, and the folder to propose."""
        self.set_folder(folder)
        choose(self._format, file_format(choice.suffix).id)
        choose(self._bits, choice.bits)
        self._quality.set_value(choice.quality)
        self._lossless.setChecked(choice.lossless)
        choose(self._compression, choice.compression)
        choose(self._chroma, choice.chroma)

    def take_suffix(self) -> None:
        """A suffix typed with the name chooses the format."""
        suffix = typed_suffix(self._name.text().strip())
        if suffix:
            stem = self.stem
            with QSignalBlocker(self._name):
                self._name.setText(stem)
            choose(self._format, file_format(suffix).id)
            self.changed.emit()

    def begin(self) -> None:
        """Take the focus, the name ready to be typed over and seen from its beginning."""
        self._name.setFocus()
        self._name.setSelection(len(self._name.text()), -len(self._name.text()))

    def refresh(self) -> None:
        """Show what belongs to the format."""
        format = self.format
        self._suffix.setText(format.suffix)
        self._purpose.setText(format.purpose)
        self._samples.setText(SAMPLES[format.id])
        self._bits.setVisible(format.is_deep)
        self._compression.setVisible(format.id == "tiff")
        self._chroma.setVisible(format.id == "jpeg")
        self._lossless.setVisible(format.id == "webp")
        self._quality.setVisible(format.has_quality)
        self._quality.setEnabled(not self.lossless)
        self._folder.setToolTip(self._folder.text())

    @property
    def name_problem(self) -> str:
        """Why there can be no file of this name; empty where there can."""
        if not self.stem:
            return "Give the picture a name."
        return f"A name cannot hold any of {' '.join(FORBIDDEN)}" if any(mark in self.stem for mark in FORBIDDEN) else ""

    # Making.

    def _name_controls(self) -> None:
        self._name.setAccessibleName("File name")
        self._folder.setAccessibleName("Folder")
        self._browse.setAccessibleName("Browse for a folder")
        self._bits.setToolTip("16 bits keep the finest steps for further work; they make files two to three times as large")
        self._compression.setToolTip("LZW is for programs that read nothing else; of 16 bits it makes files larger than not compressed")
        self._chroma.setToolTip("Half the detail makes the file smaller; fine red lines become softer")
        self._lossless.setToolTip("Every pixel exact, in a larger file")

    def _connect(self) -> None:
        self._name.textChanged.connect(self._name.setToolTip)
        self._name.textChanged.connect(self.changed)
        self._name.editingFinished.connect(self.take_suffix)
        self._folder.textChanged.connect(self.changed)
        self._folder.textEdited.connect(self._choose_folder)
        self._browse.clicked.connect(self._ask_for_folder)
        for box in (self._format, self._bits, self._compression, self._chroma):
            box.currentIndexChanged.connect(self.changed)
        self._quality.changed.connect(lambda *_: self.changed.emit())
        self._lossless.toggled.connect(self.changed)

    def _choose_folder(self, folder: str) -> None:
        self._folder_chosen = True
        self._folder.setText(folder)

    def _ask_for_folder(self) -> None:
        ask_for_folder(
            self._folder.window(), "Choose a folder", lambda folder: self._choose_folder(str(folder)), folder=self._folder.text()
        )
