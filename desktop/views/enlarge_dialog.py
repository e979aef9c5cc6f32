"""The dialog that enlarges a photo: which one, how far and in which manner, where it goes, and a look at its pixels before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.state.export_estimate import Estimate, estimate
from desktop.state.frames import to_image
from desktop.state.pace import enlarging_seconds
from desktop.state.print_size import PrintSize
from desktop.state.settings import EnlargeChoice
from desktop.views.dialogs import PICTURES, ask_for_files
from desktop.views.exporting.lines import Form
from desktop.views.exporting.scale_fields import ScaleFields
from desktop.views.exporting.spot_view import LoupeView
from desktop.views.exporting.writing_dialog import WritingDialog
from desktop.widgets.controls import Caption, ElidedLabel, Heading, push_button
from desktop.widgets.theme import THEME
from engine.api.naming import plain_name
from engine.api.proofing import Comparison, EnlargementSpot, Spot
from engine.api.recipe import Photo
from engine.api.requests import Upscale

LOUPE_HEIGHT: Final = 150
Network: TypeAlias = tuple[int, str | None, str]
"""Its scale; its file and manner, as in an `Upscale`."""

NO_PHOTO: Final = "Choose the photo to enlarge, or drop it here."
PAINTED: Final = "Not the painting: Export picture… paints that at any size."


class EnlargeDialog(WritingDialog):
    """Asks for all that an `engine.api.requests.Upscale` needs, and tells it by `enlarge_wanted`. It remembers nothing by itself."""

    enlarge_wanted = Signal(object)
    spot_wanted = Signal(object)
    """The loupes want an `EnlargementSpot`."""
    file_chosen = Signal(object)
    """Another photo is wanted: the path of its file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Enlarge a photo", "Enlarge", parent, loupe_height=LOUPE_HEIGHT)
        self.setAcceptDrops(True)
        self._photo: Photo | None = None
        self._painted: Photo | None = None
        self._reading = ""
        self._refusal = ""
        """Why another photo was not taken."""
        self._folder_known = True
        self._told = ""
        self._wanted: EnlargementSpot | None = None
        """What the loupes are to show: answers to what was asked before are none to this."""
        self._paces: dict[Network, float] = {}
        """Seconds that a megapixel of a spot took, of each network that was looked through."""
        self._name, self._choose = ElidedLabel(), push_button("Choose…")
        self._hint = Caption(PAINTED, wrap=True)
        self._scale = ScaleFields(self)
        self._looked_through = self._network
        self._plain = LoupeView("As it is, plainly enlarged", LOUPE_HEIGHT)
        self._fill()
        self._scale.changed.connect(self._scale_changed)
        self._choose.clicked.connect(self.ask_for_photo)
        self._refresh()

    def set_choice(self, choice: EnlargeChoice, folder: Path, *, known: bool = True) -> None:
        """What to begin with: the answers of the last time, and the folder to propose. Where that is not `known` from earlier pictures, a
        photo's own folder takes its place."""
        self._folder_known = known
        self._file.set_choice(choice.file, folder)
        self._scale.set_choice(choice.scale, choice.variant, choice.model, choice.file.dpi)
        self._looked_through = self._network
        self._refresh()

    def set_painted(self, photo: Photo | None) -> None:
        """The photo of which the canvas shows a painting."""
        self._painted = photo

    def set_photo(self, photo: Photo | None) -> None:
        """The photo to enlarge; None: there is none yet."""
        self._photo, self._told, self._reading, self._wanted, self._refusal = photo, "", "", None, ""
        self._native = (0, 0) if photo is None else (photo.width, photo.height)
        self._scale.set_native(self._native)
        self._name.setText("No photo yet" if photo is None else photo.name)
        self._hint.setVisible(photo is not None and photo == self._painted)
        self._file.set_name("" if photo is None else f"{plain_name(Path(photo.name).stem)} enlarged")
        if self.isVisible():
            self._file.begin()
        self.set_image(QImage())
        self._paces.clear()
        self._clear_loupes()
        self._refresh()
        self._look()

    def set_reading(self, name: str) -> None:
        """The photo in a file of this name will be there soon."""
        self.set_photo(None)
        self._reading = f"Reading {name} …"
        self._refresh()

    def set_sentence(self, sentence: str) -> None:
        """Why there is no photo."""
        self.set_photo(None)
        self._told = sentence
        self._refresh()

    def set_refusal(self, sentence: str) -> None:
        """Why there is no other photo than the one that was there before."""
        self._refusal = sentence
        self._refresh()

    def ask_for_photo(self) -> None:
        ask_for_files(self, "Enlarge a photo", PICTURES, lambda files: self.choose_file(files[0]))

    def choose_file(self, path: Path) -> None:
        """Have the photo in this file enlarged."""
        if not (self._folder_known or self._file.folder_chosen):
            self._file.set_folder(path.parent)
        self.file_chosen.emit(path)

    @property
    def request(self) -> Upscale:
        """What the fields say, of a photo that is there."""
        assert self._photo is not None
        scale = self._scale
        return Upscale(self._photo, self._file.output(scale.size.dpi), scale.scale, scale.variant, scale.model)

    # The loupes.

    def show_pair(self, wanted: EnlargementSpot, pair: Comparison) -> None:
        """The pixels of a spot, if they are still wanted."""
        if wanted != self._wanted:
            return
        self._told = ""
        self._plain.set_image(to_image(pair.plain.pixels))
        self._loupe.set_image(to_image(pair.enlarged.pixels))
        known = self._paces.get(self._network, pair.seconds_per_megapixel)
        self._paces[self._network] = min(known, pair.seconds_per_megapixel)  # a slower one was held up, by loading or by other work
        self._refresh()

    def refuse(self, wanted: EnlargementSpot, sentence: str) -> None:
        """These pixels cannot be made, and so no picture of them, until another photo or network is chosen."""
        if wanted != self._wanted:
            return
        self._clear_loupes()
        self._told = sentence
        self._refresh()

    def _clear_loupes(self) -> None:
        for loupe in (self._plain, self._loupe):
            loupe.set_image(QImage())

    @property
    def _network(self) -> Network:
        return self._scale.scale, self._scale.model, self._scale.variant

    # Making.

    def _fill(self) -> None:
        form = Form()
        form.add("Photo", self._name, self._choose, widest=self._name)
        form.add("", self._hint)
        form.add_rule()
        self._scale.add_to(form)
        form.add_rule()
        self._file.add_to(form)
        self._choose.setAutoDefault(False)
        self._choose.setAccessibleName("Choose a photo")
        self._hint.hide()
        look = QVBoxLayout()
        look.setSpacing(THEME.space_2)
        for part in (
            Heading("Where to look"),
            self._small,
            Heading("Plainly enlarged"),
            self._plain,
            Heading("By the network, 100%"),
            self._loupe,
        ):
            look.addWidget(part)
        self._arrange(form, look)

    # What follows from the fields.

    def _scale_changed(self) -> None:
        if self._photo is not None and self._network != self._looked_through:
            self._told, self._wanted = "", None
            self._loupe.set_image(QImage())
            self._pause.start()
        self._looked_through = self._network
        self._refresh()

    def _size(self) -> PrintSize:
        return self._scale.size

    def _estimate(self) -> Estimate:
        width, height = self._scale.size.pixels if self._photo else (0, 0)
        file, spot = self._file, self._paces.get(self._network)
        seconds = None if spot is None else enlarging_seconds(spot)
        photo = self._native[0] * self._native[1]
        return estimate(width, height, file.format.id, file.quality, seconds, file.samples(3), held_pixels=photo)

    def _missing(self) -> str:
        return (self._reading or NO_PHOTO) if self._photo is None and not self._told else ""

    def _file_problem(self) -> str:
        return super()._file_problem() if self._photo is not None else ""

    def _size_problem(self) -> str:
        return super()._size_problem() if self._photo is not None else ""

    def _problem(self) -> str:
        return self._told

    def _aside(self) -> str:
        return self._refusal

    def _smaller(self, limit: int) -> str:
        return "Choose a smaller scale, or a smaller photo."

    def _notes(self) -> list[str]:
        size = self._scale.size
        return [f"The photo itself has {size.dpi / self._scale.scale:.0f} dpi at this size; the rest is the network’s."]

    def _want(self, spot: Spot) -> None:
        if self._photo is not None:
            scale = self._scale
            self._wanted = EnlargementSpot(self._photo, spot, scale.scale, scale.variant, scale.model)
            self.spot_wanted.emit(self._wanted)

    # What the artist does.

    def _tell(self) -> None:
        self.enlarge_wanted.emit(self.request)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.choose_file(Path(files[0]))
            event.acceptProposedAction()
