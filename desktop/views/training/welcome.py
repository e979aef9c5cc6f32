"""The workspace's beginning: a folder to drop, the trainings and how they stand, the generators that there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.views.training.parts import Title
from desktop.widgets.controls import Caption, ElidedLabel, Heading, LinkButton, push_button
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, Weight, font

WIDTH = 560

Standing = Literal["under way", "waiting", "finished", "stuck"]
STANDINGS: Final[dict[Standing, str]] = {
    "under way": "Under way",
    "waiting": "Trainings that wait",
    "finished": "Finished trainings",
    "stuck": "Trainings that cannot go on",
}
"""How a training stands, and the heading of those that stand so."""


@dataclass(frozen=True)
class Row:
    """A line of a list: what it is called, what is known of it, and what can be done with it; each action has its name and key."""

    key: str
    title: str
    text: str
    actions: tuple[str, ...]


class Welcome(QWidget):
    """`chosen` asks for a folder dialog; `acted` carries the list, the row's key and the action's name."""

    folder_wanted = Signal()
    run_wanted = Signal(str, str)
    model_wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Train a generator")
        self.choose_button = push_button("Choose a folder…", "primary", icon_name="folder")
        self.choose_button.setToolTip("Choose the folder of pictures to learn from")
        self.choose_button.clicked.connect(self.folder_wanted)
        self._runs = {standing: _List(title, self.run_wanted.emit) for standing, title in STANDINGS.items()}
        self._models = _List("Generators", self.model_wanted.emit)
        self.trouble = QLabel()
        self.trouble.setProperty("role", "error")
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        scroll = QScrollArea()
        scroll.setWidget(self._arrange())
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def set_runs(self, rows: Mapping[Standing, Sequence[Row]]) -> None:
        for standing, shown in self._runs.items():
            shown.set_rows(rows.get(standing, ()))

    def set_trouble(self, sentence: str) -> None:
        """Why something cannot be listed; empty where all is."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def set_models(self, rows: Sequence[Row]) -> None:
        self._models.set_rows(rows)

    def _arrange(self) -> QWidget:
        picture = QLabel()
        picture.setPixmap(icon("train", colour=THEME.accent).pixmap(QSize(48, 48)))
        title = Title("Drop a folder of your pictures here", THEME.size_display)
        words = (
            "A generator learns what they have in common, and makes new ones. Thirty pictures are a beginning, hundreds are better. "
            "Nothing leaves this machine."
        )
        text = Caption(words, wrap=True)
        text.setFont(font())
        content = QWidget()
        column = QVBoxLayout()
        column.setSpacing(THEME.space_3)
        column.addStretch(1)
        for part in (picture, title, text):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(part)
        column.addSpacing(THEME.space_2)
        column.addWidget(self.choose_button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(THEME.space_5)
        for below in (self.trouble, *self._runs.values(), self._models):
            column.addWidget(below)
        column.addStretch(2)
        middle = QWidget()
        middle.setMaximumWidth(WIDTH)
        middle.setLayout(column)
        row = QHBoxLayout(content)
        row.addStretch(1)
        row.addWidget(middle, 100)
        row.addStretch(1)
        return content


class _List(QWidget):
    """A heading and its rows; hidden while there are none."""

    def __init__(self, title: str, act: Callable[[str, str], None]) -> None:
        super().__init__()
        self._act = act
        self._rows: list[QWidget] = []
        self._shown: tuple[Row, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, THEME.space_4)
        self._column.setSpacing(THEME.space_2)
        self._column.addWidget(Heading(title))
        self.hide()

    def set_rows(self, rows: Sequence[Row]) -> None:
        if tuple(rows) != self._shown:
            for widget in self._rows:
                self._column.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
            self._shown = tuple(rows)
            self._rows = [self._widget(row) for row in rows]
            for widget in self._rows:
                self._column.addWidget(widget)
        self.setVisible(bool(rows))

    def _widget(self, row: Row) -> QWidget:
        made = QFrame()
        made.setStyleSheet(f"QFrame {{ background: {THEME.raised}; border-radius: {THEME.radius}px; }}")
        title, text = ElidedLabel(row.title), ElidedLabel(row.text, role="caption")
        title.setFont(font(weight=Weight.Medium))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(text)
        line = QHBoxLayout(made)
        line.setContentsMargins(THEME.space_3, THEME.space_2, THEME.space_3, THEME.space_2)
        line.setSpacing(THEME.space_3)
        line.addLayout(words, 1)
        for action in row.actions:
            button = LinkButton(action)
            button.setAccessibleName(f"{action}: {row.title}")
            button.clicked.connect(lambda _=False, action=action: self._act(row.key, action))
            line.addWidget(button)
        return made
