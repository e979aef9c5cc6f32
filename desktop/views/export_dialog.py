"""The export dialog: where the picture goes, in which format, size and colours, what that will take, and how it will look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.state.export_estimate import Estimate, estimate, longest_edge
from desktop.state.frames import to_image
from desktop.state.print_size import PrintSize, Unit, on_paper, pixels_in_words
from desktop.state.printer_colours import profile_problem
from desktop.state.settings import ExportChoice
from desktop.views.exporting.colour_fields import ProofFields
from desktop.views.exporting.lines import Form
from desktop.views.exporting.size_fields import SizeFields
from desktop.views.exporting.writing_dialog import WritingDialog
from desktop.widgets.controls import Caption, Heading
from desktop.widgets.theme import THEME
from engine.api.events import Frame
from engine.api.output import Output
from engine.api.proofing import Proof, Spot


class ExportDialog(WritingDialog):
    """Asks how to write the picture, and tells it by `export_requested` with an `engine.api.requests.Output`. It remembers nothing by
    itself: `set_picture` and `set_choice` fill it."""

    export_requested = Signal(object)
    spot_wanted = Signal(object, object, object)
    """The loupe wants a `Spot` of a print with this long edge (None: the photo's own), in the colours of a `Proof` or None."""
    proof_changed = Signal(bool, object)
    """Whether the soft proof is on, and the `Proof` that the fields say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Export picture", "Export", parent)
        self._made: int | None = None
        self._stroke: float | None = None
        self._painted_layers = 0
        self._bare_photos = 0
        self._seconds_per_megapixel: float | None = None
        self._sizes, self._colours = SizeFields(self), ProofFields(self)
        self._strokes = Caption(wrap=True)
        self._fill()
        self._connect()
        self._refresh()

    def set_picture(self, name: str, width: int, height: int, made: int | None = None) -> None:
        """The picture to export: a name for its file (without suffix) and its own size in pixels. `made`: the side, in pixels, of what a
        generator made of it; None for a photo."""
        self._native, self._made = (width, height), made
        self._file.set_name(name)
        self._sizes.set_size(PrintSize.of(self._native, None, self._sizes.size.dpi, self._sizes.size.unit), self._own_words())
        self._refresh()

    def set_choice(self, choice: ExportChoice, folder: Path) -> None:
        """What to begin with: the answers of the last time, and the folder to propose."""
        self._file.set_choice(choice, folder)
        self._sizes.set_size(PrintSize.of(self._native, choice.long_edge, choice.dpi, choice.unit), self._own_words())
        self._sizes.set_bleed(choice.bleed, choice.bleed_edges)
        self._colours.set_colours(choice.colours)
        self._refresh()

    def set_strokes(self, style_scale: float | None, painted_layers: int, bare_photos: int = 0) -> None:
        """The stroke size of the painted layer that is on top (None: none is painted), how many are painted, and of how many layers
        the photo itself is seen."""
        self._stroke, self._painted_layers, self._bare_photos = style_scale, painted_layers, bare_photos
        self._refresh()

    def set_proof(self, on: bool, gamut: bool) -> None:
        self._colours.set_proof(on, gamut)

    def set_speed(self, seconds_per_megapixel: float | None) -> None:
        """How fast this machine is; None: not known, so no time is told."""
        self._seconds_per_megapixel = seconds_per_megapixel
        self._refresh()

    @property
    def unit(self) -> Unit:
        return self._sizes.size.unit

    @property
    def proof(self) -> Proof | None:
        return self._colours.proof

    @property
    def output(self) -> Output:
        """What the fields say."""
        size, colours = self._sizes, self._colours.colours
        return replace(
            self._file.output(size.size.dpi),
            long_edge=size.long_edge,
            profile=colours.profile,
            intent=colours.intent,
            black_point=colours.black_point,
            bleed=size.bleed,
            bleed_edges=size.bleed_edges,
        )

    # Making.

    def _fill(self) -> None:
        form = Form()
        self._file.add_to(form)
        form.add_rule()
        self._sizes.add_to(form)
        form.add_rule()
        self._colours.add_to(form)
        look = QVBoxLayout()
        look.setSpacing(THEME.space_2)
        for part in (Heading("Where to look"), self._small, Heading("The print’s own pixels, 100%"), self._loupe, self._strokes):
            look.addWidget(part)
        self._strokes.setMinimumHeight(2 * self._strokes.fontMetrics().lineSpacing())
        self._strokes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._arrange(form, look)

    def _connect(self) -> None:
        self._sizes.changed.connect(self._refresh)
        self._colours.changed.connect(self._refresh)
        self._sizes.changed.connect(self._pause.start)
        self._colours.changed.connect(self._colours_changed)

    # What follows from the fields.

    def _size(self) -> PrintSize:
        return self._sizes.size

    def _bleed_pixels(self) -> int:
        return self.output.bleed_pixels

    def _estimate(self) -> Estimate:
        width, height = self._sizes.size.pixels
        painted = self._painted_layers * min(width * height, max(self._native[0] * self._native[1], 1))
        samples = self._file.samples(self._colours.channels)
        return estimate(
            width,
            height,
            self._file.format.id,
            self._file.quality,
            self._seconds_per_megapixel,
            samples,
            painted,
            self._native,
            self._painted_layers + self._bare_photos,
        )

    def _problem(self) -> str:
        return profile_problem(self._colours.colours.profile, self._file.format.id)

    def _aside(self) -> str:
        return self._colours.refusal

    def _smaller(self, limit: int) -> str:
        return f"Choose a long edge of {longest_edge(*self._native, limit):,} px or less."

    def _notes(self) -> list[str]:
        native, size = max(self._native), self._sizes.size
        if self._made is not None and size.long_edge > self._made:
            times = size.long_edge / self._made
            return [
                f"The generator made {pixels_in_words(self._made, self._made)}, which are enlarged {times:.1f}×: finer detail is made up."
            ]
        if size.long_edge > native > 0:
            dpi = size.dpi * native / size.long_edge
            return [f"Enlarged from {pixels_in_words(*self._native)}: the photo itself has {dpi:.0f} dpi at this size."]
        return []

    def _refresh(self) -> None:
        self._strokes.setText(self._stroke_words())
        super()._refresh()

    def _stroke_words(self) -> str:
        """How large the strokes will be on paper."""
        size = self._sizes.size
        if self._stroke is None:
            return "Nothing is painted: the picture is the photo’s own."
        span = on_paper(self._stroke * size.long_edge, size.dpi, size.unit)
        return f"Stroke size {self._stroke:.2f}×: the style’s picture spans {span} of the paper."

    def _own_words(self) -> str:
        return "" if self._made is None else f"As on the canvas – {pixels_in_words(*self._native)}"

    # The loupe.

    def show_spot(self, frame: Frame) -> None:
        """The pixels that were wanted."""
        self._loupe.set_image(to_image(frame.pixels))

    def refuse_spot(self, _wanted: object, sentence: str) -> None:
        """Why these pixels cannot be made."""
        self._loupe.set_sentence(sentence)

    def _want(self, spot: Spot) -> None:
        self.spot_wanted.emit(self._sizes.long_edge, spot, self.proof)

    def _colours_changed(self) -> None:
        self.proof_changed.emit(self.proof is not None, self._colours.as_proof)
        self._look()

    # What the artist does.

    def _tell(self) -> None:
        self.export_requested.emit(self.output)
