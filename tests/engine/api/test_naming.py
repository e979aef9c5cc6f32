from __future__ import annotations

from pathlib import Path

import pytest

from engine.api.errors import FileMissing
from engine.api.naming import free_path, pictures_in, plain_name, result_name
from engine.api.training import is_name


def test_names_hold_nothing_that_a_system_forbids() -> None:
    assert plain_name('A: "Quay" / Sunset\n?') == "A Quay Sunset"
    assert plain_name("..") == plain_name("") == "picture"
    assert len(plain_name("long " * 99)) <= 120


@pytest.mark.parametrize("name", ["CON", "nul", "Com1.old", "LPT³", "aux ."])
def test_no_picture_is_called_like_a_device_of_windows(name: str) -> None:
    assert plain_name(name) == f"picture {name.strip(' .')}" and is_name(plain_name(name))
    assert plain_name("console") == "console"


def test_a_result_is_called_by_photo_and_styles() -> None:
    assert result_name("harbour.v2.jpg", "Linocut") == "harbour.v2 – Linocut"
    assert result_name("harbour.jpg", "Linocut", "Waves") == "harbour – Linocut + Waves"
    assert result_name("harbour.jpg") == "harbour"


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    first = free_path(tmp_path, "boat", ".png")
    assert first == tmp_path / "boat.png"
    first.touch()
    second = free_path(tmp_path, "boat", ".png")
    assert second == tmp_path / "boat (2).png"
    assert free_path(tmp_path, "boat", ".png", {second}) == tmp_path / "boat (3).png"


def test_of_a_folder_its_pictures_each_once(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", ".c.png", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "deeper.png").mkdir()
    assert pictures_in([tmp_path, tmp_path / "a.png"]) == [tmp_path / "a.png", tmp_path / "b.JPG"]
    assert pictures_in([tmp_path / "notes.txt"]) == [tmp_path / "notes.txt"]  # who names it means it
    with pytest.raises(FileMissing):
        pictures_in([tmp_path / "nowhere"])
