"""A photo that is too large to be held is printed as one that is held, and is never decoded whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import blobs
from engine.api.errors import BlobMissing, ImageDamaged, ImageTooLarge
from engine.api.events import Frame
from engine.api.output import Output
from engine.api.proofing import Loupe, Spot
from engine.api.recipe import Layer, PictureStyle, Recipe, StyleUse
from engine.api.requests import Export, ImportPicture, Preview
from engine.context import Context
from engine.engine import run
from engine.imaging import files, large
from engine.imaging.files import load
from engine.imaging.large import Streaming
from engine.jobs import library
from engine.jobs.preview import preview
from engine.jobs.proof import loupe
from tests.tiny import drive, picture_file, small_prints


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, context: Context) -> Iterator[None]:
    with small_prints(monkeypatch):
        yield
    context.blobs.unpacked.clear()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return picture_file(tmp_path / "photo.png", 240, 160, 1)


def recipe_of(photo: Path, context: Context) -> Recipe:
    style = run(ImportPicture(path=picture_file(photo.with_name("style.png"), 60, 60, 2)), context)
    source = run(ImportPicture(path=photo), context)
    return Recipe((Layer(source, (StyleUse(PictureStyle(style.blob)),)),))


def stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of more than 100 × 100 pixels are large from now on, and must not be decoded whole."""

    def load_bytes(data: bytes, name: str) -> object:
        picture = load_whole(data, name)
        assert picture.width * picture.height <= large.STREAMED_FROM, name
        return picture

    load_whole = files.load_bytes
    monkeypatch.setattr(large, "STREAMED_FROM", 10_000)
    monkeypatch.setattr(large, "ROWS", 32)
    for module in (blobs, library):
        monkeypatch.setattr(module, "load_bytes", load_bytes)


@pytest.mark.parametrize("edge", [96, 150, 240, 400])
@pytest.mark.parametrize("statistics", ["preview", "native"])
def test_a_large_photo_is_printed_as_a_small_one(
    context: Context, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edge: int, statistics: str
) -> None:
    recipe = recipe_of(photo, context)
    held, streamed = (Output(tmp_path / f"{name}.png", edge, statistics=statistics) for name in ("held", "streamed"))  # type: ignore[arg-type]
    run(Export(recipe, held), context)
    context.models.cache.clear()
    context.blobs.forget()
    context.blobs._large.clear()
    stream(monkeypatch)
    run(Export(recipe_of(photo, context), streamed), context)
    first, second = (load(output.path).pixels.astype(int) for output in (held, streamed))
    assert first.shape == second.shape
    assert np.abs(first - second).mean() < 4  # the two filters round in their own ways, and the network passes that on


def test_the_photo_itself_is_the_same_to_the_last_bit(
    context: Context, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream(monkeypatch)
    recipe = recipe_of(photo, context)
    bare = Recipe((replace(recipe.layers[0], styles=()),))
    run(Export(bare, Output(tmp_path / "out.png")), context)
    assert np.array_equal(load(tmp_path / "out.png").pixels, load(photo).pixels)


def test_a_spot_of_a_large_photo_is_what_the_export_writes(
    context: Context, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream(monkeypatch)
    recipe = recipe_of(photo, context)
    run(Export(recipe, Output(tmp_path / "out.png", 300)), context)
    spot = Spot.around((300, 200), 0.9, 0.3, 40, 40)
    _, said = drive(loupe(Loupe(recipe, 300, spot), context))
    frame = next(each for each in said if isinstance(each, Frame))
    window = load(tmp_path / "out.png").pixels[spot.top : spot.top + 40, spot.left : spot.left + 40]
    assert np.abs(frame.pixels[..., 2::-1].astype(int) - window).max() <= 1


def test_it_is_read_once_and_previewed(context: Context, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream(monkeypatch)
    recipe = recipe_of(photo, context)
    reads: list[str] = []
    begin = context.blobs.unpacked.begin

    def counted(make: Callable[[Path], Streaming]) -> Streaming:
        reads.append("read")
        return begin(make)

    monkeypatch.setattr(context.blobs.unpacked, "begin", counted)
    _, said = drive(preview(Preview(recipe, (60, 96)), context))
    assert [each.pixels.shape[1] for each in said if isinstance(each, Frame)] == [60, 96]
    assert reads == []  # the import has read it
    context.blobs.unpacked.clear()
    context.models.cache.clear()
    drive(preview(Preview(recipe, (96,)), context))
    assert reads == ["read"]


def test_the_limit_holds_for_large_photos_too(context: Context, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream(monkeypatch)
    monkeypatch.setenv("SFUMATO_MAX_PIXELS", "20000")
    with pytest.raises(ImageTooLarge, match="SFUMATO_MAX_PIXELS"):
        run(ImportPicture(path=photo), context)


def test_a_large_photo_that_is_damaged_or_has_changed_is_named(context: Context, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream(monkeypatch)
    recipe = recipe_of(photo, context)
    photo.write_bytes(photo.read_bytes()[:-3000])
    with pytest.raises(ImageDamaged, match=r"photo\.png is damaged"):
        run(ImportPicture(path=photo), context)
    blob = recipe.layers[0].source.key
    context.blobs.unpacked.clear()
    kept = context.blobs.path(blob)
    kept.write_bytes(kept.read_bytes() + b"more")
    with pytest.raises(BlobMissing, match=r"photo\.png"):
        run(Export(recipe, Output(photo.with_name("out.png"))), context)
