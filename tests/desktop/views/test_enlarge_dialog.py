"""The dialog that enlarges a photo: what it asks, what it tells, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDoubleSpinBox, QFileDialog, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.state.settings import EnlargeChoice, ExportChoice
from desktop.views.enlarge_dialog import EnlargeDialog
from desktop.views.exporting.spot_view import LoupeView
from engine.api.output import Output
from engine.api.proofing import Comparison, EnlargementSpot, Spot
from engine.api.recipe import Photo
from engine.api.requests import Upscale
from tests.desktop.views.finding import named
from tests.fake_engine import coloured_frame

HARBOUR = Photo("0" * 64, 4000, 3000, "harbour.jpg")
LOUPES = ("As it is, plainly enlarged", "Loupe, 100 per cent")


@pytest.fixture
def wanted() -> list[EnlargementSpot]:
    """What the loupes of `dialog` were to show, the last one last."""
    return []


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path, wanted: list[EnlargementSpot]) -> EnlargeDialog:
    made = EnlargeDialog()
    qtbot.addWidget(made)
    made.spot_wanted.connect(wanted.append)
    made.set_choice(EnlargeChoice(), tmp_path)
    made.set_photo(HARBOUR)
    made.open()
    return made


def shown_texts(dialog: EnlargeDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def press(dialog: EnlargeDialog, name: str) -> None:
    named(dialog, QAbstractButton, name).click()


def choose(dialog: EnlargeDialog, box: str, text: str) -> None:
    combo = named(dialog, QComboBox, box)
    row = combo.findText(text, Qt.MatchFlag.MatchStartsWith)
    assert row >= 0, text
    combo.setCurrentIndex(row)
    combo.activated.emit(row)


def go(dialog: EnlargeDialog) -> QPushButton:
    return next(each for each in dialog.findChildren(QPushButton) if each.text() in ("Enlarge", "Replace"))


def pair(seconds: float = 2.0) -> Comparison:
    return Comparison(coloured_frame((10, 20, 30), 300, 150, 300), coloured_frame((40, 50, 60), 300, 150, 300), seconds)


def test_the_defaults_make_it_twice_as_wide(dialog: EnlargeDialog, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(dialog.enlarge_wanted) as told:
        go(dialog).click()
    assert told.args == [Upscale(HARBOUR, Output(tmp_path / "harbour enlarged.png", dpi=300))]
    assert not dialog.isVisible()


def test_both_sizes_are_told_in_pixels_and_on_paper(dialog: EnlargeDialog) -> None:
    assert "4,000 × 3,000 px,  33.9 × 25.4 cm on paper" in shown_texts(dialog)
    assert "8,000 × 6,000 px,  67.7 × 50.8 cm on paper" in shown_texts(dialog)
    assert "The photo itself has 150 dpi at this size" in shown_texts(dialog)
    press(dialog, "Scale: 4× as wide")
    named(dialog, QDoubleSpinBox, "Resolution").setValue(600)
    assert "16,000 × 12,000 px,  67.7 × 50.8 cm on paper" in shown_texts(dialog)
    assert "The photo itself has 150 dpi" in shown_texts(dialog)


def test_each_manner_says_what_it_does(dialog: EnlargeDialog) -> None:
    assert "nothing is made up" in shown_texts(dialog)
    choose(dialog, "Manner", "Crisp")
    assert "its finest detail is likely, but not real" in shown_texts(dialog)
    assert (dialog.request.variant, dialog.request.model) == ("crisp", None)


def test_a_model_file_is_asked_for_and_kept(dialog: EnlargeDialog, tmp_path: Path) -> None:
    model = tmp_path / "RealESRGAN_x4plus.pth"
    model.write_bytes(b"weights")
    choose(dialog, "Manner", "A model file…")
    (asked,) = dialog.findChildren(QFileDialog)
    assert named(dialog, QComboBox, "Manner").currentText() == "Faithful"  # until a file is chosen
    asked.filesSelected.emit([str(model)])
    asked.close()
    assert dialog.request.model == str(model)
    assert named(dialog, QComboBox, "Manner").currentText() == model.name
    assert "The network in this file" in shown_texts(dialog)
    choose(dialog, "Manner", "Crisp")
    assert dialog.request.model is None
    choose(dialog, "Manner", "RealESRGAN")
    assert dialog.request.model == str(model)


def test_the_last_answers_come_back(dialog: EnlargeDialog, tmp_path: Path) -> None:
    file = ExportChoice(suffix=".tif", bits=16, dpi=240, compression="lzw")
    dialog.set_choice(EnlargeChoice(4, "crisp", str(tmp_path / "gone.pth"), file), tmp_path)
    output = Output(tmp_path / "harbour enlarged.tif", bits=16, dpi=240, compression="lzw")
    assert dialog.request == Upscale(HARBOUR, output, 4, "crisp")  # a file that is gone is not asked for again


# The loupes.


def test_the_loupes_look_at_the_middle_first(dialog: EnlargeDialog, qtbot: QtBot) -> None:
    dialog.hide()
    with qtbot.waitSignal(dialog.spot_wanted) as wanted:
        dialog.open()
    shown = dialog.loupe.pixels
    spot = Spot(4000 - shown.width() // 2, 3000 - shown.height() // 2, shown.width(), shown.height())
    assert wanted.args == [EnlargementSpot(HARBOUR, spot, 2, "faithful")]
    with qtbot.waitSignal(dialog.spot_wanted) as wanted:
        press(dialog, "Scale: 4× as wide")
    assert (wanted.args[0].scale, wanted.args[0].spot.left) == (4, 8000 - shown.width() // 2)


def test_what_a_spot_took_tells_how_long_all_will_take(dialog: EnlargeDialog, wanted: list[EnlargementSpot]) -> None:
    assert "minute" not in shown_texts(dialog)
    dialog.show_pair(wanted[-1], pair())
    assert "2 minutes" in shown_texts(dialog)  # 48 megapixels
    dialog.show_pair(wanted[-1], pair(20.0))  # other work came between
    assert "2 minutes" in shown_texts(dialog)
    press(dialog, "Scale: 4× as wide")
    assert "minute" not in shown_texts(dialog)  # another network
    press(dialog, "Scale: 2× as wide")
    assert "2 minutes" in shown_texts(dialog)


def reds(dialog: EnlargeDialog) -> list[int]:
    """Of the pixels in both loupes."""
    return [named(dialog, LoupeView, name).grab().toImage().pixelColor(20, 20).red() for name in LOUPES]


def test_both_loupes_show_their_pixels(dialog: EnlargeDialog, wanted: list[EnlargementSpot]) -> None:
    dialog.show_pair(wanted[-1], pair())
    assert reds(dialog) == [10, 40]


def test_an_answer_to_what_is_wanted_no_more_is_none(dialog: EnlargeDialog, wanted: list[EnlargementSpot], qtbot: QtBot) -> None:
    dark = reds(dialog)
    with qtbot.waitSignal(dialog.spot_wanted):
        press(dialog, "Scale: 4× as wide")
        dialog.show_pair(wanted[0], pair())  # of the network of two times
    dialog.refuse(wanted[0], "Too late.")
    assert reds(dialog) == dark
    assert "minute" not in shown_texts(dialog)
    assert go(dialog).isEnabled()
    dialog.set_reading("quay.jpg")
    dialog.refuse(wanted[-1], "Too late.")
    assert "Reading quay.jpg" in shown_texts(dialog)


def test_a_resolution_changes_no_pixels(dialog: EnlargeDialog, wanted: list[EnlargementSpot], qtbot: QtBot) -> None:
    dialog.show_pair(wanted[-1], pair())
    with qtbot.assertNotEmitted(dialog.spot_wanted, wait=250):
        named(dialog, QDoubleSpinBox, "Resolution").setValue(240)
    assert reds(dialog) == [10, 40]
    dialog.refuse(wanted[-1], "No such network.")
    named(dialog, QDoubleSpinBox, "Resolution").setValue(300)
    assert "No such network." in shown_texts(dialog)
    assert not go(dialog).isEnabled()


def test_what_cannot_be_shown_cannot_be_made(dialog: EnlargeDialog, wanted: list[EnlargementSpot]) -> None:
    dialog.refuse(wanted[-1], "The model file mine.pth cannot be used: reading it needs the package spandrel.")
    assert "needs the package spandrel" in shown_texts(dialog)
    assert not go(dialog).isEnabled()
    named(dialog, QLineEdit, "File name").setText("other")
    assert not go(dialog).isEnabled()
    choose(dialog, "Manner", "Crisp")
    assert go(dialog).isEnabled()
    assert "spandrel" not in shown_texts(dialog)


# The photo.


def test_without_a_photo_one_is_asked_for(dialog: EnlargeDialog, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.assertNotEmitted(dialog.spot_wanted, wait=250):
        dialog.set_photo(None)
    assert "Choose the photo to enlarge, or drop it here." in shown_texts(dialog)
    assert not go(dialog).isEnabled()
    press(dialog, "Choose a photo")
    (asked,) = dialog.findChildren(QFileDialog)
    with qtbot.waitSignal(dialog.file_chosen) as told:
        asked.filesSelected.emit([str(tmp_path / "quay.jpg")])
    asked.close()
    assert told.args == [tmp_path / "quay.jpg"]
    dialog.set_reading("quay.jpg")
    assert "Reading quay.jpg" in shown_texts(dialog)
    dialog.set_photo(HARBOUR)
    assert go(dialog).isEnabled()


def test_a_wrong_file_leaves_the_photo(dialog: EnlargeDialog, tmp_path: Path) -> None:
    dialog.set_reading("notes.txt")
    dialog.set_photo(HARBOUR)
    dialog.set_refusal("notes.txt is not an image.")
    assert "notes.txt is not an image." in shown_texts(dialog)
    assert "harbour.jpg" in shown_texts(dialog)
    assert go(dialog).isEnabled()
    dialog.set_photo(HARBOUR)
    assert "notes.txt" not in shown_texts(dialog)


def test_a_folder_that_was_typed_stays(dialog: EnlargeDialog, tmp_path: Path) -> None:
    dialog.set_choice(EnlargeChoice(), tmp_path, known=False)
    (tmp_path / "photos").mkdir()
    dialog.choose_file(tmp_path / "photos" / "quay.jpg")
    assert dialog.request.output.path.parent == tmp_path / "photos"
    (tmp_path / "mine").mkdir()
    folder = named(dialog, QLineEdit, "Folder")
    folder.selectAll()
    QTest.keyClicks(folder, str(tmp_path / "mine"))
    dialog.choose_file(tmp_path / "quay.jpg")
    assert dialog.request.output.path.parent == tmp_path / "mine"


def test_a_photo_is_dropped(dialog: EnlargeDialog, qtbot: QtBot, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "quay.jpg"))])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(dialog.file_chosen) as told:
        dialog.dropEvent(event)
    assert told.args == [tmp_path / "quay.jpg"]


def test_of_a_painting_it_is_said_that_the_photo_is_enlarged(dialog: EnlargeDialog) -> None:
    assert "Not the painting" not in shown_texts(dialog)
    dialog.set_painted(HARBOUR)
    dialog.set_photo(HARBOUR)
    assert "Not the painting: Export picture… paints that at any size." in shown_texts(dialog)
    dialog.set_photo(Photo("1" * 64, 40, 30, "quay.jpg"))
    assert "Not the painting" not in shown_texts(dialog)


# What cannot be written.


def test_too_much_is_refused_with_what_to_do(dialog: EnlargeDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    press(dialog, "Scale: 4× as wide")
    choose(dialog, "Format", "WebP")
    assert go(dialog).isEnabled()
    dialog.set_photo(Photo("2" * 64, 5000, 3000, "wide.jpg"))
    assert "WebP holds at most 16,383 px on a side." in shown_texts(dialog)
    choose(dialog, "Format", "PNG")
    assert go(dialog).isEnabled()
    dialog.set_photo(Photo("2" * 64, 15000, 15000, "vast.jpg"))
    assert "3,600 megapixels are more than one file may have (2,000). Choose a smaller scale, or a smaller photo." in shown_texts(dialog)
    assert not go(dialog).isEnabled()
    dialog.set_photo(HARBOUR)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10_000_000}))
    press(dialog, "Scale: 2× as wide")
    assert "The disk has 10 MB free" in shown_texts(dialog)
