from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.api.errors import BadRequest
from engine.api.latent import Bend, Latent, ModelKey, Morph, Styles
from engine.api.recipe import (
    BLEND_MODES,
    CROSSFADE,
    MAX_STYLES,
    STYLE_SCALE,
    GalleryStyle,
    Layer,
    Photo,
    PictureStyle,
    Recipe,
    StyleUse,
    from_plain,
    to_plain,
)

blobs = st.integers(0, 2**256 - 1).map("{:064x}".format)
names = st.text(max_size=20)
photos = st.builds(Photo, blobs, st.integers(1, 70_000), st.integers(1, 70_000), names)
styles = st.builds(GalleryStyle, st.text(min_size=1, max_size=20)) | st.builds(PictureStyle, blobs, names)
uses = st.builds(StyleUse, styles, st.floats(0, 1000))
models = st.builds(ModelKey, names, blobs)
codes = st.integers(0, 2**32 - 1) | st.binary(min_size=24, max_size=24).map(lambda data: Styles(2, 3, bytes(byte & 0x3F for byte in data)))
bends = st.builds(Bend, st.just("rotate"), st.floats(-180, 180), st.sampled_from((4, 8)), st.floats(0, 1), st.integers(0, 99))
latents = st.builds(
    Latent,
    models,
    codes,
    st.floats(0, 2),
    st.none() | st.integers(0, 2**32 - 1),
    st.lists(bends, max_size=2).map(tuple),
    st.none() | blobs,
    st.integers(1, 65536),
    names,
)
morphs = st.builds(Morph, latents, latents, st.floats(0, 1), names)
layers = st.builds(
    Layer,
    source=photos | latents | morphs,
    styles=st.lists(uses, max_size=MAX_STYLES).map(tuple),
    strength=st.floats(0, 1),
    style_scale=st.floats(*STYLE_SCALE),
    keep_colors=st.booleans(),
    opacity=st.floats(0, 1),
    blend=st.sampled_from(BLEND_MODES),
    visible=st.booleans(),
    mask=st.none() | blobs,
)
recipes = st.builds(Recipe, st.lists(layers, max_size=3).map(tuple))

PHOTO = Photo("a" * 64, 300, 200, "cat.jpg")
LAYER = Layer(
    PHOTO, (StyleUse(PictureStyle("b" * 64, "waves"), 2.0), StyleUse(GalleryStyle("ink"), 0.0), StyleUse(GalleryStyle("sea"), 6.0))
)


@given(recipes)
@settings(max_examples=50, deadline=None)
def test_a_recipe_survives_json(recipe: Recipe) -> None:
    assert recipe.check() is recipe
    assert from_plain(json.loads(json.dumps(to_plain(recipe)))) == recipe


@given(recipes, st.integers(1, 70_000))
@settings(max_examples=50, deadline=None)
def test_a_size_keeps_the_shape_of_the_bottom_photo(recipe: Recipe, long_edge: int) -> None:
    width, height = recipe.size_at(long_edge)
    if not recipe.layers:
        assert (width, height) == recipe.size_at(None) == (0, 0)
        return
    photo = recipe.layers[0].source
    assert recipe.size_at(None) == (photo.width, photo.height)
    assert max(width, height) == long_edge
    exact = long_edge * min(photo.width, photo.height) / max(photo.width, photo.height)
    assert abs(min(width, height) - max(1.0, exact)) <= 0.5 + 1e-6


@given(layers)
@settings(max_examples=50, deadline=None)
def test_a_mix_adds_up_to_one(layer: Layer) -> None:
    weights = [use.weight for use in layer.mix]
    assert weights == [] or math.isclose(math.fsum(weights), 1, rel_tol=1e-9)
    assert [use.style for use in layer.mix] == [use.style for use in layer.styles if use.weight > 0]


def test_a_mix_keeps_proportions_and_leaves_out_what_weighs_nothing() -> None:
    assert LAYER.mix == (StyleUse(PictureStyle("b" * 64, "waves"), 0.25), StyleUse(GalleryStyle("sea"), 0.75))
    assert replace(LAYER, styles=(StyleUse(GalleryStyle("ink"), 0.0),)).mix == ()


def test_the_blobs_of_a_recipe_are_told_once() -> None:
    recipe = Recipe((LAYER, replace(LAYER, mask="c" * 64), Layer(Photo("d" * 64, 1, 1))))
    assert list(recipe.blobs()) == ["a" * 64, "b" * 64, "c" * 64, "d" * 64]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"strength": -0.01}, "Strength -0.01: it must lie between 0 and 1."),
        ({"strength": 1.01}, "Strength 1.01"),
        ({"strength": math.nan}, "Strength nan"),
        ({"opacity": 2.0}, "Opacity 2"),
        ({"style_scale": 0.2}, "Style scale 0.2: it must lie between 0.25 and 4."),
        ({"style_scale": math.inf}, "Style scale inf"),
        ({"blend": "dodge"}, "The blend mode dodge: it must be one of normal, multiply, screen, overlay, soft-light."),
        ({"styles": (StyleUse(GalleryStyle("ink"), -1.0),)}, "A style's weight -1"),
        ({"styles": (StyleUse(GalleryStyle("ink"), math.nan),)}, "A style's weight nan"),
        ({"styles": (StyleUse(GalleryStyle("ink")),) * (MAX_STYLES + 1)}, "5 styles on one layer: at most 4 can be mixed."),
    ],
)
def test_a_value_out_of_its_range_is_refused(change: dict[str, Any], says: str) -> None:
    bad = Recipe((LAYER, replace(LAYER, **change)))
    with pytest.raises(BadRequest) as refused:
        bad.check()
    assert says in str(refused.value)
    with pytest.raises(BadRequest):
        from_plain(to_plain(bad))


def test_the_ends_of_the_ranges_are_within() -> None:
    for change in (
        {"strength": 0.0},
        {"strength": 1.0},
        {"opacity": 0.0},
        {"style_scale": STYLE_SCALE[0]},
        {"style_scale": STYLE_SCALE[1]},
    ):
        Recipe((replace(LAYER, **change),)).check()  # type: ignore[arg-type]


@pytest.mark.parametrize("plain", [{}, [], None, {"layers": 3}, {"layers": [{}]}, {"layers": [None]}, {"layers": ["layer"]}])
def test_what_is_no_recipe_is_refused(plain: Any) -> None:
    with pytest.raises(BadRequest, match="The recipe: it cannot be read"):
        from_plain(plain)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", None),
        ("source", {"blob": "a"}),
        ("styles", 1),
        ("styles", [{"weight": 1}]),
        ("strength", "much"),
        ("opacity", None),
        ("blend", ["x"]),
    ],
)
def test_a_recipe_with_a_broken_value_is_refused(field: str, value: Any) -> None:
    plain = to_plain(Recipe((LAYER,)))
    plain["layers"][0][field] = value
    with pytest.raises(BadRequest):
        from_plain(plain)


def test_recipes_are_values() -> None:
    assert Recipe((LAYER,)) == Recipe((replace(LAYER),))
    assert len({Recipe((LAYER,)), Recipe((replace(LAYER),)), Recipe()}) == 2
    with pytest.raises(FrozenInstanceError):
        LAYER.strength = 0.5  # type: ignore[misc]


SEED = Latent(ModelKey("scrolls", "a" * 64), 3)


@pytest.mark.parametrize(
    "source",
    [
        replace(SEED, code=-1),
        replace(SEED, truncation=math.nan),
        replace(SEED, noise=2**32),
        replace(SEED, side=0),
        replace(SEED, bends=(Bend("blur", 7, 8),)),
        replace(SEED, bends=(Bend("blur", 0.5, 8),) * 17),
        Morph(SEED, SEED, 1.5),
        Morph(SEED, replace(SEED, truncation=3)),
    ],
)
def test_a_generated_source_out_of_range_is_refused(source: Latent | Morph) -> None:
    with pytest.raises(BadRequest):
        Recipe((Layer(source),)).check()


def test_a_generated_source_has_a_key_of_its_pixels_and_needs_its_tuning() -> None:
    assert replace(SEED, name="mine", side=512).key == SEED.key != replace(SEED, code=4).key
    tuned = replace(SEED, tuning="b" * 64)
    morph = Morph(SEED, tuned, 0.2)
    assert len({SEED.key, tuned.key, morph.key, replace(morph, amount=0.3).key}) == 4
    assert list(Recipe((Layer(morph), Layer(SEED))).blobs()) == ["b" * 64]
    assert Recipe((Layer(replace(SEED, side=512)),)).native_size == (512, 512)


def test_what_of_a_layer_is_seen() -> None:
    boat = Photo("a" * 64, 600, 400)
    painted = Layer(boat, (StyleUse(GalleryStyle("ink")),))

    def seen(layer: Layer) -> tuple[bool, bool]:
        return layer.is_painted, layer.shows_photo

    assert seen(painted) == (True, False)
    assert seen(Layer(boat)) == seen(Layer(boat, (StyleUse(GalleryStyle("ink"), 0.0),))) == (False, True)
    assert seen(replace(painted, strength=0.0)) == (False, True)
    assert seen(replace(painted, strength=CROSSFADE / 2)) == (True, True)
    assert seen(replace(painted, strength=CROSSFADE)) == (True, False)
    assert seen(replace(painted, keep_colors=True)) == seen(replace(painted, mask="b" * 64)) == (True, True)


def test_layers_that_have_no_part_in_the_picture() -> None:
    boat = Layer(Photo("a" * 64, 600, 400))
    clear, hidden = replace(boat, opacity=0.0), replace(boat, visible=False)
    assert Recipe((clear, boat, clear, hidden)).shown == (clear, boat)
    assert Recipe((hidden, boat)).shown == (boat,)
    assert Recipe().shown == ()
