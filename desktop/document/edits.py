"""Every change an artist can make, as a pure function from document to document.

Layers are counted from the bottom, from 0; an index that no layer has raises `IndexError`. Values of sliders are brought into
their range; what makes no sense at all (a NaN, an unknown blend mode, a fifth style) raises `BadRequest`.
"""

from __future__ import annotations

from dataclasses import replace

from desktop.document.document import Document, View
from engine.api.errors import BadRequest
from engine.api.recipe import MAX_STYLES, STYLE_SCALE, BlendMode, Layer, PictureStyle, Recipe, Source, Style, StyleUse

MOST = 0.9999
"""The share of a style that is given the whole mix: the others keep a trace, and with it how they stand to each other."""
NEW_LAYER_OPACITY = 0.5


def place_photo(document: Document, photo: Source) -> Document:
    """Put a photo at the bottom in place of the one that is there; its styles and settings stay. The new photo is seen whole."""
    layers = document.recipe.layers
    bottom = replace(layers[0], source=photo) if layers else Layer(photo)
    return Document(Recipe((bottom, *layers[1:])).check(), View())


def add_layer(document: Document, photo: Source, opacity: float = NEW_LAYER_OPACITY) -> Document:
    """Lay a photo over everything else, half see-through unless told otherwise; the first one makes the picture, and is opaque."""
    layers = document.recipe.layers
    layer = Layer(photo, opacity=opacity) if layers else Layer(photo)
    return _with_layers(document, (*layers, layer))


def remove_layer(document: Document, index: int) -> Document:
    """Take a layer away; where it was the bottom one, the next gives the picture its shape and the view starts afresh."""
    _layer(document, index)
    layers = document.recipe.layers
    changed = _with_layers(document, layers[:index] + layers[index + 1 :])
    return _seen_whole_if_reshaped(document, changed)


def move_layer(document: Document, index: int, to: int) -> Document:
    """Take a layer out and put it in again so that it has the index `to`, brought into range."""
    moved = _layer(document, index)
    layers = document.recipe.layers
    others = layers[:index] + layers[index + 1 :]
    to = min(max(to, 0), len(others))
    return _seen_whole_if_reshaped(document, _with_layers(document, (*others[:to], moved, *others[to:])))


def apply_style(document: Document, index: int, style: Style) -> Document:
    """Make this the layer's only style."""
    return _with_styles(document, index, (StyleUse(style),))


def mix_style(document: Document, index: int, style: Style) -> Document:
    """Add a style to the layer's mix, for an equal share of it; one that is there already stays as it is."""
    styles = _layer(document, index).styles
    if any(_same(use.style, style) for use in styles):
        return document
    if len(styles) >= MAX_STYLES:
        raise BadRequest("The mix is full", f"a layer holds at most {MAX_STYLES} styles; remove one first")
    weight = sum(use.weight for use in styles) / len(styles) if styles else 0.0
    return _with_styles(document, index, (*styles, StyleUse(style, weight or StyleUse.weight)))


def remove_style(document: Document, index: int, style: Style) -> Document:
    """Take a style out of the layer's mix, if it is there. Styles that had no share beside it have equal ones without it."""
    kept = tuple(use for use in _layer(document, index).styles if not _same(use.style, style))
    changed = _with_styles(document, index, kept)
    return changed if any(use.weight for use in kept) else level_mix(changed, index)


def set_share(document: Document, index: int, style: Style, share: float) -> Document:
    """Give a style this share (0…1) of the layer's mix; the others divide the rest as they did before, or evenly where they had
    nothing. A style that stands alone is the whole mix, and one that is not in it changes nothing."""
    styles = _layer(document, index).styles
    others = [use.weight for use in styles if not _same(use.style, style)]
    if not others or len(others) == len(styles):
        return document
    share, total = _clamp(share, 0, MOST), sum(others)

    def weight(use: StyleUse) -> float:
        if _same(use.style, style):
            return share
        return (1 - share) * (use.weight / total if total > 0 else 1 / len(others))

    return _with_styles(document, index, tuple(replace(use, weight=weight(use)) for use in styles))


def level_mix(document: Document, index: int) -> Document:
    """Give every style of the layer's mix the same share."""
    return _with_styles(document, index, tuple(replace(use, weight=StyleUse.weight) for use in _layer(document, index).styles))


def set_strength(document: Document, index: int, strength: float) -> Document:
    """0: the photo's own pixels; 1: the whole style."""
    return _with_layer(document, index, replace(_layer(document, index), strength=_clamp(strength, 0, 1)))


def set_style_scale(document: Document, index: int, scale: float) -> Document:
    """The size of the strokes; 1 spans the style picture over the picture's long edge."""
    return _with_layer(document, index, replace(_layer(document, index), style_scale=_clamp(scale, *STYLE_SCALE)))


def set_keep_colors(document: Document, index: int, keep: bool) -> Document:
    return _with_layer(document, index, replace(_layer(document, index), keep_colors=keep))


def set_opacity(document: Document, index: int, opacity: float) -> Document:
    """0: not to be seen; 1: covers what is below."""
    return _with_layer(document, index, replace(_layer(document, index), opacity=_clamp(opacity, 0, 1)))


def set_blend(document: Document, index: int, blend: BlendMode) -> Document:
    return _with_layer(document, index, replace(_layer(document, index), blend=blend))


def set_visible(document: Document, index: int, visible: bool) -> Document:
    return _with_layer(document, index, replace(_layer(document, index), visible=visible))


def set_view(document: Document, view: View) -> Document:
    return replace(document, view=view)


def _layer(document: Document, index: int) -> Layer:
    layers = document.recipe.layers
    if not 0 <= index < len(layers):  # a negative index would change the wrong layer without a word
        raise IndexError(f"there is no layer {index}: the document has {len(layers)}")
    return layers[index]


def _with_layer(document: Document, index: int, layer: Layer) -> Document:
    layers = document.recipe.layers
    return _with_layers(document, (*layers[:index], layer, *layers[index + 1 :]))


def _with_layers(document: Document, layers: tuple[Layer, ...]) -> Document:
    return replace(document, recipe=Recipe(layers).check())


def _with_styles(document: Document, index: int, styles: tuple[StyleUse, ...]) -> Document:
    return _with_layer(document, index, replace(_layer(document, index), styles=styles))


def _seen_whole_if_reshaped(before: Document, after: Document) -> Document:
    """A view's centre means nothing in a picture of another size."""
    return after if after.recipe.native_size == before.recipe.native_size else replace(after, view=View())


def _same(one: Style, other: Style) -> bool:
    """A picture is the same style under any file name."""
    if isinstance(one, PictureStyle) and isinstance(other, PictureStyle):
        return one.blob == other.blob
    return one == other


def _clamp(value: float, low: float, high: float) -> float:
    """`value` brought between `low` and `high`. In this order of arguments a NaN stays one, for `Recipe.check` to refuse."""
    return min(max(value, low), high)
