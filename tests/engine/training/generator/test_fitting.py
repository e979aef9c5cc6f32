from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.training.generator.dataset import Fit
from engine.training.generator.fitting import fitted


def wide(busy: slice | None) -> Image.Image:
    """30 × 10 tiles of 8 px: grey, with noise in some columns of tiles."""
    pixels = np.full((80, 240, 3), 128, np.uint8)
    if busy is not None:
        pixels[:, busy] = np.random.default_rng(0).integers(0, 256, pixels[:, busy].shape, np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("fit", ["centre", "smart", "pad"])
@pytest.mark.parametrize("size", [(50, 50), (300, 20), (20, 300), (1, 1), (500, 1), (33, 32)])
def test_everything_becomes_square(fit: Fit, size: tuple[int, int]) -> None:
    pixels = fitted(Image.new("RGB", size, (10, 20, 30)), 16, fit)
    assert pixels.shape == (3, 16, 16)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert (pixels == np.array([10, 20, 30]).reshape(3, 1, 1)).all()


def test_the_centre_is_the_middle() -> None:
    image = Image.new("RGB", (60, 20), "black")
    image.paste("white", (20, 0, 40, 20))
    assert (fitted(image, 16, "centre")[:, :, 1:-1] == 255).all()
    assert (fitted(image.transpose(Image.Transpose.ROTATE_90), 16, "centre")[:, 1:-1] == 255).all()


@pytest.mark.parametrize("busy", [slice(0, 80), slice(80, 160), slice(160, 240)])
def test_smart_takes_the_square_with_most_detail(busy: slice) -> None:
    expected = fitted(wide(busy).crop((busy.start, 0, busy.stop, 80)), 16, "centre")
    np.testing.assert_allclose(fitted(wide(busy), 16, "smart").astype(float), expected, atol=12)
    upright = fitted(wide(busy).transpose(Image.Transpose.TRANSPOSE), 16, "smart").transpose(0, 2, 1)
    np.testing.assert_allclose(upright.astype(float), expected, atol=12)


def test_smart_stays_in_the_middle_where_all_is_alike() -> None:
    ramp = Image.fromarray(np.tile(np.arange(240, dtype=np.uint8), (80, 1))).convert("RGB")
    np.testing.assert_allclose(fitted(ramp, 16, "smart").astype(float), fitted(ramp, 16, "centre"), atol=2)


def test_padding_shows_all_on_the_colour_of_the_rim() -> None:
    image = Image.new("RGB", (64, 32), (240, 230, 210))
    image.paste((0, 0, 0), (24, 8, 40, 24))
    pixels = fitted(image, 32, "pad")
    assert pixels[:, 0, 0].tolist() == pixels[:, -1, -1].tolist() == [240, 230, 210]
    assert (pixels[:, 14:18, 14:18] < 10).all()
    assert abs(float((pixels < 120).mean()) - 8 * 8 / 32**2) < 0.01
