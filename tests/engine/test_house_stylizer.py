"""The trained house stylizer, as it is shipped: what an artist would see at once if it were wrong."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.api.gallery import cards
from engine.api.places import Places
from engine.api.recipe import GalleryStyle, Layer, Recipe, StyleUse
from engine.api.requests import ImportPicture
from engine.blobs import BlobStore
from engine.context import Context, IoWorker
from engine.device import choose
from engine.jobs.library import house_picture, import_picture
from engine.models import registry
from engine.models.pool import ModelPool
from engine.models.registry import HOUSE_STYLIZER
from engine.render import render
from tests.tiny import drive

SOME_STYLES = tuple(card.id for card in cards()[::9])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Context]:
    places = Places(tmp_path / "home")
    pool = ModelPool((registry.house_folder(),), torch.device("cpu"), torch.float32)
    context = Context(places, BlobStore(places.blobs), IoWorker(), pool, choose("cpu"))
    yield context
    context.io.close()


def layer_of(context: Context, path: Path, style: str) -> Layer:
    photo, _ = drive(import_picture(ImportPicture(path=path), context))
    return Layer(photo, (StyleUse(GalleryStyle(style)),))


def pixels(context: Context, layer: Layer, edge: int) -> np.ndarray:
    recipe = Recipe((layer,))
    picture, _ = drive(render(recipe, recipe.size_at(edge), context))
    return np.asarray(picture.pixels, np.float32)


def test_the_file_is_small_and_says_how_it_was_made() -> None:
    manifest = registry.find((registry.house_folder(),)).get(HOUSE_STYLIZER)
    assert manifest.path.stat().st_size <= 8e6
    assert manifest.licence == "Apache-2.0"
    assert manifest.provenance["steps"] > 0
    card = Path(registry.house_folder()).parents[1] / "docs" / "models" / f"{HOUSE_STYLIZER}.md"
    assert f"{manifest.provenance['steps']} steps" in card.read_text(encoding="utf-8"), "the model card is of another training"


def test_strength_moves_the_picture_evenly(house: Context) -> None:
    layer = layer_of(house, house_picture(), SOME_STYLES[0])
    steps = [pixels(house, replace(layer, strength=step / 20), 256) for step in range(21)]
    changes = [float(np.abs(after - before).mean()) for before, after in itertools.pairwise(steps)]
    assert min(changes) > 0
    assert max(changes) < 9.5  # of 255, for a twentieth of the slider; the greatest are in the fade from the photo, 9.2 with these weights
    assert np.abs(steps[-1] - steps[0]).mean() > 10


@pytest.mark.parametrize("style", SOME_STYLES)
def test_the_look_is_the_same_at_two_sizes(house: Context, style: str) -> None:
    layer = layer_of(house, house_picture(), style)
    small, large = pixels(house, layer, 512), pixels(house, layer, 1024)
    reduced = np.asarray(Image.fromarray(large.astype(np.uint8)).resize((512, small.shape[0]), Image.Resampling.LANCZOS), np.float32)
    coarse = [part[:336].reshape(42, 8, 64, 8, 3).mean((1, 3)) for part in (small, reduced)]
    # Of 255, over squares of 8 px: colours and masses, not strokes. With these weights up to 18.6 for paintings, and 22.0 for the
    # halftone, whose dots are another texture at another size: to come down with training at more sizes.
    assert np.abs(coarse[0] - coarse[1]).mean() < (23 if style == "halftone" else 19.5)


@pytest.mark.parametrize("style", SOME_STYLES)
def test_a_flat_grey_gets_no_grid(house: Context, tmp_path: Path, style: str) -> None:
    """A flat area has one value per channel; what varies there is the network's own grid."""
    Image.new("RGB", (256, 256), (128, 128, 128)).save(tmp_path / "grey.png")
    inner = pixels(house, layer_of(house, tmp_path / "grey.png", style), 256)[96:160, 96:160]
    assert inner.std((0, 1)).max() < 6.5  # of 255; up to 6.2 with these weights, faint at 100 %


def test_every_gallery_style_changes_the_picture_in_its_own_way(house: Context) -> None:
    layer = layer_of(house, house_picture(), SOME_STYLES[0])
    looks = [pixels(house, replace(layer, styles=(StyleUse(GalleryStyle(style)),)), 128) for style in SOME_STYLES]
    for index, one in enumerate(looks):
        for other in looks[index + 1 :]:
            assert np.abs(one - other).mean() > 4
