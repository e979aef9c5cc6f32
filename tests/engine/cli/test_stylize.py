from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.places import places
from engine.api.recipe import GalleryStyle, Layer, PictureStyle, Recipe, from_plain
from engine.cli.stylize import split_weight
from engine.imaging.files import load, read_text
from engine.jobs.export import RECIPE_KEY
from engine.scheduler import Scheduler
from tests.engine.cli.commands import CommandLine
from tests.tiny import picture_file, write_tiny_model


def layer_of(path: Path) -> Layer:
    """What a picture says of how it was made."""
    recipe: Recipe = from_plain(json.loads(read_text(path)[RECIPE_KEY])["recipe"])
    return recipe.layers[0]


def test_the_last_line_of_json_says_what_was_made(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    said = sfumato("stylize", photo, "--style", style, "-o", out, "--json")
    assert (said.code, said.err) == (0, "")
    assert {event["event"] for event in said.events[:-1]} == {"progress"}
    last = said.events[-1]
    assert list(last) == ["event", "path", "width", "height", "seconds", "peak_rss_mb"]
    assert (last["event"], last["path"], last["width"], last["height"]) == ("finished", str(out), 96, 64)
    assert 0 < last["seconds"] < 600
    assert 20 < last["peak_rss_mb"] < 100_000
    painted = load(out)
    assert (painted.width, painted.height) == (96, 64)
    assert not np.array_equal(painted.pixels, load(photo).pixels)


def test_a_person_gets_a_sentence(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    said = sfumato("stylize", photo, "--style", style, "-o", tmp_path / "out.png")
    assert said.out.startswith(f"{tmp_path / 'out.png'} (96 × 64 px, ")
    assert said.err == ""


def test_the_same_command_makes_the_same_picture(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        sfumato("stylize", photo, "--style", style, "-o", tmp_path / name, "--seed", 7)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_an_older_output_is_replaced(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    (tmp_path / "out.png").write_text("old")
    assert sfumato("stylize", photo, "--style", style, "-o", tmp_path / "out.png").code == 0
    assert load(tmp_path / "out.png").width == 96


def test_styles_are_mixed_by_weight(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    other, out = picture_file(tmp_path / "other.png", 50, 50, 3), tmp_path / "out.png"
    said = sfumato("stylize", photo, "--style", f"{style}:0.25", "--style", f"{other}:3", "--style", "tiny-waves", "-o", out)
    assert said.code == 0, said.err
    uses = layer_of(out).styles
    assert [use.weight for use in uses] == [0.25, 3, 1]
    assert [getattr(use.style, "name", "") for use in uses] == ["style.png", "other.png", ""]
    assert uses[2].style == GalleryStyle("tiny-waves")


@pytest.mark.parametrize("name", ["tiny-waves", "Tiny Waves", "TINY WAVES", "tiny waves:0.5"])
def test_a_gallery_style_goes_by_id_or_title(sfumato: CommandLine, photo: Path, tmp_path: Path, name: str) -> None:
    assert sfumato("stylize", photo, "--style", name, "-o", tmp_path / "out.png").code == 0
    assert layer_of(tmp_path / "out.png").styles[0].style == GalleryStyle("tiny-waves")


def test_gallery_styles_of_another_stylizer_are_refused(sfumato: CommandLine, photo: Path, tmp_path: Path) -> None:
    write_tiny_model(places().models, seed=5)
    sentence = sfumato("stylize", photo, "--style", "tiny-waves", "-o", tmp_path / "out.png").sentence(2)
    assert "tiny-waves for this stylizer" in sentence
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("style.png", ("style.png", 1)),
        ("style.png:0.5", ("style.png", 0.5)),
        ("Starry Night:2", ("Starry Night", 2)),
        (r"C:\x.png", (r"C:\x.png", 1)),
        (r"C:\x.png:.5", (r"C:\x.png", 0.5)),
        ("a:b.png", ("a:b.png", 1)),
        (":3", (":3", 1)),
        ("x:0", ("x", 0)),
        ("x:1e2", ("x", 100)),
    ],
)
def test_only_a_number_at_the_end_is_a_weight(text: str, parts: tuple[str, float]) -> None:
    assert split_weight(text) == parts


@pytest.mark.skipif(sys.platform == "win32", reason="a colon is no part of a name on Windows")
def test_a_path_with_a_colon_is_a_path(
    sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    style.rename(r"C:\x.png")
    assert sfumato("stylize", photo, "--style", r"C:\x.png", "-o", "out.png").code == 0
    taken = layer_of(tmp_path / "out.png").styles[0].style
    assert isinstance(taken, PictureStyle)
    assert taken.name == r"C:\x.png"


@pytest.mark.parametrize(("size", "shape"), [(48, (48, 32)), (192, (192, 128)), (1, (1, 1))])
def test_size_is_the_long_edge(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path, size: int, shape: tuple[int, int]) -> None:
    said = sfumato("stylize", photo, "--style", style, "-o", tmp_path / "out.png", "--size", size)
    assert said.code == 0, said.err
    picture = load(tmp_path / "out.png")
    assert (picture.width, picture.height) == shape


def test_it_is_printed_as_asked(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tif"
    paper = ("--width", 1, "--dpi", 254, "--bleed", 0.1, "--bleed-edges", "extend", "--bits", 16, "--profile", "adobe-rgb")
    said = sfumato("stylize", photo, "--style", style, "-o", out, *paper, "--compression", "lzw")
    assert said.code == 0, said.err
    assert "1.2 × 0.9 cm at 254 dpi" in said.out
    with Image.open(out) as printed:
        assert printed.size == (120, 87)
        assert printed.info["dpi"] == pytest.approx((254, 254))
        assert printed.info["compression"] == "tiff_lzw"
    pixels = load(out).pixels
    assert pixels.dtype == np.uint16
    assert (pixels[:, :10] == pixels[:, 10:11]).all()  # the edge drawn out
    assert "--dpi 300" in sfumato("stylize", photo, "--style", style, "-o", out, "--width", 20).sentence(2)


def test_strength_0_is_the_photo_itself(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    sfumato("stylize", photo, "--style", style, "-o", tmp_path / "out.png", "--strength", 0)
    assert np.array_equal(load(tmp_path / "out.png").pixels, load(photo).pixels)


def test_options_are_kept_in_the_picture(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    options = ("--strength", 0.5, "--style-scale", 2, "--keep-colors")
    assert sfumato("stylize", photo, "--style", style, "-o", tmp_path / "out.png", *options).code == 0
    layer = layer_of(tmp_path / "out.png")
    assert (layer.strength, layer.style_scale, layer.keep_colors) == (0.5, 2, True)
    assert layer.source.name == "photo.png"
    assert str(tmp_path) not in read_text(tmp_path / "out.png")[RECIPE_KEY]


def test_keep_colors_keeps_the_hue(sfumato: CommandLine, style: Path, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), (200, 90, 90)).save(tmp_path / "red.png")
    for name, options in (("free.png", ()), ("kept.png", ("--keep-colors",))):
        sfumato("stylize", tmp_path / "red.png", "--style", style, "-o", tmp_path / name, *options)

    def green_and_blue(name: str) -> float:
        pixels = load(tmp_path / name).pixels.astype(float)
        return float(np.abs(pixels[..., 1] - pixels[..., 2]).mean())

    assert green_and_blue("kept.png") < 2 < green_and_blue("free.png")


def test_a_mask_says_where_the_style_shows(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    mask = np.zeros((64, 96), np.uint8)
    mask[:, 48:] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    sfumato("stylize", photo, "--style", style, "-o", tmp_path / "out.png", "--mask", tmp_path / "mask.png")
    same = (load(tmp_path / "out.png").pixels == load(photo).pixels).all(2)
    assert same[:, :47].all()
    assert same[:, 49:].mean() < 0.1


@pytest.mark.parametrize("suffix", ["png", "jpg", "jpeg", "webp", "tif", "tiff", "PNG"])
def test_the_suffix_is_the_format(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    assert sfumato("stylize", photo, "--style", style, "-o", out).code == 0
    with Image.open(out) as image:
        assert image.format == {"jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP", "tif": "TIFF", "tiff": "TIFF"}.get(suffix, "PNG")
        assert image.size == (96, 64)


def test_another_model_paints_another_picture(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    write_tiny_model(places().models, "mine", seed=9)
    for name, options in (("house.png", ()), ("mine.png", ("--model", "mine"))):
        assert sfumato("stylize", photo, "--style", style, "-o", tmp_path / name, *options).code == 0
    assert not np.array_equal(load(tmp_path / "house.png").pixels, load(tmp_path / "mine.png").pixels)


def test_the_users_model_goes_before_the_houses(sfumato: CommandLine, photo: Path, style: Path, house: Path, tmp_path: Path) -> None:
    sfumato("stylize", photo, "--style", style, "-o", tmp_path / "before.png")
    write_tiny_model(house / "models", seed=5)
    sfumato("stylize", photo, "--style", style, "-o", tmp_path / "after.png")
    assert (tmp_path / "before.png").read_bytes() == (tmp_path / "after.png").read_bytes()


def test_a_damaged_model_does_not_stop_the_others(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path) -> None:
    (places().models / "a-broken-one.safetensors").write_bytes(b"\0" * 99)
    assert sfumato("stylize", photo, "--style", style, "-o", tmp_path / "out.png").code == 0


def test_names_are_checked_before_the_engine_is_loaded(
    sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.cli.session.open_context", lambda *_, **__: pytest.fail("the engine was loaded"))
    for words in (
        (photo, "--style", style, "-o", tmp_path / "nowhere" / "out.png"),
        (photo, "--style", style, "-o", tmp_path / "out.xyz"),
        (tmp_path / "nowhere.jpg", "--style", style, "-o", tmp_path / "out.png"),
        (photo, "--style", "nobody", "-o", tmp_path / "out.png"),
        (photo, "--style", style, "-o", tmp_path / "out.png", "--strength", 2),
    ):
        assert sfumato("stylize", *words).code in (1, 2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_nothing_behind(
    sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    fsync, cancel, noticed = os.fsync, Scheduler.cancel, threading.Event()
    pressed: list[int] = []

    def interrupted(descriptor: int) -> None:
        if not pressed and list(folder.iterdir()):  # the picture is half written
            pressed.append(number)
            noticed.clear()  # each request ends with it
            signal.raise_signal(number)
            assert noticed.wait(120), "the main thread does not stop"
        fsync(descriptor)

    def cancelled(scheduler: Scheduler, job: int) -> None:
        cancel(scheduler, job)
        noticed.set()

    monkeypatch.setattr(Scheduler, "cancel", cancelled)
    monkeypatch.setattr(os, "fsync", interrupted)
    folder = tmp_path / "prints"
    folder.mkdir()
    said = sfumato("stylize", photo, "--style", style, "-o", folder / "out.png")
    assert (said.code, said.out) == (130, "")
    assert said.err.splitlines()[-1] == "sfumato: stopped."
    assert (folder / ".out.png.unfinished").exists() == ("--resume goes on" in said.err)
    assert not [path for path in folder.iterdir() if path.suffix == ".part"]


def test_without_torch_it_says_so(sfumato: CommandLine, photo: Path, style: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ImportError("libtorch_cpu.so: cannot open shared object file")

    monkeypatch.setattr("engine.cli.session.open_context", broken)
    sentence = sfumato("stylize", photo, "--style", style, "-o", tmp_path / "out.png").sentence(1)
    assert "libtorch_cpu.so" in sentence
    assert "install Sfumato again" in sentence


def test_an_unknown_style_comes_with_a_guess(sfumato: CommandLine, photo: Path, tmp_path: Path) -> None:
    sentence = sfumato("stylize", photo, "--style", "Tiny Wives", "-o", tmp_path / "out.png").sentence(2)
    assert sentence.startswith("There is no style called Tiny Wives (did you mean “Tiny Waves”?)")
