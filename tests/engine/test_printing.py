"""Prints: the preview's picture at any size, the same however it is cut, in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import torch

from engine import printing, render
from engine.api.output import Output
from engine.api.recipe import Layer, Photo, PictureStyle, Recipe, StyleUse
from engine.api.requests import Export, ImportPicture
from engine.context import Context
from engine.engine import run
from engine.imaging.files import load
from engine.imaging.strips import Strips
from engine.imaging.windows import ArrayRaster, Enlarged, Gridless, Rect
from engine.jobs.library import import_picture
from engine.models import upscaler as upscaler_models
from engine.nets.stylizer import Moments
from engine.sources import photo_at
from engine.upscaling import enlarged
from tests.tiny import drive, picture_file, small_prints, write_tiny_upscaler


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

    def open_strips(name: str, width: int, height: int, rows: int) -> Generator[Any, Any, Strips]:
        yield None
        opened.append(Strips.begin(folder / f"{len(opened)}.raw", printing.level_layout("key", width, height, rows), "out.png"))
        return opened[-1]

    layers = []
    for layer in recipe.layers:
        levels, _ = drive(printing.plan(layer, recipe, width, height, context))
        layers.append(drive(printing.painted(layer, levels, width, height, open_strips, native, context))[0])
    return layers


def pixels(layers: list[printing.Painted], rect: Rect) -> np.ndarray:
    (colour, _), _ = drive(printing.composite(layers, rect))
    samples: np.ndarray = colour.permute(1, 2, 0).numpy()
    return samples


def planned(layer: Layer, width: int, height: int, context: Context) -> printing.Plan:
    levels: printing.Plan = drive(printing.plan(layer, Recipe((layer,)), width, height, context))[0]
    return levels


def test_levels_double_from_the_preview_to_the_photos_size(context: Context, layer: Layer) -> None:
    def edges(width: int) -> list[int]:
        return [max(size) for size in planned(layer, width, width * 2 // 3, context).sizes]

    assert edges(60) == [60]
    assert edges(96) == [96]
    assert edges(150) == [96, 150]
    assert edges(240) == [96, 152, 240]
    assert edges(2400) == [96, 152, 240]  # the photo has no more to tell


def test_a_small_photo_gets_strokes_of_the_preview_all_the_same(context: Context, layer: Layer) -> None:
    small = replace(layer, source=Photo(layer.source.key, 60, 40))
    assert [max(size) for size in planned(small, 600, 400, context).sizes] == [60, 96]


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
    assert near > 0.65 > far + 0.2  # an untrained painter paints little but its grid, of which finer levels take some


def _likeness(large: np.ndarray, small: np.ndarray) -> float:
    """The correlation of a picture, scaled down by four, with another; without the edges."""
    means = large.reshape(64, 4, 96, 4, 3).mean((1, 3))
    return float(np.corrcoef(means[4:-4, 4:-4].ravel(), small[4:-4, 4:-4].ravel())[0, 1])


def test_a_larger_level_is_finer(context: Context, layer: Layer, opened: list[Strips], tmp_path: Path) -> None:
    recipe = Recipe((layer,))
    fine = pixels(printed(context, recipe, 240, 160, opened, tmp_path / "strips"), Rect(0, 0, 240, 160))
    soft_layer = printed(context, recipe, 96, 64, opened, tmp_path / "other")[0].painting
    assert soft_layer is not None
    soft = Enlarged.stretched(Gridless(soft_layer.raster), 240, 160).window(Rect(0, 0, 240, 160))
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


# ---- prints larger than the photo ----


@pytest.fixture
def upscaler(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The house's for prints, in small."""
    monkeypatch.setattr(upscaler_models, "TILE", 16)
    write_tiny_upscaler(context.places.models, "upscale-faithful-x2", 2)


def test_a_network_enlarges_what_is_seen_of_painting_and_photo(context: Context, layer: Layer, upscaler: None) -> None:
    def enlarged(layer: Layer, width: int) -> tuple[tuple[int, int] | None, ...]:
        levels = planned(layer, width, width * 2 // 3, context)
        return tuple(None if each is None else (each.width, each.height) for each in (levels.painting, levels.photo))

    assert enlarged(layer, 240) == (None, None)
    assert enlarged(layer, 474) == (None, None)  # so little that a filter does it better
    assert enlarged(layer, 600) == ((480, 320), None)
    assert enlarged(replace(layer, keep_colors=True), 600) == ((480, 320), (480, 320))
    assert enlarged(replace(layer, strength=0.0), 600) == (None, (480, 320))


def test_without_the_network_a_filter_does_it(context: Context, layer: Layer) -> None:
    levels = planned(replace(layer, keep_colors=True), 600, 400, context)
    assert levels.enlarged == ()


def test_what_the_network_enlarges_is_cut_without_a_seam(
    context: Context, layer: Layer, upscaler: None, opened: list[Strips], tmp_path: Path
) -> None:
    recipe = Recipe((layer, replace(layer, opacity=0.5, blend="screen", keep_colors=True)))
    layers = printed(context, recipe, 600, 400, opened, tmp_path / "strips")
    assert sum(strips.layout.width == 480 for strips in opened) == 3
    whole = pixels(layers, Rect(0, 0, 600, 400))
    for rect in (Rect(0, 0, 100, 400), Rect(1, 31, 599, 33), Rect(333, 222, 600, 400)):
        assert np.array_equal(pixels(layers, rect), whole[rect.top : rect.bottom, rect.left : rect.right])


def test_the_network_sees_the_painting_across_all_strips(
    context: Context, layer: Layer, upscaler: None, opened: list[Strips], tmp_path: Path
) -> None:
    painting = printed(context, Recipe((layer,)), 480, 320, opened, tmp_path / "strips")[0].painting
    assert painting is not None
    level = next(strips for strips in opened if strips.layout.width == 240).read(Rect(0, 0, 240, 160))
    model = context.models.house_upscaler("faithful", 2)
    at_once, _ = drive(enlarged(model, Gridless(ArrayRaster(level)), Rect(0, 0, 240, 160), 2, 240))
    made = painting.window(Rect(0, 0, 480, 320))
    assert np.abs(made - at_once.permute(1, 2, 0).numpy()).max() < 2 / 65535


def test_smaller_tiles_enlarge_alike(context: Context, layer: Layer, upscaler: None, opened: list[Strips], tmp_path: Path) -> None:
    recipes, rect = (Recipe((replace(layer, strength=0.0),)), Recipe((layer,))), Rect(0, 0, 600, 400)

    def made(context: Context, name: str) -> list[np.ndarray]:
        return [
            pixels(printed(context, recipe, 600, 400, opened, tmp_path / f"{name} {place}"), rect) for place, recipe in enumerate(recipes)
        ]

    usual, reduced = made(context, "usual"), made(context.reduced(), "reduced")
    assert np.array_equal(usual[0], reduced[0])
    assert np.abs(usual[1] - reduced[1]).max() < 4 / 65535  # tiles of other shapes may round a level the other way, which is enlarged
    assert np.abs(usual[0] - usual[1]).mean() > 0.01


def test_a_transparent_photo_of_sixteen_bits_is_enlarged_whole(context: Context, upscaler: None, tmp_path: Path) -> None:
    x = np.linspace(0, 1, 120)
    seen = np.stack([np.tile(30000 + 20000 * x, (80, 1)).astype(np.uint16)] * 3, 2)
    alpha = np.where(x < 0.5, 65535, 0).astype(np.uint16) * np.ones((80, 1), np.uint16)
    hidden = np.where(alpha[..., None] > 0, seen, np.array([65535, 0, 0], np.uint16))  # a colour that nobody was meant to see
    tifffile.imwrite(tmp_path / "photo.tif", np.dstack([hidden, alpha]), photometric="rgb", extrasamples=["unassalpha"])
    recipe = Recipe((Layer(taken_in(context, tmp_path / "photo.tif"), ()),))
    run(Export(recipe, Output(tmp_path / "out.tif", 300)), context)
    made = load(tmp_path / "out.tif")
    assert (made.width, made.height, made.bits) == (300, 200, 16)
    assert made.alpha is not None
    assert made.alpha[:, :140].min() == 65535
    assert made.alpha[:, 160:].max() == 0
    red = np.abs(made.pixels[20:-20, 20:152, 0].astype(int) - made.pixels[20:-20, 20:152, 1])
    assert red.max() < 12_000  # an untrained network tints by up to 9300; hidden colours at the edge make it 24 000 and more
