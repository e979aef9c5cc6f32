"""The styles that the gallery shows: those that the studio comes with, and the artist's own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop.state.frames import encoded
from desktop.state.settings import SettingsStore
from engine.api import gallery
from engine.api.atomic import atomic_file
from engine.api.recipe import GalleryStyle, PictureStyle, Style


@dataclass(frozen=True)
class StyleEntry:
    """A style to choose. `key` is "gallery:<id>" or "mine:<blob>"."""

    key: str
    style: Style
    title: str
    subtitle: str = ""
    mine: bool = False
    tags: tuple[str, ...] = ()


class OwnStyle(msgspec.Struct, frozen=True):
    """The file of one of the artist's own styles; `added` is seconds since 1970 and orders them, newest first."""

    blob: str
    name: str
    added: float
    format: int = 1


@dataclass(frozen=True)
class RemovedStyle:
    """What it takes to put one of the artist's own styles back."""

    own: OwnStyle
    thumbnail: QImage | None


class Library(QObject):
    """All styles, their thumbnails and which are favourites."""

    changed = Signal()
    added = Signal(str)
    """The key of a style that the artist has just made."""
    favourites_changed = Signal()
    thumbnail_changed = Signal(str, QImage)

    def __init__(self, folder: Path, settings: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._settings = settings
        self.problem = ""
        self._cards = {f"gallery:{card.id}": card for card in self._read_gallery()}
        self._own = self._read_own()
        self._entries: dict[str, StyleEntry] = {}
        self._list_entries()

    @property
    def entries(self) -> tuple[StyleEntry, ...]:
        """The artist's own styles, newest first, then the gallery's."""
        return tuple(self._entries.values())

    @property
    def favourites(self) -> frozenset[str]:
        return frozenset(self._settings.settings.favourites)

    def find(self, key: str) -> StyleEntry | None:
        return self._entries.get(key)

    def title(self, style: Style) -> str:
        """What to call a style of a layer, also one whose card is gone."""
        entry = self.find(style_key(style))
        if entry is not None:
            return entry.title
        return style.id if isinstance(style, GalleryStyle) else Path(style.name).stem or "A picture"

    def neighbour(self, key: str | None, step: int) -> StyleEntry | None:
        """The style `step` places after the one with `key`, around the end; the first one where the key is unknown."""
        entries = self.entries
        keys = [entry.key for entry in entries]
        if not entries:
            return None
        return entries[(keys.index(key) + step) % len(entries)] if key in keys else entries[0]

    def toggle_favourite(self, key: str) -> None:
        self._settings.toggle_favourite(key)
        self.favourites_changed.emit()

    def add_own(self, style: PictureStyle) -> StyleEntry:
        """Keep a picture as a style. Raises `SfumatoError` or `OSError` where the library's folder cannot be written."""
        own = OwnStyle(style.blob, Path(style.name).stem or "Pasted picture", time.time())
        self._keep(own)
        entry = _own_entry(own)
        self.added.emit(entry.key)
        return entry

    def _keep(self, own: OwnStyle) -> None:
        if all(known.blob != own.blob for known in self._own):
            self._folder.mkdir(parents=True, exist_ok=True)
            with atomic_file(self._folder / f"{own.blob}.json", overwrite=True) as stream:
                stream.write(msgspec.json.encode(own))
            self._own = sorted([own, *self._own], key=lambda known: known.added, reverse=True)
            self._list_entries()

    def set_own_thumbnail(self, key: str, image: QImage) -> None:
        """Keep and show the thumbnail of an own style. Raises `SfumatoError` where it cannot be written."""
        with atomic_file(self._folder / f"{key.removeprefix('mine:')}.png", overwrite=True, durable=False) as stream:
            stream.write(encoded(image, "png"))
        self.thumbnail_changed.emit(key, image)

    def remove_own(self, key: str) -> RemovedStyle | None:
        """Take one of the artist's own styles off the shelf; pictures made with it keep it. None: there was no such style."""
        blob = key.removeprefix("mine:")
        found = next((own for own in self._own if own.blob == blob), None)
        removed = RemovedStyle(found, self.thumbnail(key)) if found is not None else None
        self._own = [own for own in self._own if own.blob != blob]
        for suffix in (".json", ".png"):
            (self._folder / f"{blob}{suffix}").unlink(missing_ok=True)
        self._list_entries()
        return removed

    def restore_own(self, removed: RemovedStyle) -> None:
        """Put a removed style back where it lay. Raises `SfumatoError` or `OSError` where the library's folder cannot be written."""
        self._keep(removed.own)
        if removed.thumbnail is not None:
            self.set_own_thumbnail(f"mine:{removed.own.blob}", removed.thumbnail)

    def thumbnail(self, key: str) -> QImage | None:
        """The thumbnail from its file; None where there is none (yet)."""
        if (card := self._cards.get(key)) is not None:
            image = self._card_image(card)
        else:
            image = QImage(str(self._folder / f"{key.removeprefix('mine:')}.png"))
        return None if image.isNull() else image

    def _card_image(self, card: gallery.StyleCard) -> QImage:
        try:
            return QImage.fromData(card.thumbnail_bytes())
        except OSError:
            return QImage()

    def without_thumbnail(self) -> tuple[StyleEntry, ...]:
        """Own styles whose sample was never finished (the studio was closed, or crashed, before it was)."""
        return tuple(_own_entry(own) for own in self._own if not (self._folder / f"{own.blob}.png").exists())

    def _list_entries(self) -> None:
        entries = (*map(_own_entry, self._own), *map(_card_entry, self._cards.values()))
        self._entries = {entry.key: entry for entry in entries}
        self.changed.emit()

    def _read_gallery(self) -> tuple[gallery.StyleCard, ...]:
        try:
            return gallery.cards()
        except OSError as error:
            self.problem = f"The gallery's styles are missing ({error.strerror}): install Sfumato again; your own styles are here."
            return ()

    def _read_own(self) -> list[OwnStyle]:
        found: list[OwnStyle] = []
        for file in sorted(self._folder.glob("*.json")):
            try:
                found.append(msgspec.json.decode(file.read_bytes(), type=OwnStyle))
            except (msgspec.DecodeError, OSError):
                self.problem = f"Your style {file.name} cannot be read and is left out; add its picture again."
        return sorted(found, key=lambda own: own.added, reverse=True)


def style_key(style: Style) -> str:
    """The key of a layer's style, as on its card."""
    return f"gallery:{style.id}" if isinstance(style, GalleryStyle) else f"mine:{style.blob}"


def _own_entry(own: OwnStyle) -> StyleEntry:
    return StyleEntry(f"mine:{own.blob}", PictureStyle(own.blob, own.name), own.name, "Your own", mine=True)


def _card_entry(card: gallery.StyleCard) -> StyleEntry:
    subtitle = " · ".join(filter(None, (card.painter, card.year))) if card.painter else ""
    return StyleEntry(f"gallery:{card.id}", GalleryStyle(card.id), card.title, subtitle, tags=card.tags)
