from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QComboBox, QDoubleSpinBox, QFileDialog, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.state.settings import ExportChoice
from desktop.views.export_dialog import ExportDialog
from desktop.views.exporting.spot_view import LoupeView, SmallPicture
from desktop.widgets.controls import Switch
from engine.api.output import Output
from engine.api.proofing import Proof, Spot
from tests.desktop.views.finding import answer_with, named, picture
from tests.engine.imaging.printer_profile import cmyk_profile


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> ExportDialog:
    made = ExportDialog()
    qtbot.addWidget(made)
    made.set_picture("harbour", 4000, 3000)
    made.set_choice(ExportChoice(quality=90), tmp_path)
    made.open()
    return made


@pytest.fixture
def printer(tmp_path: Path) -> str:
    path = tmp_path / "Rag 308.icc"
    path.write_bytes(cmyk_profile())
    return str(path)


def begin_with(dialog: ExportDialog, tmp_path: Path, **answers: object) -> None:
    dialog.set_choice(ExportChoice(**answers), tmp_path)  # type: ignore[arg-type]


def field(dialog: ExportDialog, name: str) -> QDoubleSpinBox:
    return named(dialog, QDoubleSpinBox, name)


def button(dialog: ExportDialog) -> QPushButton:
    return next(each for each in dialog.findChildren(QPushButton) if each.text() in ("Export", "Replace"))


def choose(dialog: ExportDialog, box: str, text: str) -> None:
    combo = named(dialog, QComboBox, box)
    row = combo.findText(text, Qt.MatchFlag.MatchStartsWith)
    assert row >= 0, text
    combo.setCurrentIndex(row)
    combo.activated.emit(row)  # as a hand does


def shown_texts(dialog: ExportDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def exported(dialog: ExportDialog, qtbot: QtBot) -> Output:
    with qtbot.waitSignal(dialog.export_requested) as asked:
        button(dialog).click()
    (output,) = asked.args
    assert isinstance(output, Output)
    return output


def test_the_defaults_give_the_whole_picture_as_png(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    assert "4,000 × 3,000 px" in named(dialog, QComboBox, "Size").currentText()
    assert exported(dialog, qtbot) == Output(tmp_path / "harbour.png", None, 90, dpi=300)
    assert not dialog.isVisible()


def test_enter_exports_and_escape_does_not(dialog: ExportDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.export_requested):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    dialog.open()
    with qtbot.waitSignal(dialog.export_requested):
        QTest.keyClick(named(dialog, QLineEdit, "File name"), Qt.Key.Key_Return)


@pytest.mark.parametrize(("size", "edge", "height"), [("2,048", 2048, 1536), ("1,024", 1024, 768)])
def test_sizes_are_long_edges(dialog: ExportDialog, qtbot: QtBot, size: str, edge: int, height: int) -> None:
    choose(dialog, "Size", size)
    assert (field(dialog, "Width").value(), field(dialog, "Height").value()) == (edge, height)
    assert exported(dialog, qtbot).long_edge == edge


def test_width_and_height_are_linked(dialog: ExportDialog, qtbot: QtBot) -> None:
    field(dialog, "Width").setValue(1200)
    assert field(dialog, "Height").value() == 900
    assert named(dialog, QComboBox, "Size").currentText() == "Custom"
    field(dialog, "Height").setValue(1500)
    assert field(dialog, "Width").value() == 2000
    assert exported(dialog, qtbot).long_edge == 2000


def test_on_paper_it_is_measured_in_centimetres_or_inches(dialog: ExportDialog, qtbot: QtBot) -> None:
    choose(dialog, "Unit", "cm")
    field(dialog, "Width").setValue(40)
    assert (field(dialog, "Height").value(), dialog.output.long_edge) == (30, 4724)
    field(dialog, "Resolution").setValue(150)
    assert (field(dialog, "Width").value(), dialog.output.long_edge) == (40, 2362)
    assert "2,362 × 1,772 px" in shown_texts(dialog)
    choose(dialog, "Unit", "inch")
    assert field(dialog, "Width").value() == pytest.approx(15.75, abs=0.005)
    assert dialog.unit == "in"
    output = exported(dialog, qtbot)
    assert (output.long_edge, output.dpi) == (2362, 150)


def test_in_pixels_the_paper_is_told(dialog: ExportDialog) -> None:
    assert "33.9 × 25.4 cm on paper" in shown_texts(dialog)
    field(dialog, "Resolution").setValue(150)
    assert "67.7 × 50.8 cm on paper" in shown_texts(dialog)
    assert dialog.output.long_edge is None


def test_it_fits_on_a_sheet(dialog: ExportDialog) -> None:
    choose(dialog, "Size", "Fits A3")
    assert (field(dialog, "Width").value(), field(dialog, "Height").value()) == (39.6, 29.7)
    assert named(dialog, QComboBox, "Unit").currentText() == "cm"
    assert named(dialog, QComboBox, "Size").currentText() == "Fits A3"


def test_the_bleed_lies_around_the_picture(dialog: ExportDialog, qtbot: QtBot) -> None:
    edges = named(dialog, QComboBox, "What lies in the bleed")
    assert not edges.isEnabled()
    field(dialog, "Bleed").setValue(0.3)
    assert edges.isEnabled()
    choose(dialog, "What lies in the bleed", "Edges drawn out")
    choose(dialog, "Unit", "inch")
    assert field(dialog, "Bleed").value() == 0.12
    choose(dialog, "Unit", "cm")
    output = exported(dialog, qtbot)
    assert output.bleed == pytest.approx(0.3, abs=0.01)
    assert (output.bleed_edges, output.long_edge) == ("extend", None)


def test_the_size_of_the_file_with_its_bleed_is_told(dialog: ExportDialog) -> None:
    choose(dialog, "Size", "Fits A4")
    assert "3,307 × 2,480 px" in shown_texts(dialog)
    field(dialog, "Bleed").setValue(0.3)
    assert dialog.output.bleed_pixels == 35
    assert "3,377 × 2,550 px with bleed" in shown_texts(dialog)


def test_a_bleed_belongs_to_paper(dialog: ExportDialog, tmp_path: Path) -> None:
    choose(dialog, "Size", "Fits A4")
    field(dialog, "Bleed").setValue(0.3)
    choose(dialog, "Size", "1,024")
    assert (dialog.output.long_edge, dialog.output.bleed) == (1024, 0)
    assert "with bleed" not in shown_texts(dialog)
    kept = ExportChoice(bleed=0.3, unit=dialog.unit).told(dialog.output)
    assert kept.bleed == 0.3
    begin_with(dialog, tmp_path, long_edge=1024, bleed=0.3)
    assert dialog.output.bleed == 0
    choose(dialog, "Size", "Fits A4")
    assert dialog.output.bleed == pytest.approx(0.3)


def test_the_last_answers_come_back(dialog: ExportDialog, tmp_path: Path, printer: str) -> None:
    output = Output(
        tmp_path / "harbour.tif",
        4724,
        80,
        bits=16,
        profile=printer,
        intent="perceptual",
        black_point=False,
        dpi=240,
        bleed=0.5,
        bleed_edges="extend",
        chroma="4:2:0",
        compression="lzw",
    )
    dialog.set_choice(ExportChoice(unit="cm").told(output), tmp_path)
    assert dialog.output == output
    begin_with(dialog, tmp_path, long_edge=4724, unit="cm", dpi=300)
    assert field(dialog, "Width").value() == 40
    begin_with(dialog, tmp_path)
    assert dialog.output == Output(tmp_path / "harbour.png", dpi=300)


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


def test_depth_and_packing_belong_to_their_formats(dialog: ExportDialog) -> None:
    names = ("Depth", "Compression", "Colour detail")
    seen = {}
    for format in ("PNG", "JPEG", "WebP", "TIFF"):
        choose(dialog, "Format", format)
        assert ("Depth" in shown_texts(dialog)) == (format in ("PNG", "TIFF"))
        seen[format] = tuple(named(dialog, QComboBox, name).isVisible() for name in names)
    assert seen == {"PNG": (True, False, False), "JPEG": (False, False, True), "WebP": (False,) * 3, "TIFF": (True, True, False)}
    choose(dialog, "Depth", "16 bits")
    choose(dialog, "Compression", "LZW")
    assert (dialog.output.bits, dialog.output.compression) == (16, "lzw")
    choose(dialog, "Format", "JPEG")
    choose(dialog, "Colour detail", "Colour at half")
    assert (dialog.output.bits, dialog.output.chroma) == (None, "4:2:0")


# Colours.


def test_a_printers_profile_brings_its_ways(dialog: ExportDialog, tmp_path: Path, printer: str, qtbot: QtBot) -> None:
    intent, soft = named(dialog, QComboBox, "Rendering intent"), named(dialog, Switch, "Soft proof")
    assert not intent.isEnabled() and not soft.isEnabled()
    choose(dialog, "Colours", "Display P3")
    assert dialog.output.profile == "display-p3"
    assert not soft.isEnabled()
    choose(dialog, "Colours", "A printer’s profile…")
    (asked,) = dialog.findChildren(QFileDialog)
    assert named(dialog, QComboBox, "Colours").currentText().startswith("Display P3")  # until a file is chosen
    asked.filesSelected.emit([printer])
    asked.close()
    choose(dialog, "Format", "TIFF")
    assert intent.isEnabled() and soft.isEnabled()
    choose(dialog, "Rendering intent", "Perceptual")
    named(dialog, Switch, "Keep the darkest tones apart").click()
    output = exported(dialog, qtbot)
    assert (output.profile, output.intent, output.black_point) == (printer, "perceptual", False)


def test_four_inks_do_not_fit_into_png(dialog: ExportDialog, tmp_path: Path, printer: str) -> None:
    begin_with(dialog, tmp_path, profile=printer)
    assert "Rag 308.icc is for four inks" in shown_texts(dialog)
    assert not button(dialog).isEnabled()
    choose(dialog, "Format", "TIFF")
    assert button(dialog).isEnabled()


def test_what_is_no_profile_is_not_taken(dialog: ExportDialog, tmp_path: Path, printer: str) -> None:
    begin_with(dialog, tmp_path, profile=printer, suffix=".tif")
    bad = tmp_path / "p.icc"
    bad.write_text("words")
    choose(dialog, "Colours", "A printer’s profile…")
    answer_with(dialog, bad)
    assert "p.icc is not a colour profile" in shown_texts(dialog)
    assert dialog.output.profile == printer
    assert named(dialog, QComboBox, "Colours").findData(str(bad)) < 0
    assert button(dialog).isEnabled()
    choose(dialog, "Colours", "sRGB")
    assert "p.icc" not in shown_texts(dialog)


def test_a_long_profile_name_is_cut_and_told_whole(dialog: ExportDialog, tmp_path: Path) -> None:
    path = tmp_path / f"{'Cotton Rag ' * 8}.icc"
    path.write_bytes(cmyk_profile())
    begin_with(dialog, tmp_path, profile=str(path), suffix=".tif")
    colours = named(dialog, QComboBox, "Colours")
    assert "…" in colours.currentText()
    assert colours.toolTip() == str(path)
    assert dialog.output.profile == str(path)


def test_what_needs_a_printer_says_so_and_shows_nothing_marked(dialog: ExportDialog, tmp_path: Path, printer: str) -> None:
    begin_with(dialog, tmp_path)
    dialog.set_proof(False, True)
    soft, marks = named(dialog, Switch, "Soft proof"), named(dialog, Switch, "Mark what cannot be printed")
    for switch in (soft, marks):
        assert not switch.isEnabled()
        assert not switch.isChecked()
        assert switch.toolTip() == "Choose a printer’s profile under Colours first"
    begin_with(dialog, tmp_path, profile=printer, suffix=".tif")
    assert soft.isEnabled()
    assert (marks.isEnabled(), marks.isChecked()) == (False, False)
    assert marks.toolTip() == "Switch the soft proof on first"
    soft.click()
    assert (marks.isEnabled(), marks.isChecked()) == (True, True)


def test_the_soft_proof_is_told(dialog: ExportDialog, tmp_path: Path, printer: str, qtbot: QtBot) -> None:
    begin_with(dialog, tmp_path, profile=printer, suffix=".tif")
    dialog.set_proof(False, True)
    assert dialog.proof is None
    with qtbot.waitSignal(dialog.proof_changed) as told, qtbot.waitSignal(dialog.spot_wanted) as wanted:
        named(dialog, Switch, "Soft proof").click()
    proof = Proof(printer, gamut=True)
    assert told.args == [True, proof]
    assert wanted.args[2] == proof
    with qtbot.waitSignal(dialog.proof_changed) as told:
        named(dialog, Switch, "Mark what cannot be printed").click()
    assert told.args == [True, Proof(printer)]


# The loupe.


def test_the_loupe_looks_at_the_middle_of_the_print_first(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.hide()
    with qtbot.waitSignal(dialog.spot_wanted) as wanted:
        dialog.open()
    shown = dialog.loupe.pixels
    assert wanted.args == [None, Spot(2000 - shown.width() // 2, 1500 - shown.height() // 2, shown.width(), shown.height()), None]


def test_a_click_or_a_key_looks_elsewhere(dialog: ExportDialog, qtbot: QtBot) -> None:
    small = dialog.findChildren(SmallPicture)[0]
    dialog.set_image(picture(width=40, height=30))
    with qtbot.waitSignal(dialog.spot_wanted) as wanted:
        QTest.mouseClick(small, Qt.MouseButton.LeftButton, pos=small.area.topLeft().toPoint())
    assert (wanted.args[1].left, wanted.args[1].top) == (0, 0)
    with qtbot.waitSignal(dialog.spot_wanted) as wanted:
        QTest.mouseClick(small, Qt.MouseButton.LeftButton, pos=small.area.center().toPoint())
    middle = wanted.args[1].left
    with qtbot.waitSignal(dialog.spot_wanted) as wanted:
        QTest.keyClick(small, Qt.Key.Key_Right)
    assert wanted.args[1].left - middle == pytest.approx(0.02 * 4000, abs=1)


def test_a_typed_size_is_looked_at_once(dialog: ExportDialog, qtbot: QtBot) -> None:
    asked: list[int | None] = []
    dialog.spot_wanted.connect(lambda edge, *_: asked.append(edge))
    width = field(dialog, "Width")
    width.selectAll()
    with qtbot.waitSignal(dialog.spot_wanted):
        QTest.keyClicks(width, "12000")
    assert asked == [12000]


def test_the_loupe_says_that_it_works(dialog: ExportDialog) -> None:
    loupe = named(dialog, LoupeView, "Loupe, 100 per cent")
    loupe.set_busy(True)
    assert loupe.accessibleDescription() == "Making these pixels"
    loupe.set_busy(False)
    loupe.set_sentence("Rag 308.icc is not a colour profile.")
    loupe.set_busy(False)
    assert loupe.accessibleDescription() == "Rag 308.icc is not a colour profile."


# What is told.


def test_strokes_are_measured_on_paper(dialog: ExportDialog) -> None:
    assert "Nothing is painted" in shown_texts(dialog)
    dialog.set_strokes(0.5, 1)
    assert "Stroke size 0.50×: the style’s picture spans 16.9 cm of the paper." in shown_texts(dialog)
    choose(dialog, "Unit", "inch")
    field(dialog, "Width").setValue(20)
    assert "spans 10.0 in of the paper" in shown_texts(dialog)


def test_what_a_generator_made_is_told(dialog: ExportDialog) -> None:
    dialog.set_picture("scrolls", 1024, 1024, 128)
    assert "As on the canvas – 1,024 × 1,024 px" in named(dialog, QComboBox, "Size").currentText()
    assert "The generator made 128 × 128 px, which are enlarged 8.0×: finer detail is made up." in shown_texts(dialog)
    field(dialog, "Width").setValue(100)
    assert "The generator made" not in shown_texts(dialog)


@pytest.mark.parametrize(("width", "words"), [(0, "at least one pixel"), (999_999, "65,536 are the most")])
def test_a_size_that_is_none_is_named_and_not_looked_at(dialog: ExportDialog, qtbot: QtBot, width: int, words: str) -> None:
    with qtbot.assertNotEmitted(dialog.spot_wanted, wait=300):
        field(dialog, "Width").setValue(width)
    assert words in shown_texts(dialog)
    assert not button(dialog).isEnabled()


def test_a_disk_without_room_is_named(dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10_000_000}))
    field(dialog, "Width").setValue(4001)
    assert "The disk has 10 MB free; about 61 MB are needed" in shown_texts(dialog)
    assert not button(dialog).isEnabled()


def test_the_estimate_follows_the_fields(dialog: ExportDialog) -> None:
    assert "About 25 MB" in shown_texts(dialog)
    assert "second" not in shown_texts(dialog)
    dialog.set_speed(2.0)
    assert "25 seconds" in shown_texts(dialog)
    choose(dialog, "Size", "1,024")
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
    choose(dialog, "Size", "4,096")
    assert "Enlarged from 4,000 × 3,000 px: the photo itself has 293 dpi at this size." in shown_texts(dialog)
    choose(dialog, "Size", "2,048")
    assert "Enlarged" not in shown_texts(dialog)


@pytest.mark.parametrize(
    ("format", "edge", "words"), [("WebP", 16_384, "WebP holds at most 16,383 px"), ("JPEG", 65_501, "JPEG holds at most")]
)
def test_the_limits_of_formats_are_named(dialog: ExportDialog, format: str, edge: int, words: str) -> None:
    dialog.set_picture("panorama", 4000, 100)
    field(dialog, "Width").setValue(edge)
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
    name = named(dialog, QLineEdit, "File name")
    name.clear()
    QTest.keyClicks(name, "dusk.v2.jpeg")
    assert exported(dialog, qtbot).path == tmp_path / "dusk.v2.jpg"


def test_a_dot_in_a_name_is_no_suffix(dialog: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    named(dialog, QLineEdit, "File name").setText("harbour v1.2")
    assert exported(dialog, qtbot).path == tmp_path / "harbour v1.2.png"


def test_a_size_beyond_the_limit_is_named_while_it_is_typed(dialog: ExportDialog, qtbot: QtBot) -> None:
    spin = field(dialog, "Width")
    spin.selectAll()
    QTest.keyClicks(spin, "60000")
    assert "2,700 megapixels are more than one file may have (2,000). Choose a long edge of 51,639 px or less." in shown_texts(dialog)
    assert not button(dialog).isEnabled()
    spin.setValue(51_639)
    assert "megapixels" not in shown_texts(dialog)
    assert exported(dialog, qtbot).long_edge == 51_639


def test_a_limit_of_ones_own_holds_in_the_dialog_too(dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "100000")
    choose(dialog, "Size", "2,048")
    assert "(1). Choose a long edge of 1,154 px or less." in shown_texts(dialog)
    choose(dialog, "Size", "1,024")
    assert button(dialog).isEnabled()


def test_a_long_name_is_seen_from_its_beginning(dialog: ExportDialog) -> None:
    name = named(dialog, QLineEdit, "File name")
    assert name.selectedText() == "harbour"
    assert name.cursorPosition() == 0
