from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop.state.settings import ExportChoice
from engine.api.errors import NotAProfile
from engine.api.events import Body, Failed, Frame
from engine.api.proofing import Loupe, Proof, SoftProof, Spot
from engine.api.requests import Request
from tests.desktop.sitting import Play, Sitting
from tests.fake_engine import colour_of


def watch(sitting: Sitting) -> list[Frame | None]:
    shown: list[Frame | None] = []
    sitting.studio.previewer.framed.connect(sitting.studio.proofing.see)
    sitting.studio.proofing.proofed.connect(shown.append)
    return shown


def test_each_frame_is_shown_in_the_printers_colours_while_it_is_on(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio, shown = sitting.studio, watch(sitting)
        studio.settings.change(export=ExportChoice(profile="rag.icc", intent="perceptual"))
        await sitting.open(photo)
        assert sitting.engine.requests_of(SoftProof) == []
        studio.proofing.switch(True)
        await sitting.settle()
        (frame,) = shown
        assert frame is not None
        assert frame.pixels.shape == (40, 60, 4)
        assert tuple(frame.pixels[0, 0, 2::-1]) == colour_of(Proof("rag.icc", "perceptual", True, False))
        studio.painting.use_style("gallery:linocut")
        await sitting.settle()
        assert len(shown) >= 2
        studio.proofing.switch(False)
        assert shown[-1] is None

    play(scenario)


def test_another_printer_or_mark_is_shown_at_once(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio, shown = sitting.studio, watch(sitting)
        assert not studio.proofing.has_printer
        studio.proofing.use("rag.icc")
        assert studio.proofing.has_printer
        studio.proofing.switch(True)
        await sitting.open(photo)
        studio.proofing.mark_gamut(True)
        studio.proofing.use("baryta.icc")
        await sitting.settle()
        assert shown[-1] is not None
        assert tuple(shown[-1].pixels[0, 0, 2::-1]) == colour_of(Proof("baryta.icc", gamut=True))
        assert studio.settings.settings.export == ExportChoice()  # nothing was exported

    play(scenario)


def test_a_profile_that_cannot_be_shown_switches_it_off_and_is_told(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio, shown = sitting.studio, watch(sitting)
        answer = sitting.engine._script

        def script(request: Request[Any]) -> Iterator[Body]:
            if isinstance(request, SoftProof):
                yield Failed(NotAProfile("rag.icc", "it is empty").failure())
            else:
                yield from answer(request)

        sitting.engine._script = script
        studio.proofing.use("rag.icc")
        await sitting.open(photo)
        studio.proofing.switch(True)
        await sitting.settle()
        assert not studio.proofing.on
        assert shown[-1] is None
        assert "rag.icc is not a colour profile that Sfumato can use (it is empty)" in sitting.troubles[-1]
        assert not studio.proofing.has_printer  # nor is it tried again

    play(scenario)


def test_a_proof_of_another_picture_is_not_shown(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio, shown = sitting.studio, watch(sitting)
        studio.proofing.use("rag.icc")
        studio.proofing.switch(True)
        await sitting.open(photo)
        before = len(shown)
        studio.proofing.mark_gamut(True)
        studio.proofing.forget()
        await sitting.settle()
        assert shown[before:] == [None]

    play(scenario)


def test_the_loupe_shows_the_last_spot_that_was_wanted(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        shown: list[Frame] = []
        busy: list[bool] = []
        studio.loupe.framed.connect(shown.append)
        studio.loupe.busy_changed.connect(busy.append)
        await sitting.open(photo)
        looks = [Loupe(studio.session.recipe, 600, Spot(left, 0, 30, 20)) for left in (0, 10, 20)]
        for look in looks:
            studio.loupe.look(look)
        studio.loupe.look(looks[-1])  # being made, it is not asked for again
        await sitting.settle()
        assert sitting.engine.requests_of(Loupe) == looks
        studio.loupe.look(looks[-1])  # who has forgotten it gets it once more
        await sitting.settle()
        assert sitting.engine.requests_of(Loupe) == [*looks, looks[-1]]
        assert tuple(shown[-1].pixels[0, 0, 2::-1]) == colour_of((looks[-1].recipe, looks[-1].spot))
        assert busy[-1] is False

    play(scenario)


def test_the_loupe_tells_why_there_are_no_pixels(play: Play, photo: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        answer = sitting.engine._script

        def script(request: Request[Any]) -> Iterator[Body]:
            if isinstance(request, Loupe):
                yield Failed(NotAProfile("rag.icc", "it is empty").failure())
            else:
                yield from answer(request)

        sitting.engine._script = script
        told: list[str] = []
        studio.loupe.failed.connect(lambda _, sentence: told.append(sentence))
        await sitting.open(photo)
        studio.loupe.look(Loupe(studio.session.recipe, None, Spot(0, 0, 10, 10)))
        await sitting.settle()
        assert len(told) == 1
        assert "rag.icc" in told[0]
        assert sitting.troubles == []

    play(scenario)


def test_an_export_goes_where_the_last_one_or_the_photo_was(play: Play, photo: Path, tmp_path: Path) -> None:
    async def scenario(sitting: Sitting) -> None:
        studio = sitting.studio
        assert studio.exporter.folder() is None
        await sitting.open(photo)
        assert studio.exporter.folder() == photo.parent
        prints = tmp_path / "prints"
        prints.mkdir()
        studio.settings.change(export=ExportChoice(folder=str(prints)))
        assert studio.exporter.folder() == prints
        prints.rmdir()
        assert studio.exporter.folder() == photo.parent

    play(scenario)
