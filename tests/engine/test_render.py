from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine import render as rendering
from engine.api.latent import Latent, Morph
from engine.api.recipe import BLEND_MODES, CROSSFADE, Layer, Photo, PictureStyle, Recipe, StyleUse
from engine.api.requests import ImportPicture
from engine.compositing import BLENDS, over, with_colours_of
from engine.context import Context
from engine.imaging.picture import Picture
from engine.jobs.library import import_picture
from engine.latent.stills import still
from engine.models.codes import EDGES, bracket
from engine.sources import at_long_edge, whole_picture
from engine.upscaling import enlarged_picture
from tests.tiny import drive, picture_file, write_tiny_generator, write_tiny_upscaler


def taken_in(context: Context, path: Path) -> Photo:
    photo, _ = drive(import_picture(ImportPicture(path=path), context))
    assert isinstance(photo, Photo)
    return photo


def rendered(context: Context, recipe: Recipe, size: tuple[int, int] | None = None) -> Picture:
    picture, _ = drive(rendering.render(recipe, size or recipe.native_size, context))
    assert isinstance(picture, Picture)
    return picture


def look_at(context: Context, layer: Layer, width: int, height: int) -> rendering.Look:
    prepared, _ = drive(rendering.prepare(layer, width, height, context))
    look: rendering.Look = prepared.look
    return look


@pytest.fixture
def layer(context: Context, tmp_path: Path) -> Layer:
    photo = taken_in(context, picture_file(tmp_path / "photo.png", 200, 120, 1))
    style = taken_in(context, picture_file(tmp_path / "style.png", 90, 90, 2))
    return Layer(photo, (StyleUse(PictureStyle(style.blob)),))


def pixels_of(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def test_strength_zero_is_the_photo_to_the_last_bit(context: Context, layer: Layer, tmp_path: Path) -> None:
    picture = rendered(context, Recipe((replace(layer, strength=0.0),)))
    assert np.array_equal(picture.pixels, pixels_of(tmp_path / "photo.png"))
    assert picture.alpha is None


def test_no_style_is_the_photo(context: Context, layer: Layer, tmp_path: Path) -> None:
    assert np.array_equal(rendered(context, Recipe((replace(layer, styles=()),))).pixels, pixels_of(tmp_path / "photo.png"))


def test_low_strengths_fade_the_network_in(context: Context, layer: Layer) -> None:
    def at(strength: float) -> np.ndarray:
        return rendered(context, Recipe((replace(layer, strength=strength),))).pixels.astype(float)

    photo, network = at(0.0), at(CROSSFADE)
    assert np.abs(network - photo).mean() > 5
    assert np.abs(at(CROSSFADE / 2) - (photo + network) / 2).mean() < 1  # the code moves a little meanwhile


def test_tiles_make_the_picture_that_the_whole_makes(context: Context, layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Recipe((layer,))
    whole = rendered(context, recipe).pixels
    monkeypatch.setattr(rendering, "WHOLE", 1)
    monkeypatch.setattr(rendering, "TILE", 64)
    tiled, said = drive(rendering.render(recipe, recipe.native_size, context))
    assert [step.total for step in said] == [8] * 8
    assert np.array_equal(tiled.pixels, whole)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (7, 9), (64, 64), (65, 63)])
def test_any_size_can_be_rendered(context: Context, layer: Layer, size: tuple[int, int]) -> None:
    picture = rendered(context, Recipe((layer,)), size)
    assert (picture.width, picture.height) == size


def test_the_network_is_compiled_only_for_many_tiles(context: Context, layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "TILE", 16)
    assert not look_at(context, layer, 127, 128).compiled  # 7 × 8 whole tiles
    assert look_at(context, layer, 128, 128).compiled


def test_a_one_pixel_photo_and_a_one_pixel_style(context: Context, tmp_path: Path) -> None:
    dot = taken_in(context, picture_file(tmp_path / "dot.png", 1, 1))
    picture = rendered(context, Recipe((Layer(dot, (StyleUse(PictureStyle(dot.blob)),)),)))
    assert (picture.width, picture.height) == (1, 1)


def test_statistics_come_from_the_proxy_at_every_size(context: Context, tmp_path: Path) -> None:
    photo = taken_in(context, picture_file(tmp_path / "large.png", 1400, 700, 3))
    layer = Layer(photo, (StyleUse(PictureStyle(photo.blob)),))
    moments = []
    for width in (300, 1400):
        prepared, _ = drive(rendering.prepare(layer, width, width // 2, context))
        moments.append(prepared.look.moments)
    assert torch.equal(moments[0].mean, moments[1].mean)
    proxy, _ = drive(at_long_edge(photo, 1024, context, enlarge=False))
    assert proxy.pixels.shape == (512, 1024, 3)


def test_style_scale_is_relative_to_the_picture(context: Context, layer: Layer) -> None:
    model = context.models.stylizer()
    large, _ = drive(rendering.mixed_code(layer, 512, model, context))
    small, _ = drive(rendering.mixed_code(replace(layer, style_scale=2.0), 256, model, context))
    other, _ = drive(rendering.mixed_code(layer, 256, model, context))
    assert torch.equal(large, small)
    assert not torch.equal(large, other)


def test_a_mix_lies_between_its_styles(context: Context, layer: Layer, tmp_path: Path) -> None:
    other = taken_in(context, picture_file(tmp_path / "other.png", 80, 80, 7))
    model = context.models.stylizer()

    def code(*weights: float) -> torch.Tensor:
        uses = tuple(StyleUse(use, weight) for use, weight in zip((layer.styles[0].style, PictureStyle(other.blob)), weights, strict=True))
        mixed, _ = drive(rendering.mixed_code(replace(layer, styles=uses), 256, model, context))
        assert isinstance(mixed, torch.Tensor)
        return mixed

    torch.testing.assert_close(code(3, 1), 0.75 * code(1, 0) + 0.25 * code(0, 1))


def test_keep_colours_keeps_the_differences_between_the_channels(context: Context, layer: Layer) -> None:
    photo = rendered(context, Recipe((replace(layer, styles=()),))).pixels.astype(int)
    kept = rendered(context, Recipe((replace(layer, keep_colors=True),))).pixels.astype(int)
    inside = (kept > 0).all(2) & (kept < 255).all(2)
    assert inside.mean() > 0.1
    assert np.abs((kept - photo)[inside] - (kept - photo)[inside][:, :1]).max() <= 1
    assert np.abs(kept - photo).max() > 3


def test_a_mask_shows_the_style_where_it_is_white(context: Context, layer: Layer, tmp_path: Path) -> None:
    shades = np.zeros((120, 200), np.uint8)
    shades[:, 100:] = 255
    Image.fromarray(shades).save(tmp_path / "mask.png")
    mask = taken_in(context, tmp_path / "mask.png")
    masked = rendered(context, Recipe((replace(layer, mask=mask.blob),))).pixels
    plain = rendered(context, Recipe((layer,))).pixels
    assert np.array_equal(masked[:, :100], pixels_of(tmp_path / "photo.png")[:, :100])
    assert np.array_equal(masked[:, 100:], plain[:, 100:])


def test_alpha_is_kept(context: Context, layer: Layer, tmp_path: Path) -> None:
    colours = np.full((60, 80, 4), 200, np.uint8)
    colours[:, :40, 3] = 0
    Image.fromarray(colours).save(tmp_path / "alpha.png")
    photo = taken_in(context, tmp_path / "alpha.png")
    picture = rendered(context, Recipe((replace(layer, source=photo),)))
    assert picture.alpha is not None
    assert picture.alpha[:, :40].max() == 0
    assert picture.alpha[:, 40:].min() == 200


def test_a_second_layer_covers_the_first_by_its_opacity(context: Context, layer: Layer, tmp_path: Path) -> None:
    grey = Image.new("RGB", (50, 50), (100, 100, 100))
    grey.save(tmp_path / "grey.png")
    top = Layer(taken_in(context, tmp_path / "grey.png"), opacity=0.25)
    base = replace(layer, styles=())
    picture = rendered(context, Recipe((base, top))).pixels.astype(float)
    expected = 0.75 * pixels_of(tmp_path / "photo.png") + 25
    assert np.abs(picture - expected).max() <= 1
    hidden = rendered(context, Recipe((base, replace(top, visible=False)))).pixels
    assert np.array_equal(hidden, pixels_of(tmp_path / "photo.png"))


@pytest.mark.parametrize("mode", BLEND_MODES)
def test_blend_modes_keep_the_range_and_their_neutral_colour(mode: str) -> None:
    below = torch.rand(3, 8, 8)
    neutral = {"multiply": 1.0, "screen": 0.0, "overlay": 0.5, "soft-light": 0.5}
    above = torch.full_like(below, neutral[mode]) if mode in neutral else below
    torch.testing.assert_close(BLENDS[mode](below, above), below)  # type: ignore[index]
    mixed = BLENDS[mode](below, torch.rand(3, 8, 8))  # type: ignore[index]
    assert 0 <= mixed.min() <= mixed.max() <= 1


def test_over_an_empty_backdrop_is_the_layer() -> None:
    colour, alpha = torch.rand(3, 4, 4), torch.full((1, 4, 4), 0.5)
    mixed, opacity = over(torch.zeros(3, 4, 4), torch.zeros(1, 4, 4), colour, alpha, "multiply")
    torch.testing.assert_close(mixed, colour)
    torch.testing.assert_close(opacity, alpha)


def test_colours_of_the_photo_with_the_lightness_of_the_picture() -> None:
    photo = torch.tensor([0.6, 0.4, 0.4]).view(3, 1, 1)
    lifted = with_colours_of(photo, photo + 0.2)
    torch.testing.assert_close(lifted, photo + 0.2)


def test_codes_between_two_sizes_share_them() -> None:
    assert bracket(512) == ((512, 1.0),)
    (low, share), (high, rest) = bracket(600)
    assert (low, high) == (512, 768)
    assert share + rest == pytest.approx(1)
    assert bracket(1) == ((EDGES[0], 1.0),)
    assert bracket(10**6) == ((EDGES[-1], 1.0),)


def test_a_generated_picture_is_a_layer_like_any_other(context: Context, tmp_path: Path) -> None:
    context.models.add(write_tiny_generator(context.places.models, "mine"))
    model = context.models.generator("mine")
    latent = Latent.of_seed(model.key, 3)
    plain = rendered(context, Recipe((Layer(latent),)), (16, 16)).pixels
    assert np.array_equal(plain, model.pictures([3])[0].numpy().transpose(1, 2, 0))
    style = taken_in(context, picture_file(tmp_path / "style.png", 90, 90, 2))
    for source in (latent, Morph(latent, Latent.of_seed(model.key, 4), 0.3)):
        layer = Layer(source, (StyleUse(PictureStyle(style.blob)),), strength=0.7)
        styled = rendered(context, Recipe((layer,)), (96, 96)).pixels
        unstyled = rendered(context, Recipe((replace(layer, styles=()),)), (96, 96)).pixels
        assert styled.shape == (96, 96, 3) and not np.array_equal(styled, unstyled)
    photo = taken_in(context, picture_file(tmp_path / "photo.png", 60, 40))
    over = rendered(context, Recipe((Layer(photo), Layer(latent, opacity=0.5))), (60, 40)).pixels
    assert not np.array_equal(over, rendered(context, Recipe((Layer(photo),)), (60, 40)).pixels)


def test_a_generated_picture_is_enlarged_by_the_crisp_upscaler(context: Context) -> None:
    context.models.add(write_tiny_generator(context.places.models, "mine"))
    latent = Latent.of_seed(context.models.generator("mine").key, 3)
    filtered = rendered(context, Recipe((Layer(latent),)), (64, 64))
    context.models.evict_idle()
    context.models.add(write_tiny_upscaler(context.places.models, "upscale-crisp-x4"))
    small, _ = drive(still(latent, context))
    expected, _ = drive(enlarged_picture(context.models.upscaler("upscale-crisp-x4"), small, context))
    crisp = rendered(context, Recipe((Layer(latent),)), (64, 64))
    assert crisp.bits == filtered.bits == 8
    assert np.array_equal(crisp.pixels, expected.pixels)
    assert not np.array_equal(crisp.pixels, filtered.pixels)
    again, _ = drive(whole_picture(latent, context))
    assert np.shares_memory(again.pixels, drive(whole_picture(latent, context))[0].pixels)
