"""The gallery: every style to paint with, to search, to star, to mix and to add to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from desktop.views.drop_hint import DropHint
from desktop.views.gallery_grid import GalleryGrid
from desktop.views.gallery_model import STYLES_MIME, Card, Filter, GalleryModel
from desktop.widgets.controls import Caption, EmptyState, FlowLayout, Heading
from desktop.widgets.icons import icon
from desktop.widgets.theme import THEME, Weight, font
from engine.api.naming import PICTURE_SUFFIXES

__all__ = ["STYLES_MIME", "Card", "Gallery"]


class Gallery(QWidget):
    """Styles as cards. `thumbnail_wanted` asks once for the picture of each card that is seen without one; the other signals
    are the artist's wishes, with the key of the style that they are about."""

    activated = Signal(str)
    mix_requested = Signal(str)
    favourite_toggled = Signal(str)
    remove_requested = Signal(str)
    add_requested = Signal()
    files_dropped = Signal(list)
    """Paths (`pathlib.Path`) of pictures to make styles of."""
    thumbnail_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Gallery")
        self.setAcceptDrops(True)
        self._asked: set[str] = set()
        self._model = GalleryModel(self)
        self._grid = GalleryGrid(self._model)
        self._search = self._make_search()
        self._count = Caption(tabular=True)
        self._chips = QButtonGroup(self)
        self._empty: EmptyState | None = None
        self._pages = QStackedWidget()
        self._pages.addWidget(self._grid)
        self._drop_hint = DropHint("Drop to add as a style", "plus", self)
        self._arrange()
        self._connect()
        self._narrow()

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Show these cards, in this order; where the artist was in the grid stays."""
        current = self._model.card(self._grid.currentIndex())
        scrolled = self._grid.verticalScrollBar().value()
        self._model.set_cards(cards)
        self._asked &= {card.key for card in cards}
        if current:
            self._grid.setCurrentIndex(self._model.index_of(current.key))
        self._grid.verticalScrollBar().setValue(scrolled)
        self._say_what_is_shown()

    def set_thumbnail(self, key: str, image: QImage) -> None:
        self._asked.discard(key)
        self._model.set_thumbnail(key, image)

    def set_favourites(self, keys: set[str]) -> None:
        self._model.set_favourites(keys)
        self._say_what_is_shown()

    def set_active(self, keys: Sequence[str]) -> None:
        """Mark the styles in use on the current layer."""
        self._model.set_active(keys)

    def reveal(self, key: str) -> None:
        """Bring a card into sight; a search or a chip that hides it is given up."""
        if key not in self.shown_keys:
            self._search.clear()
        if key not in self.shown_keys:
            self._chips.button(list(Filter).index(Filter.ALL)).setChecked(True)
        self._grid.scrollTo(self._model.index_of(key))

    def focus_search(self) -> None:
        """Put the cursor into the search field, what is there selected."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    @property
    def shown_keys(self) -> list[str]:
        """The keys of the cards that match, in their order."""
        cards = (self._model.card(self._model.index(row)) for row in range(self._model.rowCount()))
        return [card.key for card in cards if card]

    # Making.

    def _make_search(self) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText("Search painters, titles, words")
        field.setAccessibleName("Search styles")
        field.addAction(icon("search", colour=THEME.text_faint), QLineEdit.ActionPosition.LeadingPosition)
        clear = field.addAction(icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        clear.setToolTip("Clear the search")
        clear.setVisible(False)
        clear.triggered.connect(field.clear)
        field.textChanged.connect(lambda text: clear.setVisible(bool(text)))
        field.installEventFilter(self)
        return field

    def _arrange(self) -> None:
        header = QHBoxLayout()
        header.addWidget(Heading("Styles"))
        header.addStretch(1)
        header.addWidget(self._count)
        chips = FlowLayout(0)
        for place, chosen in enumerate(Filter):
            chips.addWidget(self._make_chip(chosen, place))
        top = QVBoxLayout()
        top.setContentsMargins(THEME.space_4, THEME.space_3, THEME.space_4, THEME.space_1)
        top.setSpacing(THEME.space_2)
        top.addLayout(header)
        top.addWidget(self._search)
        top.addLayout(chips)
        cards = QVBoxLayout()
        cards.setContentsMargins(THEME.space_4 - 6, 0, 0, 0)  # the cells' own gap makes up the rest
        cards.addWidget(self._pages)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(cards, 1)

    def _make_chip(self, chosen: Filter, place: int) -> QToolButton:
        chip = QToolButton()
        chip.setText(chosen.value)
        chip.setAccessibleName(f"Show {chosen.value.lower()}")
        chip.setFont(font(THEME.size_small, Weight.Medium))
        # Qt's own width for a tool button is generous; five chips have to fit on one line of a narrow panel.
        chip.setFixedWidth(chip.fontMetrics().horizontalAdvance(chip.text()) + 2 * THEME.space_2)
        chip.setCheckable(True)
        chip.setChecked(chosen is Filter.ALL)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._chips.addButton(chip, place)
        return chip

    def _connect(self) -> None:
        self._search.textChanged.connect(self._narrow)
        self._chips.idToggled.connect(lambda _, on: self._narrow() if on else None)
        self._grid.applied.connect(self.activated)
        self._grid.mixed.connect(self.mix_requested)
        self._grid.starred.connect(self.favourite_toggled)
        self._grid.removed.connect(self.remove_requested)
        self._grid.add_chosen.connect(self.add_requested)
        # Queued: a picture is asked for after the painting that missed it.
        self._grid.delegate.unpictured.connect(self._ask_for_thumbnail, Qt.ConnectionType.QueuedConnection)

    # What happens.

    @property
    def _filter(self) -> Filter:
        return list(Filter)[self._chips.checkedId()]

    def _narrow(self) -> None:
        self._model.narrow(self._filter, self._search.text())
        self._grid.scrollToTop()
        self._say_what_is_shown()

    def _say_what_is_shown(self) -> None:
        count = self._model.matches
        self._count.setText({0: "", 1: "1 style"}.get(count, f"{count} styles"))
        if self._empty is not None:
            self._pages.removeWidget(self._empty)
            self._empty.deleteLater()
            self._empty = None
        if count == 0:
            self._empty = self._make_empty()
            self._pages.addWidget(self._empty)
            self._pages.setCurrentWidget(self._empty)

    def _make_empty(self) -> EmptyState:
        text = self._search.text().strip()
        if text:
            state = EmptyState("search", f"No style matches “{text}”", "Try a painter, a title or a word like “night”.", "Clear the search")
            state.activated.connect(self._search.clear)
        elif self._filter is Filter.FAVOURITES:
            state = EmptyState("star", "No favourites yet", "Press the star on a style to keep it here.")
        else:
            words = "Drop a painting here or choose a picture: its colours and strokes are learnt at once."
            state = EmptyState("brush", "Make a style of your own", words, "Choose a picture…")
            state.activated.connect(self.add_requested)
        return state

    def _ask_for_thumbnail(self, key: str) -> None:
        if key not in self._asked:
            self._asked.add(key)
            self.thumbnail_wanted.emit(key)

    # Qt's events.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent):
            key = event.key()
            if key == Qt.Key.Key_Escape and self._search.text():
                if event.type() == QEvent.Type.ShortcutOverride:
                    event.accept()  # the window's own use of Escape has to wait
                elif event.type() == QEvent.Type.KeyPress:
                    self._search.clear()
                    return True
            elif key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.type() == QEvent.Type.KeyPress:
                self._enter_grid()
                return True
        return super().eventFilter(watched, event)

    def _enter_grid(self) -> None:
        if self._model.matches:
            self._grid.setCurrentIndex(self._model.index_of(self.shown_keys[0]))
            self._grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _pictures(event.mimeData()):
            event.acceptProposedAction()
            self._drop_hint.appear()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hint.hide()
        event.acceptProposedAction()
        self.files_dropped.emit(_pictures(event.mimeData()))


def _pictures(data: QMimeData) -> list[Path]:
    """The picture files of a drag."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() in PICTURE_SUFFIXES]
