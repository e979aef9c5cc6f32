from __future__ import annotations

from pathlib import Path

import pytest

from desktop.state.printer_colours import is_cmyk, profile_problem, profile_title
from engine.api.output import PROFILES
from engine.imaging.profiles import output_profile
from tests.engine.imaging.printer_profile import cmyk_profile


@pytest.fixture
def printer(tmp_path: Path) -> str:
    path = tmp_path / "Rag 308.icc"
    path.write_bytes(cmyk_profile())
    return str(path)


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff"])
def test_named_spaces_go_everywhere(name: str, format: str) -> None:
    assert profile_problem(name, format) == ""
    assert not is_cmyk(name)
    assert profile_title(name) != name


def test_four_inks_go_into_tiff_and_jpeg_only(printer: str) -> None:
    assert is_cmyk(printer)
    assert profile_title(printer) == "Rag 308"
    assert [profile_problem(printer, format) for format in ("tiff", "jpeg")] == ["", ""]
    for format in ("png", "webp"):
        assert profile_problem(printer, format) == "Rag 308.icc is for four inks, which only TIFF and JPEG can hold."


def test_a_file_of_three_colours_goes_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "wide.icc"
    path.write_bytes(output_profile("adobe-rgb").data)
    assert profile_problem(str(path), "webp") == ""


def test_what_is_no_profile_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.icc"
    path.write_text("ink is low", encoding="ascii")
    assert "notes.icc is not a colour profile" in profile_problem(str(path), "tiff")
    path.unlink()
    assert "is not there any more" in profile_problem(str(path), "tiff")


def test_a_file_that_has_changed_is_read_again(tmp_path: Path, printer: str) -> None:
    assert is_cmyk(printer)
    Path(printer).write_bytes(output_profile("adobe-rgb").data + bytes(1))
    assert not is_cmyk(printer)
