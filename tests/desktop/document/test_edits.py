"""Edits are pure and say exactly what changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.document import edits
from desktop.document.document import Document, View
from engine.api.errors import BadRequest
from engine.api.recipe import MAX_STYLES, GalleryStyle, Layer, Photo, PictureStyle, Recipe, Source, Style, StyleUse
from tests.desktop.document.strategies import documents

SEA = Photo("a" * 64, 400, 300, "sea.jpg")
TREE = Photo("b" * 64, 200, 600, "tree.jpg")
HILL = Photo("c" * 64, 300, 300, "hill.jpg")
OLIVES = GalleryStyle("olives")
WAVE = PictureStyle("d" * 64, "wave.png")
SEEN = View(2.0, (10.0, 20.0))


def stack(*photos: Photo) -> Document:
    return Document(Recipe(tuple(Layer(photo) for photo in photos)), SEEN)


def sources(document: Document) -> list[Source]:
    return [layer.source for layer in document.recipe.layers]


def test_the_first_photo_makes_the_first_layer() -> None:
    assert edits.place_photo(Document(), SEA) == Document(Recipe((Layer(SEA),)))
    assert edits.add_layer(Document(), SEA) == Document(Recipe((Layer(SEA),)))


def test_a_new_photo_keeps_what_was_done_to_the_old_one() -> None:
    document = edits.set_strength(edits.apply_style(stack(SEA, HILL), 0, OLIVES), 0, 0.4)
    placed = edits.place_photo(document, TREE)
    assert placed.recipe.layers == (Layer(TREE, (StyleUse(OLIVES),), 0.4), Layer(HILL))
    assert placed.view == View()
    assert sources(document) == [SEA, HILL]


def test_a_layer_lies_half_see_through_on_top() -> None:
    document = edits.add_layer(stack(SEA), TREE)
    assert document.recipe.layers == (Layer(SEA), Layer(TREE, opacity=0.5))
    assert document.view == SEEN


def test_layers_go_and_move() -> None:
    document = stack(SEA, TREE, HILL)
    assert sources(edits.remove_layer(document, 1)) == [SEA, HILL]
    assert sources(edits.move_layer(document, 2, 1)) == [SEA, HILL, TREE]
    assert sources(edits.move_layer(document, 0, 2)) == [TREE, HILL, SEA]
    assert sources(edits.move_layer(document, 1, 99)) == [SEA, HILL, TREE]
    assert sources(edits.move_layer(document, 1, -1)) == [TREE, SEA, HILL]
    assert edits.remove_layer(stack(SEA), 0) == Document()


def test_the_view_starts_afresh_only_where_the_picture_gets_another_shape() -> None:
    document = stack(SEA, TREE, HILL)
    assert edits.remove_layer(document, 0).view == View() == edits.move_layer(document, 0, 1).view
    assert edits.remove_layer(document, 1).view == SEEN == edits.move_layer(document, 1, 2).view


@given(documents, st.data())
def test_moving_there_and_back(document: Document, data: st.DataObject) -> None:
    count = len(document.recipe.layers)
    if count:
        start, end = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, count - 1))
        assert edits.move_layer(edits.move_layer(document, start, end), end, start).recipe == document.recipe


def test_one_style_or_a_mix() -> None:
    document = edits.mix_style(edits.apply_style(stack(SEA), 0, OLIVES), 0, WAVE)
    assert document.recipe.layers[0].styles == (StyleUse(OLIVES), StyleUse(WAVE))
    assert edits.apply_style(document, 0, WAVE).recipe.layers[0].styles == (StyleUse(WAVE),)
    assert edits.remove_style(document, 0, OLIVES).recipe.layers[0].styles == (StyleUse(WAVE),)
    assert edits.remove_style(document, 0, GalleryStyle("unknown")) == document


def test_a_style_is_mixed_in_once_under_any_name() -> None:
    document = edits.mix_style(edits.mix_style(stack(SEA), 0, WAVE), 0, OLIVES)
    renamed = PictureStyle(WAVE.blob, "copy of wave.png")
    assert edits.mix_style(document, 0, renamed) is document
    assert shares(edits.set_share(document, 0, renamed, 0.25)) == pytest.approx([0.25, 0.75])
    assert edits.remove_style(document, 0, renamed).recipe.layers[0].styles == (StyleUse(OLIVES),)


def test_a_full_mix_says_so() -> None:
    document = stack(SEA)
    for number in range(MAX_STYLES):
        document = edits.mix_style(document, 0, GalleryStyle(str(number)))
    with pytest.raises(BadRequest, match="at most 4 styles; remove one first"):
        edits.mix_style(document, 0, WAVE)


@pytest.mark.parametrize(
    ("change", "name", "low", "high"),
    [
        (edits.set_strength, "strength", 0, 1),
        (edits.set_opacity, "opacity", 0, 1),
        (edits.set_style_scale, "style_scale", 0.25, 4),
    ],
)
def test_numbers_stay_in_their_range(change: Callable[[Document, int, float], Document], name: str, low: float, high: float) -> None:
    document = stack(SEA, TREE)
    for value, expected in ((-math.inf, low), (0.7, 0.7), (99, high)):
        changed = change(document, 1, value)
        assert getattr(changed.recipe.layers[1], name) == expected
        assert changed.recipe.layers[0] == document.recipe.layers[0] and changed.view == SEEN
    with pytest.raises(BadRequest, match="must lie between"):
        change(document, 1, math.nan)


def mixed(*weights: float) -> Document:
    document = stack(SEA)
    styles: tuple[Style, ...] = (WAVE, OLIVES, GalleryStyle("ink"))
    uses = tuple(StyleUse(style, weight) for style, weight in zip(styles, weights, strict=False))
    return replace(document, recipe=Recipe((replace(document.recipe.layers[0], styles=uses),)))


def shares(document: Document) -> list[float]:
    """Of all the layer's styles, also of those that have none."""
    layer = document.recipe.layers[0]
    return [next((part.weight for part in layer.mix if part.style == use.style), 0.0) for use in layer.styles]


def test_a_share_is_a_share_and_the_others_divide_the_rest_as_before() -> None:
    document = edits.set_share(mixed(1, 3, 1), 0, WAVE, 0.6)
    assert shares(document) == pytest.approx([0.6, 0.3, 0.1])
    assert shares(edits.set_share(document, 0, WAVE, 0.2)) == pytest.approx([0.2, 0.6, 0.2])


def test_a_style_that_took_the_whole_mix_gives_it_back() -> None:
    whole = edits.set_share(mixed(1, 3, 1), 0, WAVE, 1.0)
    assert shares(whole)[0] == pytest.approx(1, abs=1e-3)
    assert shares(edits.set_share(whole, 0, WAVE, 0.5)) == pytest.approx([0.5, 0.375, 0.125])


def test_a_mix_is_never_empty() -> None:
    assert shares(edits.set_share(mixed(1, 0, 0), 0, WAVE, -1)) == pytest.approx([0, 0.5, 0.5])
    assert edits.set_share(mixed(1), 0, WAVE, 0) == mixed(1)
    assert shares(edits.remove_style(mixed(1, 0, 0), 0, WAVE)) == pytest.approx([0.5, 0.5])


def test_what_is_no_share_changes_nothing() -> None:
    assert edits.set_share(mixed(1, 1), 0, GalleryStyle("unknown"), 0.5) == mixed(1, 1)
    with pytest.raises(BadRequest):
        edits.set_share(mixed(1, 1), 0, WAVE, math.nan)


def test_a_new_style_has_an_equal_share_and_all_can_have_one() -> None:
    document = edits.mix_style(mixed(0.9, 0.1), 0, GalleryStyle("ink"))
    assert shares(document) == pytest.approx([0.6, 0.4 / 6, 1 / 3])
    assert shares(edits.level_mix(document, 0)) == pytest.approx([1 / 3] * 3)


def test_switches() -> None:
    document = edits.set_visible(edits.set_keep_colors(edits.set_blend(stack(SEA, TREE), 1, "screen"), 0, True), 1, False)
    assert document.recipe.layers == (Layer(SEA, keep_colors=True), Layer(TREE, blend="screen", visible=False))
    with pytest.raises(BadRequest, match="The blend mode glow"):
        edits.set_blend(document, 0, "glow")  # type: ignore[arg-type]


def test_looking_changes_no_picture() -> None:
    document = edits.set_view(stack(SEA), View(1.0, (0.0, 0.0)))
    assert document == Document(Recipe((Layer(SEA),)), View(1.0, (0.0, 0.0)))


@pytest.mark.parametrize("index", [-1, 1])
def test_a_layer_that_is_not_there(index: int) -> None:
    for change in (edits.remove_layer, lambda d, i: edits.set_strength(d, i, 1), lambda d, i: edits.mix_style(d, i, WAVE)):
        with pytest.raises(IndexError, match="there is no layer"):
            change(stack(SEA), index)
