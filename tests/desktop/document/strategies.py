"""Any document at all, for property tests."""

from __future__ import annotations

import hashlib

from hypothesis import strategies as st

from desktop.document.document import Document, View
from engine.api.recipe import BLEND_MODES, MAX_STYLES, STYLE_SCALE, GalleryStyle, Layer, Photo, PictureStyle, Recipe, StyleUse

PICTURES = {hashlib.sha256(data).hexdigest(): data for data in (b"a", b"bb" * 999, b"", bytes(range(256)) * 3)}
"""The contents of the blobs that the documents use."""

blobs = st.sampled_from(sorted(PICTURES))
names = st.text(st.characters(codec=None, exclude_characters=None), max_size=8)  # also lone surrogates, as some disks have them
photos = st.builds(Photo, blobs, st.integers(1, 40_000), st.integers(1, 40_000), names)
styles = st.one_of(st.builds(GalleryStyle, names), st.builds(PictureStyle, blobs, names))
uses = st.builds(StyleUse, styles, st.floats(0, 1000))
layers = st.builds(
    Layer,
    source=photos,
    styles=st.lists(uses, max_size=MAX_STYLES).map(tuple),
    strength=st.floats(0, 1),
    style_scale=st.floats(*STYLE_SCALE),
    keep_colors=st.booleans(),
    opacity=st.floats(0, 1),
    blend=st.sampled_from(BLEND_MODES),
    visible=st.booleans(),
)
finite = st.floats(allow_nan=False, allow_infinity=False)
views = st.builds(View, st.none() | finite, st.none() | st.tuples(finite, finite))
recipes = st.lists(layers, max_size=3).map(lambda layers: Recipe(tuple(layers)))
documents = st.builds(Document, recipes, views)
