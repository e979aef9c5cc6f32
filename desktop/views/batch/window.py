"""The window for many pictures: which, in which styles, where to; and beside it the queue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLineEdit, QListWidget, QVBoxLayout, QWidget

from desktop.state.export_estimate import FORMATS, file_format
from desktop.state.library import StyleEntry
from desktop.state.printer_colours import profile_problem
from desktop.state.settings import BatchChoice, ColourChoice
from desktop.views.batch.queue_list import QueueList
from desktop.views.batch.style_list import StyleList
from desktop.views.dialogs import PICTURES, ask_for_files, ask_for_folder
from desktop.views.exporting.colour_fields import ColourFields
from desktop.views.exporting.lines import Form, choice, choose
from desktop.views.exporting.writing_dialog import folder_problem
from desktop.widgets.controls import Caption, Heading, IconButton, push_button
from desktop.widgets.theme import THEME
from engine.api.naming import pictures_in

SIZES: Final = ((None, "Each in its own size"), (1024, "1,024 px, long edge"), (2048, "2,048 px, long edge"), (4096, "4,096 px, long edge"))
SETUP_WIDTH: Final = 380


class BatchWindow(QDialog):
    """Not modal: the studio goes on beside it, and so does the queue when it is closed.

    `wanted` carries the photos, the keys of the styles, and a `BatchChoice`.
    """

    wanted = Signal(object, object, object)

    def __init__(self, thumbnail: Callable[[str], QImage | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Many pictures")
        self.setAcceptDrops(True)
        self._photos: list[Path] = []
        self._own_colours = False
        self._names = QListWidget()
        self._names.setAccessibleName("Pictures")
        self._names.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self._add, self._add_folder = push_button("Add pictures…"), push_button("Add a folder…")
        self._remove = IconButton("trash", "Take the selected pictures out")
        self.styles = StyleList(thumbnail)
        self._folder, self._browse = QLineEdit(), push_button("Browse…")
        self._format = choice("Format", *((each.title, each.suffix) for each in FORMATS), letters=5)
        self._size = choice("Size", *((text, edge) for edge, text in SIZES), letters=16)
        self._colours = ColourFields(self)
        self._last_export = Caption(wrap=True)
        self._words = Caption(wrap=True)
        self._make = push_button("Make them", "primary")
        self.queue = QueueList()
        self._arrange()
        self._connect()
        self._refresh()

    def set_styles(self, styles: Sequence[StyleEntry], ticked: Collection[str]) -> None:
        self.styles.set_styles(styles, ticked)

    def set_choice(self, choice: BatchChoice, folder: Path) -> None:
        """What to begin with."""
        self._folder.setText(str(folder))
        choose(self._format, file_format(choice.suffix).suffix)
        choose(self._size, choice.long_edge)
        self._own_colours = choice.colours is not None
        if choice.colours is not None:
            self._colours.set_colours(choice.colours)
        self._refresh()

    def set_last_export(self, words: str, colours: ColourChoice, suffix: str = "") -> None:
        """What of the last export holds here, too, in words, and its colours, which do as long as no others were chosen here. Four inks
        bring the format of that export (`suffix`) with them where the one that was chosen here cannot hold them."""
        self._last_export.setText(words)
        self._last_export.setVisible(bool(words))
        if not self._own_colours:
            self._colours.set_colours(colours)
            if suffix and profile_problem(colours.profile, file_format(self._format.currentData()).id):
                choose(self._format, file_format(suffix).suffix)
        self._refresh()

    def add(self, paths: Sequence[Path]) -> None:
        """Add pictures, and those in folders; each is there once."""
        there = [path for path in paths if path.exists()]
        for photo in pictures_in(there):
            if photo not in self._photos:
                self._photos.append(photo)
                self._names.addItem(photo.name)
                self._names.item(self._names.count() - 1).setToolTip(str(photo))
        self._refresh()

    # Making.

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(THEME.space_2)
        for button in (self._add, self._add_folder):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._remove)
        form = Form()
        form.setColumnMinimumWidth(0, 48)
        form.add("&Folder", self._folder, self._browse, widest=self._folder)
        form.add("F&ormat", self._format, self._size, widest=self._size)
        self._colours.add_to(form)
        form.add("", self._last_export)
        self._last_export.hide()
        self._browse.setAutoDefault(False)
        self._folder.setAccessibleName("Folder")
        self._browse.setAccessibleName("Browse for a folder")
        foot = QHBoxLayout()
        foot.addWidget(self._words, 1)
        foot.addWidget(self._make, 0, Qt.AlignmentFlag.AlignBottom)
        setup = QWidget()
        setup.setFixedWidth(SETUP_WIDTH)
        left = QVBoxLayout(setup)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(THEME.space_2)
        left.addWidget(Heading("Pictures"))
        left.addWidget(self._names, 2)
        left.addLayout(buttons)
        left.addSpacing(THEME.space_2)
        left.addWidget(Heading("Styles"))
        left.addWidget(self.styles, 3)
        left.addSpacing(THEME.space_2)
        left.addLayout(form)
        left.addLayout(foot)
        right = QVBoxLayout()
        right.setSpacing(THEME.space_2)
        right.addWidget(Heading("Queue"))
        right.addWidget(self.queue, 1)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        line.setStyleSheet(f"color: {THEME.line};")
        row = QHBoxLayout(self)
        row.setContentsMargins(THEME.space_5, THEME.space_4, THEME.space_5, THEME.space_4)
        row.setSpacing(THEME.space_4)
        row.addWidget(setup)
        row.addWidget(line)
        row.addLayout(right, 1)
        self.resize(self.sizeHint())

    def _connect(self) -> None:
        self._add.clicked.connect(self._ask_for_pictures)
        self._add_folder.clicked.connect(self._ask_for_all)
        self._browse.clicked.connect(self._choose_folder)
        self._remove.clicked.connect(self._take_out)
        self._names.itemSelectionChanged.connect(self._refresh)
        self.styles.changed.connect(self._refresh)
        self._folder.textChanged.connect(self._refresh)
        self._format.currentIndexChanged.connect(self._refresh)
        self._colours.changed.connect(self._choose_colours)
        self._make.clicked.connect(self.confirm)

    # What the fields say.

    @property
    def choice(self) -> BatchChoice:
        own = self._colours.colours if self._own_colours else None
        return BatchChoice(str(self._target), self._format.currentData(), self._size.currentData(), own)

    @property
    def _target(self) -> Path:
        return Path(self._folder.text().strip()).expanduser()

    def _refresh(self) -> None:
        photos, styles = len(self._photos), len(self.styles.ticked)
        missing, wrong = self._missing(), self._wrong()
        problem, told = missing or wrong, wrong or self._colours.refusal
        self._words.setProperty("role", "error" if told and not missing else "caption")
        self._words.style().polish(self._words)
        self._words.setText(
            missing or told or f"{_count(photos, 'picture')} in {_count(styles, 'style')}: {_count(photos * styles, 'file')}."
        )
        self._make.setEnabled(not problem)
        self._remove.setEnabled(bool(self._names.selectedItems()))
        self._folder.setToolTip(self._folder.text())

    def _missing(self) -> str:
        """What is to be done first; empty where there are pictures and styles."""
        if not self._photos:
            return "Add pictures, or drop them here."
        return "" if self.styles.ticked else "Tick one style or more."

    def _wrong(self) -> str:
        """Why nothing can be written like this; empty where it can."""
        return folder_problem(self._target) or profile_problem(self._colours.colours.profile, file_format(self._format.currentData()).id)

    # What the artist does.

    def _choose_colours(self) -> None:
        self._own_colours = True
        self._refresh()

    def confirm(self) -> None:
        """Have them made, if all is there that is needed."""
        self._refresh()
        if self._make.isEnabled():
            self.wanted.emit(list(self._photos), self.styles.ticked, self.choice)
            self._photos.clear()
            self._names.clear()
            self._refresh()

    def _take_out(self) -> None:
        for row in sorted((self._names.row(item) for item in self._names.selectedItems()), reverse=True):
            self._names.takeItem(row)
            del self._photos[row]
        self._refresh()

    def _ask_for_pictures(self) -> None:
        ask_for_files(self, "Add pictures", PICTURES, self.add, several=True)

    def _ask_for_all(self) -> None:
        ask_for_folder(self, "Add all pictures of a folder", lambda folder: self.add([folder]))

    def _choose_folder(self) -> None:
        ask_for_folder(self, "Choose a folder", lambda folder: self._folder.setText(str(folder)), folder=self._folder.text())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def sizeHint(self) -> QSize:
        return QSize(900, 720)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
