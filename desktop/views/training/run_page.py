"""The page of a run: how far it is and what can be done on the left, its samples in the middle, the watch and charts on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.training.parts import Column, Columns, Stage, level_line
from desktop.views.training.run_panel import RunPanel
from desktop.views.training.time_slider import TimeSlider
from desktop.views.training.watch_panel import Notes, WatchPanel
from desktop.widgets.controls import Caption, LinkButton
from desktop.widgets.theme import THEME

if TYPE_CHECKING:
    from desktop.views.training.charts import Charts


class RunPage(QWidget):
    """`charts` come when pyqtgraph has been imported. The suspected copies can take the samples' place for a while."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("A training")
        self.panel = RunPanel()
        self.samples = Stage("Samples: always the same latents")
        self.time = TimeSlider()
        self.watch = WatchPanel()
        self.notes = Notes()
        self.charts: Charts | None = None
        self._room = QVBoxLayout()
        self._suspects = Stage("Suspected copies, large: left the sample, right the training picture nearest to it")
        self._caption = Caption("Left: a sample. Right: its nearest training picture.")
        self._back = LinkButton("Back to the samples")
        self._beside = QWidget()
        self._middle = self._arrange_middle()
        right = QWidget()
        self._room.setContentsMargins(0, 0, 0, 0)
        right.setLayout(self._room)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Columns(self.panel, self._middle, Column(self.watch, right, self.notes)))
        self.watch.suspects_wanted.connect(self.show_suspects)
        self._back.clicked.connect(self.show_samples)
        self.show_samples()

    def add_charts(self, charts: Charts) -> None:
        self.charts = charts
        self._room.addWidget(charts)

    def set_suspects(self, image: QImage) -> None:
        self.watch.set_suspects(image)
        self._suspects.show_image(image)
        if image.isNull():
            self.show_samples()

    def show_suspects(self) -> None:
        self._beside.show()
        self._suspects.show()
        self.samples.hide()
        self.time.hide()

    def show_samples(self) -> None:
        self._beside.hide()
        self._suspects.hide()
        self.samples.show()
        self.time.show()

    def _arrange_middle(self) -> QWidget:
        beside = QHBoxLayout(self._beside)
        beside.setContentsMargins(THEME.space_4, THEME.space_2, THEME.space_4, THEME.space_2)
        beside.addWidget(self._caption, 1)
        beside.addWidget(self._back)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.samples, 1)
        column.addWidget(self._suspects, 1)
        column.addWidget(level_line())
        column.addWidget(self.time)
        column.addWidget(self._beside)
        return middle
