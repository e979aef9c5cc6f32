"""Reductions are true averages, wherever they are looked at first, and drawing shows the right part of the picture."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from desktop.views.pyramid import TILE, Pyramid, image_of


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    return pixels


def array_of(image: QImage) -> np.ndarray:
    """(H, W, 4) float of a 32-bit image."""
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return flat[:, : image.width()].astype(float)


def halved(pixels: np.ndarray, times: int) -> np.ndarray:
    """Direct averages of blocks of 2^times pixels."""
    block = 2**times
    height, width = pixels.shape[0] // block, pixels.shape[1] // block
    cut = pixels[: height * block, : width * block].astype(float)
    return np.asarray(cut.reshape(height, block, width, block, 4).mean((1, 3)))


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("shape", [(256, 320), (1100, 1300)])
def test_levels_are_averages(times: int, shape: tuple[int, int]) -> None:
    pixels = noise(*shape)
    level = array_of(Pyramid.from_pixels(pixels).level(times))
    # Qt rounds down at each halving: never more than one step of 255 for each.
    assert np.abs(level - halved(pixels, times))[..., :3].max() <= times


def test_the_order_of_looking_does_not_matter() -> None:
    pixels = noise(2300, 2500)
    whole = Pyramid.from_pixels(pixels).level(1)
    piecewise = Pyramid.from_pixels(pixels)
    for area in (QRect(1100, 900, 50, 50), QRect(0, 0, 10, 10), QRect(600, 0, 400, 1149)):
        piecewise.level(1, area)
        seen = piecewise.level(1, area)
        assert seen.copy(area) == whole.copy(area)
    assert piecewise.level(1) == whole


def test_only_what_is_looked_at_is_made() -> None:
    pyramid = Pyramid.from_pixels(noise(4 * TILE, 4 * TILE))
    pyramid.level(1, QRect(0, 0, 10, 10))
    assert pyramid._filled[1] == {(0, 0)}
    pyramid.level(1)
    assert len(pyramid._filled[1]) == 4


@pytest.mark.parametrize(("scale", "level"), [(2.0, 0), (1.0, 0), (0.6, 0), (0.5, 1), (0.3, 1), (0.25, 2), (0.001, 8)])
def test_a_level_has_a_pixel_for_each_device_pixel(scale: float, level: int) -> None:
    assert Pyramid.from_pixels(noise(256, 300)).level_for(scale) == level


def test_alpha_is_seen_and_averaged() -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, 1::2] = 200
    pyramid = Pyramid.from_pixels(pixels)
    assert pyramid.has_alpha
    assert np.abs(array_of(pyramid.level(1)) - 100).max() <= 1
    assert not Pyramid.from_pixels(noise(8, 8)).has_alpha


def test_memory_is_shared_and_read_only_arrays_will_do() -> None:
    pixels = noise(8, 8)
    image = image_of(pixels)
    pixels[0, 0] = (1, 2, 3, 255)
    assert image.pixelColor(0, 0).getRgb()[:3] == (3, 2, 1)  # type: ignore[index]
    pixels.setflags(write=False)
    assert Pyramid.from_pixels(pixels).image.size() == QSize(8, 8)


def test_arrays_that_are_not_contiguous_will_do() -> None:
    pixels = noise(40, 40)
    assert Pyramid.from_pixels(pixels[::2, ::2]).image == image_of(np.ascontiguousarray(pixels[::2, ::2]))


@pytest.mark.parametrize("wrong", [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 4), np.float32), np.zeros((0, 4, 4), np.uint8)])
def test_other_arrays_are_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8 pixels"):
        Pyramid.from_pixels(wrong)


def drawn(pyramid: Pyramid, target: QRectF, exposed: QRectF, *, smooth: bool = True) -> np.ndarray:
    canvas = QImage(400, 300, QImage.Format.Format_RGB32)
    canvas.fill(Qt.GlobalColor.black)
    painter = QPainter(canvas)
    painter.setClipRect(exposed)
    pyramid.draw(painter, target, exposed, 1.0, smooth=smooth)
    painter.end()
    return array_of(canvas)


def test_at_full_size_every_pixel_is_its_own(qapp: QApplication) -> None:
    pixels = noise(900, 1000)
    shown = drawn(Pyramid.from_pixels(pixels), QRectF(-300, -200, 1000, 900), QRectF(0, 0, 400, 300))
    assert np.array_equal(shown[..., :3], pixels[200:500, 300:700, :3].astype(float))


@pytest.mark.parametrize("scale", [0.125, 0.4, 0.7, 2.5])
def test_parts_are_drawn_as_the_whole(scale: float, qapp: QApplication) -> None:
    pixels = np.asarray(noise(90, 120)).repeat(8, 0).repeat(8, 1)
    pyramid = Pyramid.from_pixels(pixels)
    target = QRectF(-11, -7, 960 * scale, 720 * scale)
    whole = drawn(pyramid, target, QRectF(0, 0, 400, 300))
    part = drawn(pyramid, target, QRectF(20, 30, 50, 40))
    assert np.abs(whole[30:70, 20:70] - part[30:70, 20:70]).max() <= 8  # the filter's weights are coarse
    assert part[:30].max() <= 255 * (part[:30, :, 3] > 0).max()
    assert part[100:, 100:, :3].max() == 0


def test_small_is_like_direct_scaling(qapp: QApplication) -> None:
    pixels = noise(1200, 1600).astype(float)
    smooth = np.stack([np.linspace(0, 255, 1600)[None].repeat(1200, 0)] * 4, -1)
    pixels = (0.3 * pixels + 0.7 * smooth).astype(np.uint8)
    pixels[..., 3] = 255
    pyramid = Pyramid.from_pixels(pixels)
    shown = drawn(pyramid, QRectF(0, 0, 400, 300), QRectF(0, 0, 400, 300))
    direct = image_of(pixels).scaled(400, 300, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    assert np.abs(shown - array_of(direct)).mean() < 1.5


def test_nearest_shows_squares(qapp: QApplication) -> None:
    pixels = noise(30, 40)
    shown = drawn(Pyramid.from_pixels(pixels), QRectF(0, 0, 400, 300), QRectF(0, 0, 400, 300), smooth=False)
    assert np.array_equal(shown[..., :3], pixels[..., :3].repeat(10, 0).repeat(10, 1).astype(float))


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (3, 5)])
def test_tiny_and_thin_pictures(size: tuple[int, int], qapp: QApplication) -> None:
    pyramid = Pyramid.from_pixels(noise(*size))
    shown = drawn(pyramid, QRectF(10, 10, 20, 20), QRectF(0, 0, 400, 300))
    assert shown[20, 20, :3].max() > 0
    assert pyramid.level_size(9).width() >= 1


def test_nothing_is_drawn_outside(qapp: QApplication) -> None:
    shown = drawn(Pyramid.from_pixels(noise(30, 40)), QRectF(500, 500, 40, 30), QRectF(QPoint(0, 0), QSize(400, 300)))
    assert shown[..., :3].max() == 0
