"""How large: a list of usual sizes, width and height that follow each other, the resolution, and the bleed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QWidget

from desktop.state.print_size import PAPERS, PrintSize, Unit, from_centimetres, pixels_in_words, to_centimetres
from desktop.views.exporting.lines import Form, choice, choose, number
from desktop.widgets.controls import Caption
from engine.api.output import BleedEdges, pixels_on_paper

SIZES: Final = (1024, 2048, 4096)
OWN: Final = "own"
CUSTOM: Final = "custom"
UNIT_DECIMALS: Final[dict[Unit, int]] = {"px": 0, "cm": 1, "in": 2}
MOST: Final = 999_999.0


class SizeFields(QObject):
    """`changed` follows each change; `size` is what the fields say."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = PrintSize((1, 1), 1.0)
        self._paper_bleed = 0.0
        """In centimetres: what a size on paper has, and comes back to from one in pixels."""
        self._usual = choice("Size", ("Original", OWN), letters=18)
        self._width, self._height = number("Width", 0, MOST), number("Height", 0, MOST)
        self._unit = choice("Unit", ("px", "px"), ("cm", "cm"), ("inch", "in"), letters=3)
        self._dpi = number("Resolution", 1, 9600, suffix=" dpi", width=92)
        self._pixels = Caption(tabular=True)
        self._bleed = number("Bleed", 0, 10, decimals=1, width=92, suffix=" cm")
        self._edges = choice("What lies in the bleed", ("Mirrored edges", "mirror"), ("Edges drawn out", "extend"), letters=14)
        for edge in SIZES:
            self._usual.addItem(f"{edge:,} px, long edge", edge)
        for paper in PAPERS:
            self._usual.addItem(f"Fits {paper}", paper)
        self._usual.addItem("Custom", CUSTOM)
        self._bleed.setToolTip("A border to be cut off: the picture inside keeps its size")
        self._connect()

    def add_to(self, form: Form) -> None:
        """Put the fields into a form."""
        times = QLabel("×")
        form.add("&Size", self._usual)
        form.add("", self._width, times, self._height, self._unit, QWidget())
        form.add("&Resolution", self._dpi, self._pixels)
        form.add("&Bleed", self._bleed, self._edges)

    @property
    def size(self) -> PrintSize:
        return self._size

    @property
    def long_edge(self) -> int | None:
        """In pixels; None: the picture's own."""
        return None if self._size.is_native else self._size.long_edge

    @property
    def bleed(self) -> float:
        """In centimetres."""
        return to_centimetres(self._bleed.value(), self._size.unit)

    @property
    def bleed_edges(self) -> BleedEdges:
        edges: BleedEdges = self._edges.currentData()
        return edges

    def set_size(self, size: PrintSize, own: str = "") -> None:
        """Show this size; `own` says what the picture's own is, where it is not simply that of a photo."""
        self._usual.setItemText(0, own or f"Original – {pixels_in_words(*size.native)}")
        self._take(size, None)
        self._name_size()

    def set_bleed(self, centimetres: float, edges: BleedEdges) -> None:
        """A bleed belongs to paper: a size in pixels begins without one."""
        self._paper_bleed = centimetres
        self._show_bleed(0.0 if self._size.unit == "px" else centimetres, edges)

    def _show_bleed(self, centimetres: float, edges: BleedEdges) -> None:
        with QSignalBlocker(self._bleed), QSignalBlocker(self._edges):
            self._bleed.setValue(from_centimetres(centimetres, self._size.unit))
            choose(self._edges, edges)
        self._edges.setEnabled(self._bleed.value() > 0)
        self._pixels.setText(self._other())

    def _connect(self) -> None:
        self._usual.activated.connect(self._choose)
        self._width.valueChanged.connect(lambda value: self._typed(self._size.wide(value), self._width))
        self._height.valueChanged.connect(lambda value: self._typed(self._size.high(value), self._height))
        self._dpi.valueChanged.connect(lambda value: self._typed(self._size.at(value), self._dpi))
        self._unit.currentIndexChanged.connect(lambda _: self._change_unit(self._unit.currentData()))
        self._bleed.valueChanged.connect(self._change_bleed)
        self._edges.currentIndexChanged.connect(self._tell)

    def _choose(self, _row: int) -> None:
        """A usual size was chosen from the list."""
        chosen = self._usual.currentData()
        native = self._size.native
        if chosen == OWN:
            self._take(PrintSize.of(native, None, self._size.dpi, self._size.unit), None)
        elif chosen in PAPERS:
            was_pixels = self._size.unit == "px"
            self._take(self._size.fitted(chosen), None)
            if was_pixels and not self._bleed.value():
                self._show_bleed(self._paper_bleed, self.bleed_edges)
        elif chosen != CUSTOM:
            self._take(PrintSize.of(native, chosen, self._size.dpi, "px"), None)
            self._show_bleed(0.0, self.bleed_edges)
        self._tell()

    def _typed(self, size: PrintSize, by: QDoubleSpinBox) -> None:
        self._take(size, by)
        self._name_size()
        self._tell()

    def _change_unit(self, unit: Unit) -> None:
        bleed = self.bleed
        self._take(self._size.in_unit(unit), None)
        self._show_bleed(bleed, self.bleed_edges)
        self._tell()

    def _change_bleed(self) -> None:
        self._paper_bleed = self.bleed
        self._pixels.setText(self._other())
        self._tell()

    def _take(self, size: PrintSize, by: QDoubleSpinBox | None) -> None:
        """Show a size; the field that a person types in is left alone."""
        self._size = size
        decimals = UNIT_DECIMALS[size.unit]
        for field, value in ((self._width, size.shown[0]), (self._height, size.shown[1]), (self._dpi, size.dpi)):
            if field is not by:
                with QSignalBlocker(field):
                    field.setDecimals(0 if field is self._dpi else decimals)
                    field.setValue(value)
        with QSignalBlocker(self._unit), QSignalBlocker(self._bleed):
            choose(self._unit, size.unit)
            inches = size.unit == "in"
            self._bleed.setSuffix(" in" if inches else " cm")
            self._bleed.setDecimals(2 if inches else 1)
            self._bleed.setSingleStep(0.05 if inches else 0.1)
        self._pixels.setText(self._other())

    def _other(self) -> str:
        """The size in the unit that the fields do not show, or that of the file, where a bleed makes it larger."""
        size = self._size
        if self._bleed.value() > 0:
            width, height = (side + 2 * pixels_on_paper(self.bleed, size.dpi) for side in size.pixels)
            return f"{pixels_in_words(width, height)} with bleed"
        if size.unit != "px":
            return pixels_in_words(*size.pixels)
        across, down = size.centimetres
        return f"{across:.1f} × {down:.1f} cm on paper"

    def _name_size(self) -> None:
        """Show the row of the list that this size is."""
        size = self._size
        row: object = CUSTOM
        if size.is_native:
            row = OWN
        elif size.unit == "px" and size.long_edge in SIZES:
            row = size.long_edge
        elif size.unit != "px":
            row = next((paper for paper in PAPERS if size.fitted(paper).long_edge == size.long_edge), CUSTOM)
        with QSignalBlocker(self._usual):
            choose(self._usual, row)

    def _tell(self) -> None:
        self._edges.setEnabled(self._bleed.value() > 0)
        self.changed.emit()
