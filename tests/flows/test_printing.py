"""From the canvas to paper: the colours seen beforehand, the pixels looked at, the print written as it was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFileDialog, QLabel, QPushButton

from desktop.app import StartEngine
from desktop.state.settings import BatchChoice
from desktop.views.batch.window import BatchWindow
from desktop.views.export_dialog import ExportDialog
from desktop.widgets.controls import Switch
from engine.api.output import Output
from engine.api.proofing import Proof
from tests.desktop.views.finding import answer_with, named
from tests.engine.imaging.printer_profile import cmyk_profile
from tests.fake_engine import png
from tests.flows.conftest import Travel, Traveller, start_fake_engine


@pytest.fixture
def printer(tmp_path: Path) -> Path:
    path = tmp_path / "Rag 308.icc"
    path.write_bytes(cmyk_profile(two_ways=True, darkest=0.2))
    return path


def dialog_of(artist: Traveller) -> ExportDialog:
    artist.app.window.actions_by_id["export"].trigger()
    (dialog,) = [each for each in artist.app.window.findChildren(ExportDialog) if each.isVisible()]
    return dialog


def colour(image: QImage, place: QPoint) -> tuple[int, int, int]:
    seen = image.pixelColor(place)
    return seen.red(), seen.green(), seen.blue()


def choose(dialog: ExportDialog, box: str, text: str) -> None:
    combo = named(dialog, QComboBox, box)
    combo.setCurrentText(text)
    combo.activated.emit(combo.currentIndex())


def test_a_print_is_looked_at_then_made(engine: StartEngine, travel: Travel, photo: Path, painting: Path) -> None:
    async def journey(artist: Traveller) -> None:
        await artist.drop_photo(photo)
        await artist.drop_style(painting)
        shown: list[object] = []
        artist.app.studio.loupe.framed.connect(shown.append)
        dialog = dialog_of(artist)
        await artist.settle()
        assert len(shown) == 1
        assert dialog.output.path.parent == photo.parent
        choose(dialog, "Format", "TIFF")
        choose(dialog, "Depth", "16 bits")
        choose(dialog, "Unit", "cm")
        named(dialog, QDoubleSpinBox, "Width").setValue(1.2)
        named(dialog, QDoubleSpinBox, "Bleed").setValue(0.1)
        wanted = dialog.output
        named(dialog, QPushButton, "Export").click()
        await artist.settle()
        assert wanted.path.exists()
        assert artist.troubles == []
        again = dialog_of(artist)
        assert again.output == Output(wanted.path, 142, overwrite=True, bits=16, dpi=300, bleed=0.1)
        assert again.unit == "cm"
        again.reject()
        await artist.settle()

    travel(engine, journey)


def test_an_export_that_is_cancelled_leaves_the_next_ones_as_they_were(travel: Travel, photo: Path, printer: Path) -> None:
    async def journey(artist: Traveller) -> None:
        studio = artist.app.studio
        await artist.drop_photo(photo)
        before = studio.settings.settings.export
        dialog = dialog_of(artist)
        choose(dialog, "Colours", "A printer’s profile…")
        answer_with(dialog, printer)
        named(dialog, Switch, "Soft proof").click()
        named(dialog, Switch, "Mark what cannot be printed").click()
        assert studio.proofing.proof == Proof(str(printer), gamut=True)
        dialog.reject()
        await artist.settle()
        assert studio.settings.settings.export == before
        artist.app.window.actions_by_id["batch"].trigger()
        (window,) = artist.app.window.findChildren(BatchWindow)
        assert named(window, QComboBox, "Colours").currentText() == "sRGB – for screens"
        assert not any("last export" in label.text() for label in window.findChildren(QLabel))  # there was none
        window.close()
        again = dialog_of(artist)
        assert again.proof == studio.proofing.proof  # the canvas is in the printer's colours still
        again.reject()
        await artist.settle()

    travel(start_fake_engine, journey)


def test_the_canvas_in_the_printers_colours(real_engine: StartEngine, travel: Travel, photo: Path, printer: Path) -> None:
    async def journey(artist: Traveller) -> None:
        window = artist.app.window
        await artist.drop_photo(photo)

        def seen() -> QImage:
            return window.canvas.grab().toImage()

        def dullest(image: QImage) -> int:
            return min(colour(image, image.rect().center()))

        plain = seen()
        assert not window.actions_by_id["gamut-warning"].isEnabled()
        window.actions_by_id["soft-proof"].trigger()
        answer_with(window, printer)
        await artist.settle()
        assert window.actions_by_id["soft-proof"].isChecked()
        assert "Soft proof: Rag 308" in window.picture_facts.text()
        assert dullest(seen()) > dullest(plain) + 30
        assert colour(window.canvas.current_image(), QPoint(0, 0)) == (40, 90, 160)
        window.actions_by_id["gamut-warning"].trigger()
        await artist.settle()
        assert colour(seen(), seen().rect().center()) == (255, 0, 220)
        window.actions_by_id["soft-proof"].trigger()
        assert dullest(seen()) == dullest(plain)
        assert artist.troubles == []

    travel(real_engine, journey)


def test_who_chooses_no_profile_sees_no_proof(travel: Travel, photo: Path) -> None:
    async def journey(artist: Traveller) -> None:
        window = artist.app.window
        await artist.drop_photo(photo)
        window.actions_by_id["soft-proof"].trigger()
        (asked,) = window.findChildren(QFileDialog)
        asked.reject()
        await artist.settle()
        assert not window.actions_by_id["soft-proof"].isChecked()

    travel(start_fake_engine, journey)


def test_many_pictures_are_made_while_the_window_is_closed(engine: StartEngine, travel: Travel, tmp_path: Path, painting: Path) -> None:
    folder, prints = tmp_path / "photos", tmp_path / "prints"
    folder.mkdir()
    prints.mkdir()
    for number in range(2):
        (folder / f"boat {number}.png").write_bytes(png(48, 32, (40, 90, 60 * number)))
    (folder / "diary.png").write_bytes(b"Dear diary")

    async def journey(artist: Traveller) -> None:
        studio = artist.app.studio
        await artist.drop_photo(folder / "boat 0.png")
        await artist.drop_style(painting)
        artist.app.window.actions_by_id["batch"].trigger()
        (window,) = artist.app.window.findChildren(BatchWindow)
        window.add([folder])
        window.set_choice(BatchChoice(suffix=".jpg"), prints)
        named(window, QPushButton, "Make them").click()
        window.close()
        await artist.settle()
        assert [item.state for item in studio.batch.items] == ["done", "done", "failed"]
        assert sorted(path.name for path in prints.iterdir()) == ["boat 0 – wave.jpg", "boat 1 – wave.jpg"]
        assert artist.troubles[-1].startswith("2 of 3 pictures are made; 1 could not be made")
        artist.app.window.actions_by_id["batch"].trigger()
        assert window.isVisible()
        window.close()

    travel(engine, journey)
