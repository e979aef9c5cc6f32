"""Soft proofs: what a printer can print looks as it did, what it cannot is shown as it will be, and marked where that is wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.api.errors import FileMissing, NotAProfile
from engine.api.proofing import GAMUT_COLOUR, Proof
from engine.imaging.proofing import proofed
from tests.engine.imaging.printer_profile import cmyk_profile

PRINTABLE = [(200, 190, 180), (128, 128, 128), (180, 150, 170)]
TOO_VIVID = [(255, 0, 0), (0, 0, 255), (0, 255, 0)]


@pytest.fixture
def printer(tmp_path: Path) -> str:
    """It prints no red, green or blue below 0.1 (linear)."""
    path = tmp_path / "printer.icc"
    path.write_bytes(cmyk_profile(two_ways=True, darkest=0.1))
    return str(path)


def colours(*values: tuple[int, int, int]) -> np.ndarray:
    return np.asarray(values, np.uint8)[None]


@pytest.mark.parametrize("gamut", [False, True])
def test_what_can_be_printed_looks_as_it_did(printer: str, gamut: bool) -> None:
    seen = proofed(colours(*PRINTABLE), Proof(printer, gamut=gamut, black_point=False))
    assert np.abs(seen.astype(int) - colours(*PRINTABLE)).max() < 8


def test_what_cannot_be_printed_looks_duller(printer: str) -> None:
    seen = proofed(colours(*TOO_VIVID), Proof(printer, black_point=False))
    assert (seen.max(2).astype(int) - seen.min(2) < 190).all()
    assert seen.min() > 60


def test_what_cannot_be_printed_is_marked(printer: str) -> None:
    seen = proofed(colours(*TOO_VIVID, *PRINTABLE), Proof(printer, gamut=True, black_point=False))
    marked = (seen[0] == GAMUT_COLOUR).all(1)
    assert marked.tolist() == [True, True, True, False, False, False]


@pytest.mark.parametrize("name", ["srgb", "display-p3"])
def test_a_wider_space_changes_nothing(name: str) -> None:
    seen = proofed(colours(*TOO_VIVID, *PRINTABLE), Proof(name, gamut=True))
    assert np.abs(seen.astype(int) - colours(*TOO_VIVID, *PRINTABLE)).max() < 4


def test_a_profile_without_the_way_back_is_named(tmp_path: Path) -> None:
    path = tmp_path / "oneway.icc"
    path.write_bytes(cmyk_profile())
    with pytest.raises(NotAProfile, match="cannot be shown on a screen"):
        proofed(colours(*PRINTABLE), Proof(str(path)))
    with pytest.raises(FileMissing):
        proofed(colours(*PRINTABLE), Proof(str(tmp_path / "nowhere.icc")))
