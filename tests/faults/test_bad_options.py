"""Bad outputs, styles and numbers: one sentence that names what is wrong and says what to do, and nothing is lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from PIL import Image

from engine.api.places import places
from tests.faults.refusal import Stylize, needs_permissions, refused
from tests.tiny import picture_file

# ---- the output ----


def test_a_missing_output_folder_is_named(stylize: Stylize, prints: Path) -> None:
    refused(stylize(out=prints / "nowhere" / "out.png"), 1, prints / "nowhere", "make it first", folder=prints)


@needs_permissions
def test_an_output_folder_that_is_read_only_is_named(stylize: Stylize, prints: Path) -> None:
    prints.chmod(0o500)
    refused(stylize(), 1, prints / "out.png", "permission denied", folder=prints)


@pytest.mark.parametrize(("number", "part"), [(errno.EACCES, "permission denied"), (errno.EROFS, "read-only")])
def test_an_output_that_is_denied_is_named(stylize: Stylize, prints: Path, monkeypatch: pytest.MonkeyPatch, number: int, part: str) -> None:
    def touch(path: Path, *_: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "touch", touch)
    refused(stylize(), 1, prints / "out.png", part, folder=prints)


def test_a_full_disk_keeps_the_older_picture(stylize: Stylize, prints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (prints / "out.png").write_bytes(b"older")
    synced = os.fsync

    def fsync(descriptor: int) -> None:
        if any(path.stat().st_ino == os.fstat(descriptor).st_ino for path in prints.rglob("*.part")):
            raise OSError(errno.ENOSPC, "No space left on device")
        synced(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        sentence = stylize().sentence(1)
    kept = "(what is finished is kept, and --resume goes on with it)"
    assert sentence == f"There is no room on the disk for {prints / 'out.png'} {kept}: free some space and try again."
    assert (prints / "out.png").read_bytes() == b"older"
    assert sorted(path.name for path in prints.iterdir()) == [".out.png.unfinished", "out.png"]
    assert stylize("--resume").code == 0
    assert [path.name for path in prints.iterdir()] == ["out.png"]


def test_a_full_disk_for_temporary_files_is_one_sentence(stylize: Stylize, prints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mkdtemp(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device", "temporary")

    monkeypatch.setattr("tempfile.mkdtemp", mkdtemp)
    refused(stylize(), 1, "no room on the disk for temporary", folder=prints)


@pytest.mark.parametrize("name", ["out", "out.", "out.xyz", "out.gif", "out.sfumato", ".png"])
def test_a_name_without_a_format_is_refused(stylize: Stylize, prints: Path, name: str) -> None:
    refused(stylize(out=prints / name), 2, prints / name, "end the name with .png", folder=prints)


def test_a_folder_as_output_needs_a_name(stylize: Stylize, prints: Path) -> None:
    refused(stylize(out=prints), 2, prints, "add a file name", folder=prints)
    (prints / "album.png").mkdir()
    assert "add a file name" in stylize(out=prints / "album.png").sentence(2)


@pytest.mark.parametrize("role", ["content", "style", "mask"])
def test_no_input_is_overwritten(stylize: Stylize, photo: Path, tmp_path: Path, prints: Path, role: str) -> None:
    mine = picture_file(tmp_path / "mine.png", 40, 40)
    before = mine.read_bytes()
    for out in (mine, tmp_path / "prints" / ".." / "mine.png"):
        said = stylize("--mask", str(mine), out=out) if role == "mask" else stylize(out=out, **{role: mine})
        refused(said, 2, out, "would be lost", folder=prints)
    assert mine.read_bytes() == before


def test_a_result_beyond_the_limit_is_refused_with_its_numbers(stylize: Stylize, prints: Path) -> None:
    refused(stylize("--size", 65536), 1, prints / "out.png", "65536 × 43691", "2000 MP", folder=prints)


def test_a_side_that_the_format_cannot_hold_is_refused(stylize: Stylize, tmp_path: Path, prints: Path) -> None:
    Image.new("RGB", (16, 1), (200, 100, 50)).save(tmp_path / "line.png")
    said = stylize("--size", 16400, content=tmp_path / "line.png", out=prints / "out.webp")
    refused(said, 1, prints / "out.webp", "16383", folder=prints)


# ---- styles, weights and numbers ----


@pytest.mark.parametrize("name", ["Nobody's Painting", "nobody", "van gogh"])
def test_an_unknown_style_is_named(stylize: Stylize, prints: Path, name: str) -> None:
    refused(stylize(style=name), 2, f"no style called {name}", "an image file", folder=prints)


def test_a_style_without_a_name_is_refused(stylize: Stylize, prints: Path) -> None:
    refused(stylize(style=""), 2, "The style: it has no name", folder=prints)


@pytest.mark.parametrize("tail", ["much", "0,5", "50%", "", "1/2"])
def test_a_weight_that_is_no_number_is_named(stylize: Stylize, style: Path, prints: Path, tail: str) -> None:
    refused(stylize(style=f"{style}:{tail}"), 2, style, f"weight '{tail}'", "number", folder=prints)
    refused(stylize(style=f"tiny-waves:{tail}"), 2, "tiny-waves", f"weight '{tail}'", folder=prints)


@pytest.mark.parametrize("weight", ["-1", "1001", "nan", "inf", "-inf"])
def test_a_weight_out_of_range_is_named(stylize: Stylize, style: Path, prints: Path, weight: str) -> None:
    refused(stylize(style=f"{style}:{weight}"), 2, style, f"weight {weight}", "between 0 and 1000", folder=prints)


def test_weights_of_nothing_are_refused(stylize: Stylize, style: Path, prints: Path) -> None:
    refused(stylize("--style", "tiny-waves:0", style=f"{style}:0"), 2, "weights", "above 0", folder=prints)


def test_too_many_styles_are_refused(stylize: Stylize, prints: Path) -> None:
    refused(stylize(*["--style", "tiny-waves"] * 4), 2, "5 styles", "at most 4", folder=prints)


@pytest.mark.parametrize(
    ("option", "value", "parts"),
    [
        ("--strength", "1.01", ("Strength 1.01", "between 0 and 1")),
        ("--strength", "-0.1", ("Strength -0.1", "between 0 and 1")),
        ("--strength", "nan", ("Strength nan", "between 0 and 1")),
        ("--strength", "inf", ("Strength inf", "between 0 and 1")),
        ("--strength", "half", ("--strength must be a number, not half",)),
        ("--style-scale", "0.2", ("Style scale 0.2", "between 0.25 and 4")),
        ("--style-scale", "5", ("Style scale 5", "between 0.25 and 4")),
        ("--style-scale", "nan", ("Style scale nan",)),
        ("--size", "0", ("size 0", "between 1 and 65536")),
        ("--size", "-5", ("size -5", "between 1 and 65536")),
        ("--size", "65537", ("size 65537",)),
        ("--size", "10.5", ("--size must be a whole number, not 10.5",)),
        ("--size", "1024px", ("--size must be a whole number",)),
        ("--seed", "lucky", ("--seed must be a whole number",)),
        ("--device", "gpu", ("'gpu'", "auto")),
        ("--model", "nobody", ("no model called nobody", "sfumato-style")),
        ("--colour", "red", ("--colour",)),
    ],
)
def test_a_value_out_of_range_is_named(stylize: Stylize, prints: Path, option: str, value: str, parts: tuple[str, ...]) -> None:
    refused(stylize(option, value), 2, *parts, folder=prints)


def test_json_says_failures_in_the_same_way(stylize: Stylize, prints: Path) -> None:
    refused(stylize("--json", "--strength", 2), 2, "Strength 2", folder=prints)


def test_a_damaged_model_is_named_and_skipped(stylize: Stylize, prints: Path) -> None:
    model = places().models / "sfumato-style.safetensors"
    (places().models / "another.safetensors").write_bytes(model.read_bytes()[:500])
    said = stylize()
    assert said.code == 0
    assert "another.safetensors is damaged" in said.err
    assert said.err.count("\n") == 1
    (prints / "out.png").unlink()
    model.write_bytes(b"")
    *skipped, sentence = stylize().err.splitlines()
    assert [line.partition(" is damaged")[0] for line in skipped] == [
        f"The model file {places().models / name}" for name in ("another.safetensors", "sfumato-style.safetensors")
    ]
    assert sentence == "sfumato: There is no model called sfumato-style (there are: none): see `sfumato models list`."
    assert list(prints.iterdir()) == []
