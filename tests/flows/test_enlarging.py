"""From a photo to a larger one: looked at beforehand, made while the artist goes on, stopped, refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDoubleSpinBox, QLabel, QPushButton

from desktop.app import StartEngine
from desktop.client import EngineLike, OnEvent
from desktop.views.enlarge_dialog import EnlargeDialog
from desktop.views.exporting.writing_dialog import PAUSE_MS
from desktop.widgets.theme import THEME
from engine.api.errors import FileMissing
from engine.api.events import Body
from engine.api.output import Output
from engine.api.places import Places
from engine.api.proofing import EnlargementSpot
from engine.api.requests import Request, Thumbnail
from engine.models import foreign
from tests.desktop.sitting import until
from tests.desktop.views.finding import answer_with, named
from tests.fake_engine import FakeEngine, StudioScript
from tests.flows.conftest import Travel, Traveller, start_fake_engine


def dialog_of(artist: Traveller) -> EnlargeDialog:
    artist.app.window.actions_by_id["enlarge"].trigger()
    (dialog,) = [each for each in artist.app.window.findChildren(EnlargeDialog) if each.isVisible()]
    return dialog


def press(dialog: EnlargeDialog, name: str) -> None:
    named(dialog, QAbstractButton, name).click()


def choose(dialog: EnlargeDialog, box: str, text: str) -> None:
    combo = named(dialog, QComboBox, box)
    combo.setCurrentText(text)
    combo.activated.emit(combo.currentIndex())


def shown_texts(dialog: EnlargeDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def colour_in(dialog: EnlargeDialog) -> QColor:
    """Of the pixels in the loupe."""
    return dialog.loupe.grab().toImage().pixelColor(dialog.loupe.rect().center())


def test_the_canvas_photo_is_looked_at_then_enlarged(engine: StartEngine, travel: Travel, photo: Path, painting: Path) -> None:
    async def journey(artist: Traveller) -> None:
        await artist.drop_photo(photo)
        await artist.drop_style(painting)
        compared: list[object] = []
        artist.app.studio.loupe.compared.connect(lambda _, pair: compared.append(pair))
        dialog = dialog_of(artist)
        await artist.settle()
        assert len(compared) == 1
        assert "Not the painting" in shown_texts(dialog)
        choose(dialog, "Manner", "Crisp")
        choose(dialog, "Format", "TIFF")
        press(dialog, "Scale: 4× as wide")
        assert "384 × 256 px" in shown_texts(dialog)
        wanted = dialog.request
        press(dialog, "Enlarge")
        await artist.settle()
        assert wanted.output == Output(photo.parent / "boat enlarged.tif", dpi=300)
        assert wanted.output.path.stat().st_size > 0
        assert any(words.startswith("Made boat enlarged.tif: 384 × 256 px") for words in artist.said)
        assert artist.troubles == []
        again = dialog_of(artist)
        await artist.settle()
        assert (again.request.scale, again.request.variant, again.request.output.path) == (4, "crisp", wanted.output.path)
        assert named(again, QPushButton, "Replace").isEnabled()
        again.reject()
        await artist.settle()

    travel(engine, journey)


def test_what_is_chosen_and_taken_back_is_seen_again(travel: Travel, photo: Path) -> None:
    engines: list[FakeEngine] = []

    def start(where: Places, on_event: OnEvent) -> EngineLike:
        engines.append(FakeEngine(StudioScript(where.blobs), threaded=True))
        return engines[0].start(on_event)

    async def journey(artist: Traveller) -> None:
        def asked() -> int:
            return len(engines[0].requests_of(EnlargementSpot))

        await artist.drop_photo(photo)
        dialog = dialog_of(artist)
        await artist.settle()
        seen = colour_in(dialog)
        assert seen != QColor(THEME.canvas)
        named(dialog, QDoubleSpinBox, "Resolution").setValue(600)
        await asyncio.sleep(2 * PAUSE_MS / 1000)
        assert (colour_in(dialog), asked()) == (seen, 1)
        press(dialog, "Scale: 4× as wide")
        press(dialog, "Scale: 2× as wide")
        assert colour_in(dialog) == QColor(THEME.canvas)
        await until(lambda: asked() == 2)
        await artist.settle()
        assert colour_in(dialog) == seen
        dialog.choose_file(photo)  # the same once more
        await artist.settle()
        assert (colour_in(dialog), asked()) == (seen, 3)
        dialog.reject()
        await artist.settle()

    travel(start, journey)


def test_a_photo_that_is_gone_from_the_disk_is_told(travel: Travel, photo: Path) -> None:
    def start(where: Places, on_event: OnEvent) -> EngineLike:
        answers = StudioScript(where.blobs)

        def script(request: Request[Any]) -> Iterator[Body]:
            if isinstance(request, Thumbnail):
                raise FileMissing(request.photo.name)
            yield from answers(request)

        return FakeEngine(script, threaded=True).start(on_event)

    async def journey(artist: Traveller) -> None:
        await artist.drop_photo(photo)
        dialog = dialog_of(artist)
        await artist.settle()
        assert "boat.png" in shown_texts(dialog)
        assert FileMissing("boat.png").failure().sentence in shown_texts(dialog)
        assert not named(dialog, QPushButton, "Enlarge").isEnabled()
        dialog.reject()
        await artist.settle()

    travel(start, journey)


def test_on_an_empty_canvas_a_file_is_asked_for(engine: StartEngine, travel: Travel, photo: Path, tmp_path: Path) -> None:
    diary = tmp_path / "diary.png"
    diary.write_bytes(b"Dear diary")

    async def journey(artist: Traveller) -> None:
        dialog = dialog_of(artist)
        answer_with(dialog, diary)
        await artist.settle()
        assert "diary.png is not an image" in shown_texts(dialog)
        assert not named(dialog, QPushButton, "Enlarge").isEnabled()
        dialog.choose_file(photo)
        await artist.settle()
        press(dialog, "Enlarge")
        await artist.settle()
        large = QImage(str(photo.parent / "boat enlarged.png"))
        assert (large.width(), large.height()) == (192, 128)
        assert artist.app.studio.session.recipe.layers == ()  # the canvas stays as it was
        assert artist.troubles == []

    travel(engine, journey)


def test_one_that_takes_long_is_stopped(travel: Travel, photo: Path) -> None:
    scripts: list[StudioScript] = []
    engines: list[FakeEngine] = []

    def start(where: Places, on_event: OnEvent) -> EngineLike:
        scripts.append(StudioScript(where.blobs, exports_wait=True))
        engines.append(FakeEngine(scripts[0], threaded=True))
        return engines[0].start(on_event)

    async def journey(artist: Traveller) -> None:
        jobs = artist.app.studio.jobs
        await artist.drop_photo(photo)
        dialog = dialog_of(artist)
        await artist.settle()
        press(dialog, "Enlarge")
        await until(lambda: bool(jobs.running and jobs.running[0].fraction is not None))
        assert jobs.running[0].title == "Enlarging boat enlarged.png"
        jobs.cancel(jobs.running[0].id)
        await until(lambda: bool(engines[0].cancelled))  # else what waits could end before it hears of it
        scripts[0].exports_wait = False
        await artist.settle()
        assert artist.said[-1] == "Stopped: boat enlarged.png was not written"
        assert not (photo.parent / "boat enlarged.png").exists()

    travel(start, journey)


def test_a_network_that_cannot_be_read_is_refused_beforehand(
    real_engine: StartEngine, travel: Travel, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "is_available", lambda: False)
    import numpy as np
    from safetensors.numpy import save_file

    model = tmp_path / "RealESRGAN_x4plus.safetensors"
    save_file({"conv_first.weight": np.zeros((4, 3, 3, 3), np.float32)}, model)

    async def journey(artist: Traveller) -> None:
        await artist.drop_photo(photo)
        dialog = dialog_of(artist)
        await artist.settle()
        choose(dialog, "Manner", "A model file…")
        answer_with(dialog, model)
        await until(lambda: "spandrel" in shown_texts(dialog))
        assert "reading it needs the package spandrel, which is not installed" in shown_texts(dialog)
        assert not named(dialog, QPushButton, "Enlarge").isEnabled()
        choose(dialog, "Manner", "Faithful")
        await artist.settle()
        assert named(dialog, QPushButton, "Enlarge").isEnabled()
        dialog.reject()
        await artist.settle()
        assert artist.troubles == []

    travel(real_engine, journey)


@pytest.mark.skipif(not foreign.is_available(), reason="the extra `foreign` is not installed")
def test_a_network_of_another_program_enlarges_it(real_engine: StartEngine, travel: Travel, photo: Path, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    from tests.engine.models.test_foreign import compact

    model = tmp_path / "theirs.safetensors"
    save_file(compact(scale=4), model)

    async def journey(artist: Traveller) -> None:
        await artist.drop_photo(photo)
        dialog = dialog_of(artist)
        await artist.settle()
        choose(dialog, "Manner", "A model file…")
        answer_with(dialog, model)
        await until(lambda: dialog.loupe.accessibleDescription() != "")
        await artist.settle()
        press(dialog, "Scale: 4× as wide")
        press(dialog, "Enlarge")
        await artist.settle()
        large = QImage(str(photo.parent / "boat enlarged.png"))
        assert (large.width(), large.height()) == (384, 256)
        assert artist.troubles == []
        again = dialog_of(artist)
        await artist.settle()
        assert again.request.model == str(model)
        again.reject()
        await artist.settle()

    travel(real_engine, journey)


def test_a_second_dialog_is_served_like_the_first(travel: Travel, photo: Path) -> None:
    async def journey(artist: Traveller) -> None:
        await artist.drop_photo(photo)
        for _ in range(2):
            dialog = dialog_of(artist)
            await artist.settle()
            assert named(dialog, QPushButton, "Enlarge").isEnabled()
            dialog.reject()
            await artist.settle()
        assert artist.troubles == []

    travel(start_fake_engine, journey)
