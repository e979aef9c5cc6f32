"""Calm sentences over the canvas: what went wrong, or what the studio offers. They never take the keyboard, and never block."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.widgets.controls import IconButton, LinkButton
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME

MAX_BANNERS = 3
WIDEST = 720
READ = 4000
"""Milliseconds in which a sentence has certainly been read."""
Answer = tuple[str, Callable[[], None]]
PLACED_ANEW = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)
"""What happens to a place when the banners over it must follow."""


class Banner(QWidget):
    """One sentence with an icon, perhaps answers to choose from, and a button to dismiss it. Any answer dismisses it too."""

    dismissed = Signal()

    def __init__(self, icon_name: str, colour: str, sentence: str, answers: Sequence[Answer] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = sentence
        self._colour = QColor(colour)
        self.age = QElapsedTimer()
        self.age.start()
        self.asks = bool(answers)
        """Whether it waits for an answer."""
        self.setAccessibleName(sentence)
        picture = QLabel()
        picture.setPixmap(icon(icon_name, colour=colour).pixmap(QSize(20, 20)))
        text = QLabel(sentence)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setMinimumWidth(80)
        row = QHBoxLayout(self)
        row.setContentsMargins(THEME.space_4, THEME.space_2, THEME.space_2, THEME.space_2)
        row.setSpacing(THEME.space_3)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(text, 1)
        for name, act in answers:
            row.addWidget(self._answer(name, act))
        close = IconButton("close", "Dismiss")
        close.clicked.connect(self.dismissed)
        row.addWidget(close)

    def _answer(self, name: str, act: Callable[[], None]) -> LinkButton:
        button = LinkButton(name)

        def answer() -> None:
            self.dismissed.emit()
            act()

        button.clicked.connect(answer)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(THEME.line_strong), 1))
        painter.setBrush(QColor(THEME.floating))
        painter.drawRoundedRect(box, THEME.radius, THEME.radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawRoundedRect(box.adjusted(5, 8, 8 - box.width(), -8), 1.5, 1.5)
        painter.end()


class Banners(QWidget):
    """The newest banners at the upper edge of `host`, or of a part of it, one below the other."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._area: QWidget | None = None
        self._shown: list[Banner] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(THEME.space_2)
        host.installEventFilter(self)
        self.hide()

    @property
    def sentences(self) -> list[str]:
        """What is on the screen, from top to bottom."""
        return [banner.sentence for banner in self._shown]

    def trouble(self, sentence: str) -> None:
        """Say what went wrong; the same sentence is not said twice."""
        self._drop_same(sentence)
        self._add(Banner("warning", THEME.danger, sentence))

    def offer(self, sentence: str, *answers: Answer) -> None:
        """Say something that asks for an answer, which may wait."""
        self._drop_same(sentence)
        self._add(Banner("info", THEME.accent, sentence, answers))

    def move_to(self, host: QWidget, area: QWidget | None = None) -> None:
        """Stand at the upper edge of another part of the window from now on: of `area` within it, while that is seen."""
        if host is not self._host:
            for watched in (self._host, self._area):
                if watched is not None:
                    watched.removeEventFilter(self)
            self._host, self._area = host, area
            self.setParent(host)
            for watched in (host, area):
                if watched is not None:
                    watched.installEventFilter(self)
            self._place()

    def settle(self) -> None:
        """Something went well since: troubles that have been read go away. What asks for an answer stays."""
        for banner in [banner for banner in self._shown if not banner.asks and banner.age.hasExpired(READ)]:
            self._remove(banner)

    def clear(self) -> None:
        for banner in tuple(self._shown):
            self._remove(banner)

    def _add(self, banner: Banner) -> None:
        banner.dismissed.connect(lambda: self._remove(banner))
        self._shown.append(banner)
        self._column.addWidget(banner)
        for oldest in self._shown[:-MAX_BANNERS]:
            self._remove(oldest)
        self._place()

    def _drop_same(self, sentence: str) -> None:
        for banner in [banner for banner in self._shown if banner.sentence == sentence]:
            self._remove(banner)

    def _remove(self, banner: Banner) -> None:
        if banner in self._shown:
            self._shown.remove(banner)
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
            self._place()

    def _place(self) -> None:
        self.setVisible(bool(self._shown))
        room = self._host.rect()
        if self._area is not None and self._area.isVisibleTo(self._host):
            room = QRect(self._area.mapTo(self._host, QPoint()), self._area.size())
        least = max((banner.minimumSizeHint().width() for banner in self._shown), default=1)
        width = max(least, min(WIDEST, room.width() - 2 * THEME.space_4))
        heights = [banner.heightForWidth(width) for banner in self._shown]
        height = sum(heights) + self._column.spacing() * max(0, len(heights) - 1)
        # One with many answers in a narrow place reaches out to the left: never over the tools on the right.
        left = min(room.left() + (room.width() - width) // 2, room.right() - THEME.space_4 - width)
        self.setGeometry(left, room.top() + THEME.space_4, width, height)
        self.raise_()

    def event(self, event: QEvent) -> bool:
        # A banner knows how high it is only when its texts have their fonts.
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in PLACED_ANEW and self._shown:
            self._place()
        return super().eventFilter(watched, event)
