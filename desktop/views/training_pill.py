"""The training that is under way, in the window's last line: seen from every workspace, and the way to it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, font
from engine.api.training import WatchState

COLOURS: dict[WatchState | None, str] = {"green": THEME.good, "amber": THEME.caution, "red": THEME.danger, None: THEME.text_muted}
WORDS: dict[WatchState | None, str] = {"green": "", "amber": " · begins to memorise", "red": " · memorises or collapses", None: ""}


class TrainingPill(QPushButton):
    """Hidden while nothing is trained."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "segment")
        self.setFont(font(THEME.size_label, tabular=True))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(QSize(14, 14))
        self.setToolTip("Go to the training  (F3)")
        self.setAccessibleName("The training")
        self._state: WatchState | None = None
        self._mark()
        self.hide()

    def set_training(self, name: str, words: str, state: WatchState | None) -> None:
        """Say what is trained and how it goes; an empty name hides it."""
        self.setVisible(bool(name))
        text = f"{name}: {words}{WORDS[state]}"
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(f"The training {text}")
        if state != self._state:
            self._state = state
            self._mark()

    def _mark(self) -> None:
        self.setIcon(icon("train", colour=COLOURS[self._state]))
