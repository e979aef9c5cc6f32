from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from desktop import self_test
from desktop.client import EngineLike, OnEvent
from desktop.first_light import WINDOW_SIZE
from engine.api import gallery
from engine.api.errors import DiskFull, SfumatoError, UnknownModel
from engine.api.events import Body, Finished
from engine.api.manifest import HOUSE_GENERATOR
from engine.api.places import Places
from engine.api.recipe import Recipe
from engine.api.requests import Export, FindRecipe, Generate, Generated, Request, Train
from tests.fake_engine import FakeEngine, StudioScript, png


@dataclass
class Machine:
    """What the engine can do here: `generators` are installed, `refusals` fail."""

    generators: set[str] = field(default_factory=set)
    refusals: dict[type[Request[Any]], SfumatoError] = field(default_factory=dict)
    carries_recipe: bool = True
    asked: list[Request[Any]] = field(default_factory=list)

    def start(self, where: Places, on_event: OnEvent) -> EngineLike:
        studio = StudioScript(where.blobs)

        def answer(request: Request[Any]) -> Iterator[Body]:
            self.asked.append(request)
            if refusal := self.refusals.get(type(request)):
                raise refusal
            if isinstance(request, Train):
                self.generators.add(request.name)
            match request:
                case Generate(model, _, files):
                    yield from self._generate(model, files)
                case FindRecipe() if self.carries_recipe:
                    yield Finished(Recipe())
                case _:
                    yield from studio(request)

        return FakeEngine(answer, threaded=True).start(on_event)

    def _generate(self, model: str, files: tuple[Path, ...]) -> Iterator[Body]:
        if model not in self.generators:
            raise UnknownModel(model)
        for file in files:
            file.write_bytes(png(32, 32))
        yield Finished(Generated(files, None, 32, 0.1))


def test_its_style_is_in_the_gallery() -> None:
    assert gallery.find(self_test.STYLE) is not None


def test_each_step_is_a_line(qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine = Machine({HOUSE_GENERATOR})
    assert self_test.self_test(tmp_path, machine.start) == 0
    lines = capsys.readouterr().out.splitlines()
    starts = [line.split(" s  ")[-1].split(",")[0] for line in lines]
    assert starts[:3] == ["the window is painted", "the engine is ready: fake", "the house picture is dropped on the canvas"]
    assert "painted in the style Stained glass" in lines[3]
    assert lines[4].endswith(f"generated 2 pictures of 32 px with {HOUSE_GENERATOR}")
    assert "exported 2048 × 1365 px" in lines[5]
    assert "2048 × 1365 px, and carries its recipe" in lines[6]
    assert lines[7].endswith("a child process answers")
    assert lines[8].startswith("passed")
    assert (tmp_path / "self-test.txt").read_text(encoding="utf-8").splitlines() == lines
    assert QImage(str(tmp_path / "studio.png")).width() == WINDOW_SIZE[0]
    assert not any(isinstance(request, Train) for request in machine.asked)


def test_without_a_generator_one_is_trained_and_the_line_says_so(
    qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine()
    assert self_test.self_test(tmp_path, machine.start) == 0
    assert "no generator is installed, so a tiny one was trained" in capsys.readouterr().out
    (training,) = (request for request in machine.asked if isinstance(request, Train))
    assert training.steps == self_test.TRIED_STEPS
    assert not training.folder.exists(), "it lay in the temporary home"


@pytest.mark.parametrize(
    ("machine", "told"),
    [
        (Machine(refusals={Generate: DiskFull("generated-1.png")}), "There is no room on the disk for generated-1.png"),
        (Machine({HOUSE_GENERATOR}, {Export: DiskFull("house.png")}), "There is no room on the disk for house.png"),
        (Machine({HOUSE_GENERATOR}, carries_recipe=False), "the exported file carries no recipe"),
    ],
)
def test_what_fails_is_the_last_line(
    qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str], machine: Machine, told: str
) -> None:
    assert self_test.self_test(tmp_path, machine.start) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("FAILED") and told in last
    report = (tmp_path / "self-test.txt").read_text(encoding="utf-8")
    assert report.splitlines()[-1] == last
    assert ("Traceback" in report) is bool(machine.refusals), "where it happened, if no step knew"


def test_a_folder_that_cannot_be_written_is_told(qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert self_test.self_test(tmp_path / "file", Machine().start) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err
