"""The window for many pictures: what is asked of the queue, and how the queue is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QLineEdit, QListWidget, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from desktop.state.batch import Item, State
from desktop.state.library import StyleEntry
from desktop.state.settings import BatchChoice, ColourChoice
from desktop.views.batch.queue_list import QueueList
from desktop.views.batch.window import BatchWindow
from engine.api.output import Output
from engine.api.recipe import GalleryStyle, Layer, Photo
from tests.desktop.views.finding import named, picture
from tests.engine.imaging.printer_profile import cmyk_profile
from tests.fake_engine import png

STYLES = [StyleEntry(f"gallery:{id}", GalleryStyle(id), title) for id, title in (("a", "Almond Tree"), ("b", "Bézier"), ("c", "Linocut"))]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("boat.png", "quay.png", "notes.txt"):
        (folder / name).write_bytes(png(6, 4))
    return folder


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> BatchWindow:
    made = BatchWindow(lambda _: picture())
    qtbot.addWidget(made)
    made.set_styles(STYLES, {"gallery:c"})
    made.set_choice(BatchChoice(suffix=".jpg", long_edge=2048), tmp_path)
    made.set_last_export("As in the last export: 300 dpi.", ColourChoice())
    made.show()
    return made


def words(window: BatchWindow) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def test_a_folder_and_ticked_styles_make_files(window: BatchWindow, photos: Path, qtbot: QtBot, tmp_path: Path) -> None:
    make = named(window, QPushButton, "Make them")
    assert "Add pictures, or drop them here." in words(window)
    assert not make.isEnabled()
    window.add([photos, photos / "boat.png"])
    assert "2 pictures in 1 style: 2 files." in words(window)
    styles = named(window, QListWidget, "Styles")
    assert styles.item(0).text() == "Linocut"  # what is ticked comes first
    styles.item(1).setCheckState(Qt.CheckState.Checked)
    assert "2 pictures in 2 styles: 4 files." in words(window)
    with qtbot.waitSignal(window.wanted) as told:
        make.click()
    assert told.args == [
        [photos / "boat.png", photos / "quay.png"],
        ["gallery:c", "gallery:a"],
        BatchChoice(str(tmp_path), ".jpg", 2048),
    ]
    assert "Add pictures" in words(window)


def test_pictures_and_folders_are_asked_for(window: BatchWindow, photos: Path) -> None:
    def asked(button: str) -> QFileDialog:
        named(window, QPushButton, button).click()
        (dialog,) = [each for each in window.findChildren(QFileDialog) if each.isVisible()]
        return dialog

    dialog = asked("Add pictures…")
    dialog.filesSelected.emit([str(photos / "quay.png")])
    dialog.close()
    assert "1 picture in 1 style" in words(window)
    dialog = asked("Add a folder…")
    dialog.fileSelected.emit(str(photos))
    dialog.close()
    assert "2 pictures in 1 style" in words(window)
    dialog = asked("Browse for a folder")
    assert dialog.directory().absolutePath() == window.choice.folder
    dialog.fileSelected.emit(str(photos))
    dialog.close()
    assert window.choice.folder == str(photos)


def test_pictures_are_dropped_and_taken_out(window: BatchWindow, photos: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photos))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, Qt.KeyboardModifier.NoModifier))
    names = named(window, QListWidget, "Pictures")
    assert [names.item(row).text() for row in range(names.count())] == ["boat.png", "quay.png"]
    names.item(0).setSelected(True)
    named(window, QToolButton, "Take the selected pictures out").click()
    assert [names.item(row).text() for row in range(names.count())] == ["quay.png"]
    assert "1 picture in 1 style: 1 file." in words(window)


def test_styles_are_found_without_accents(window: BatchWindow) -> None:
    QTest.keyClicks(named(window, QLineEdit, "Search styles"), "bezi")
    styles = named(window, QListWidget, "Styles")
    assert [styles.item(row).text() for row in range(3) if not styles.item(row).isHidden()] == ["Bézier"]


def test_a_missing_folder_and_no_style_are_named(window: BatchWindow, photos: Path, tmp_path: Path) -> None:
    window.add([photos])
    named(window, QLineEdit, "Folder").setText(str(tmp_path / "nowhere"))
    assert "There is no such folder." in words(window)
    named(window, QListWidget, "Styles").item(0).setCheckState(Qt.CheckState.Unchecked)
    assert "Tick one style or more." in words(window)


def test_four_inks_that_do_not_fit_are_named(window: BatchWindow, photos: Path, tmp_path: Path) -> None:
    printer = tmp_path / "Rag 308.icc"
    printer.write_bytes(cmyk_profile())
    window.add([photos])
    window.set_last_export("", ColourChoice(str(printer)))
    assert named(window, QPushButton, "Make them").isEnabled()
    formats = named(window, QComboBox, "Format")
    formats.setCurrentText("PNG")
    assert "Rag 308.icc is for four inks" in words(window)
    assert not named(window, QPushButton, "Make them").isEnabled()


def test_four_inks_bring_the_format_of_their_export(window: BatchWindow, photos: Path, tmp_path: Path) -> None:
    printer = tmp_path / "Rag 308.icc"
    printer.write_bytes(cmyk_profile())
    window.add([photos])
    window.set_choice(BatchChoice(suffix=".png"), tmp_path)
    window.set_last_export("", ColourChoice(str(printer)), ".tif")
    assert window.choice == BatchChoice(str(tmp_path), ".tif")
    assert named(window, QPushButton, "Make them").isEnabled()
    named(window, QComboBox, "Format").setCurrentText("PNG")
    (reason,) = [label for label in window.findChildren(QLabel) if "four inks" in label.text()]
    assert reason.property("role") == "error"
    window.set_last_export("", ColourChoice("srgb"), ".tif")
    assert window.choice.suffix == ".png"
    assert reason.property("role") == "caption"


def test_the_colours_are_those_of_the_last_export_until_others_are_chosen(window: BatchWindow, photos: Path, qtbot: QtBot) -> None:
    colours = named(window, QComboBox, "Colours")
    assert "As in the last export: 300 dpi." in words(window)
    window.set_last_export("", ColourChoice("adobe-rgb"))
    assert "last export" not in words(window)
    assert (colours.currentText()[:9], window.choice.colours) == ("Adobe RGB", None)
    colours.setCurrentIndex(colours.findText("Display P3", Qt.MatchFlag.MatchStartsWith))
    colours.activated.emit(colours.currentIndex())
    window.set_last_export("", ColourChoice("srgb"))
    assert window.choice.colours == ColourChoice("display-p3")
    window.add([photos])
    with qtbot.waitSignal(window.wanted) as told:
        named(window, QPushButton, "Make them").click()
    assert told.args[2].colours == ColourChoice("display-p3")
    window.set_choice(told.args[2], photos)
    assert colours.currentText().startswith("Display P3")


def test_a_printers_intent_is_chosen_here(window: BatchWindow, tmp_path: Path) -> None:
    printer = tmp_path / "Rag 308.icc"
    printer.write_bytes(cmyk_profile())
    intent = named(window, QComboBox, "Rendering intent")
    assert not intent.isEnabled()
    window.set_last_export("", ColourChoice(str(printer)))
    assert intent.isEnabled()
    intent.setCurrentIndex(intent.findText("Perceptual", Qt.MatchFlag.MatchStartsWith))
    assert window.choice.colours == ColourChoice(str(printer), "perceptual")


# The queue.


def item(id: int, state: State, sentence: str = "", fraction: float | None = None) -> Item:
    output = Output(Path("prints/picture.png"))
    return Item(id, Path(f"photo {id}.jpg"), STYLES[0], Layer(Photo("", 1, 1)), output, state, fraction, sentence)


@pytest.fixture
def queue(qtbot: QtBot) -> QueueList:
    made = QueueList()
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.set_items([item(1, "failed", "photo 1.jpg is damaged."), item(2, "working", fraction=0.42), item(3, "waiting")], paused=False)
    made.show()
    return made


def rows(queue: QueueList) -> QListWidget:
    return named(queue, QListWidget, "Queue")


def test_each_line_says_how_it_stands(queue: QueueList) -> None:
    assert [rows(queue).item(place).text() for place in range(3)] == [
        "photo 1.jpg – Almond Tree, photo 1.jpg is damaged.",
        "photo 2.jpg – Almond Tree, 42%",
        "photo 3.jpg – Almond Tree, waiting",
    ]
    queue.set_items([item(3, "waiting")], paused=True)
    assert rows(queue).count() == 1
    assert named(queue, QPushButton, "Go on").isEnabled()


def test_buttons_do_what_the_selected_lines_allow(queue: QueueList, qtbot: QtBot) -> None:
    again, earlier = named(queue, QPushButton, "Try again"), named(queue, QToolButton, "Earlier")
    assert not again.isEnabled()
    rows(queue).setCurrentRow(0)
    assert (again.isEnabled(), earlier.isEnabled()) == (True, False)
    with qtbot.waitSignal(queue.retried) as told:
        again.click()
    assert told.args == [[1]]
    rows(queue).setCurrentRow(1)
    with qtbot.waitSignal(queue.cancelled) as told:
        named(queue, QPushButton, "Stop").click()
    assert told.args == [[2]]
    rows(queue).setCurrentRow(2)
    with qtbot.waitSignal(queue.moved) as told:
        earlier.click()
    assert told.args == [3, -1]


def test_the_keyboard_moves_and_removes(queue: QueueList, qtbot: QtBot) -> None:
    rows(queue).setCurrentRow(2)
    with qtbot.waitSignal(queue.moved) as told:
        QTest.keyClick(rows(queue), Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert told.args == [3, 1]
    with qtbot.waitSignal(queue.cancelled) as told:
        QTest.keyClick(rows(queue), Qt.Key.Key_Delete)
    assert told.args == [[3]]


def test_what_is_selected_stays_so_when_the_queue_moves_on(queue: QueueList) -> None:
    rows(queue).setCurrentRow(2)
    queue.set_items([item(1, "failed"), item(3, "waiting"), item(2, "working", fraction=0.9)], paused=False)
    assert [row.text() for row in rows(queue).selectedItems()] == ["photo 3.jpg – Almond Tree, waiting"]
    assert named(queue, QToolButton, "Later").isEnabled()


def test_a_reason_that_is_cut_is_told_whole(queue: QueueList) -> None:
    reason = "photo 1.jpg is damaged (its end is missing): open it in the program that made it and save it again."
    queue.set_items([item(1, "failed", reason)], paused=False)
    title, *lines = rows(queue).item(0).toolTip().splitlines()
    assert title == "photo 1.jpg – Almond Tree"
    assert " ".join(lines) == reason
    assert max(map(len, lines)) <= 80  # a plain tip has no line breaks of its own
    done = replace(item(2, "done"), path=Path("prints") / "a long name of a picture that goes on and on and does not end.png")
    queue.set_items([done], paused=False)
    assert rows(queue).item(0).toolTip() == f"photo 2.jpg – Almond Tree\n{done.path}"
