"""Before a print: a spot shows the pixels that the export writes, and a soft proof keeps the picture's size and opacity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.errors import BadRequest
from engine.api.events import Frame
from engine.api.output import Output
from engine.api.proofing import Loupe, Proof, SoftProof, Spot
from engine.api.recipe import Layer, PictureStyle, Recipe, StyleUse
from engine.api.requests import Export, ImportPicture
from engine.context import Context
from engine.engine import run
from engine.imaging.files import load
from engine.jobs.proof import loupe, soft_proof
from engine.models import upscaler
from tests.engine.imaging.printer_profile import cmyk_profile
from tests.tiny import drive, picture_file, small_prints, write_tiny_upscaler


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with small_prints(monkeypatch):
        yield


@pytest.fixture
def recipe(context: Context, tmp_path: Path) -> Recipe:
    photo = run(ImportPicture(path=picture_file(tmp_path / "photo.png", 240, 160, 1)), context)
    style = run(ImportPicture(path=picture_file(tmp_path / "style.png", 90, 90, 2)), context)
    layer = Layer(photo, (StyleUse(PictureStyle(style.blob)),))
    return Recipe((layer, replace(layer, opacity=0.5, blend="screen", keep_colors=True)))


def looked_at(request: Loupe, context: Context) -> np.ndarray:
    _, said = drive(loupe(request, context))
    (frame,) = [each for each in said if isinstance(each, Frame)]
    assert frame.scale == pytest.approx(request.recipe.size_at(request.long_edge)[0] / 240)
    colours: np.ndarray = frame.pixels[..., 2::-1]
    return colours


@pytest.mark.parametrize(
    ("edge", "enlarged_by_a_network"), [(60, False), (150, False), (240, False), (500, False), (480, True), (500, True)]
)
def test_a_spot_is_what_the_export_writes(
    context: Context, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edge: int, enlarged_by_a_network: bool
) -> None:
    if enlarged_by_a_network:
        monkeypatch.setattr(upscaler, "TILE", 16)
        write_tiny_upscaler(context.places.models, "upscale-faithful-x2", 2)
    out = tmp_path / "print.png"
    run(Export(recipe, Output(out, edge)), context)
    printed = load(out).pixels
    for x, y in ((0.0, 0.0), (0.5, 0.4), (1.0, 1.0)):
        spot = Spot.around(recipe.size_at(edge), x, y, 57, 41)
        seen = looked_at(Loupe(recipe, edge, spot), context)
        window = printed[spot.top : spot.top + spot.height, spot.left : spot.left + spot.width]
        assert np.abs(seen.astype(int) - window).max() <= 1  # sums of other shapes may round the other way
        assert (seen == window).mean() > 0.99


def test_a_spot_lies_inside_the_picture() -> None:
    assert Spot.around((100, 50), 0.0, 1.0, 20, 10) == Spot(0, 40, 20, 10)
    assert Spot.around((100, 50), 0.5, 0.5, 20, 10) == Spot(40, 20, 20, 10)
    assert Spot.around((8, 5), 0.9, 0.1, 20, 10) == Spot(0, 0, 8, 5)


def test_a_spot_outside_is_refused(context: Context, recipe: Recipe) -> None:
    with pytest.raises(BadRequest, match="lies outside the picture of 240 × 160"):
        drive(loupe(Loupe(recipe, None, Spot(230, 0, 20, 20)), context))


def test_a_spot_can_be_proofed(context: Context, recipe: Recipe, tmp_path: Path) -> None:
    printer = tmp_path / "printer.icc"
    printer.write_bytes(cmyk_profile(two_ways=True, darkest=0.2))
    bare = Loupe(recipe, 240, Spot(0, 0, 64, 64))
    plain, proofed = (looked_at(each, context) for each in (bare, replace(bare, proof=Proof(str(printer), black_point=False))))
    assert proofed.min() > plain.min() + 20


def test_a_soft_proof_keeps_size_and_opacity(context: Context, tmp_path: Path) -> None:
    printer = tmp_path / "printer.icc"
    printer.write_bytes(cmyk_profile(two_ways=True, darkest=0.2))
    picture_file(tmp_path / "picture.png", 30, 20)
    with Image.open(tmp_path / "picture.png") as image:
        colour = np.asarray(image)
    alpha = np.full((20, 30, 1), 255, np.uint8)
    alpha[:10] = 128
    pixels = np.concatenate([(colour[..., ::-1].astype(int) * alpha // 255).astype(np.uint8), alpha], 2)
    _, said = drive(soft_proof(SoftProof(pixels, 0.5, Proof(str(printer), black_point=False)), context))
    (frame,) = said
    assert frame.scale == 0.5
    assert np.array_equal(frame.pixels[..., 3], pixels[..., 3])
    assert (frame.pixels[..., :3].max(2) <= pixels[..., 3]).all()
    assert frame.pixels[10:, :, :3].min() > 80
