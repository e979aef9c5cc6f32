"""How far a photo is enlarged, and in which manner: faithful, crisp, or by the network in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from desktop.state.print_size import PRINT_DPI, PrintSize
from desktop.views.dialogs import ask_for_files
from desktop.views.exporting.file_choice import FileChoice
from desktop.views.exporting.lines import Form, number
from desktop.widgets.controls import Caption
from desktop.widgets.segments import Segments
from engine.api.requests import Upscale
from engine.api.upscaling import Variant, check_choice

TITLE_WIDTH: Final = 190

SCALES: Final = ((2, "2× as wide"), (4, "4× as wide"))
MANNERS: Final = (("Faithful", "faithful"), ("Crisp", "crisp"))
WORDS: Final = {
    "faithful": "Stays nearest to what the photo has: nothing is made up.",
    "crisp": "Looks sharper; its finest detail is likely, but not real.",
}
OWN_WORDS: Final = "The network in this file; it may take much longer."
MODEL_FILES: Final = "Upscalers (*.safetensors *.pth *.pt *.ckpt)"


class MannerChoice(FileChoice):
    """A manner of the house, or the file of a network."""

    def __init__(self, parent: QObject) -> None:
        super().__init__("Manner", MANNERS, "A model file…", letters=18, width=TITLE_WIDTH, parent=parent)

    def _title(self, file: str) -> str:
        return Path(file).name

    def _ask(self, parent: QWidget, then: Callable[[str], None]) -> None:
        folder = str(Path(self.value).parent if self.is_file else Path.home())
        ask_for_files(parent, "Choose an upscaler", MODEL_FILES, lambda files: then(str(files[0])), folder=folder)


class ScaleFields(QObject):
    """`changed` follows each change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._native = (0, 0)
        self._scale = Segments("Scale", SCALES)
        self._manner = MannerChoice(self)
        self._words = Caption()
        self._dpi = number("Resolution", 1, 9600, suffix=" dpi", width=92)
        self._now, self._then = Caption(tabular=True), Caption(tabular=True)
        self._variant: Variant = Upscale.variant
        self.set_choice(Upscale.scale, Upscale.variant, None, None)
        self._scale.chosen.connect(self._tell)
        self._manner.changed.connect(self._choose)
        self._dpi.valueChanged.connect(self._tell)

    def add_to(self, form: Form) -> None:
        """Put the fields into a form."""
        form.add("Scale", self._scale)
        form.add("&Manner", self._manner.box, QWidget())
        form.add("", self._words)
        form.add("&Resolution", self._dpi, QWidget())
        form.add("Now", self._now)
        form.add("Enlarged", self._then)

    @property
    def scale(self) -> int:
        scale: int = self._scale.value
        return scale

    @property
    def variant(self) -> Variant:
        return self._variant

    @property
    def model(self) -> str | None:
        """The file of a network; None: the house's."""
        return self._manner.value if self._manner.is_file else None

    @property
    def size(self) -> PrintSize:
        """Of the enlarged picture."""
        return PrintSize.of(self._native, max(self._native) * self.scale, self._dpi.value())

    def set_native(self, native: tuple[int, int]) -> None:
        """The photo's own size in pixels."""
        self._native = native
        self._show_sizes()

    def set_choice(self, scale: int, variant: Variant, model: str | None, dpi: float | None) -> None:
        self._scale.set_value(scale)
        self._variant = variant
        with QSignalBlocker(self._dpi):
            self._dpi.setValue(dpi or PRINT_DPI)
        self._manner.set_value(model if model is not None and Path(model).is_file() else variant)
        self._show()

    def _choose(self) -> None:
        if not self._manner.is_file:
            self._variant = check_choice(self.scale, self._manner.value)
        self._tell()

    def _show(self) -> None:
        self._words.setText(OWN_WORDS if self._manner.is_file else WORDS[self._variant])
        self._show_sizes()

    def _show_sizes(self) -> None:
        dpi = self._dpi.value()
        self._now.setText(_in_words(PrintSize.of(self._native, None, dpi)) if all(self._native) else "–")
        self._then.setText(_in_words(self.size) if all(self._native) else "–")

    def _tell(self, *_: object) -> None:
        self._show()
        self.changed.emit()


def _in_words(size: PrintSize) -> str:
    (width, height), (wide, high) = size.pixels, size.centimetres
    return f"{width:,} × {height:,} px,  {wide:.1f} × {high:.1f} cm on paper"
