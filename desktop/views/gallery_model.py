"""The gallery's cards as a Qt model: filtered by chip and search, with thumbnails that are asked for when they are first seen."""

from __future__ import annotations

import enum
import json
import unicodedata
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QByteArray, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

STYLES_MIME: Final = "application/x-sfumato-styles"
"""The mime type of dragged styles: a JSON list of style keys."""

MAX_THUMBNAILS: Final = 600
"""How many thumbnails are kept; the ones longest unseen are forgotten and asked for again."""

CARD_ROLE: Final = Qt.ItemDataRole.UserRole
THUMBNAIL_ROLE: Final = Qt.ItemDataRole.UserRole + 1
FAVOURITE_ROLE: Final = Qt.ItemDataRole.UserRole + 2
ACTIVE_ROLE: Final = Qt.ItemDataRole.UserRole + 3

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Card:
    """A style to show. `key` is "gallery:<id>" or "mine:<blob>"; `subtitle` is "painter · year", empty for drawn styles."""

    key: str
    title: str
    subtitle: str = ""
    mine: bool = False
    tags: tuple[str, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether the project drew it, so that no painter is named."""
        return not self.mine and ("drawn" in self.tags or not self.subtitle)

    @property
    def words(self) -> str:
        """What a search looks through."""
        return plain_letters(" ".join((self.title, self.subtitle, *self.tags)))


class Filter(enum.Enum):
    """The gallery's chips, in their order."""

    ALL = "All"
    FAVOURITES = "Favourites"
    PAINTERS = "Painters"
    DRAWN = "Drawn"
    MINE = "Mine"

    @property
    def takes_new(self) -> bool:
        """Whether the tile for a new style stands among these cards."""
        return self in (Filter.ALL, Filter.MINE)


def plain_letters(text: str) -> str:
    """The text without case and accents, so that "cezanne" finds Cézanne."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))


def to_mime(keys: Sequence[str]) -> QMimeData:
    """The data of a drag of styles."""
    data = QMimeData()
    data.setData(STYLES_MIME, QByteArray(json.dumps(list(keys)).encode()))
    return data


class GalleryModel(QAbstractListModel):
    """The cards that match the chip and the search. Row 0 may be the tile that adds a style: its card is None."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[Card, ...] = ()
        self._words: dict[str, str] = {}
        self._rows: list[Card | None] = []
        self._row_of: dict[str, int] = {}
        self._thumbnails: OrderedDict[str, QImage] = OrderedDict()
        self._favourites: frozenset[str] = frozenset()
        self._active: frozenset[str] = frozenset()
        self._filter = Filter.ALL
        self._search = ""

    @property
    def matches(self) -> int:
        """How many cards match, the tile for a new style not counted."""
        return len(self._row_of)

    def set_cards(self, cards: Iterable[Card]) -> None:
        self._cards = tuple(cards)
        self._words = {card.key: card.words for card in self._cards}
        self._refill()

    def narrow(self, chosen: Filter, search: str) -> None:
        """Show the cards of a chip that have every word of the search."""
        search = plain_letters(search).strip()
        if (chosen, search) != (self._filter, self._search):
            self._filter, self._search = chosen, search
            self._refill()

    def set_thumbnail(self, key: str, image: QImage) -> None:
        self._thumbnails[key] = image
        self._thumbnails.move_to_end(key)
        while len(self._thumbnails) > MAX_THUMBNAILS:
            self._thumbnails.popitem(last=False)
        self._touch([key], THUMBNAIL_ROLE)

    def set_favourites(self, keys: Collection[str]) -> None:
        changed = self._favourites ^ frozenset(keys)
        self._favourites = frozenset(keys)
        if changed and self._filter is Filter.FAVOURITES:
            self._refill()
        else:
            self._touch(changed, FAVOURITE_ROLE)

    def set_active(self, keys: Collection[str]) -> None:
        changed = self._active ^ frozenset(keys)
        self._active = frozenset(keys)
        self._touch(changed, ACTIVE_ROLE)

    def card(self, index: Index) -> Card | None:
        """The card at an index; None for the tile that adds a style and for no index."""
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, key: str) -> QModelIndex:
        """Where a card is shown; an invalid index where it is not."""
        row = self._row_of.get(key)
        return QModelIndex() if row is None else self.index(row)

    def is_add_tile(self, index: Index) -> bool:
        return index.isValid() and self._rows[index.row()] is None

    def is_favourite(self, key: str) -> bool:
        return key in self._favourites

    # Qt's side of the model.

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsDragEnabled if self.card(index) else Qt.ItemFlag.ItemIsEnabled

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self._rows[index.row()]
        return _tile_data(role) if card is None else self._card_data(card, role)

    def mimeTypes(self) -> list[str]:
        return [STYLES_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return to_mime([card.key for card in map(self.card, indexes) if card])

    def _card_data(self, card: Card, role: int) -> Any:
        if role == CARD_ROLE:
            return card
        if role == THUMBNAIL_ROLE:
            return self._thumbnail(card.key)
        if role == FAVOURITE_ROLE:
            return card.key in self._favourites
        if role == ACTIVE_ROLE:
            return card.key in self._active
        return self._text(card, role)

    def _text(self, card: Card, role: int) -> str | None:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return card.title
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(filter(None, (card.title, card.subtitle)))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(card)
        return None

    def _thumbnail(self, key: str) -> QImage | None:
        if key in self._thumbnails:
            self._thumbnails.move_to_end(key)
        return self._thumbnails.get(key)

    def _spoken(self, card: Card) -> str:
        parts = [card.title, card.subtitle or ("your own" if card.mine else "")]
        parts += ["favourite" if card.key in self._favourites else "", "in use" if card.key in self._active else ""]
        return ", ".join(filter(None, parts))

    def _belongs(self, card: Card) -> bool:
        match self._filter:
            case Filter.FAVOURITES:
                return card.key in self._favourites
            case Filter.PAINTERS:
                return not card.mine and not card.drawn
            case Filter.DRAWN:
                return card.drawn
            case Filter.MINE:
                return card.mine
        return True

    def _refill(self) -> None:
        words = self._search.split()
        found = [card for card in self._cards if self._belongs(card) and all(word in self._words[card.key] for word in words)]
        self.beginResetModel()
        self._rows = [None, *found] if self._filter.takes_new and not words else [*found]
        self._row_of = {card.key: row for row, card in enumerate(self._rows) if card}
        self.endResetModel()

    def _touch(self, keys: Iterable[str], role: int) -> None:
        for key in keys:
            index = self.index_of(key)
            if index.isValid():
                self.dataChanged.emit(index, index, [role, Qt.ItemDataRole.AccessibleTextRole])


def _tile_data(role: int) -> str | None:
    match role:
        case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
            return "Add a style"
        case Qt.ItemDataRole.ToolTipRole:
            return "Make a style of any painting or photo: choose a picture, or drop one here"
    return None
