"""Prints that are killed, that meet a full disk, or whose folder goes away: nothing half-written, and nothing done twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.api.errors import DiskFull, FolderMissing, NothingToResume, NotWritable
from engine.api.events import Progress
from engine.api.output import Output, unfinished_folder
from engine.api.recipe import Layer, PictureStyle, Recipe, StyleUse
from engine.api.requests import Export, ImportPicture
from engine.context import Context
from engine.engine import run
from engine.imaging.strips import Strips
from engine.jobs import export as export_job
from tests.engine.conftest import context
from tests.faults.refusal import Stylize
from tests.tiny import picture_file, small_prints

__all__ = ["context"]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A level beside the first, and twenty strips."""
    monkeypatch.setattr(export_job, "ROWS", 8)
    with small_prints(monkeypatch):
        yield


@pytest.fixture
def recipe(context: Context, tmp_path: Path) -> Recipe:
    photo = run(ImportPicture(path=picture_file(tmp_path / "photo.png", 240, 160, 1)), context)
    style = run(ImportPicture(path=picture_file(tmp_path / "style.png", 90, 90, 2)), context)
    return Recipe((Layer(photo, (StyleUse(PictureStyle(style.blob)),)),))


def broken_at(monkeypatch: pytest.MonkeyPatch, name: str, index: int, action: Callable[[], None]) -> Counter[str]:
    """Have `action` happen before this strip of this scratch file is written; counts the strips that are."""
    written: Counter[str] = Counter()
    write = Strips.write

    def writing(strips: Strips, number: int, samples: np.ndarray) -> None:
        if strips.path.stem == name and number == index:
            action()
        write(strips, number, samples)
        written[strips.path.stem] += 1

    monkeypatch.setattr(Strips, "write", writing)
    return written


def full() -> None:
    raise DiskFull("out.tif")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("what", ["export", "enlarge", "upscale"])
def test_a_print_killed_at_ten_moments_is_the_same_file(tmp_path: Path, what: str) -> None:
    command = [sys.executable, "-m", "tests.faults.killed_print", what, str(tmp_path), "10", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["same"]
    assert found["half_written"] == 0
    assert found["halfway"] >= 3  # the others were killed before the first strip, or were done
    assert found["left"] == []


def test_a_disk_that_is_full_at_sixty_per_cent(context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "prints" / "out.tif"
    out.parent.mkdir()
    out.write_bytes(b"older")
    whole = Output(tmp_path / "whole.tif", 240)
    run(Export(recipe, whole), context)
    with monkeypatch.context() as patch:
        broken_at(patch, "picture", 12, full)
        with pytest.raises(DiskFull, match="what is finished is kept, and --resume goes on with it"):
            run(Export(recipe, Output(out, 240, overwrite=True, keep_unfinished=True)), context)
    assert out.read_bytes() == b"older"
    written = broken_at(monkeypatch, "", 0, full)
    told: list[Progress] = []
    run(Export(recipe, Output(out, 240, overwrite=True, resume=True)), context, told.append)
    assert 0.2 < told[0].fraction < 0.9
    assert [step.note for step in told if step.note] == [f"Goes on from {told[0].fraction:.0%}."]
    assert [step.fraction for step in told] == sorted(step.fraction for step in told)
    assert told[-1].fraction == 1
    assert written == {"picture": 8}
    assert out.read_bytes() == whole.path.read_bytes()
    assert list(out.parent.iterdir()) == [out]


def test_that_there_is_nothing_to_go_on_with_is_told(context: Context, recipe: Recipe, tmp_path: Path) -> None:
    told: list[Progress] = []
    out = tmp_path / "out.png"
    run(Export(recipe, Output(out, 240, resume=True)), context, told.append)
    assert [step.note for step in told if step.note] == [f"Nothing of {out} was left unfinished: it is begun anew."]


@pytest.mark.parametrize("resume", [False, True])
def test_half_a_file_of_a_killed_process_goes(
    context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resume: bool
) -> None:
    folder = tmp_path / "prints"
    folder.mkdir()
    output = Output(folder / "out.tif", 240, keep_unfinished=True)
    with monkeypatch.context() as patch:
        broken_at(patch, "picture", 12, full)
        with pytest.raises(DiskFull):
            run(Export(recipe, output), context)
    half = unfinished_folder(output.path) / ".sfumato-0123456789ab.part"
    half.write_bytes(b"II")
    there: list[bool] = []
    broken_at(monkeypatch, "picture", 15, lambda: there.append(half.exists()))
    run(Export(recipe, replace(output, resume=resume)), context)
    assert there == [False]
    assert [path.name for path in folder.iterdir()] == ["out.tif"]


def test_the_studio_leaves_nothing_of_what_fails(context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "prints"
    folder.mkdir()
    broken_at(monkeypatch, "picture", 12, full)
    with pytest.raises(DiskFull, match=r"out\.tif: free"):
        run(Export(recipe, Output(folder / "out.tif", 240)), context)
    assert list(folder.iterdir()) == []


def test_a_disk_with_too_little_room_is_refused_before_the_work(
    context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=150_000))
    monkeypatch.setattr(export_job, "painted", lambda *_: pytest.fail("it was rendered"))
    with pytest.raises(DiskFull, match=r"\(about 1 MB are needed while it is made, 1 MB are free\)"):
        run(Export(recipe, Output(tmp_path / "out.png")), context)


@pytest.mark.parametrize("index", [3, 19])
def test_a_folder_that_is_removed_meanwhile_is_named(
    context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: int
) -> None:
    folder = tmp_path / "prints"
    folder.mkdir()
    broken_at(monkeypatch, "picture", index, lambda: shutil.rmtree(folder))
    with pytest.raises(FolderMissing, match=r"prints does not exist"):
        run(Export(recipe, Output(folder / "out.tif", 240, keep_unfinished=True)), context)
    assert not folder.exists()


def test_strips_that_are_removed_meanwhile_are_told(
    context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.tif"
    broken_at(monkeypatch, "picture", 3, lambda: shutil.rmtree(unfinished_folder(out)))
    with pytest.raises(NotWritable, match="removed meanwhile"):
        run(Export(recipe, Output(out, 240)), context)
    assert not out.exists()


def test_a_target_that_is_removed_meanwhile_is_made(
    context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.png"
    out.write_bytes(b"older")
    broken_at(monkeypatch, "picture", 3, out.unlink)
    run(Export(recipe, Output(out, 240, overwrite=True)), context)
    assert out.stat().st_size > 1000


def test_another_recipe_is_not_resumed(context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.tif"
    with monkeypatch.context() as patch:
        broken_at(patch, "picture", 12, full)
        with pytest.raises(DiskFull):
            run(Export(recipe, Output(out, 240, keep_unfinished=True)), context)
    other = Recipe((Layer(recipe.layers[0].source, recipe.layers[0].styles, style_scale=2.0),))
    for wanted, output in ((other, Output(out, 240, resume=True)), (recipe, Output(out, 200, resume=True))):
        with pytest.raises(NothingToResume, match="leave out --resume to begin anew"):
            run(Export(wanted, output), context)
    with monkeypatch.context() as patch:
        patch.setattr("engine.jobs.export.PAINTED_AS", 0)  # strips that an older way of painting would mix with
        with pytest.raises(NothingToResume):
            run(Export(recipe, Output(out, 240, resume=True)), context)
    run(Export(recipe, Output(out, 240, resume=True)), context)  # they are still there
    assert not unfinished_folder(out).exists()


def test_where_memory_runs_out_tiles_are_smaller_and_it_is_said(
    context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(Export(recipe, Output(tmp_path / "whole.tif", 240)), context)
    hungry = [True]

    def starve() -> None:
        if hungry.pop() if hungry else False:
            raise MemoryError

    written = broken_at(monkeypatch, "picture", 12, starve)
    said: list[Progress] = []
    run(Export(recipe, Output(tmp_path / "out.tif", 240)), context, said.append)
    assert written["picture"] == 20  # none is made twice
    assert {step.stage for step in said} == {"rendering", "rendering in smaller tiles, as memory ran short", "writing the file"}
    assert (tmp_path / "out.tif").read_bytes() == (tmp_path / "whole.tif").read_bytes()
    assert not unfinished_folder(tmp_path / "out.tif").exists()


def test_stylize_resumes_too(stylize: Stylize, prints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        broken_at(patch, "picture", 5, full)
        assert "--resume" in stylize("--size", 96).sentence(1)
    assert unfinished_folder(prints / "out.png").is_dir()
    said = stylize("--size", 96, "--strength", 0.5, "--resume").sentence(1)
    assert "cannot be resumed" in said
    assert stylize("--size", 96, "--resume").code == 0
    assert [path.name for path in prints.iterdir()] == ["out.png"]
