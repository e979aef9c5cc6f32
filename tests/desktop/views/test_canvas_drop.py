"""What is dropped on the canvas arrives as what its zone says."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.canvas import Canvas
from desktop.views.canvas_overlay import DropOverlay
from desktop.views.canvas_welcome import CanvasWelcome
from desktop.views.gallery_model import to_mime

BUTTON, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(960, 640)
    made.show()
    return made


@pytest.fixture
def heard(canvas: Canvas) -> list[tuple[str, object]]:
    """All drops that the canvas told, as (signal, argument)."""
    told: list[tuple[str, object]] = []
    for name in ("photo_dropped", "style_dropped", "style_mix_dropped", "layer_dropped", "image_dropped"):
        getattr(canvas, name).connect(lambda argument, name=name: told.append((name, argument)))
    return told


def overlay(canvas: Canvas) -> DropOverlay:
    found = canvas.findChild(DropOverlay)
    assert isinstance(found, DropOverlay)
    return found


def with_photo(canvas: Canvas) -> None:
    canvas.set_frame(np.full((60, 80, 4), 255, np.uint8), 1.0)


def files(*paths: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return mime


def enter(canvas: Canvas, mime: QMimeData) -> QDragEnterEvent:
    offered = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PySide has no other constructor
        event = QDragEnterEvent(QPoint(5, 5), offered, mime, BUTTON, NO_KEYS)
    QApplication.sendEvent(canvas, event)
    return event


def move(canvas: Canvas, mime: QMimeData, point: QPoint) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        event = QDragMoveEvent(point, Qt.DropAction.CopyAction, mime, BUTTON, NO_KEYS)
    QApplication.sendEvent(canvas, event)


def titles(canvas: Canvas) -> list[str]:
    return [zone.title for zone in overlay(canvas).zones]


def drop(canvas: Canvas, mime: QMimeData, title: str) -> QDropEvent:
    """Drag in, over the zone with this title, and let go there."""
    enter(canvas, mime)
    zone = next(zone for zone in overlay(canvas).zones if zone.title == title)
    point = overlay(canvas).area(zone).center()
    move(canvas, mime, point.toPoint())
    assert overlay(canvas).hovered == zone
    event = QDropEvent(point, Qt.DropAction.CopyAction, mime, BUTTON, NO_KEYS)
    QApplication.sendEvent(canvas, event)
    return event


def test_zones_for_a_file(canvas: Canvas) -> None:
    enter(canvas, files("/a.jpg"))
    assert titles(canvas) == ["Use as photo", "Use as style"]
    QApplication.sendEvent(canvas, QDragLeaveEvent())
    with_photo(canvas)
    enter(canvas, files("/a.jpg"))
    assert titles(canvas) == ["Replace photo", "Use as style", "Blend as a layer"]


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Replace photo", ("photo_dropped", ["/a b.jpg"])),
        ("Use as style", ("style_dropped", ["file:/a b.jpg"])),
        ("Blend as a layer", ("layer_dropped", ["/a b.jpg"])),
    ],
)
def test_a_file_becomes_what_the_zone_says(canvas: Canvas, heard: list[tuple[str, object]], title: str, told: tuple[str, object]) -> None:
    with_photo(canvas)
    event = drop(canvas, files("/a b.jpg"), title)
    assert heard == [told]
    assert event.isAccepted()
    assert event.dropAction() == Qt.DropAction.CopyAction
    assert not overlay(canvas).isVisible()


def test_several_files_as_styles(canvas: Canvas, heard: list[tuple[str, object]]) -> None:
    drop(canvas, files("/a.jpg", "/b.png"), "Use as styles")
    assert heard == [("style_dropped", ["file:/a.jpg", "file:/b.png"])]


def test_a_document_is_opened(canvas: Canvas, heard: list[tuple[str, object]]) -> None:
    with_photo(canvas)
    enter(canvas, files("/work.SFUMATO"))
    assert titles(canvas) == ["Open document"]
    drop(canvas, files("/work.SFUMATO"), "Open document")
    assert heard == [("photo_dropped", ["/work.SFUMATO"])]


@pytest.mark.parametrize(("title", "signal"), [("Apply style", "style_dropped"), ("Add to the mix", "style_mix_dropped")])
def test_a_gallery_style(canvas: Canvas, heard: list[tuple[str, object]], title: str, signal: str) -> None:
    drop(canvas, to_mime(["gallery:olive-trees"]), title)
    assert heard == [(signal, ["gallery:olive-trees"])]


def test_several_gallery_styles(canvas: Canvas, heard: list[tuple[str, object]]) -> None:
    drop(canvas, to_mime(["gallery:a", "mine:b"]), "Apply styles")
    assert heard == [("style_dropped", ["gallery:a", "mine:b"])]


def test_pixels_without_a_file(canvas: Canvas, heard: list[tuple[str, object]]) -> None:
    image = QImage(12, 7, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    mime = QMimeData()
    mime.setImageData(image)
    drop(canvas, mime, "Use as photo")
    assert heard == [("image_dropped", image)]


@pytest.mark.parametrize("content", [b"not json", b'{"a": 1}', b"[]", b"[1, 2]", b"\xff\xfe"])
def test_broken_style_data_is_not_taken(canvas: Canvas, heard: list[tuple[str, object]], content: bytes) -> None:
    mime = QMimeData()
    mime.setData("application/x-sfumato-styles", content)
    assert not enter(canvas, mime).isAccepted()
    assert not overlay(canvas).isVisible()
    QApplication.sendEvent(canvas, QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, BUTTON, NO_KEYS))
    assert heard == []


def test_text_and_web_addresses_are_not_taken(canvas: Canvas) -> None:
    mime = QMimeData()
    mime.setText("hello")
    assert not enter(canvas, mime).isAccepted()
    mime.setUrls([QUrl("https://example.org/a.jpg")])
    assert not enter(canvas, mime).isAccepted()


def test_every_place_belongs_to_a_zone(canvas: Canvas) -> None:
    with_photo(canvas)
    enter(canvas, files("/a.jpg"))
    zones = overlay(canvas)
    hit = [zone.action for x in range(0, 960, 10) if (zone := zones.zone_at(QPointF(x, 3))) is not None]
    assert len(hit) == 96
    assert hit == sorted(hit, key=["photo", "style", "layer"].index)


def test_zones_fit_a_small_canvas(canvas: Canvas) -> None:
    with_photo(canvas)
    canvas.resize(300, 200)
    enter(canvas, files("/a.jpg"))
    areas = [overlay(canvas).area(zone) for zone in overlay(canvas).zones]
    assert all(canvas.rect().contains(area.toAlignedRect()) for area in areas)
    assert all(left.right() < right.left() for left, right in itertools.pairwise(areas))


def test_the_overlay_takes_the_welcome_away_and_gives_it_back(canvas: Canvas) -> None:
    welcome = canvas.findChild(CanvasWelcome)
    assert isinstance(welcome, CanvasWelcome)
    mime = files("/a.jpg")
    enter(canvas, mime)
    assert overlay(canvas).isVisible()
    assert not welcome.isVisible()
    before = overlay(canvas).grab().toImage()
    move(canvas, mime, QPoint(900, 300))
    assert overlay(canvas).grab().toImage() != before
    QApplication.sendEvent(canvas, QDragLeaveEvent())
    assert not overlay(canvas).isVisible()
    assert welcome.isVisible()


def test_a_folder_is_something_to_learn_from(canvas: Canvas, heard: list[tuple[str, object]], tmp_path: Path) -> None:
    with_photo(canvas)
    mime = files(str(tmp_path))
    enter(canvas, mime)
    assert titles(canvas) == ["Train on this folder"]
    drop(canvas, mime, "Train on this folder")
    assert heard == [("photo_dropped", [str(tmp_path)])]
