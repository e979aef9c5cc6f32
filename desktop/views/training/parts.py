"""What the pages of the workspace are put together from: columns, titles and pictures."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.widgets.controls import LinkButton
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, Weight, font

LEFT_WIDTH, RIGHT_WIDTH = 280, 340


class Columns(QWidget):
    """A page: settings on the left, pictures in the middle, what is known on the right."""

    def __init__(self, left: QWidget, middle: QWidget, right: QWidget | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        left.setFixedWidth(LEFT_WIDTH)
        row.addWidget(left)
        row.addWidget(upright_line())
        row.addWidget(middle, 1)
        if right is not None:
            right.setFixedWidth(RIGHT_WIDTH)
            row.addWidget(upright_line())
            row.addWidget(right)


class Column(QScrollArea):
    """A column of sections that scrolls where it is too high; `foot` stays below it. Not a stop of the keyboard itself."""

    def __init__(self, *parts: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, THEME.space_1, 0, THEME.space_2)
        column.setSpacing(0)
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


class Title(QLabel):
    """The name of what a page is about."""

    def __init__(self, text: str = "", size: int = THEME.size_title, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(font(size, Weight.DemiBold))
        self.setWordWrap(True)


class BackLink(LinkButton):
    """The way to the page before."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setIcon(icon("back", colour=THEME.accent))
        self.setIconSize(QSize(14, 14))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)


class Stage(QWidget):
    """A picture as large as it fits, on the canvas's ground. With `cells`, a click tells which of so many columns and rows it is in."""

    clicked = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMinimumSize(160, 120)
        self._image = QImage()
        self._most = 3.0
        self._cells = 0
        self._marked: int | None = None
        self._words = ""

    @property
    def image(self) -> QImage:
        return self._image

    def show_image(self, image: QImage, words: str = "") -> None:
        """Show it; a null image leaves the ground, and `words` on it."""
        self._image, self._words = image, words
        self.update()

    def set_cells(self, cells: int, marked: int | None = None) -> None:
        self._cells, self._marked = cells, marked
        self.setCursor(Qt.CursorShape.PointingHandCursor if cells else Qt.CursorShape.ArrowCursor)
        self.update()

    def enlarge_up_to(self, times: float) -> None:
        self._most = times

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def picture_rect(self) -> QRectF:
        """Where the picture is."""
        room = QRectF(self.rect()).adjusted(THEME.space_4, THEME.space_4, -THEME.space_4, -THEME.space_4)
        width, height = self._image.width(), self._image.height()
        if not width or not height:
            return room
        scale = min(room.width() / width, room.height() / height, self._most)
        shown = QRectF(0, 0, width * scale, height * scale)
        shown.moveCenter(room.center())
        return shown

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        shown = self.picture_rect()
        if event.button() == Qt.MouseButton.LeftButton and not self._image.isNull() and shown.contains(event.position()):
            cells = max(1, self._cells)
            column = int((event.position().x() - shown.left()) / shown.width() * cells)
            row = int((event.position().y() - shown.top()) / shown.height() * cells)
            self.clicked.emit(min(row, cells - 1) * cells + min(column, cells - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(THEME.canvas))
        if self._image.isNull():
            painter.setPen(QColor(THEME.text_faint))
            room = self.rect().adjusted(THEME.space_5, THEME.space_5, -THEME.space_5, -THEME.space_5)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            shown = self.picture_rect()
            painter.drawImage(shown, self._image)
            self._paint_mark(painter, shown)
        painter.end()

    def _paint_mark(self, painter: QPainter, shown: QRectF) -> None:
        if self._cells and self._marked is not None and 0 <= self._marked < self._cells**2:
            side = shown.width() / self._cells
            row, column = divmod(self._marked, self._cells)
            painter.setPen(QColor(THEME.accent))
            painter.drawRect(QRectF(shown.left() + column * side, shown.top() + row * side, side, side).adjusted(1, 1, -1, -1))


def upright_line() -> QFrame:
    line = QFrame()
    line.setFixedWidth(1)
    line.setStyleSheet(f"background: {THEME.line}; border: none;")
    return line


def level_line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    return line
