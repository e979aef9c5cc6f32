"""The page of a training to be: the choices, the folder's pictures as they will be seen, what is left out, and what it will take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.views.training.choices import Choices
from desktop.views.training.parts import BackLink, Column, Columns, Stage, Title, level_line
from desktop.widgets.controls import Caption, ElidedLabel, LinkButton, Section, push_button
from desktop.widgets.theme import THEME, Weight, font
from engine.api.events import Progress
from engine.api.training import FolderReport, LeftOut, Reason

REASONS: dict[Reason, str] = {
    "broken": "Cannot be read",
    "duplicate": "There already",
    "tiny": "Too small",
    "gone": "Gone meanwhile",
    "other": "Not pictures",
}
NAMED = 40
"""So many files of each reason are listed by name; a folder may hold thousands."""


class PlanPage(QWidget):
    """Shows what `set_report`, `set_progress` or `set_trouble` say; asks for the beginning, another folder, or the way back."""

    begin_wanted = Signal()
    folder_wanted = Signal()
    again_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("A training to be")
        self.choices = Choices()
        self.begin_button = push_button("Begin training", "primary", icon_name="play")
        self.sheet = Stage("Pictures of the folder, as they will be trained on")
        self.headline = Title(size=THEME.size_display)
        self.words = Caption(wrap=True)
        self.words.setFont(font())
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Examining the folder")
        self.again = push_button("Look again")
        self.other = LinkButton("Choose another folder…")
        self.folder = ElidedLabel(role="caption")
        self.estimate = Caption(wrap=True)
        self._takes = Section("What it takes")
        self.left_out = _LeftOut()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Columns(self._left(), self._middle(), self._right()))
        self._connect()

    def set_folder(self, path: str) -> None:
        self.folder.setText(path)

    def set_progress(self, progress: Progress) -> None:
        self.headline.setText("Looking at your pictures")
        counted = progress.total > 1
        self.words.setText(f"{progress.done:.0f} of {progress.total:.0f}" if counted else f"{progress.stage.capitalize()}…")
        self.progress.setRange(0, round(progress.total))
        self.progress.setValue(round(progress.done))
        self._show(progress=True)
        self.estimate.setText("It is told when the pictures have been looked at.")

    def set_report(self, report: FolderReport, estimate: Sequence[str]) -> None:
        first, *more = report.sentences
        self.headline.setText(first.rstrip("."))
        left_out = len(report.left_out)
        mine = [sentence for sentence in more if not any(word in sentence for word in ("left out", "passed over", "gone since"))]
        aside = ["1 file is left out; see the list at the right."] if left_out == 1 else []
        aside = [f"{left_out} files are left out; see the list at the right."] if left_out > 1 else aside
        self.words.setText("\n".join([*aside, *mine]))
        self.estimate.setText("\n\n".join(estimate))
        self.left_out.set_files(report.left_out)
        self._show()

    def set_trouble(self, sentence: str) -> None:
        self.headline.setText("This folder cannot be trained on")
        said = sentence.removeprefix(f"{self.folder.text()}: ")
        self.words.setText(said[:1].upper() + said[1:])
        self.left_out.set_files(())
        self._show(trouble=True)

    def set_sheet(self, image: QImage) -> None:
        self.sheet.show_image(image)

    def _show(self, *, progress: bool = False, trouble: bool = False) -> None:
        self.progress.setVisible(progress)
        self.again.setVisible(trouble)
        self.sheet.setVisible(not trouble)
        self._ground.setVisible(trouble)
        self._takes.setVisible(not trouble)

    def _left(self) -> QWidget:
        back = BackLink("All trainings")
        back.clicked.connect(self.back_wanted)
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, 0)
        head.addWidget(back)
        foot = QWidget()
        bottom = QVBoxLayout(foot)
        bottom.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_4)
        bottom.addWidget(self.begin_button)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (top, Column(self.choices), level_line(), foot):
            column.addWidget(part, 1 if isinstance(part, Column) else 0)
        return left

    def _middle(self) -> QWidget:
        middle = QWidget()
        top = QVBoxLayout()
        top.setContentsMargins(THEME.space_5, THEME.space_5, THEME.space_5, THEME.space_4)
        top.setSpacing(THEME.space_2)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(self.other)
        top.addLayout(place)
        for part in (self.headline, self.words, self.progress):
            top.addWidget(part)
        again = QHBoxLayout()
        again.addWidget(self.again)
        again.addStretch(1)
        top.addLayout(again)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.sheet, 1)
        self._ground = QWidget()
        column.addWidget(self._ground, 1)
        return middle

    def _right(self) -> QWidget:
        self._takes.add(self.estimate)
        return Column(self._takes, self.left_out)

    def _connect(self) -> None:
        self.begin_button.clicked.connect(self.begin_wanted)
        self.choices.name.returnPressed.connect(self.begin_wanted)
        self.again.clicked.connect(self.again_wanted)
        self.again.setToolTip("Examine the folder once more")
        self.other.clicked.connect(self.folder_wanted)


class _LeftOut(Section):
    """The files that are not trained on, by reason."""

    def __init__(self) -> None:
        super().__init__("Left out")
        self._parts: list[QWidget] = []
        self.body.setSpacing(THEME.space_1)
        self.set_files(())

    def set_files(self, files: Sequence[LeftOut]) -> None:
        for part in self._parts:
            self.body.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts = []
        counts = Counter(file.reason for file in files)
        for reason, words in REASONS.items():
            if counts[reason]:
                heading = Caption(f"{words} ({counts[reason]:,})")
                heading.setFont(font(THEME.size_label, Weight.Medium))
                self._put(heading)
                for file in [file for file in files if file.reason == reason][:NAMED]:
                    self._put(ElidedLabel(_line(file), role="caption"))
                if counts[reason] > NAMED:
                    self._put(Caption(f"and {counts[reason] - NAMED:,} more"))
        self.setVisible(bool(files))

    def _put(self, part: QWidget) -> None:
        self._parts.append(part)
        self.body.addWidget(part)


def _line(file: LeftOut) -> str:
    if file.reason == "duplicate":
        return f"{file.name} is the same picture as {file.detail}"
    return f"{file.name} – {file.detail}" if file.detail else file.name
