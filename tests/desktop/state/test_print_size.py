from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.print_size import PAPERS, PrintSize, Unit, from_centimetres, on_paper, to_centimetres
from engine.api.output import pixels_on_paper
from engine.api.recipe import Layer, Photo, Recipe

NATIVE = (4000, 3000)


def test_its_own_size_is_the_pictures() -> None:
    size = PrintSize.of(NATIVE, None)
    assert (size.pixels, size.is_native, size.dpi) == (NATIVE, True, 300)
    assert size.centimetres == pytest.approx((33.87, 25.4), abs=0.01)


def test_width_and_height_follow_each_other() -> None:
    size = PrintSize.of(NATIVE, None).wide(2000)
    assert size.pixels == (2000, 1500)
    assert size.high(300).pixels == (400, 300)
    upright = PrintSize.of((3000, 4000), None).wide(1500)
    assert (upright.long_edge, upright.pixels) == (2000, (1500, 2000))


def test_on_paper_the_resolution_makes_the_pixels() -> None:
    size = PrintSize.of(NATIVE, None, 300, "cm").wide(40)
    assert size.pixels == (pixels_on_paper(40, 300), 3543)
    assert size.shown == pytest.approx((40, 30))
    assert size.at(150).shown == pytest.approx((40, 30))
    assert size.at(150).long_edge == 2362


def test_in_pixels_the_resolution_makes_the_paper() -> None:
    size = PrintSize.of(NATIVE, 3000)
    assert size.at(150).pixels == size.pixels
    assert size.at(150).centimetres[0] == pytest.approx(2 * size.centimetres[0])


@given(st.floats(1, 200), st.lists(st.sampled_from([72.0, 150.0, 240.0, 300.0, 1200.0]), max_size=6))
def test_going_from_resolution_to_resolution_changes_no_paper(width: float, way: list[float]) -> None:
    size = PrintSize.of(NATIVE, None, 300, "cm").wide(width)
    for dpi in [*way, 300.0]:
        size = size.at(dpi)
    assert size.shown[0] == pytest.approx(width)
    assert size.long_edge == pixels_on_paper(width, 300)


@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 9000))
def test_pixels_are_those_of_the_recipe(width: int, height: int, edge: int) -> None:
    assert PrintSize.of((width, height), edge).pixels == Recipe((Layer(Photo("a" * 64, width, height)),)).size_at(edge)


@pytest.mark.parametrize("native", [(4000, 3000), (3000, 4000), (5000, 1000), (2000, 2000)])
@pytest.mark.parametrize("paper", PAPERS)
def test_a_picture_is_fitted_on_paper_as_it_is_turned(native: tuple[int, int], paper: str) -> None:
    size = PrintSize.of(native, None).fitted(paper)
    long, short = sorted(size.shown, reverse=True)
    assert size.unit == "cm"
    assert long <= PAPERS[paper][0] + 1e-9
    assert short <= PAPERS[paper][1] + 1e-9
    assert long == pytest.approx(PAPERS[paper][0]) or short == pytest.approx(PAPERS[paper][1])


@pytest.mark.parametrize("unit", ["px", "cm", "in"])
def test_another_unit_is_the_same_size(unit: Unit) -> None:
    size = PrintSize.of(NATIVE, 3456, 240)
    assert size.in_unit(unit).in_unit("px") == size


def test_a_size_that_is_none_is_told() -> None:
    assert "65,536 are the most" in PrintSize.of(NATIVE, None).wide(70_000).problem
    assert PrintSize.of(NATIVE, None).wide(65_536).problem == ""
    for unit in ("px", "cm", "in"):
        nothing = PrintSize.of(NATIVE, None, 300, unit).wide(0)
        assert "at least one pixel" in nothing.problem
        assert nothing.pixels == (1, 1)


def test_lengths() -> None:
    assert on_paper(3000, 300, "px") == on_paper(3000, 300, "cm") == "25.4 cm"
    assert on_paper(3000, 300, "in") == "10.0 in"
    assert to_centimetres(1, "in") == 2.54
    assert from_centimetres(to_centimetres(3, "in"), "in") == pytest.approx(3)


def test_it_needs_no_qt() -> None:
    code = "import sys, desktop.state.print_size; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
