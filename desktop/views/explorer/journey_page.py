"""A journey: its stops, the way through them under the hand, and the film of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QMenu, QVBoxLayout, QWidget

from desktop.views.explorer.bookmark_strip import icon_of
from desktop.views.training.choices import combo
from desktop.views.training.parts import Column, level_line
from desktop.widgets.controls import Caption, IconButton, LinkButton, Switch, ValueSlider, push_button
from desktop.widgets.icons import icon
from desktop.widgets.segments import Segments
from desktop.widgets.theme import THEME

SIZES = ((None, "As the generator learnt"), (256, "256 px"), (512, "512 px"), (1024, "1024 px"))
ROW, MOST_SEEN = 40, 5
NOWHERE = "Two stops or more make a journey: add bookmarks, or draw a line on the map."
ONE = "One place is no way yet: add another stop."


class JourneyPage(QWidget):
    """`set_…` tells nobody; the signals are the artist's hand. Stops are known by their place."""

    added = Signal(object)
    """The ids of bookmarks."""
    removed = Signal(int)
    shifted = Signal(int, int)
    loop_changed = Signal(bool)
    easing_chosen = Signal(object)
    scrubbed = Signal(float)
    rested = Signal()
    play_toggled = Signal(bool)
    seconds_changed = Signal(float)
    side_chosen = Signal(object)
    film_wanted = Signal()
    restore_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: list[tuple[str, str, QImage]] = []
        self.add = push_button("Add a stop", icon_name="plus")
        self.add.clicked.connect(self._open_menu)
        self.stops = _Stops()
        self.stops.removed.connect(self.removed)
        self.earlier = push_button("Earlier", "ghost")
        self.later = push_button("Later", "ghost")
        self.remove = IconButton("trash", "Remove the stop")
        self.loop = Switch("Come back to the first stop")
        self.easing = Segments("Speed", [("even", "Even"), ("gentle", "Slower at stops")])
        self.easing.set_tip("even", "Always as fast in what is seen")
        self.where = ValueSlider("Where", 0, 1, 0, step=0.005, default=0, unit="%", factor=100, decimals=0)
        self.play = IconButton("play", "Play")
        self.seconds = ValueSlider("Length of the whole film", 1, 120, 4, step=0.5, default=4, unit="s", log=True, decimals=1)
        self.film_size = combo("Size of the film")
        for side, text in SIZES:
            self.film_size.addItem(text, side)
        self.film = push_button("Export a film…", "primary", icon_name="export")
        self.film.setToolTip("MP4, an animated GIF, or PNG frames in a folder")
        self.restore = LinkButton("Bring back the journey before")
        self.restore.clicked.connect(self.restore_wanted)
        self.words = Caption(NOWHERE, wrap=True)
        self.length = Caption()
        self._travel = QWidget()
        """What there is to do with a journey: there before it leads somewhere, it would be seven controls without a use."""
        self._arrange()
        self._connect()

    def set_choices(self, bookmarks: Sequence[tuple[str, str, QImage]]) -> None:
        """(id, name, picture) of what can be a stop."""
        self._choices = list(bookmarks)
        self.add.setEnabled(bool(bookmarks))

    def set_journey(
        self, stops: Sequence[tuple[str, QImage]], *, ready: bool, loop: bool, playing: bool, frames: int, can_restore: bool = False
    ) -> None:
        """(name, picture) of each stop; `ready` where the journey leads somewhere; `can_restore` where a line took another one's place."""
        with QSignalBlocker(self.stops):
            row = self.stops.currentRow()
            self.stops.clear()
            for name, image in stops:
                self.stops.addItem(QListWidgetItem(icon_of(image), name))
            self.stops.setCurrentRow(min(row, len(stops) - 1))
        self.stops.setFixedHeight(min(MOST_SEEN, len(stops)) * ROW)
        self.stops.setVisible(bool(stops))
        self.loop.setChecked(loop)
        self._travel.setVisible(ready)
        self.words.setText(ONE if stops else NOWHERE)
        self.words.setVisible(not ready)
        self.length.setText(f"{frames} frames")
        self.restore.setVisible(can_restore)
        self.play.setIcon(icon("pause" if playing else "play"))
        self.play.set_text("Pause" if playing else "Play")
        for part in (self.earlier, self.later, self.remove):
            part.setVisible(len(stops) > 0)
        self._enable()

    def set_own_side(self, side: int | None) -> None:
        """The size in pixels that the generator has learnt; None as long as it is not known."""
        self.film_size.setItemText(0, SIZES[0][1] if side is None else f"{SIZES[0][1]} – {side} px")

    def set_where(self, at: float) -> None:
        self.where.set_value(at)

    def menu(self) -> QMenu:
        """The bookmarks to choose from."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for id, name, image in self._choices:
            menu.addAction(icon_of(image), name, lambda id=id: self.added.emit((id,)))
        if len(self._choices) > 1:
            menu.addSeparator()
            menu.addAction("All bookmarks", lambda: self.added.emit(tuple(id for id, _, _ in reversed(self._choices))))
        return menu

    def _open_menu(self) -> None:
        self.menu().popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _enable(self) -> None:
        row, count = self.stops.currentRow(), self.stops.count()
        self.remove.setEnabled(row >= 0)
        self.earlier.setEnabled(row > 0)
        self.later.setEnabled(0 <= row < count - 1)

    def _shift(self, by: int) -> None:
        row = self.stops.currentRow()
        self.stops.setCurrentRow(row + by)  # the stop stays chosen
        self.shifted.emit(row, by)

    def _arrange(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(THEME.space_4, 0, THEME.space_4, THEME.space_3)
        column.setSpacing(THEME.space_3)
        edits = QHBoxLayout()
        edits.setSpacing(THEME.space_1)
        buttons: tuple[QWidget, ...] = (self.add, self.earlier, self.later, self.remove)
        for button in buttons:
            edits.addWidget(button)
        edits.insertStretch(1, 1)
        way = QHBoxLayout()
        way.setSpacing(THEME.space_2)
        way.addWidget(self.play)
        way.addWidget(self.where, 1)
        size = Caption("Size")
        size.setBuddy(self.film_size)
        column.addLayout(edits)
        column.addWidget(self.stops)
        column.addWidget(self.restore, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.words)
        travel = QVBoxLayout(self._travel)
        travel.setContentsMargins(0, 0, 0, 0)
        travel.setSpacing(THEME.space_3)
        travel.addWidget(self.loop)
        travel.addWidget(self.easing)
        travel.addLayout(way)
        travel.addWidget(level_line())
        below: tuple[QWidget, ...] = (self.seconds, size, self.film_size, self.length, self.film)
        for part in below:
            travel.addWidget(part)
        column.addWidget(self._travel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(Column(content))

    def _connect(self) -> None:
        self.stops.currentRowChanged.connect(lambda _: self._enable())
        self.earlier.clicked.connect(lambda: self._shift(-1))
        self.later.clicked.connect(lambda: self._shift(+1))
        self.remove.clicked.connect(lambda: self.removed.emit(self.stops.currentRow()))
        self.loop.clicked.connect(self.loop_changed)
        self.easing.chosen.connect(self.easing_chosen)
        self.where.changed.connect(lambda at, _: self.scrubbed.emit(at))
        self.where.released.connect(lambda _: self.rested.emit())
        self.play.clicked.connect(lambda: self.play_toggled.emit(self.play.text() == "Play"))
        self.seconds.changed.connect(lambda seconds, _: self.seconds_changed.emit(seconds))
        self.film_size.activated.connect(lambda row: self.side_chosen.emit(self.film_size.itemData(row)))
        self.film.clicked.connect(self.film_wanted)


class _Stops(QListWidget):
    removed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Stops of the journey")
        self.setIconSize(QSize(ROW - 8, ROW - 8))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.currentRow() >= 0:
            self.removed.emit(self.currentRow())
        else:
            super().keyPressEvent(event)
