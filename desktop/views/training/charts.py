"""The charts of a run: its losses, and what the watch measures. Imports pyqtgraph, which takes a fifth of a second: import it late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.widgets.controls import Caption, FlowLayout, Section
from desktop.widgets.theme import THEME, font
from engine.api.training import Judged

Curves = Mapping[str, tuple[Sequence[int], Sequence[float]]]

COLOURS = (THEME.accent, "#8ab8e6", "#b9a3e3", THEME.good)
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
DRAWN = ("critic", "generator", "penalty")
"""The losses that are drawn, in this order."""
HEIGHT = 150


class Charts(QWidget):
    """Two charts over the pictures that were shown, each from when there is something on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._losses = Chart("Losses of critic and generator, over the pictures shown")
        self._watch = Chart("What the watch measures, over the pictures shown", (0.0, 1.0))
        self._sections: list[Section] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for title, chart in (("The game", self._losses), ("What the watch hears", self._watch)):
            section = Section(title)
            section.body.setSpacing(THEME.space_1)
            section.add(chart)
            column.addWidget(section)
            self._sections.append(section)
        self.set_losses({})
        self.set_verdicts(())

    def set_losses(self, losses: Curves) -> None:
        self._sections[0].setVisible(bool(losses))
        self._losses.set_curves({name: losses[name] for name in DRAWN if name in losses})

    def set_verdicts(self, verdicts: Sequence[Judged]) -> None:
        self._sections[1].setVisible(bool(verdicts))
        self._watch.set_curves(watch_curves(verdicts))


def watch_curves(verdicts: Sequence[Judged]) -> Curves:
    """What is drawn of the watch: copies and coverage always, knowing by heart (AUC) where pictures are held out."""
    curves: dict[str, tuple[list[int], list[float]]] = {}
    for verdict in verdicts:
        said = verdict.watched
        values = {"by heart": said.auc, "copies": said.copies, "coverage": said.coverage, "augmentation": said.augmentation}
        for name, value in values.items():
            if value is not None:
                seen, points = curves.setdefault(name, ([], []))
                seen.append(verdict.seen)
                points.append(value)
    return curves


class Chart(QWidget):
    """Curves on one plot, with their names above it; each has a colour and a dash of its own. It cannot be moved or zoomed."""

    def __init__(self, name: str, y_range: tuple[float, float] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot: Any = pg.PlotWidget(background=None)
        self._plot.setAccessibleName(name)
        self._plot.setFixedHeight(HEIGHT)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMouseEnabled(False, False)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.showGrid(y=True, alpha=0.12)
        if y_range is not None:
            self._plot.setYRange(*y_range, padding=0.04)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(THEME.line_strong))
            axis.setTextPen(pg.mkPen(THEME.text_faint))
            axis.setStyle(tickFont=font(THEME.size_small, tabular=True), tickLength=-4)
            axis.enableAutoSIPrefix(False)
        self._plot.getAxis("left").setWidth(34)
        self._plot.getAxis("bottom").tickStrings = _thousands
        self._plot.setMinimumWidth(120)
        self._names = FlowLayout(THEME.space_2)
        self._curves: dict[str, Any] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.space_1)
        column.addLayout(self._names)
        column.addWidget(self._plot)

    def set_curves(self, curves: Curves) -> None:
        for name, (seen, values) in curves.items():
            if name not in self._curves:
                self._add(name)
            self._curves[name].setData(list(seen), list(values), symbol="o" if len(seen) == 1 else None)
        for name in self._curves.keys() - curves.keys():
            self._curves[name].setData([], [])

    def _add(self, name: str) -> None:
        place = len(self._curves) % len(COLOURS)
        pen = pg.mkPen(QColor(COLOURS[place]), width=1.5, style=DASHES[place])
        curve = self._plot.plot([], [], pen=pen, symbolSize=4, symbolBrush=COLOURS[place], symbolPen=None)
        curve.setDownsampling(auto=True, method="peak")
        self._curves[name] = curve
        self._names.addWidget(_Name(name, COLOURS[place], DASHES[place]))


class _Name(QWidget):
    """A curve's name beside a piece of its line."""

    def __init__(self, name: str, colour: str, dash: Qt.PenStyle) -> None:
        super().__init__()
        words = {Qt.PenStyle.SolidLine: "solid", Qt.PenStyle.DashLine: "dashed", Qt.PenStyle.DotLine: "dotted"}
        line = QLabel()
        line.setFixedSize(16, 2 if dash == Qt.PenStyle.SolidLine else 3)
        border = {"solid": "solid", "dashed": "dashed", "dotted": "dotted"}[words.get(dash, "dashed")]
        line.setStyleSheet(f"border-top: 2px {border} {colour};")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(THEME.space_1)
        row.addWidget(line)
        row.addWidget(Caption(name))


def _thousands(values: Sequence[float], scale: float, spacing: float) -> list[str]:
    """Pictures shown, short."""
    return [f"{value / 1e6:g}M" if abs(value) >= 1e6 else f"{value / 1e3:g}k" if abs(value) >= 1e3 else f"{value:g}" for value in values]
