from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.places import places
from engine.imaging.files import load
from tests.engine.cli.commands import CommandLine
from tests.tiny import write_tiny_upscaler


@pytest.fixture(autouse=True)
def upscalers() -> None:
    for variant in ("faithful", "crisp"):
        write_tiny_upscaler(places().models, f"upscale-{variant}-x4", seed=len(variant))


def test_a_photo_is_enlarged(sfumato: CommandLine, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    said = sfumato("upscale", photo, "--scale", 4, "-o", out, "--device", "cpu")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{out} (384 × 256 px, ")
    assert load(out).width == 384


def test_json_ends_with_what_was_made(sfumato: CommandLine, photo: Path, tmp_path: Path) -> None:
    said = sfumato("upscale", photo, "-o", tmp_path / "out.png", "--json")
    assert (said.code, said.err) == (0, "")
    assert {event["event"] for event in said.events[:-1]} == {"progress"}
    last = said.events[-1]
    assert (last["event"], last["width"], last["height"]) == ("finished", 192, 128)
    assert last.keys() == {"event", "path", "width", "height", "seconds", "peak_rss_mb"}


def test_variants_and_models_are_chosen(sfumato: CommandLine, photo: Path, tmp_path: Path) -> None:
    mine = write_tiny_upscaler(tmp_path, "mine", 2, seed=9)
    made = []
    for number, words in enumerate(((), ("--variant", "crisp"), ("--model", "upscale-crisp-x4"), ("--model", mine))):
        out = tmp_path / f"{number}.png"
        assert sfumato("upscale", photo, "-o", out, *words).code == 0
        made.append(load(out).pixels)
    assert np.array_equal(made[1], made[2])
    assert not np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[3])


def test_upscalers_are_among_the_models(sfumato: CommandLine) -> None:
    lines = [line.split()[:2] for line in sfumato("models", "list").out.splitlines()]
    assert ["upscale-crisp-x4", "upscaler"] in lines
    assert sfumato("models", "show", "upscale-crisp-x4").out.startswith("upscale-crisp-x4: an upscaler, ×4\n")


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("photo.png", "-o", "out.png", "--scale", "3"), 2, "must be 2 or 4"),
        (("photo.png", "-o", "out.png", "--scale", "0"), 2, "must be 2 or 4"),
        (("photo.png", "-o", "out.png", "--variant", "sharp"), 2, "must be faithful or crisp"),
        (("photo.png", "-o", "out.png", "--bits", "12"), 2, "8 or 16"),
        (("photo.png", "-o", "out.png", "--dpi", "0"), 2, "dpi"),
        (("photo.png", "-o", "out.png", "--model", "nobody"), 2, "no model called nobody"),
        (("photo.png", "-o", "out.png", "--model", "nobody"), 2, "(there are: upscale-"),
        (("photo.png", "-o", "out.png", "--model", "p.txt"), 2, "p.txt: it is a file of another kind"),
        (("photo.png", "-o", "out.png", "--model", "sfumato-style"), 1, "not an upscaler"),
        (("photo.png", "-o", "out.png", "--model", "nowhere.pth"), 1, "nowhere.pth does not exist"),
        (("photo.png", "-o", "out.png", "--model", "nowhere.safetensors"), 1, "nowhere.safetensors does not exist"),
        (("photo.png", "-o", "out.png", "--model", "broken.pth"), 1, "broken.pth cannot be used"),
        (("photo.png", "-o", "out.png", "--resume", "--model", "half.safetensors", "--scale", "4"), 2, "enlarges by 2"),
        (("photo.png", "-o", "photo.png"), 2, "would be lost"),
        (("photo.png", "-o", "."), 2, "it is a folder"),
        (("photo.png", "-o", "out.gif"), 2, "out.gif"),
        (("photo.png", "-o", "nowhere/out.png"), 1, "nowhere does not exist"),
        (("nowhere.png", "-o", "out.png"), 1, "nowhere.png does not exist"),
        (("broken.pth", "-o", "out.png"), 1, "broken.pth is not an image"),
        (("photo.png", "-o", "out.jpg", "--bits", "16"), 2, "8 bits a sample"),
    ],
)
def test_what_cannot_work_is_said(
    sfumato: CommandLine, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, part: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.pth").write_bytes(b"no weights, no picture")
    Path("p.txt").write_text("words")
    write_tiny_upscaler(tmp_path, "half", 2)
    before = photo.read_bytes()
    said = sfumato("upscale", *words).sentence(code)
    assert part in said, said
    assert photo.read_bytes() == before
    assert list(tmp_path.glob("out*")) == []


def test_an_odd_picture_is_enlarged_too(sfumato: CommandLine, tmp_path: Path) -> None:
    for mode, fill in (("1", 1), ("LA", (90, 128)), ("P", 3), ("CMYK", (9, 8, 7, 6))):
        path = tmp_path / f"{mode}.{'tif' if mode == 'CMYK' else 'png'}"
        Image.new(mode, (5, 1), fill).save(path)
        said = sfumato("upscale", path, "-o", tmp_path / "out.png")
        assert said.code == 0, said.err
        assert (load(tmp_path / "out.png").width, load(tmp_path / "out.png").height) == (10, 2)
