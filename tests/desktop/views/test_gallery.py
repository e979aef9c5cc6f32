from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from desktop.views.gallery import STYLES_MIME, Card, Gallery
from desktop.views.gallery_delegate import thumbnail_rect
from desktop.views.gallery_grid import GalleryGrid
from desktop.views.gallery_model import MAX_THUMBNAILS, THUMBNAIL_ROLE, GalleryModel
from desktop.views.thumbnails import badge_rect, caption_lines
from tests.desktop.views.finding import named, picture

CARDS = (
    Card("mine:abc", "Grandmother’s quilt", "Your own", mine=True),
    Card("gallery:monet", "Water Lilies", "Claude Monet · 1906", tags=("impressionism", "water")),
    Card("gallery:cezanne", "Mont Sainte-Victoire", "Paul Cézanne · 1904", tags=("landscape",)),
    Card("gallery:ink", "Ink Wash", "", tags=("drawn",)),
)


@pytest.fixture
def gallery(qtbot: QtBot) -> Gallery:
    made = Gallery()
    qtbot.addWidget(made)
    made.resize(320, 700)
    made.set_cards(CARDS)
    made.show()
    return made


def grid(gallery: Gallery) -> GalleryGrid:
    return named(gallery, GalleryGrid, "Styles")


def place(gallery: Gallery, key: str) -> QPoint:
    """The middle of a card, in the grid's viewport."""
    view = grid(gallery)
    model = view.model()
    assert isinstance(model, GalleryModel)
    return view.visualRect(model.index_of(key)).center()


def go_to(gallery: Gallery, key: str) -> GalleryGrid:
    view = grid(gallery)
    model = view.model()
    assert isinstance(model, GalleryModel)
    view.setCurrentIndex(model.index_of(key))
    return view


def search(gallery: Gallery) -> QLineEdit:
    return named(gallery, QLineEdit, "Search styles")


def shown_texts(gallery: Gallery) -> list[str]:
    return [label.text() for label in gallery.findChildren(QLabel) if label.isVisible()]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("monet", ["gallery:monet"]),
        ("CEZANNE", ["gallery:cezanne"]),
        ("water", ["gallery:monet"]),
        ("landscape paul", ["gallery:cezanne"]),
        ("", [card.key for card in CARDS]),
    ],
)
def test_the_search_finds_painters_titles_and_words(gallery: Gallery, text: str, keys: list[str]) -> None:
    search(gallery).setText("something else")
    search(gallery).setText(text)
    assert gallery.shown_keys == keys


def test_a_vain_search_says_what_was_sought_and_can_be_cleared(gallery: Gallery, qtbot: QtBot) -> None:
    search(gallery).setText("zebra")
    assert "No style matches “zebra”" in shown_texts(gallery)
    named(gallery, QPushButton, "Clear the search").click()
    assert search(gallery).text() == ""
    assert len(gallery.shown_keys) == len(CARDS)


def test_escape_clears_the_search(gallery: Gallery, qtbot: QtBot) -> None:
    QTest.keyClicks(search(gallery), "monet")
    QTest.keyClick(search(gallery), Qt.Key.Key_Escape)
    assert search(gallery).text() == ""


def test_the_search_can_be_focused_and_left_downwards(gallery: Gallery, qtbot: QtBot) -> None:
    gallery.activateWindow()
    gallery.focus_search()
    assert gallery.focusWidget() is search(gallery)
    search(gallery).setText("monet")
    QTest.keyClick(search(gallery), Qt.Key.Key_Down)
    assert gallery.focusWidget() is grid(gallery)
    with qtbot.waitSignal(gallery.activated) as chosen:
        QTest.keyClick(grid(gallery), Qt.Key.Key_Return)
    assert chosen.args == ["gallery:monet"]


@pytest.mark.parametrize(
    ("chip", "keys"),
    [
        ("Show painters", ["gallery:monet", "gallery:cezanne"]),
        ("Show drawn", ["gallery:ink"]),
        ("Show mine", ["mine:abc"]),
        ("Show favourites", ["gallery:ink"]),
    ],
)
def test_chips_narrow_the_gallery(gallery: Gallery, chip: str, keys: list[str]) -> None:
    gallery.set_favourites({"gallery:ink"})
    named(gallery, QToolButton, chip).click()
    assert gallery.shown_keys == keys


def test_without_favourites_the_gallery_tells_how_to_make_one(gallery: Gallery) -> None:
    named(gallery, QToolButton, "Show favourites").click()
    assert "Press the star on a style to keep it here." in shown_texts(gallery)
    gallery.set_favourites({"gallery:monet"})
    assert gallery.shown_keys == ["gallery:monet"]


def test_a_click_paints_and_with_shift_or_ctrl_it_mixes(gallery: Gallery, qtbot: QtBot) -> None:
    viewport = grid(gallery).viewport()
    with qtbot.waitSignal(gallery.activated) as chosen:
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place(gallery, "gallery:monet"))
    assert chosen.args == ["gallery:monet"]
    for modifier in (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier):
        with qtbot.waitSignal(gallery.mix_requested) as mixed, qtbot.assertNotEmitted(gallery.activated):
            QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, modifier, place(gallery, "gallery:ink"))
        assert mixed.args == ["gallery:ink"]


def test_enter_paints_and_shift_enter_mixes(gallery: Gallery, qtbot: QtBot) -> None:
    view = go_to(gallery, "gallery:cezanne")
    with qtbot.waitSignal(gallery.activated) as chosen:
        QTest.keyClick(view, Qt.Key.Key_Enter)
    with qtbot.waitSignal(gallery.mix_requested) as mixed:
        QTest.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert chosen.args == mixed.args == ["gallery:cezanne"]


def test_the_star_is_a_place_of_its_own(gallery: Gallery, qtbot: QtBot) -> None:
    view = go_to(gallery, "gallery:monet")
    star = badge_rect(thumbnail_rect(view.visualRect(view.currentIndex()))).center().toPoint()
    with qtbot.waitSignal(gallery.favourite_toggled) as starred, qtbot.assertNotEmitted(gallery.activated):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=star)
    assert starred.args == ["gallery:monet"]


def test_only_own_styles_can_be_removed(gallery: Gallery, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(gallery.remove_requested):
        QTest.keyClick(go_to(gallery, "gallery:monet"), Qt.Key.Key_Delete)
    with qtbot.waitSignal(gallery.remove_requested) as removed:
        QTest.keyClick(go_to(gallery, "mine:abc"), Qt.Key.Key_Delete)
    assert removed.args == ["mine:abc"]
    texts = {card.key: [action.text() for action in grid(gallery).make_menu(card).actions()] for card in CARDS}
    assert "Remove this style" in texts["mine:abc"]
    assert "Remove this style" not in texts["gallery:monet"]


def test_the_menu_mixes_and_stars(gallery: Gallery, qtbot: QtBot) -> None:
    actions = {action.text(): action for action in grid(gallery).make_menu(CARDS[1]).actions()}
    with qtbot.waitSignals([gallery.activated, gallery.mix_requested, gallery.favourite_toggled]):
        for text in ("Paint with this style", "Add to mix", "Add to favourites"):
            actions[text].trigger()


def test_the_first_tile_adds_a_style(gallery: Gallery, qtbot: QtBot) -> None:
    view = grid(gallery)
    with qtbot.waitSignal(gallery.add_requested):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(0, 0)).center())


def test_a_drag_carries_the_selected_styles_in_their_order(gallery: Gallery, qtbot: QtBot) -> None:
    viewport = grid(gallery).viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place(gallery, "gallery:ink"))
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, place(gallery, "gallery:monet"))
    data = grid(gallery).drag_data().data(STYLES_MIME).data()
    assert json.loads(bytes(data)) == ["gallery:monet", "gallery:ink"]


def test_dropped_pictures_become_styles_and_other_files_do_not(gallery: Gallery, qtbot: QtBot, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("a.JPG", "notes.txt", "b.heic")])
    copy, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, buttons, keys)
    gallery.dragEnterEvent(enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(gallery.files_dropped) as dropped:
        gallery.dropEvent(QDropEvent(QPointF(50, 50), copy, data, buttons, keys))
    assert dropped.args == [[tmp_path / "a.JPG", tmp_path / "b.heic"]]
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "notes.txt"))])
    refused = QDragEnterEvent(QPoint(50, 50), copy, data, buttons, keys)
    refused.ignore()
    gallery.dragEnterEvent(refused)
    assert not refused.isAccepted()


def test_a_screen_reader_hears_what_a_card_is(gallery: Gallery) -> None:
    gallery.set_favourites({"gallery:monet"})
    gallery.set_active(["gallery:monet"])
    index = go_to(gallery, "gallery:monet").currentIndex()
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Water Lilies, Claude Monet · 1906, favourite, in use"


def test_a_thumbnail_is_asked_for_once_when_its_card_is_first_seen(qtbot: QtBot) -> None:
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.resize(320, 500)
    asked: list[str] = []
    gallery.thumbnail_wanted.connect(asked.append)
    gallery.set_cards([Card(f"gallery:{n}", f"Style {n}") for n in range(2000)])
    gallery.show()
    qtbot.waitUntil(lambda: bool(asked))
    view = grid(gallery)
    view.viewport().repaint()
    qtbot.wait(20)
    assert "gallery:0" in asked
    assert len(asked) == len(set(asked)) < 30  # what is out of sight is not read
    gallery.set_thumbnail("gallery:0", picture("#ff0000"))
    image: QImage = go_to(gallery, "gallery:0").currentIndex().data(THUMBNAIL_ROLE)
    assert image.pixelColor(0, 0).name() == "#ff0000"


def test_thumbnails_long_out_of_sight_are_let_go(qtbot: QtBot) -> None:
    model = GalleryModel()
    count = MAX_THUMBNAILS + 1
    model.set_cards([Card(f"gallery:{n}", "") for n in range(count)])
    for n in range(count):
        model.set_thumbnail(f"gallery:{n}", picture())
    assert model.index_of("gallery:0").data(THUMBNAIL_ROLE) is None
    assert model.index_of(f"gallery:{count - 1}").data(THUMBNAIL_ROLE) is not None


def test_the_place_in_the_grid_stays_when_cards_are_added(gallery: Gallery) -> None:
    view = go_to(gallery, "gallery:ink")
    gallery.set_cards((Card("mine:new", "New", mine=True), *CARDS))
    model = view.model()
    assert isinstance(model, GalleryModel)
    assert view.currentIndex() == model.index_of("gallery:ink")


@pytest.mark.parametrize(("width", "columns"), [(200, 1), (260, 2), (320, 2), (480, 4)])
def test_the_columns_fill_the_panel(gallery: Gallery, width: int, columns: int, qtbot: QtBot) -> None:
    gallery.resize(width, 700)
    view = grid(gallery)

    def cells() -> list[QRect]:
        return [view.visualRect(view.model().index(row, 0)) for row in range(len(CARDS) + 1)]

    qtbot.waitUntil(lambda: len({cell.left() for cell in cells()}) == columns)
    assert max(cell.right() for cell in cells()) > width - 60


def test_a_hidden_card_is_revealed_by_giving_up_what_hides_it(gallery: Gallery) -> None:
    search(gallery).setText("monet")
    gallery.reveal("mine:abc")
    assert search(gallery).text() == ""
    named(gallery, QToolButton, "Show painters").click()
    gallery.reveal("mine:abc")
    assert gallery.shown_keys == [card.key for card in CARDS]


def test_a_card_in_sight_is_revealed_without_losing_the_search(gallery: Gallery) -> None:
    search(gallery).setText("quilt")
    gallery.reveal("mine:abc")
    assert search(gallery).text() == "quilt"


def test_a_long_title_has_two_lines_and_then_an_ellipsis(gallery: Gallery) -> None:
    metrics = gallery.fontMetrics()
    width = metrics.horizontalAdvance("A Meadow in the Mo")
    assert caption_lines("Irises", metrics, width, 2) == ["Irises"]
    assert caption_lines("A Meadow in the Mountains", metrics, width, 2) == ["A Meadow in the", "Mountains"]
    *_, last = caption_lines("A Meadow in the Mountains: Le Mas de Saint-Paul", metrics, width, 2)
    assert last.startswith("Mountains:") and last.endswith("…")
    assert caption_lines("", metrics, width, 2) == []
