"""The canvas before there is a picture: what to do first."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.widgets.buttons import LinkButton, push_button, with_keys
from desktop.widgets.labels import Caption
from desktop.widgets.theme import THEME, Weight, font


class _Illustration(QWidget):
    """A small misty landscape on paper."""

    def __init__(self) -> None:
        super().__init__()
        self._drawing = QSvgRenderer(QByteArray((files("resources") / "icons" / "empty-canvas.svg").read_bytes()))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return self._drawing.defaultSize()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._drawing.render(painter, QRectF(self.rect()))
        painter.end()


class CanvasWelcome(QWidget):
    """Teaches the first step: drop a photo, open one, or start with the house picture."""

    open_requested = Signal()
    house_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("No picture yet")
        self.setAccessibleDescription("Drop a photo here, press Enter to open one, or start with the house picture.")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        title = QLabel("Drop a photo here")
        title.setFont(font(THEME.size_display, Weight.DemiBold))
        text = Caption("Then drop a painting on it, or pick a style from the gallery.")
        text.setFont(font())
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(_Illustration(), alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(THEME.space_4)
        for label in (title, text):
            column.addWidget(label, alignment=Qt.AlignmentFlag.AlignHCenter)
            column.addSpacing(THEME.space_1 if label is title else THEME.space_5)
        column.addLayout(self._choices())
        # A little above the middle looks like the middle.
        column.addStretch(1)
        column.addSpacing(THEME.space_5)

    def _choices(self) -> QHBoxLayout:
        self.open_button = push_button("Open a photo…", "primary", icon_name="photo")
        self.open_button.setToolTip(with_keys("Open a photo", QKeySequence("Ctrl+O")))
        self.open_button.clicked.connect(self.open_requested)
        self.house_button = LinkButton("start with the house picture")
        self.house_button.clicked.connect(self.house_requested)
        row = QHBoxLayout()
        row.setSpacing(THEME.space_2)
        row.addStretch(1)
        row.addWidget(self.open_button)
        row.addWidget(Caption("or"))
        row.addWidget(self.house_button)
        row.addStretch(1)
        return row

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.open_requested.emit()
