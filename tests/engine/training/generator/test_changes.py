from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.training.generator.changes import changes
from engine.training.generator.dataset import PictureSet
from engine.training.generator.doctor import prepare


def picture(path: Path, seed: int) -> None:
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    Image.fromarray(coarse).resize((24, 24), Image.Resampling.NEAREST).save(path)


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[PictureSet]:
    folder = tmp_path / "folder"
    folder.mkdir()
    for index in range(4):
        picture(folder / f"{index}.png", index)
    (folder / "notes.txt").write_text("…")
    picture(folder / "twin.png", 0)
    list(prepare(folder, tmp_path / "run", 16))
    with PictureSet(tmp_path / "run") as made:
        yield made


def test_an_unchanged_folder(pictures: PictureSet) -> None:
    found = changes(pictures)
    assert not found
    assert found.sentence() == ""


def test_another_date_is_no_change(pictures: PictureSet) -> None:
    os.utime(pictures.path(0), (1, 1))
    assert not changes(pictures)


def test_what_came_went_and_became_another(pictures: PictureSet) -> None:
    pictures.path(0).unlink()
    picture(pictures.path(1), 77)
    picture(pictures.folder / "new.png", 78)
    (pictures.folder / "more.txt").write_text("no picture: not worth a word")
    found = changes(pictures)
    assert (found.added, found.gone, found.altered) == (("new.png",), ("0.png",), ("1.png",))
    assert "1 added (new.png), 1 removed (0.png), 1 altered (1.png)" in found.sentence()
    assert pictures.pictures(range(len(pictures))).shape == (4, 3, 16, 16)  # the run has its own


def test_a_folder_that_is_gone(pictures: PictureSet) -> None:
    shutil.rmtree(pictures.folder)
    assert changes(pictures).missing
    assert "not there any more" in changes(pictures).sentence()


def test_a_changed_folder_makes_another_set(pictures: PictureSet, tmp_path: Path) -> None:
    picture(pictures.path(1), 77)
    list(prepare(pictures.folder, tmp_path / "new", 16))
    with PictureSet(tmp_path / "new") as others:
        assert others.data_hash != pictures.data_hash
