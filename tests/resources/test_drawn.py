"""The pictures that the project draws: the committed files are what they should be, and the scripts draw the same thing twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import resources
from resources.draw_house_picture import draw_house_picture
from resources.draw_styles import MOST_BYTES, SIZE, STYLES, draw, webp
from resources.drawing.noise import Array, fbm2, noise3

FOLDER = Path(resources.__file__).parent
HOUSE = FOLDER / "pictures" / "house.jpg"
NAMES = [name for name, _, _ in STYLES]


def style_file(name: str) -> Path:
    return FOLDER / "styles" / "drawn" / f"{name}.webp"


def pixels(path: Path, size: int) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BOX))


def test_house_picture_is_large_enough_for_a_print_and_light_enough_to_ship() -> None:
    with Image.open(HOUSE) as image:
        image.load()
        assert image.mode == "RGB"
        assert max(image.size) >= 2400 and min(image.size) >= 1600
    assert HOUSE.stat().st_size <= 1_200_000


def test_house_picture_has_lights_darks_and_warm_and_cool_colour() -> None:
    small = pixels(HOUSE, 64).astype(np.float32) / 255
    tone = small.mean(axis=-1)
    assert np.percentile(tone, 2) < 0.2 and np.percentile(tone, 98) > 0.75
    warmth = small[..., 0] - small[..., 2]
    assert (warmth > 0.15).mean() > 0.15 and (warmth < -0.05).mean() > 0.15


def test_styles_are_named_once_and_there_are_no_strangers_in_the_folder() -> None:
    assert len(STYLES) >= 8
    assert len(set(NAMES)) == len({title for _, title, _ in STYLES}) == len(STYLES)
    assert sorted(path.name for path in (FOLDER / "styles" / "drawn").iterdir()) == sorted(f"{name}.webp" for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_committed_style_fills_its_frame(name: str) -> None:
    path = style_file(name)
    assert path.stat().st_size <= MOST_BYTES
    with Image.open(path) as image:
        assert image.size == (SIZE, SIZE)
    small = pixels(path, 128).astype(np.float32)
    assert small.std() > 25
    quarters = [small[y : y + 64, x : x + 64] for y in (0, 64) for x in (0, 64)]
    assert min(quarter.std() for quarter in quarters) > 8
    assert len(np.unique((small // 8).reshape(-1, 3), axis=0)) > 60


def test_committed_styles_differ_from_each_other() -> None:
    small = {name: pixels(style_file(name), 64).astype(np.float32) for name in NAMES}
    nearest = min(float(np.abs(small[a] - small[b]).mean()) for a, b in combinations(NAMES, 2))
    assert nearest > 15


@pytest.mark.parametrize("function", [function for _, _, function in STYLES], ids=NAMES)
def test_style_function_is_deterministic_and_follows_its_seed(function: Callable[[int, int], Array]) -> None:
    first = draw(function, size=64, seed=3)
    assert first.shape == (64, 64, 3) and first.dtype == np.uint8
    assert np.array_equal(first, draw(function, size=64, seed=3))
    assert not np.array_equal(first, draw(function, size=64, seed=4))


def test_house_picture_is_deterministic_and_the_committed_one_is_its_large_version() -> None:
    first = draw_house_picture(24, 16)
    assert first.shape == (16, 24, 3) and first.dtype == np.uint8
    assert np.array_equal(first, draw_house_picture(24, 16))
    with Image.open(HOUSE) as image:
        kept = np.asarray(image.resize((24, 16), Image.Resampling.BOX), np.float32)
    assert np.abs(first - kept).mean() < 12


def test_webp_lowers_its_quality_to_fit() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    assert len(webp(noise, most=10_000)) <= 10_000 < len(webp(noise, most=10**6))


def test_noise_is_smooth_bounded_and_centred() -> None:
    at = np.linspace(0, 40, 4000, dtype=np.float32)
    for values in (fbm2(at, at * 0.7, 4, seed=1), noise3(np.stack([at, at * 0.5, at * 0.3]), seed=2)):
        assert abs(float(values.mean())) < 0.15 and 0.1 < float(values.std()) < 0.6
        assert float(np.abs(values).max()) < 1.6
        assert float(np.abs(np.diff(values)).max()) < 0.25


def test_icon_uses_only_what_svg_tiny_knows() -> None:
    root = ElementTree.parse(FOLDER / "icons" / "sfumato.svg").getroot()
    assert root.attrib["viewBox"] == "0 0 512 512"
    known = {"svg", "title", "defs", "radialGradient", "linearGradient", "stop", "path", "rect", "circle", "g", "use"}
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= known
