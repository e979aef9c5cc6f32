"""The Train workspace: its pages, one at a time, and a folder dropped anywhere on them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.state.training.workshop import Page
from desktop.views.drop_hint import DropHint
from desktop.views.training.model_page import ModelPage
from desktop.views.training.plan_page import PlanPage
from desktop.views.training.run_page import RunPage
from desktop.views.training.welcome import Welcome


class TrainingSpace(QWidget):
    """Beside the canvas, as large as it and its panels. `folder_dropped` carries the path."""

    folder_dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Train")
        self.setAcceptDrops(True)
        self.welcome = Welcome()
        self.plan = PlanPage()
        self.run = RunPage()
        self.model = ModelPage()
        self._pages: dict[Page, QWidget] = {"welcome": self.welcome, "plan": self.plan, "run": self.run, "model": self.model}
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._hint = DropHint("Train on this folder", "train", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def open(self, page: Page) -> None:
        self._stack.setCurrentWidget(self._pages[page])
        self.take_focus()

    def take_focus(self) -> None:
        """Begin with what is most likely to be done on the page."""
        panel = self.run.panel
        wanted = (self.welcome.choose_button, self.plan.choices.name, panel.pause, panel.use, panel.go_on)
        for widget in (*wanted, panel.back, self.model.another):
            if widget.isVisible() and widget.isEnabled():
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _first_path(event.mimeData()) is not None:
            event.acceptProposedAction()
            self._hint.appear()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._hint.hide()
        path = _first_path(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.folder_dropped.emit(path)


def _first_path(mime: QMimeData) -> Path | None:
    return next((Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()), None)
