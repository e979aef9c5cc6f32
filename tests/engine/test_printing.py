"""Prints: the preview's picture at any size, the same however it is cut, in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine import printing, render
from engine.api.recipe import Layer, Photo, PictureStyle, Recipe, StyleUse
from engine.api.requests import ImportPicture
from engine.context import Context
from engine.imaging.strips import Strips
from engine.imaging.windows import Enlarged, Rect
from engine.jobs.library import import_picture
from engine.nets.stylizer import Moments
from engine.sources import photo_at
from tests.tiny import drive, picture_file, small_prints


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with small_prints(monkeypatch):
        yield


@pytest.fixture
def layer(context: Context, tmp_path: Path) -> Layer:
    photo = taken_in(context, picture_file(tmp_path / "photo.png", 240, 160, 1))
    style = taken_in(context, picture_file(tmp_path / "style.png", 90, 90, 2))
    return Layer(photo, (StyleUse(PictureStyle(style.blob)),))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[list[Strips]]:
    strips: list[Strips] = []
    yield strips
    for each in strips:
        each.close()


def taken_in(context: Context, path: Path) -> Photo:
    photo, _ = drive(import_picture(ImportPicture(path=path), context))
    assert isinstance(photo, Photo)
    return photo


def printed(
    context: Context, recipe: Recipe, width: int, height: int, opened: list[Strips], folder: Path, native: bool = False
) -> list[printing.Painted]:
    folder.mkdir()

    def open_strips(name: str, width: int, height: int) -> Generator[Any, Any, Strips]:
        yield None
        opened.append(Strips.begin(folder / f"{len(opened)}.raw", printing.level_layout("key", width, height), "out.png"))
        return opened[-1]

    layers = []
    for layer in recipe.layers:
        levels = printing.plan(layer, recipe, width, height)
        layers.append(drive(printing.painted(layer, levels, width, height, open_strips, native, context))[0])
    return layers


def pixels(layers: list[printing.Painted], rect: Rect) -> np.ndarray:
    (colour, _), _ = drive(printing.composite(layers, rect))
    samples: np.ndarray = colour.permute(1, 2, 0).numpy()
    return samples


def test_levels_double_from_the_preview_to_the_photos_size(layer: Layer) -> None:
    recipe = Recipe((layer,))

    def edges(width: int) -> list[int]:
        return [max(size) for size in printing.plan(layer, recipe, width, width * 2 // 3).sizes]

    assert edges(60) == [60]
    assert edges(96) == [96]
    assert edges(150) == [96, 150]
    assert edges(240) == [96, 152, 240]
    assert edges(2400) == [96, 152, 240]  # the photo has no more to tell


def test_a_small_photo_gets_strokes_of_the_preview_all_the_same(layer: Layer) -> None:
    small = replace(layer, source=Photo(layer.source.key, 60, 40))
    assert [max(size) for size in printing.plan(small, Recipe((small,)), 600, 400).sizes] == [60, 96]


def test_the_first_level_is_the_preview(context: Context, layer: Layer, opened: list[Strips], tmp_path: Path) -> None:
    recipe = Recipe((layer,))
    shown, _ = drive(render.render(recipe, (96, 64), context))
    painted = printed(context, recipe, 96, 64, opened, tmp_path / "strips")
    assert np.abs(pixels(painted, Rect(0, 0, 96, 64)) * 255 - shown.pixels).max() < 0.51
    assert opened == []


def test_a_print_scaled_down_is_the_preview(context: Context, layer: Layer, opened: list[Strips], tmp_path: Path) -> None:
    recipe = Recipe((layer,))
    shown, _ = drive(render.render(recipe, (96, 64), context))
    large = pixels(printed(context, recipe, 384, 256, opened, tmp_path / "strips"), Rect(0, 0, 384, 256))
    at_once, _ = drive(render.render(recipe, (384, 256), context))
    near, far = (_likeness(each, shown.pixels / 255) for each in (large, at_once.pixels / 255))
    assert near > 0.8 > far + 0.2


def _likeness(large: np.ndarray, small: np.ndarray) -> float:
    """The correlation of a picture, scaled down by four, with another; without the edges."""
    means = large.reshape(64, 4, 96, 4, 3).mean((1, 3))
    return float(np.corrcoef(means[4:-4, 4:-4].ravel(), small[4:-4, 4:-4].ravel())[0, 1])


def test_a_larger_level_is_finer(context: Context, layer: Layer, opened: list[Strips], tmp_path: Path) -> None:
    recipe = Recipe((layer,))
    fine = pixels(printed(context, recipe, 240, 160, opened, tmp_path / "strips"), Rect(0, 0, 240, 160))
    soft_layer = printed(context, recipe, 96, 64, opened, tmp_path / "other")[0].painting
    assert soft_layer is not None
    soft = Enlarged.stretched(soft_layer.raster, 240, 160).window(Rect(0, 0, 240, 160))
    assert np.abs(np.diff(fine, axis=1)).mean() > 1.2 * np.abs(np.diff(soft, axis=1)).mean()


@pytest.mark.parametrize("native", [False, True])
def test_tiles_make_the_print_that_the_whole_makes(
    context: Context, layer: Layer, opened: list[Strips], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, native: bool
) -> None:
    recipe = Recipe((layer, replace(layer, opacity=0.5, blend="screen", keep_colors=True, styles=layer.styles)))
    rect = Rect(0, 0, 333, 222)
    if native:
        context.models.cache.clear()
    tiled = pixels(printed(context, recipe, 333, 222, opened, tmp_path / "tiled", native), rect)
    monkeypatch.setattr(printing, "LEVEL_ROWS", 8000)
    monkeypatch.setattr(render, "TILE", 8000)
    whole = printed(context, recipe, 333, 222, opened, tmp_path / "whole", native)
    assert len(opened) == 8
    made = pixels(whole, rect)
    assert np.abs(made - tiled).max() < 2 / 65535  # sums of other shapes may round a level's 16 bits the other way
    assert np.array_equal(pixels(whole, Rect(50, 60, 201, 177)), made[60:177, 50:201])


def test_smaller_tiles_make_the_same_print(context: Context, layer: Layer, opened: list[Strips], tmp_path: Path) -> None:
    recipe, rect = Recipe((layer,)), Rect(0, 0, 240, 160)
    usual = pixels(printed(context, recipe, 240, 160, opened, tmp_path / "usual"), rect)
    reduced = pixels(printed(context.reduced().reduced(), recipe, 240, 160, opened, tmp_path / "reduced"), rect)
    assert np.abs(usual - reduced).max() < 2 / 65535


def test_streamed_statistics_are_those_of_the_whole(context: Context, layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "WHOLE", 1)
    photo, _ = drive(photo_at(layer.source, 240, 160, context))
    features, _ = drive(context.models.stylizer().encode_steps(render.floats(render.extended(photo.pixels))))
    whole = Moments.of(features)
    streamed, _ = drive(printing.streamed_moments(layer, 240, 160, context))
    torch.testing.assert_close(streamed.mean, whole.mean, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(streamed.std, whole.std, rtol=1e-4, atol=1e-5)
    proxy, _ = drive(render.content_moments(layer.source, context.models.stylizer(), context))
    assert proxy.mean.shape == streamed.mean.shape


def test_the_photo_itself_is_enlarged_where_nothing_is_painted(
    context: Context, layer: Layer, opened: list[Strips], tmp_path: Path
) -> None:
    recipe = Recipe((replace(layer, strength=0.0),))
    own = pixels(printed(context, recipe, 240, 160, opened, tmp_path / "own"), Rect(0, 0, 240, 160))
    assert np.array_equal(np.rint(own * 255), context.blobs.picture(layer.source.key).pixels)
    assert opened == []
