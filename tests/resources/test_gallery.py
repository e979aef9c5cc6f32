"""The gallery: its cards, codes and thumbnails belong together and to the house stylizer, and the script makes them so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

import resources
from engine.api.gallery import StyleCard, cards
from engine.api.recipe import LOOK_EDGE, Layer, Photo, PictureStyle, Recipe, StyleUse
from engine.imaging.files import load
from engine.models import registry
from engine.models.codes import EDGES, GalleryCodes, gallery_codes_path, natural_edge
from engine.nets.stylizer import StylizerConfig, StylizerNet
from engine.render import render
from resources import make_gallery
from resources.draw_styles import STYLES
from resources.make_gallery import MOST_BYTES, THUMBNAIL, THUMBNAIL_EDGE, House, main, make, stylizer, thumbnail
from tests.tiny import drive, tiny_context, write_tiny_model

FOLDER = Path(resources.__file__).parent / "styles"
PAINTINGS = json.loads((FOLDER / "paintings.json").read_text(encoding="utf-8"))
PAINTING, DRAWN = PAINTINGS[0], STYLES[0][0]


def shown(path: Path) -> NDArray[np.float32]:
    """A thumbnail as (240, 320, 3) in 0..255."""
    with Image.open(path) as image:
        assert image.format == "WEBP"
        assert image.size == THUMBNAIL == (320, 240)
        return np.asarray(image.convert("RGB"), np.float32)


def test_cards_are_the_selected_paintings_and_then_the_drawn_styles() -> None:
    painted = [(one["id"], one["title"], one["painter"], one["year"], tuple(one["tags"])) for one in PAINTINGS]
    drawn = [(name, title, "", "") for name, title, _ in STYLES]
    found = cards()
    assert [(card.id, card.title, card.painter, card.year, card.tags) for card in found[: len(painted)]] == painted
    assert [(card.id, card.title, card.painter, card.year) for card in found[len(painted) :]] == drawn
    assert len(painted) >= 32
    assert len(drawn) >= 6


def test_cards_have_the_fields_of_a_style_card_and_no_others() -> None:
    listed = json.loads((FOLDER / "gallery.json").read_text(encoding="utf-8"))
    assert list(listed) == ["styles"]
    for card in listed["styles"]:
        assert list(card) == [field.name for field in fields(StyleCard)]
        assert card["title"] and card["tags"]


def test_ids_and_captions_are_unique() -> None:
    assert len({card.id for card in cards()}) == len(cards())
    assert len({card.caption.casefold() for card in cards()}) == len(cards())


def test_each_painting_is_used_once_and_has_a_painter() -> None:
    assert len({one["file"] for one in PAINTINGS}) == len(PAINTINGS)
    assert all(one["painter"] for one in PAINTINGS)


def test_every_style_has_a_light_thumbnail_and_there_are_no_others() -> None:
    assert {path.stem for path in (FOLDER / "thumbnails").iterdir()} == {card.id for card in cards()}
    for card in cards():
        assert 0 < len(card.thumbnail_bytes()) <= MOST_BYTES, card.id


def test_thumbnails_are_neither_flat_nor_alike() -> None:
    thumbnails = {card.id: shown(FOLDER / "thumbnails" / f"{card.id}.webp") for card in cards()}
    for name, pixels in thumbnails.items():
        assert pixels.mean(2).std() > 10, f"{name} is flat"
    small = {name: pixels.reshape(60, 4, 80, 4, 3).mean((1, 3)) for name, pixels in thumbnails.items()}
    for one, other in combinations(small, 2):
        assert np.abs(small[one] - small[other]).mean() > 3, f"{one} and {other} look alike"


def test_codes_belong_to_the_house_stylizer_and_there_is_one_for_every_card_and_size() -> None:
    manifest = registry.read_manifest(registry.house_folder() / f"{registry.HOUSE_STYLIZER}.safetensors")
    gallery = GalleryCodes.read(gallery_codes_path())
    assert gallery.fingerprint == registry.fingerprint(manifest), "the stylizer is newer than the gallery: run resources.make_gallery"
    assert set(gallery.codes) == {card.id for card in cards()}
    code_size = StylizerNet(StylizerConfig.from_dict(dict(manifest.config))).code_size
    for name, codes in gallery.codes.items():
        assert codes.shape == (len(EDGES), code_size), name
        assert bool(codes.isfinite().all()), name
    for one, other in combinations(gallery.codes, 2):
        assert float((gallery.codes[one] - gallery.codes[other]).abs().max()) > 1e-3, f"{one} and {other} have the same code"


@dataclass(frozen=True)
class Trial:
    """A tiny stylizer, the pictures that a gallery of two styles is made from, and that gallery."""

    model: Path
    paintings: Path
    out: Path

    def make(self, *, resume: bool) -> None:
        make(self.paintings, stylizer(self.model), self.out, resume)

    def thumbnail(self, name: str) -> Path:
        return self.out / "thumbnails" / f"{name}.webp"

    def files(self) -> dict[str, bytes]:
        """All but the codes, whose metadata are written in any order."""
        return {path.name: path.read_bytes() for path in self.out.rglob("*") if path.is_file() and path.suffix != ".safetensors"}

    def codes(self) -> GalleryCodes:
        return GalleryCodes.read(self.out / "codes.safetensors")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """Made once, not to be changed."""
    folder = tmp_path_factory.mktemp("gallery")
    rng = np.random.default_rng(0)
    painting, drawn = folder / PAINTING["file"], folder / "styles" / "drawn" / f"{DRAWN}.webp"
    house, chosen = folder / "pictures" / "house.jpg", folder / "styles" / "paintings.json"
    for path, height, width in ((painting, 12, 32), (drawn, 12, 32), (house, 720, 1280)):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8)).save(path)
    chosen.write_text(json.dumps([PAINTING]), encoding="utf-8")
    trial = Trial(write_tiny_model(folder), folder, folder / "made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_gallery, "RESOURCES", folder)
        patch.setattr(make_gallery, "STYLES", STYLES[:1])
        trial.make(resume=False)
        yield trial


@pytest.fixture
def trial(first: Trial, tmp_path: Path) -> Trial:
    """A copy to change."""
    shutil.copytree(first.out, tmp_path / "made")
    return replace(first, out=tmp_path / "made")


def test_made_anew_the_gallery_is_the_same_and_forgets_what_is_not_listed(trial: Trial) -> None:
    before, codes = trial.files(), trial.codes()
    trial.thumbnail("gone").write_bytes(b"a style that was in the gallery once")
    trial.make(resume=False)
    assert trial.files() == before
    assert trial.codes().fingerprint == codes.fingerprint
    for name, values in trial.codes().codes.items():
        assert torch.equal(values, codes.codes[name])


def test_a_resumed_run_makes_only_what_is_missing(trial: Trial) -> None:
    before = trial.files()
    kept, missing = trial.thumbnail(PAINTING["id"]), trial.thumbnail(DRAWN)
    kept.write_bytes(b"kept")
    missing.unlink()
    trial.make(resume=True)
    assert trial.files() == before | {kept.name: b"kept"}


def test_a_resumed_run_keeps_nothing_of_another_stylizer(trial: Trial, tmp_path: Path) -> None:
    before = trial.files()
    other = replace(trial, model=write_tiny_model(tmp_path, seed=1))
    other.make(resume=True)
    assert other.codes().fingerprint == stylizer(other.model).fingerprint
    assert all(other.files()[f"{name}.webp"] != before[f"{name}.webp"] for name in (PAINTING["id"], DRAWN))


def test_a_code_is_what_the_style_encoder_says_of_the_picture_at_that_size(first: Trial) -> None:
    with Image.open(first.paintings / PAINTING["file"]) as image:
        enlarged = image.convert("RGB").resize((LOOK_EDGE, LOOK_EDGE * 12 // 32), Image.Resampling.LANCZOS)
    with torch.no_grad():
        expected = stylizer(first.model).network.code(torch.from_numpy(np.asarray(enlarged, np.float32) / 255).permute(2, 0, 1)[None])
    codes = first.codes()
    torch.testing.assert_close(codes.at(PAINTING["id"], LOOK_EDGE, codes.fingerprint), expected, atol=2e-3, rtol=2e-3)


def test_a_thumbnail_is_what_the_studio_renders(first: Trial, tmp_path: Path) -> None:
    context = tiny_context(tmp_path)
    try:
        house = context.blobs.add((first.paintings / "pictures" / "house.jpg").read_bytes())
        style = context.blobs.add((first.paintings / "styles" / "drawn" / f"{DRAWN}.webp").read_bytes())
        layer = Layer(Photo(house, 1280, 720), (StyleUse(PictureStyle(style)),))
        rendered, _ = drive(render(Recipe((layer,)), (512, 288), context))
    finally:
        context.io.close()
    model, codes = stylizer(first.model), first.codes()
    seen = House.seen(load(first.paintings / "pictures" / "house.jpg"), model)
    edge = natural_edge(LOOK_EDGE, codes.source_edge(DRAWN)) * THUMBNAIL_EDGE / LOOK_EDGE
    made = thumbnail(seen, codes.at(DRAWN, edge, codes.fingerprint), model)
    cut = Image.fromarray(rendered.pixels[:, 64:448]).resize(THUMBNAIL, Image.Resampling.LANCZOS)
    assert np.abs(np.asarray(cut, np.float32) - np.asarray(made, np.float32)).max() <= 3  # codes are kept in half precision


def test_what_is_missing_is_named(first: Trial, tmp_path: Path) -> None:
    complaint = main([str(tmp_path), "--model", str(first.model)])
    assert complaint is not None
    assert PAINTING["file"] in complaint
