from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from desktop.state.library import Library
from desktop.state.settings import SettingsStore
from engine.api import gallery
from engine.api.recipe import GalleryStyle, PictureStyle

CARDS = (
    gallery.StyleCard("olive-trees", "The Olive Trees", "Vincent van Gogh", "1889", ("landscape",)),
    gallery.StyleCard("linocut", "Linocut", "", "", ("drawn",)),
)
MINE = PictureStyle("b" * 64, "my wave.jpg")


@pytest.fixture(autouse=True)
def _two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "cards", lambda: CARDS)


def library(home: Path) -> Library:
    return Library(home / "styles", SettingsStore(home / "settings.json"))


def image() -> QImage:
    made = QImage(32, 24, QImage.Format.Format_RGB32)
    made.fill(0xFF884422)
    return made


def test_the_gallery_is_listed_in_its_order(tmp_path: Path) -> None:
    entries = library(tmp_path).entries
    assert [entry.key for entry in entries] == ["gallery:olive-trees", "gallery:linocut"]
    assert [entry.subtitle for entry in entries] == ["Vincent van Gogh · 1889", ""]


def test_an_own_style_comes_first_and_survives_a_restart(tmp_path: Path) -> None:
    shelf = library(tmp_path)
    entry = shelf.add_own(MINE)
    shelf.set_own_thumbnail(entry.key, image())
    again = library(tmp_path)
    assert again.entries[0] == entry
    assert entry.title == "my wave"
    assert again.thumbnail(entry.key) is not None
    assert again.without_thumbnail() == ()


def test_the_same_picture_is_one_style(tmp_path: Path) -> None:
    shelf = library(tmp_path)
    assert shelf.add_own(MINE) == shelf.add_own(MINE)
    assert len(shelf.entries) == 3


def test_a_style_without_a_sample_is_known_after_a_restart(tmp_path: Path) -> None:
    entry = library(tmp_path).add_own(MINE)
    assert library(tmp_path).without_thumbnail() == (entry,)


def test_a_removed_style_is_gone_with_its_files(tmp_path: Path) -> None:
    shelf = library(tmp_path)
    entry = shelf.add_own(MINE)
    shelf.set_own_thumbnail(entry.key, image())
    shelf.remove_own(entry.key)
    assert list((tmp_path / "styles").iterdir()) == []
    assert shelf.find(entry.key) is None
    assert shelf.title(MINE) == "my wave"


def test_a_removed_style_is_put_back_where_it_lay(tmp_path: Path) -> None:
    shelf = library(tmp_path)
    entry = shelf.add_own(MINE)
    shelf.set_own_thumbnail(entry.key, image())
    shelf.add_own(PictureStyle("c" * 64, "newer.jpg"))
    before = shelf.entries
    removed = shelf.remove_own(entry.key)
    assert removed is not None
    assert shelf.remove_own(entry.key) is None
    shelf.restore_own(removed)
    assert shelf.entries == library(tmp_path).entries == before
    assert shelf.thumbnail(entry.key) == image()


def test_a_damaged_style_is_left_out_and_named(tmp_path: Path) -> None:
    library(tmp_path).add_own(MINE)
    (tmp_path / "styles" / "broken.json").write_text("{", encoding="utf-8")
    shelf = library(tmp_path)
    assert len(shelf.entries) == 3
    assert "broken.json" in shelf.problem


def test_neighbours_go_around(tmp_path: Path) -> None:
    shelf = library(tmp_path)
    following = shelf.neighbour("gallery:linocut", 1)
    assert following is not None
    assert following.style == GalleryStyle("olive-trees")
    first = shelf.neighbour(None, 1)
    assert first is not None
    assert first.key == "gallery:olive-trees"


def test_a_new_thumbnail_is_told(tmp_path: Path) -> None:
    shelf = library(tmp_path)
    entry = shelf.add_own(MINE)
    told: list[str] = []
    shelf.thumbnail_changed.connect(lambda key, _image: told.append(key))
    shelf.set_own_thumbnail(entry.key, image())
    assert told == [entry.key]


def test_favourites_are_the_settings(tmp_path: Path) -> None:
    shelf = library(tmp_path)
    shelf.toggle_favourite("gallery:linocut")
    assert library(tmp_path).favourites == {"gallery:linocut"}
