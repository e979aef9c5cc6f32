"""`sfumato batch`: every picture in every style, and one that cannot be made stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.engine.cli.commands import CommandLine
from tests.tiny import picture_file


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, name in enumerate(("boat.png", "quay.jpg", ".hidden.png")):
        picture_file(folder / name, 60, 40, number)
    (folder / "notes.txt").write_text("none of these", encoding="ascii")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "prints" / "harbour"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_picture_in_every_style(sfumato: CommandLine, photos: Path, style: Path, out: Path) -> None:
    said = sfumato("batch", photos, "--style", style, "--style", "Tiny Waves", "-o", out, "--size", 50, "--json")
    assert said.code == 0, said.err
    assert names(out) == [f"{photo} – {name}.png" for photo in ("boat", "quay") for name in ("Tiny Waves", "style")]
    with Image.open(out / "boat – style.png") as picture:
        assert max(picture.size) == 50
    last = said.events[-1]
    assert {key: last[key] for key in ("event", "made", "skipped", "failed")} == {"event": "finished", "made": 4, "skipped": 0, "failed": 0}


def test_one_bad_file_does_not_stop_the_rest(sfumato: CommandLine, photos: Path, style: Path, out: Path) -> None:
    (photos / "cut short.png").write_bytes((photos / "boat.png").read_bytes()[:300])
    said = sfumato("batch", photos, "--style", style, "-o", out, "--format", "jpg", "--json")
    assert said.code == 1
    assert names(out) == ["boat – style.jpg", "quay – style.jpg"]
    (failed,) = [event for event in said.events if event.get("state") == "failed"]
    assert "cut short.png is damaged" in failed["said"]
    assert said.events[-1]["failed"] == 1
    assert said.err == ""


def test_no_file_is_overwritten_unasked(sfumato: CommandLine, photos: Path, style: Path, out: Path) -> None:
    def run(*options: str) -> list[str]:
        said = sfumato("batch", photos / "boat.png", "--style", style, "-o", out, *options)
        assert said.code == 0, said.err
        return names(out)

    assert run() == ["boat – style.png"]
    first = (out / "boat – style.png").read_bytes()
    assert run("--strength", "0.3") == ["boat – style (2).png", "boat – style.png"]
    assert len(run("--existing", "skip")) == 2
    assert (out / "boat – style.png").read_bytes() == first
    assert len(run("--existing", "replace", "--strength", "0.3")) == 2
    assert (out / "boat – style.png").read_bytes() != first


def test_paper_and_colours_hold_for_all(sfumato: CommandLine, photos: Path, style: Path, out: Path) -> None:
    paper = ("--width", 1, "--dpi", 254, "--bits", 16, "--profile", "adobe-rgb", "--format", "tif")
    said = sfumato("batch", photos, "--style", style, "-o", out, *paper)
    assert said.code == 0, said.err
    with Image.open(out / "quay – style.tif") as picture:
        assert picture.size == (100, 67)
        assert picture.info["dpi"] == pytest.approx((254, 254))


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--format", "gif"), "gif has no picture format that Sfumato can write"),
        (("--existing", "ask"), "one of number, skip, replace"),
        (("--strength", 2), "Strength 2"),
        (("--width", 20), "--dpi 300"),
        (("--style", "Nobody's"), "There is no style called Nobody's"),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_work(
    sfumato: CommandLine, photos: Path, style: Path, out: Path, options: tuple[object, ...], part: str
) -> None:
    assert part in sfumato("batch", photos, "--style", style, "-o", out, *map(str, options)).sentence(2)
    assert not out.exists()


def test_a_folder_without_pictures_or_that_is_not_there_is_named(sfumato: CommandLine, tmp_path: Path, style: Path, out: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "there is no picture in it" in sfumato("batch", empty, "--style", style, "-o", out).sentence(2)
    assert "nowhere does not exist" in sfumato("batch", tmp_path / "nowhere", "--style", style, "-o", out).sentence(1)
