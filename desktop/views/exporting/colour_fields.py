"""In which colours: a named space or a printer's profile, the way there, and whether to look at it beforehand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from desktop.state.printer_colours import TITLES, is_cmyk, profile_refusal, profile_title
from desktop.state.settings import ColourChoice
from desktop.views.dialogs import ask_for_files
from desktop.views.exporting.file_choice import FileChoice
from desktop.views.exporting.lines import Form, choice, choose
from desktop.widgets.controls import Switch
from engine.api.output import PROFILES, Intent, Output
from engine.api.proofing import Proof

TITLE_WIDTH: Final = 270
"""Printers' profiles have long names: the tooltip has the whole."""

NEEDS_PRINTER: Final = "Choose a printer’s profile under Colours first"
NEEDS_PROOF: Final = "Switch the soft proof on first"
SOFT: Final = "Show the loupe and the canvas as the printer will print them"
BLACK_POINT: Final = "Black point compensation: the picture’s black becomes the printer’s"
GAMUT: Final = "In magenta: what the printer has no ink for"

PROFILE_FILES: Final = "Colour profiles (*.icc *.icm *.ICC *.ICM);;All files (*)"

INTENTS: Final = (
    ("Relative: only what is too vivid changes", "relative"),
    ("Perceptual: all colours move closer", "perceptual"),
    ("Saturation: for charts", "saturation"),
    ("Absolute: with the paper’s tint", "absolute"),
)


class ProfileChoice(FileChoice):
    """A named space, or the file of a printer's profile."""

    def __init__(self, parent: QObject) -> None:
        rows = [(TITLES[name], name) for name in PROFILES]
        super().__init__("Colours", rows, "A printer’s profile…", letters=24, width=TITLE_WIDTH, parent=parent)

    def _title(self, file: str) -> str:
        return profile_title(file)

    def _refused(self, value: str) -> str:
        return profile_refusal(value)

    def _ask(self, parent: QWidget, then: Callable[[str], None]) -> None:
        ask_for_profile(parent, then)


class ColourFields(QObject):
    """`changed` follows each change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._profile = ProfileChoice(self)
        self._profile.set_value(Output.profile)
        self._intent = choice("Rendering intent", *INTENTS, letters=24)
        self._black_point = Switch("Keep the darkest tones apart")
        self._profile.changed.connect(self._tell)
        self._intent.currentIndexChanged.connect(self._tell)
        self._black_point.toggled.connect(self._tell)

    def add_to(self, form: Form) -> None:
        """Put the fields into a form."""
        form.add("&Colours", self._profile.box)
        form.add("", self._intent)
        form.add("", self._black_point)

    @property
    def colours(self) -> ColourChoice:
        intent: Intent = self._intent.currentData()
        return ColourChoice(self._profile.value, intent, self._black_point.isChecked())

    @property
    def channels(self) -> int:
        return 4 if is_cmyk(self._profile.value) else 3

    @property
    def refusal(self) -> str:
        """Why the file that was chosen last is no profile; empty where it is one."""
        return self._profile.refusal

    @property
    def has_printer(self) -> bool:
        return self._profile.is_file

    def set_colours(self, colours: ColourChoice) -> None:
        self._profile.set_value(colours.profile)
        with QSignalBlocker(self._intent), QSignalBlocker(self._black_point):
            choose(self._intent, colours.intent)
            self._black_point.setChecked(colours.black_point)
        self._refresh()

    def _tell(self) -> None:
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        """What can be chosen now, and of the rest why not."""
        self._allow(self._intent, "")
        self._allow(self._black_point, BLACK_POINT)

    def _allow(self, part: QWidget, words: str) -> None:
        part.setEnabled(self.has_printer)
        part.setToolTip(words if self.has_printer else NEEDS_PRINTER)


class ProofFields(ColourFields):
    """And whether to look at the printer's colours beforehand."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._soft = Switch("Soft proof")
        self._gamut = Switch("Mark what cannot be printed")
        self._marks = False
        self._soft.toggled.connect(self._tell)
        self._gamut.toggled.connect(self._mark)

    def add_to(self, form: Form) -> None:
        super().add_to(form)
        form.add("", self._soft, QWidget(), self._gamut, widest=self._gamut)

    @property
    def as_proof(self) -> Proof:
        """These colours, for the screen. Whether what cannot be printed is marked holds also while there is no proof that shows it."""
        colours = self.colours
        return Proof(colours.profile, colours.intent, colours.black_point, self._marks)

    @property
    def proof(self) -> Proof | None:
        """What the picture is to be shown in; None: as it is."""
        return self.as_proof if self._soft.isChecked() and self.has_printer else None

    def set_proof(self, on: bool, gamut: bool) -> None:
        self._marks = gamut
        with QSignalBlocker(self._soft):
            self._soft.setChecked(on)
        self._refresh()

    def _mark(self, on: bool) -> None:
        self._marks = on
        self._tell()

    def _refresh(self) -> None:
        super()._refresh()
        self._allow(self._soft, SOFT)
        proofed = self.proof is not None
        self._gamut.setEnabled(proofed)
        self._gamut.setToolTip(GAMUT if proofed else NEEDS_PROOF if self.has_printer else NEEDS_PRINTER)
        with QSignalBlocker(self._gamut):
            self._gamut.setChecked(proofed and self._marks)


def ask_for_profile(parent: QWidget, then: Callable[[str], None], otherwise: Callable[[], None] = lambda: None) -> None:
    """Ask for the .icc file of a printer."""
    dialog = ask_for_files(
        parent, "Choose the printer’s colour profile", PROFILE_FILES, lambda files: then(str(files[0])), folder=str(Path.home())
    )
    dialog.rejected.connect(otherwise)
