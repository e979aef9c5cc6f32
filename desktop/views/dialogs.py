"""Questions to the artist. None of them holds up the event loop: what follows an answer is a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.document.document import DOCUMENT_SUFFIX
from desktop.state.training.runs import size_in_words
from desktop.widgets.buttons import Kind, push_button
from desktop.widgets.controls import Caption
from desktop.widgets.theme import THEME, Weight, font
from engine.api.naming import PICTURE_SUFFIXES
from engine.api.training import RunDescription

DOCUMENTS: Final = f"Sfumato documents (*{DOCUMENT_SUFFIX})"
PICTURES: Final = f"Pictures ({' '.join(f'*{suffix}' for suffix in sorted(PICTURE_SUFFIXES))});;All files (*)"


def ask_for_files(
    parent: QWidget, title: str, names: str, then: Callable[[list[Path]], None], *, several: bool = False, folder: str = ""
) -> QFileDialog:
    """Ask for files to open, first in `folder`, or where the pictures are; `names` is Qt's filter."""
    dialog = QFileDialog(parent, title, folder or pictures_folder(), names)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if several else QFileDialog.FileMode.ExistingFile)
    dialog.filesSelected.connect(lambda chosen: then([Path(file) for file in chosen]))
    return _show(dialog)


def ask_for_folder(parent: QWidget, title: str, then: Callable[[Path], None], *, folder: str = "") -> QFileDialog:
    """Ask for a folder, first in `folder`, or where the pictures are."""
    dialog = QFileDialog(parent, title, folder or pictures_folder())
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    return _show(dialog)


def ask_where_to_save(parent: QWidget, suggested: Path, then: Callable[[Path], None]) -> QFileDialog:
    """Ask for the document's file; the dialog itself asks before it would overwrite one."""
    dialog = QFileDialog(parent, "Save document", str(suggested), DOCUMENTS)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(DOCUMENT_SUFFIX.removeprefix("."))
    dialog.selectFile(str(suggested))
    dialog.fileSelected.connect(lambda file: then(Path(file)))
    return _show(dialog)


FILMS: Final = {"Film, MP4 (*.mp4)": "mp4", "Animated GIF (*.gif)": "gif", "PNG frames in a folder (*)": ""}


def ask_where_to_film(parent: QWidget, suggested: Path, then: Callable[[Path], None]) -> QFileDialog:
    """Ask for a film's file; the kind that is chosen decides its suffix, and a folder of frames has none."""
    dialog = QFileDialog(parent, "Export a film", str(suggested), ";;".join(FILMS))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("mp4")
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(FILMS[kind]))
    dialog.selectFile(str(suggested))
    dialog.fileSelected.connect(lambda file: then(Path(file)))
    return _show(dialog)


def _show(dialog: QFileDialog) -> QFileDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def pictures_folder() -> str:
    """Where the artist's pictures are; the home folder where the system has no place for them."""
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return pictures if Path(pictures).is_dir() else str(Path.home())


class Ask(QDialog):
    """A question with answers side by side: the first one gives something up, the last one is what most would choose. Escape
    answers nothing."""

    def __init__(self, parent: QWidget, title: str, caption: str, answers: Sequence[tuple[str, Callable[[], None]]]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Sfumato")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        heading = QLabel(title)
        heading.setFont(font(THEME.size_title, Weight.DemiBold))
        column = QVBoxLayout(self)
        column.setContentsMargins(THEME.space_5, THEME.space_5, THEME.space_5, THEME.space_4)
        column.setSpacing(THEME.space_2)
        column.addWidget(heading)
        column.addWidget(Caption(caption))
        column.addSpacing(THEME.space_4)
        column.addLayout(self._buttons(answers))
        self.open()

    def _buttons(self, answers: Sequence[tuple[str, Callable[[], None]]]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(THEME.space_2)
        between: list[Kind] = ["secondary"] * len(answers[2:])
        kinds: list[Kind] = ["ghost", *between, "primary"]
        for place, ((name, act), kind) in enumerate(zip(answers, kinds, strict=True)):
            button = push_button(name, kind)
            button.setDefault(kind == "primary")
            button.clicked.connect(lambda _=False, act=act: self._answer(act))
            row.addWidget(button)
            if place == 0:
                row.addStretch(1)
                row.addSpacing(THEME.space_5)
        return row

    def _answer(self, act: Callable[[], None]) -> None:
        self.accept()
        act()


def nothing() -> None:
    """The answer that leaves all as it is."""


def ask_to_save(parent: QWidget, name: str, save: Callable[[], None], leave: Callable[[], None]) -> Ask:
    """Asked before unsaved work would be lost."""
    answers = (("Don’t save", leave), ("Go back", nothing), ("Save", save))
    return Ask(parent, f"Save the changes to “{name}”?", "What is not saved is lost.", answers)


def ask_to_delete(parent: QWidget, run: RunDescription, delete: Callable[[], None]) -> Ask:
    """Asked before a training's folder is removed."""
    kept = f"The model {run.model} stays, and so do your own pictures." if run.model else "Your own pictures stay. No model was made of it."
    words = f"{size_in_words(run.bytes)} on the disk come free: what it has learnt, its copies of your pictures and its samples.\n{kept}"
    return Ask(parent, f"Delete the training “{run.title}”?", words, (("Delete", delete), ("Keep it", nothing)))


def ask_to_stop(parent: QWidget, jobs: int, stop: Callable[[], None]) -> Ask:
    """Asked before exports would be cut off."""
    what = "An export is" if jobs == 1 else f"{jobs} exports are"
    return Ask(
        parent, f"{what} not finished", "A picture that is not finished is not written.", (("Stop and quit", stop), ("Wait", nothing))
    )
