from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop.state.export_estimate import (
    FORMATS,
    Estimate,
    Samples,
    effort,
    estimate,
    file_format,
    in_words,
    longest_edge,
    pixel_limit,
    room_problem,
    size_in_words,
    time_in_words,
)
from engine.api.errors import BadRequest, ImageTooLarge
from engine.api.limits import MAX_PIXELS_VARIABLE, print_budget
from engine.api.recipe import Layer, Photo, Recipe
from engine.imaging.decoding import check_size


@pytest.mark.parametrize("format", [each.id for each in FORMATS])
def test_cost_grows_with_the_picture(format: str) -> None:
    small, large = estimate(1000, 1000, format, 90, 2.0), estimate(2000, 2000, format, 90, 2.0)
    assert large.bytes == pytest.approx(4 * small.bytes, rel=1e-5)
    assert large.memory_bytes > small.memory_bytes
    assert (small.seconds, large.seconds) == (2.0, 8.0)


@pytest.mark.parametrize("format", ["jpeg", "webp"])
def test_cost_grows_with_quality(format: str) -> None:
    sizes = [estimate(1000, 1000, format, quality, None).bytes for quality in range(1, 101)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_quality_means_nothing_where_every_pixel_is_exact() -> None:
    assert estimate(100, 100, "png", 1, None) == estimate(100, 100, "png", 100, None)
    assert estimate(100, 100, "webp", 1, None, Samples(lossless=True)).bytes > estimate(100, 100, "webp", 100, None).bytes


@pytest.mark.parametrize(("format", "options"), [("jpeg", {"quality": 80, "subsampling": "4:4:4"}), ("webp", {"quality": 80}), ("png", {})])
def test_the_guess_lies_near_a_painted_texture(format: str, options: dict[str, object]) -> None:
    noise = np.random.default_rng(1).normal(0, 1, (256, 256, 3))
    for axis in (0, 1):  # strokes a few pixels wide
        noise = np.mean([np.roll(noise, shift, axis) for shift in range(-2, 3)], axis=0)
    pixels = np.clip(128 + 150 * noise, 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format.upper(), **options)
    assert stream.tell() / 2.5 < estimate(256, 256, format, 80, None).bytes < stream.tell() * 2.5


def test_words() -> None:
    assert in_words(Estimate(21_000_000, 1_200_000_000, 40.0)) == "About 21 MB · 1.2 GB of memory · 40 seconds"
    whole = Estimate(21_000_000, 1_200_000_000, 40.0, 90_000_000)
    assert in_words(whole) == "About 21 MB · 1.2 GB of memory · 40 seconds · 90 MB more on the disk meanwhile"
    assert in_words(Estimate(840_000, 950_000_000, None)) == "About 840 kB · 0.9 GB of memory"
    assert [size_in_words(count) for count in (10, 3_210_000, 14_000_000_000)] == ["1 kB", "3.2 MB", "14 GB"]
    assert [time_in_words(seconds) for seconds in (1, 4, 63, 200, 4800)] == ["a moment", "5 seconds", "1 minute", "3 minutes", "1 h 20 min"]


def test_depth_and_packing_count() -> None:
    def bytes_of(format: str, **values: object) -> int:
        return estimate(1000, 1000, format, 90, None, Samples(**values)).bytes  # type: ignore[arg-type]

    assert bytes_of("tiff", bits=16, compression="none") == 6_000_000
    assert bytes_of("tiff", channels=4, compression="none") == 4_000_000
    assert bytes_of("tiff") < bytes_of("tiff", compression="lzw") < bytes_of("tiff", compression="none")
    assert bytes_of("tiff", bits=16) < bytes_of("tiff", bits=16, compression="none") < bytes_of("tiff", bits=16, compression="lzw")
    assert 2 * bytes_of("png") < bytes_of("png", bits=16) < 6_000_000


def test_a_photo_that_is_enlarged_is_held_whole() -> None:
    small, large = (estimate(8000, 6000, "png", 90, None, held_pixels=pixels) for pixels in (0, 12_000_000))
    assert large.memory_bytes - small.memory_bytes == 108_000_000
    assert large.bytes == small.bytes


def test_raw_strips_and_levels_are_on_the_disk_meanwhile() -> None:
    assert estimate(1000, 1000, "png", 90, None).scratch_bytes == 3_000_000
    assert estimate(1000, 1000, "png", 90, None, Samples(16), 500_000).scratch_bytes == 6_000_000 + 4_500_000


def test_a_print_larger_than_its_photo_costs_what_a_network_makes_of_it() -> None:
    def cost(side: int, layers: int = 1) -> Estimate:
        return estimate(side, side, "png", 90, 1.0, native=(1000, 1000), enlarged_layers=layers)

    assert cost(1000).seconds == 1.0
    assert 1.0 < (cost(1900).seconds or 0) < 1.9**2  # what is not painted costs less
    assert cost(1900).scratch_bytes == 3 * 1900**2
    assert cost(2000).scratch_bytes == 3 * 2000**2 + 24_000_000
    assert cost(2000, 2).scratch_bytes == 3 * 2000**2 + 48_000_000
    assert (cost(2000).seconds or 0) > (cost(1999).seconds or 0) + 1
    assert effort(2000, 2000, None) == effort(2000, 2000, (2000, 2000)) == 4.0
    assert effort(2000, 2000, (0, 0)) > 0  # nothing is open


def test_a_disk_without_room_is_told_with_both_numbers() -> None:
    cost = Estimate(2_000_000_000, 1, None, 1_500_000_000)
    assert room_problem(cost, 3_500_000_000) == room_problem(cost, None) == ""
    assert room_problem(cost, 900_000_000) == "The disk has 900 MB free; about 3.5 GB are needed while the picture is made."


@pytest.mark.parametrize(
    ("name", "id"), [("PNG", "png"), (".jpg", "jpeg"), (".JPEG", "jpeg"), (".tif", "tiff"), ("TIFF", "tiff"), ("?", "png")]
)
def test_formats_are_found_by_name_and_suffix(name: str, id: str) -> None:
    assert file_format(name).id == id


def test_it_needs_no_qt() -> None:
    code = "import sys, desktop.state.export_estimate; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("value", [None, "1000", "3000000000", "0", "many"])
def test_the_limit_is_the_engines(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv(MAX_PIXELS_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(MAX_PIXELS_VARIABLE, value)
    try:
        expected = print_budget()
    except BadRequest:
        assert pixel_limit() is None
        return
    assert pixel_limit() == expected
    check_size(1, expected, print_budget(), "a picture")
    with pytest.raises(ImageTooLarge):
        check_size(1, expected + 1, print_budget(), "a picture")


@given(st.integers(1, 70_000), st.integers(1, 70_000), st.integers(1, 10**9))
def test_the_longest_edge_fits_and_is_close_to_the_limit(width: int, height: int, pixels: int) -> None:
    recipe = Recipe((Layer(Photo("a" * 64, width, height)),))
    edge = longest_edge(width, height, pixels)
    fitting, larger = recipe.size_at(edge), recipe.size_at(round(1.1 * edge))
    assert fitting[0] * fitting[1] <= pixels
    assert pixels < larger[0] * larger[1] or min(fitting) < 20  # a side of few pixels is rounded by much
