"""The slider over a run's preview grids: the same latents through time, so that one sees it learn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.widgets.controls import Caption, LinkButton
from desktop.widgets.slider_track import SliderTrack
from desktop.widgets.theme import THEME
from engine.api.training import PreviewGrid


class TimeSlider(QWidget):
    """`looked_at` carries the grid that is looked at: None at the newest place, which follows the training."""

    looked_at = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grids: tuple[PreviewGrid, ...] = ()
        self._track = SliderTrack(0, 0, 0)
        self._track.setAccessibleName("Time: the same samples through the training")
        self._track.setToolTip("Drag to see how it has learnt; the arrow keys go from grid to grid")
        self._label = Caption(tabular=True)
        self._label.setMinimumWidth(self._label.fontMetrics().horizontalAdvance("after 8,888,888 pictures"))
        self._newest = LinkButton("Now")
        self._newest.setAccessibleName("Follow the training again")
        self._newest.setToolTip("Follow the training again")
        row = QHBoxLayout(self)
        row.setContentsMargins(THEME.space_4, THEME.space_2, THEME.space_4, THEME.space_2)
        row.setSpacing(THEME.space_3)
        row.addWidget(Caption("See it learn"))
        row.addWidget(self._track, 1)
        row.addWidget(self._label)
        row.addWidget(self._newest)
        self._track.valueChanged.connect(self._moved)
        self._track.reset_requested.connect(self.follow)
        self._newest.clicked.connect(self.follow)
        self._show()

    @property
    def path(self) -> Path | None:
        """The grid that is looked at; None while the training is followed."""
        return None if self._follows() else self._grids[self._track.value()].path

    def set_grids(self, grids: Sequence[PreviewGrid]) -> None:
        """Who looks at an older grid goes on doing so when a new one comes."""
        before, follows, at = self._grids, self._follows(), self._track.value()
        self._grids = tuple(grids)
        with QSignalBlocker(self._track):
            self._track.setRange(0, max(0, len(grids) - 1))
            self._track.setValue(self._track.maximum() if follows or len(grids) < len(before) else at)
        self._show()

    def follow(self) -> None:
        """Go to the newest grid and stay there."""
        self._track.setValue(self._track.maximum())

    def _follows(self) -> bool:
        return not self._grids or self._track.value() >= len(self._grids) - 1

    def _moved(self) -> None:
        self._show()
        self.looked_at.emit(self.path)

    def _show(self) -> None:
        self._track.setEnabled(len(self._grids) > 1)
        self._newest.setEnabled(not self._follows())
        seen = self._grids[self._track.value()].seen if self._grids else 0
        words = f"after {seen:,} pictures" if self._grids else "no samples yet"
        self._label.setText(words)
        self._track.setAccessibleDescription(words)
        self._track.update()
