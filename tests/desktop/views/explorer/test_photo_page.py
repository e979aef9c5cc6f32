"""The page of the artist's own photo: what it says at each stage of the search, and what can be dropped on the workspace."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.explorer.fidelity_meter import FidelityMeter
from desktop.views.explorer.photo_page import PhotoPage
from desktop.views.explorer.space import ExplorerSpace
from desktop.widgets.theme import THEME
from engine.api.events import Fidelity
from tests.desktop.views.finding import picture


@pytest.fixture
def page(qtbot: QtBot) -> PhotoPage:
    made = PhotoPage()
    qtbot.addWidget(made)
    made.resize(420, 700)
    made.show()
    return made


def test_at_first_it_says_what_it_is_for(page: PhotoPage) -> None:
    assert page.choose.isVisible() and page.from_canvas.isVisible() and not page.photo.isVisible()
    page.set_canvas_photo(False)
    assert not page.from_canvas.isEnabled() and page.from_canvas.toolTip() == "There is no photo on the canvas"


def test_while_it_searches_the_two_pictures_are_beside_each_other(page: PhotoPage) -> None:
    page.set_phase("searching", "", has_found=False, other_kind=False)
    page.set_photo(picture(width=64, height=64))
    page.set_found(picture(width=32, height=32), Fidelity(0.9, 18.4), 0.25)
    QApplication.processEvents()
    assert page.photo.y() == page.found.y() and page.photo.width() == page.photo.height() == page.found.width() > 150
    assert page.meter.text == "90% alike" and page.meter.accessibleName() == "Likeness: 90% alike close, not in details"
    assert page.stop.isVisible() and page.progress.value() == 250 and not page.again.isVisible() and not page.sentence.isVisible()
    assert not page.tuned.isEnabled()


def test_what_was_found_can_be_gone_to_and_what_is_of_another_kind_laid_on_the_canvas(page: PhotoPage) -> None:
    heard: list[str] = []
    page.visit_wanted.connect(lambda: heard.append("visit"))
    page.layers_wanted.connect(lambda: heard.append("layers"))
    page.search_wanted.connect(lambda: heard.append("search"))
    page.set_phase("found", "Found in boats: 90% alike.", has_found=True, other_kind=False)
    assert page.visit.isVisible() and not page.layers.isVisible() and page.sentence.text() == "Found in boats: 90% alike."
    page.set_phase("found", "Hardly.", has_found=True, other_kind=True)
    for button in (page.visit, page.again, page.layers):
        button.click()
    assert heard == ["visit", "search", "layers"]
    page.set_phase("waiting", "", has_found=False, other_kind=False)
    assert page.again.text() == "Look for it" and not page.visit.isVisible()


@pytest.mark.parametrize(
    ("likeness", "word", "colour"),
    [
        (0.95, "found", THEME.good),
        (0.9, "close, not in details", THEME.accent),
        (0.8, "distant", THEME.caution),
        (0.3, "far", THEME.caution),
    ],
)
def test_the_meter_says_it_by_length_colour_and_word(qtbot: QtBot, likeness: float, word: str, colour: str) -> None:
    meter = FidelityMeter()
    qtbot.addWidget(meter)
    meter.resize(200, 26)
    assert meter.text == "…" and meter.word == ""
    meter.set_near(Fidelity(likeness, 20.0))
    image = meter.grab().toImage()
    assert meter.word == word and image.pixelColor(20, 23).name() == colour
    assert image.pixelColor(round(200 * likeness) + 3, 23).name() == THEME.hover


def mime_of(*urls: str, image: QImage | None = None) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(url) for url in urls])
    if image is not None:
        mime.setImageData(image)
    return mime


def enter(space: ExplorerSpace, mime: QMimeData) -> bool:
    event = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(space, event)
    return event.isAccepted()


def drop(space: ExplorerSpace, mime: QMimeData) -> None:
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(space, event)


def test_a_photo_can_be_dropped_anywhere_on_the_workspace(qtbot: QtBot) -> None:
    space = ExplorerSpace()
    qtbot.addWidget(space)
    space.show()
    heard: list[object] = []
    space.drop.file_dropped.connect(lambda path: heard.append(path.name))
    space.drop.image_dropped.connect(lambda image: heard.append(image.width()))
    assert enter(space, mime_of("/pictures/boat.jpg")) and space.drop.hint.isVisible()
    drop(space, mime_of("/pictures/boat.jpg"))
    assert not space.drop.hint.isVisible()
    assert enter(space, mime_of(image=picture(width=20)))
    drop(space, mime_of(image=picture(width=20)))
    assert heard == ["boat.jpg", 20]
    assert not enter(space, mime_of("/")) and not enter(space, mime_of("/mine.sfumato"))
    space.set_has_generators(False)
    assert not enter(space, mime_of("/pictures/boat.jpg"))
