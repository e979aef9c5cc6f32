from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from desktop.views.export_dialog import ExportDialog
from desktop.widgets.controls import Switch
from engine.api.output import Output
from tests.desktop.views.finding import named


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> ExportDialog:
    made = ExportDialog()
    qtbot.addWidget(made)
    made.set_picture("harbour", 4000, 3000)
    made.set_defaults(tmp_path, ".png", 90)
    made.open()
    return made


def button(dialog: ExportDialog) -> QPushButton:
    return next(each for each in dialog.findChildren(QPushButton) if each.text() in ("Export", "Replace"))


def choose(dialog: ExportDialog, box: str, text: str) -> None:
    combo = named(dialog, QComboBox, box)
    row = combo.findText(text, Qt.MatchFlag.MatchStartsWith)
    assert row >= 0, text
    combo.setCurrentIndex(row)


def shown_texts(dialog: ExportDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def exported(dialog: ExportDialog, qtbot: QtBot) -> Output:
    with qtbot.waitSignal(dialog.export_requested) as asked:
        button(dialog).click()
    (output,) = asked.args
    assert isinstance(output, Output)
    return output


def test_the_defaults_give_the_whole_picture_as_png(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    assert "4000 × 3000 px" in named(dialog, QComboBox, "Size").currentText()
    assert exported(dialog, qtbot) == Output(tmp_path / "harbour.png", None, 90)
    assert not dialog.isVisible()


def test_enter_exports_and_escape_does_not(dialog: ExportDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.export_requested):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    dialog.open()
    with qtbot.waitSignal(dialog.export_requested):
        QTest.keyClick(named(dialog, QLineEdit, "File name"), Qt.Key.Key_Return)


@pytest.mark.parametrize(("size", "edge", "shown"), [("2048", 2048, "2048 × 1536 px"), ("1024", 1024, "1024 × 768 px")])
def test_sizes_are_long_edges(dialog: ExportDialog, qtbot: QtBot, size: str, edge: int, shown: str) -> None:
    choose(dialog, "Size", size)
    assert shown in shown_texts(dialog)
    assert exported(dialog, qtbot).long_edge == edge


def test_a_size_of_ones_own(dialog: ExportDialog, qtbot: QtBot) -> None:
    spin = named(dialog, QSpinBox, "Long edge in pixels")
    assert not spin.isVisible()
    choose(dialog, "Size", "Custom")
    assert spin.isVisible()
    spin.setValue(1200)
    assert "1200 × 900 px" in shown_texts(dialog)
    assert exported(dialog, qtbot).long_edge == 1200


def test_the_last_size_comes_back(dialog: ExportDialog) -> None:
    dialog.set_long_edge(2048)
    assert dialog.output.long_edge == 2048
    dialog.set_long_edge(1234)
    assert dialog.output.long_edge == 1234
    dialog.set_long_edge(None)
    assert dialog.output.long_edge is None


def test_quality_is_asked_only_where_it_counts(dialog: ExportDialog) -> None:
    quality, lossless = named(dialog, QAbstractSlider, "Quality"), named(dialog, Switch, "Lossless")
    seen = {}
    for format in ("PNG", "JPEG", "WebP", "TIFF"):
        choose(dialog, "Format", format)
        seen[format] = (quality.isVisible(), lossless.isVisible())
    assert seen == {"PNG": (False, False), "JPEG": (True, False), "WebP": (True, True), "TIFF": (False, False)}
    choose(dialog, "Format", "WebP")
    lossless.click()
    assert not quality.isEnabled()
    assert dialog.output.lossless
    choose(dialog, "Format", "JPEG")
    assert not dialog.output.lossless


def test_the_estimate_follows_the_fields(dialog: ExportDialog) -> None:
    assert "About 24 MB" in shown_texts(dialog)
    assert "second" not in shown_texts(dialog)
    dialog.set_speed(2.0)
    assert "25 seconds" in shown_texts(dialog)
    choose(dialog, "Size", "1024")
    assert "About 1.6 MB" in shown_texts(dialog)


def test_an_existing_file_is_replaced_only_after_it_was_said(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    assert button(dialog).text() == "Export"
    (tmp_path / "harbour.png").touch()
    with qtbot.assertNotEmitted(dialog.export_requested):
        button(dialog).click()  # it came while the dialog was open
    assert "harbour.png is already there and will be replaced." in shown_texts(dialog)
    assert button(dialog).text() == "Replace"
    assert exported(dialog, qtbot).overwrite


def test_a_new_file_overwrites_nothing(dialog: ExportDialog, qtbot: QtBot) -> None:
    assert not exported(dialog, qtbot).overwrite


def test_an_enlargement_is_named(dialog: ExportDialog) -> None:
    choose(dialog, "Size", "4096")
    assert "Enlarged from 4000 × 3000 px" in shown_texts(dialog)
    choose(dialog, "Size", "2048")
    assert "Enlarged" not in shown_texts(dialog)


@pytest.mark.parametrize(
    ("format", "edge", "words"), [("WebP", 16_384, "WebP holds at most 16383 px"), ("JPEG", 65_501, "JPEG holds at most")]
)
def test_the_limits_of_formats_are_named(dialog: ExportDialog, format: str, edge: int, words: str) -> None:
    dialog.set_picture("panorama", 4000, 100)
    dialog.set_long_edge(edge)
    assert button(dialog).isEnabled()
    choose(dialog, "Format", format)
    assert words in shown_texts(dialog)
    assert not button(dialog).isEnabled()


@pytest.mark.parametrize(
    ("name", "words"), [("", "Give the picture a name."), ("  ", "Give the picture a name."), ("a/b", "A name cannot hold")]
)
def test_a_name_is_needed(dialog: ExportDialog, name: str, words: str) -> None:
    named(dialog, QLineEdit, "File name").setText(name)
    assert words in shown_texts(dialog)
    assert not button(dialog).isEnabled()


def test_a_missing_folder_is_named(dialog: ExportDialog, tmp_path: Path) -> None:
    named(dialog, QLineEdit, "Folder").setText(str(tmp_path / "nowhere"))
    assert "There is no such folder." in shown_texts(dialog)
    assert not button(dialog).isEnabled()


def test_a_typed_suffix_chooses_the_format(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    field = named(dialog, QLineEdit, "File name")
    field.clear()
    QTest.keyClicks(field, "dusk.v2.jpeg")
    assert exported(dialog, qtbot).path == tmp_path / "dusk.v2.jpg"


def test_a_dot_in_a_name_is_no_suffix(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    named(dialog, QLineEdit, "File name").setText("harbour v1.2")
    assert exported(dialog, qtbot).path == tmp_path / "harbour v1.2.png"


def test_a_size_beyond_the_limit_is_named_while_it_is_typed(dialog: ExportDialog, qtbot: QtBot) -> None:
    choose(dialog, "Size", "Custom")
    spin = named(dialog, QSpinBox, "Long edge in pixels")
    spin.selectAll()
    QTest.keyClicks(spin, "60000")
    assert "2700 megapixels are more than one file may have (2000). Choose a long edge of 51639 px or less." in shown_texts(dialog)
    assert not button(dialog).isEnabled()
    spin.setValue(51_639)
    assert "megapixels" not in shown_texts(dialog)
    assert exported(dialog, qtbot).long_edge == 51_639


def test_a_limit_of_ones_own_holds_in_the_dialog_too(dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "100000")
    choose(dialog, "Size", "2048")
    assert "(1). Choose a long edge of 1154 px or less." in shown_texts(dialog)
    choose(dialog, "Size", "1024")
    assert button(dialog).isEnabled()


def test_a_long_name_is_seen_from_its_beginning(dialog: ExportDialog) -> None:
    field = named(dialog, QLineEdit, "File name")
    assert field.selectedText() == "harbour"
    assert field.cursorPosition() == 0
