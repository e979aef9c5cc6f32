"""The map with what belongs to it: how it is laid out, what is shaded, the path that is drawn."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.explorer.map_canvas import MapCanvas
from desktop.views.training.parts import level_line
from desktop.widgets.controls import Caption, LinkButton, Switch
from desktop.widgets.segments import Segments
from desktop.widgets.theme import THEME

TRAVEL = "Drag to travel, turn the wheel to look closer: it shows ever finer variation."
DRAW = "Drag a line: it becomes the journey. A line that ends where it began goes round and round."


class MapPage(QWidget):
    """The map with what belongs to it."""

    layout_chosen = Signal(object)
    shades_changed = Signal(bool)
    find_wanted = Signal()
    drawing_changed = Signal(bool)
    play_toggled = Signal(bool)
    journey_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = MapCanvas()
        self.layouts = Segments("Neighbours", [("spread", "By spread"), ("look", "By look")])
        self.layouts.set_tip("look", "Pictures that look alike are neighbours")
        self.layouts.set_tip("spread", "Across and down are the two ways in which the pictures differ most")
        self.layouts.chosen.connect(self.layout_chosen)
        self.shades = Switch("Darker where you have been")
        self.shades.clicked.connect(self.shades_changed)
        self.find_link = LinkButton("Find the picture on the map")
        self.find_link.clicked.connect(self.find_wanted)
        self.drawing = Switch("Draw a path")
        self.drawing.setToolTip("Drag a line over the map: it becomes the journey. Shift draws, too")
        self.drawing.clicked.connect(self.drawing_changed)
        self.canvas.drawing_left.connect(lambda: self.drawing_changed.emit(False))
        self.play = LinkButton("Play it")
        self.play.clicked.connect(lambda: self.play_toggled.emit(self.play.text() == "Play it"))
        self.to_journey = LinkButton("Go to the journey")
        self.to_journey.clicked.connect(self.journey_wanted)
        self.words = Caption(TRAVEL, wrap=True)
        self._arrange()

    def set_drawing(self, on: bool) -> None:
        self.drawing.setChecked(on)
        self.canvas.set_drawing(on)
        self.words.setText(DRAW if on else TRAVEL)

    def set_journey(self, *, ready: bool, playing: bool) -> None:
        """Whether there is a journey on the map."""
        self.play.setVisible(ready)
        self.to_journey.setVisible(ready)
        self.play.setText("Pause" if playing else "Play it")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(level_line())
        foot = QVBoxLayout()
        foot.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_3)
        foot.setSpacing(THEME.space_2)
        foot.addWidget(self.layouts)
        foot.addWidget(self.shades)
        foot.addWidget(self.drawing)
        row = QHBoxLayout()
        row.setSpacing(THEME.space_3)
        row.addWidget(self.find_link)
        row.addStretch(1)
        row.addWidget(self.play)
        row.addWidget(self.to_journey)
        foot.addLayout(row)
        foot.addWidget(self.words)
        column.addLayout(foot)
