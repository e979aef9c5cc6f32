from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.document import archive
from desktop.document.document import Document
from engine.api.places import places
from engine.api.recipe import Layer, PictureStyle, Recipe, StyleUse
from engine.blobs import BlobStore
from engine.imaging.files import load
from tests.engine.cli.commands import CommandLine
from tests.engine.imaging.printer_profile import cmyk_profile


@pytest.fixture
def exported(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> Path:
    """A picture that carries its recipe, beside its photo and its style."""
    out = tmp_path / "exported.png"
    assert sfumato("stylize", photo, "--style", style, "-o", out).code == 0
    return out


@pytest.fixture
def project(photo: Path, style: Path, tmp_path: Path) -> Path:
    """A document of its own: its pictures are inside."""
    from engine.api.recipe import Photo

    store = BlobStore(tmp_path / "library")
    source = Photo(store.add(photo.read_bytes()), 96, 64, "photo.png")
    recipe = Recipe((Layer(source, (StyleUse(PictureStyle(store.add(style.read_bytes()), "style.png")),)),))
    archive.save(tmp_path / "mine.sfumato", Document(recipe), store.folder)
    return tmp_path / "mine.sfumato"


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
def test_an_exported_picture_is_made_again(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path, suffix: str) -> None:
    first, again = tmp_path / f"first.{suffix}", tmp_path / "again.png"
    assert sfumato("stylize", photo, "--style", style, "-o", first).code == 0
    assert sfumato("stylize", photo, "--style", style, "-o", tmp_path / "exact.png").code == 0
    said = sfumato("render", first, "-o", again)
    assert (said.code, said.err) == (0, "")
    assert again.read_bytes() == (tmp_path / "exact.png").read_bytes()


def test_a_document_is_rendered_from_what_is_in_it(
    sfumato: CommandLine, exported: Path, project: Path, photo: Path, tmp_path: Path
) -> None:
    photo.unlink()
    said = sfumato("render", project, "-o", tmp_path / "out.png", "--json")
    assert (said.code, said.err) == (0, "")
    assert said.events[-1]["width"] == 96
    assert np.array_equal(load(tmp_path / "out.png").pixels, load(exported).pixels)


def test_paper_has_a_width_in_centimetres(sfumato: CommandLine, exported: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tif"
    said = sfumato("render", exported, "-o", out, "--width", 2.54, "--dpi", 200, "--bleed", 0.254, "--bits", 16)
    assert said.code == 0, said.err
    assert "(240 × 173 px, 3.0 × 2.2 cm at 200 dpi, " in said.out
    picture = load(out)
    assert (picture.width, picture.height, picture.bits) == (240, 173, 16)
    with Image.open(out) as image:
        assert image.info["dpi"] == (200, 200)


def test_a_profile_is_embedded_and_the_picture_looks_the_same(sfumato: CommandLine, exported: Path, tmp_path: Path) -> None:
    for name in ("srgb", "display-p3", "adobe-rgb"):
        said = sfumato("render", exported, "-o", tmp_path / f"{name}.png", "--profile", name, "--bits", 16)
        assert said.code == 0, said.err
    plain = load(tmp_path / "srgb.png").pixels.astype(int)
    for name in ("display-p3", "adobe-rgb"):
        assert (tmp_path / f"{name}.png").read_bytes() != (tmp_path / "srgb.png").read_bytes()
        assert np.percentile(np.abs(load(tmp_path / f"{name}.png").pixels - plain)[plain > 8000], 95) < 400


def test_a_printers_profile_makes_a_cmyk_file(sfumato: CommandLine, exported: Path, tmp_path: Path) -> None:
    (tmp_path / "printer.icc").write_bytes(cmyk_profile())
    for suffix in ("tif", "jpg"):
        said = sfumato(
            "render", exported, "-o", tmp_path / f"out.{suffix}", "--profile", tmp_path / "printer.icc", "--intent", "perceptual"
        )
        assert said.code == 0, said.err
        with Image.open(tmp_path / f"out.{suffix}") as image:
            assert image.mode == "CMYK"
    sentence = sfumato("render", exported, "-o", tmp_path / "out.png", "--profile", tmp_path / "printer.icc").sentence(2)
    assert "CMYK, and PNG holds RGB only" in sentence


def test_a_photo_that_has_changed_is_told_and_the_choice_given(sfumato: CommandLine, exported: Path, photo: Path, tmp_path: Path) -> None:
    Image.new("RGB", (96, 64), (200, 10, 10)).save(photo)
    out = tmp_path / "out.png"
    sentence = sfumato("render", exported, "-o", out).sentence(1)
    assert sentence.startswith(f"{photo} has changed since the picture was made from it")
    assert "--accept-changed" in sentence
    assert not out.exists()
    said = sfumato("render", exported, "-o", out, "--accept-changed")
    assert said.code == 0
    assert f"{photo} has changed since exported.png was made: it is used as it is now." in said.err
    assert not np.array_equal(load(out).pixels, load(exported).pixels)


def test_pictures_are_looked_for_where_it_is_said(sfumato: CommandLine, exported: Path, photo: Path, style: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    photo.rename(folder / photo.name)
    sentence = sfumato("render", exported, "-o", tmp_path / "out.png").sentence(1)
    assert sentence.startswith(f"photo.png, which {exported} was made from (looked for in {tmp_path}")
    assert sentence.endswith("is not on this machine: say where it is with --photos FOLDER.")
    assert sfumato("render", exported, "-o", tmp_path / "out.png", "--photos", folder).code == 0
    (folder / photo.name).unlink()
    BlobStore(places().blobs).add(b"another")
    assert sfumato("render", exported, "-o", tmp_path / "out.png", "--photos", folder).code == 1


def test_the_library_is_looked_in_first(sfumato: CommandLine, exported: Path, photo: Path, tmp_path: Path) -> None:
    BlobStore(places().blobs).add(photo.read_bytes())
    Image.new("RGB", (96, 64), (200, 10, 10)).save(photo)
    assert sfumato("render", exported, "-o", tmp_path / "out.png").code == 0
    assert np.array_equal(load(tmp_path / "out.png").pixels, load(exported).pixels)


def test_native_statistics_make_another_picture(sfumato: CommandLine, exported: Path, tmp_path: Path) -> None:
    assert sfumato("render", exported, "-o", tmp_path / "native.png", "--statistics", "native", "--size", 48).code == 0
    assert sfumato("render", exported, "-o", tmp_path / "preview.png", "--size", 48).code == 0
    assert not np.array_equal(load(tmp_path / "native.png").pixels, load(tmp_path / "preview.png").pixels)


# ---- what is refused ----


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (("--size", 0), ("size 0", "between 1 and 65536")),
        (("--size", -3), ("size -3",)),
        (("--size", 10**6), ("size 1000000", "between 1 and 65536")),
        (("--dpi", 0), ("resolution 0 dpi", "between 1 and 65535")),
        (("--dpi", "nan"), ("resolution nan dpi",)),
        (("--width", 20), ("width", "--dpi 300")),
        (("--width", 0, "--dpi", 300), ("width 0 cm", "above 0")),
        (("--width", 100000, "--dpi", 300), ("width 100000 cm", "65536 are the most")),
        (("--width", 20, "--dpi", 300, "--size", 100), ("leave one of them out",)),
        (("--bleed", 0.3), ("bleed", "--dpi 300")),
        (("--bleed", -1, "--dpi", 300), ("bleed -1 cm",)),
        (("--bleed-edges", "blurred"), ("kind of bleed blurred", "mirror, extend")),
        (("--bits", 12), ("12 bits", "8 or 16")),
        (("--quality", 0), ("quality 0",)),
        (("--intent", "vivid"), ("intent vivid", "perceptual")),
        (("--chroma", "4:1:1"), ("chroma 4:1:1",)),
        (("--compression", "zip"), ("compression zip",)),
        (("--statistics", "mine"), ("statistics mine",)),
    ],
)
def test_a_value_out_of_range_is_named(
    sfumato: CommandLine, exported: Path, tmp_path: Path, options: tuple[object, ...], parts: tuple[str]
) -> None:
    sentence = sfumato("render", exported, "-o", tmp_path / "out.png", *map(str, options)).sentence(2)
    assert all(part in sentence for part in parts), sentence
    assert not (tmp_path / "out.png").exists()


def test_sixteen_bits_of_jpeg_are_refused(sfumato: CommandLine, exported: Path, tmp_path: Path) -> None:
    assert "JPG holds 8 bits" in sfumato("render", exported, "-o", tmp_path / "out.jpg", "--bits", 16).sentence(2)


def test_what_is_no_profile_is_named(sfumato: CommandLine, exported: Path, photo: Path, tmp_path: Path) -> None:
    assert f"{photo} is not a colour profile" in sfumato("render", exported, "-o", tmp_path / "out.png", "--profile", photo).sentence(1)
    assert "nowhere.icc does not exist" in sfumato("render", exported, "-o", tmp_path / "out.png", "--profile", "nowhere.icc").sentence(1)
    unknown = sfumato("render", exported, "-o", tmp_path / "out.png", "--profile", "rgb-adobe").sentence(2)
    assert unknown == "The profile rgb-adobe: it must be one of srgb, display-p3, adobe-rgb, or an .icc file."


def test_a_picture_without_a_recipe_is_refused(sfumato: CommandLine, photo: Path, tmp_path: Path) -> None:
    sentence = sfumato("render", photo, "-o", tmp_path / "out.png").sentence(2)
    assert "carries no recipe" in sentence
    assert "`sfumato upscale`" in sentence
    assert "does not exist" in sfumato("render", tmp_path / "nowhere.png", "-o", tmp_path / "out.png").sentence(1)
    (tmp_path / "text.png").write_text("no picture")
    assert "is not an image" in sfumato("render", tmp_path / "text.png", "-o", tmp_path / "out.png").sentence(1)


def test_the_picture_itself_is_not_overwritten(sfumato: CommandLine, exported: Path) -> None:
    before = exported.read_bytes()
    assert "would be lost" in sfumato("render", exported, "-o", exported).sentence(2)
    assert exported.read_bytes() == before


def test_a_document_that_is_none_or_newer_is_refused(sfumato: CommandLine, project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    (tmp_path / "text.sfumato").write_text("Dear diary")
    assert "text.sfumato cannot be read" in sfumato("render", tmp_path / "text.sfumato", "-o", out).sentence(1)
    for values, code, part in (
        ({"format": 99, "recipe": {"layers": []}}, 2, "newer Sfumato"),
        ({"format": 1, "recipe": {"layers": []}}, 2, "holds no picture"),
        ({"format": 1}, 1, "cannot be read"),
        ([], 1, "cannot be read"),
    ):
        with zipfile.ZipFile(tmp_path / "odd.sfumato", "w") as odd:
            odd.writestr("document.json", json.dumps(values))
        assert part in sfumato("render", tmp_path / "odd.sfumato", "-o", out).sentence(code)
    assert not out.exists()
