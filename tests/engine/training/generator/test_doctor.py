"""The folder doctor on folders as artists have them."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.api.errors import BadRequest, FolderMissing
from engine.training.generator.dataset import INDEX_FILE, PIXELS_FILE, Fit, PictureSet
from engine.training.generator.doctor import Examined, Report, examine, prepare

SIZE = 16


def scene(seed: int, width: int = 40, height: int = 40) -> Image.Image:
    """A picture like no other."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (4, 4, 3), np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def fill(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for index in range(count):
        scene(index).save(folder / f"{index:03d}.png")
    return folder


def examined(folder: Path, size: int = SIZE, fit: Fit = "centre") -> Report:
    return finish(folder, size, fit)[1]


def finish(folder: Path, size: int = SIZE, fit: Fit = "centre") -> tuple[list[Examined], Report]:
    running, steps = examine(folder, size, fit), []
    while True:
        try:
            steps.append(next(running))
        except StopIteration as end:
            assert isinstance(end.value, Report)
            return steps, end.value


def names(report: Report) -> list[str]:
    return [entry.name for entry in report.usable]


def test_every_file_is_told_with_its_pixels(tmp_path: Path) -> None:
    (fill(tmp_path, 3) / "notes.txt").write_text("to do")
    steps, report = finish(tmp_path)
    assert [(step.done, step.total, step.name) for step in steps] == [
        (1, 4, "000.png"),
        (2, 4, "001.png"),
        (3, 4, "002.png"),
        (4, 4, "notes.txt"),
    ]
    assert steps[0].pixels is not None
    assert steps[0].pixels.shape == (3, SIZE, SIZE)
    assert steps[3].set_aside == report.of("other")[0]
    assert names(report) == ["000.png", "001.png", "002.png"]


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing, match="nowhere"):
        examined(tmp_path / "nowhere")


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="it is empty"):
        examined(tmp_path)


def test_a_folder_of_texts(tmp_path: Path) -> None:
    for name in ("a.txt", "b.md", "c"):
        (tmp_path / name).write_text("words, words")
    with pytest.raises(BadRequest, match=r"no picture, only other files: a\.txt, b\.md, c"):
        examined(tmp_path)


def test_one_picture_is_refused_and_says_what_became_of_the_others(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="one picture to train on, and at least 2"):
        examined(fill(tmp_path, 1))
    scene(0).save(tmp_path / "again.png")
    with pytest.raises(BadRequest, match=r"left out: again\.png \(a duplicate of 000\.png\)"):
        examined(tmp_path)


def test_eight_pictures_are_enough_but_nothing_is_held_out(tmp_path: Path) -> None:
    report = examined(fill(tmp_path, 8))
    assert len(report.usable) == 8
    assert "fewer than 10 pictures" in report.sentences()[-1]
    assert "2 pictures are held out" in examined(fill(tmp_path, 12)).sentences()[-1]


def test_only_broken_pictures(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"not a picture at all")
    (tmp_path / "b.png").touch()
    with pytest.raises(BadRequest, match=r"none of its pictures can be trained on: a\.jpg .*, b\.png"):
        examined(tmp_path)


def test_a_truncated_jpeg_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    scene(7, 200, 200).save(tmp_path / "cut.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "cut.jpg").read_bytes()[:-800])
    report = examined(tmp_path)
    assert [item.name for item in report.of("broken")] == ["cut.jpg"]
    assert any("cut.jpg (its end is missing)" in sentence and "unreadable" in sentence for sentence in report.sentences())


def test_damage_anywhere_in_any_format_ends_nothing(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    rng = np.random.default_rng(0)
    for index, suffix in enumerate((".png", ".jpg", ".tif", ".gif", ".bmp", ".webp") * 12):
        path = tmp_path / f"hurt{index:03d}{suffix}"
        scene(100 + index).save(path)
        contents = bytearray(path.read_bytes())
        for place in rng.integers(0, len(contents), 1 + index // 6):
            contents[place] = rng.integers(256)
        path.write_bytes(contents)
    report = examined(tmp_path)
    assert len(report.usable) + len(report.set_aside) == 74


def compressed(picture: Image.Image, path: Path) -> None:
    picture.save(path, quality=45)


def resized(picture: Image.Image, path: Path) -> None:
    picture.resize((97, 97), Image.Resampling.BICUBIC).save(path)


def mirrored(picture: Image.Image, path: Path) -> None:
    picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(path)


def copied(picture: Image.Image, path: Path) -> None:
    picture.save(path)


@pytest.mark.parametrize("again", [compressed, resized, mirrored, copied])
def test_duplicates_name_the_picture_they_repeat(tmp_path: Path, again: Callable[[Image.Image, Path], None]) -> None:
    fill(tmp_path, 3)
    again(scene(1), tmp_path / "z.jpg")
    report = examined(tmp_path, 32)
    assert [(item.name, item.detail) for item in report.of("duplicate")] == [("z.jpg", "001.png")]
    assert any("z.jpg is the same picture as 001.png" in sentence for sentence in report.sentences())


def test_flat_pictures_of_different_colours_are_no_duplicates(tmp_path: Path) -> None:
    for index, colour in enumerate(("red", "green", "blue", "#808080", "#909090")):
        Image.new("RGB", (40, 40), colour).save(tmp_path / f"{index}.png")
    assert len(examined(tmp_path).usable) == 5


def test_tiny_pictures_are_left_out_and_small_ones_enlarged(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    scene(5, 200, 7).save(tmp_path / "strip.png")
    scene(6, 8, 8).save(tmp_path / "small.png")
    report = examined(tmp_path)
    assert [(item.name, item.detail) for item in report.of("tiny")] == [("strip.png", "200 × 7")]
    assert report.enlarged == 1
    assert "strip.png" in names(examined(tmp_path, fit="pad"))


def test_a_huge_picture_among_small_ones(tmp_path: Path) -> None:
    """12,000 × 12,000 pixels: a JPEG is decoded at an eighth, a two-colour PNG takes 144 MB for a moment."""
    fill(tmp_path, 2)
    for suffix, mode in ((".jpg", "L"), (".png", "1")):
        huge = Image.new(mode, (12_000, 12_000))
        ImageDraw.Draw(huge).rectangle((0, 0, 6_000, 12_000 if suffix == ".jpg" else 6_000), fill=1 if mode == "1" else 255)
        huge.save(tmp_path / f"huge{suffix}")
    assert names(examined(tmp_path)) == ["000.png", "001.png", "huge.jpg", "huge.png"]


def test_a_bomb_is_left_out(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    scene(2).save(tmp_path / "bomb.png")
    contents = bytearray((tmp_path / "bomb.png").read_bytes())
    contents[16:24] = struct.pack(">II", 40_000, 40_000)  # the header's width and height, and its checksum
    contents[29:33] = struct.pack(">I", zlib.crc32(contents[12:29]))
    (tmp_path / "bomb.png").write_bytes(contents)
    (bomb,) = examined(tmp_path).of("broken")
    assert bomb.name == "bomb.png"
    assert "exceeds limit" in bomb.detail


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs rights there")
def test_links_that_go_round_in_circles(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    deeper = fill(tmp_path / "deeper", 0)
    scene(9).save(deeper / "nine.png")
    (deeper / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "lost.png").symlink_to(tmp_path / "nothing.png")
    os.mkfifo(tmp_path / "pipe.png")
    report = examined(tmp_path)
    assert names(report) == ["000.png", "001.png", "deeper/nine.png"]
    assert [item.name for item in report.of("broken")] == ["lost.png", "pipe.png", "self"]


def test_hidden_files_and_other_runs_are_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    scene(3).save(tmp_path / ".hidden.png")
    run = fill(tmp_path / "run", 6)
    (run / INDEX_FILE).write_text("{}")
    report = examined(tmp_path)
    assert names(report) == ["000.png", "001.png"]
    assert not report.set_aside


def test_files_that_vanish_meanwhile(tmp_path: Path) -> None:
    running = examine(fill(tmp_path, 4), SIZE)
    next(running)
    (tmp_path / "002.png").unlink()
    with pytest.raises(StopIteration) as end:
        while True:
            next(running)
    report = end.value.value
    assert [item.name for item in report.of("gone")] == ["002.png"]
    assert any("1 file is gone" in sentence for sentence in report.sentences())


def test_a_prepared_set_holds_what_was_usable(tmp_path: Path) -> None:
    folder = fill(tmp_path / "folder", 12)
    (folder / "notes.txt").write_text("…")
    steps = [step for step in prepare(folder, tmp_path / "run", SIZE) if step.pixels is not None]
    with PictureSet(tmp_path / "run") as pictures:
        assert len(pictures) == 12
        assert pictures.left_out == {"notes.txt"}
        assert pictures.path(3) == folder / "003.png"
        assert steps[3].pixels is not None
        np.testing.assert_array_equal(pictures.pictures([3])[0], steps[3].pixels)
        first = pictures.data_hash
    list(prepare(folder, tmp_path / "again", SIZE))
    with PictureSet(tmp_path / "again") as pictures:
        assert pictures.data_hash == first


def test_a_preparation_that_is_stopped_or_refused_leaves_no_set(tmp_path: Path) -> None:
    folder = fill(tmp_path / "folder", 3)
    running = prepare(folder, tmp_path / "run", SIZE)
    next(running)
    running.close()
    assert not list((tmp_path / "run").iterdir())
    with pytest.raises(BadRequest):
        list(prepare(fill(tmp_path / "one", 1), tmp_path / "run", SIZE))
    assert not (tmp_path / "run" / PIXELS_FILE).exists()


def test_it_needs_pillow_and_numpy_alone(tmp_path: Path) -> None:
    """On a machine for training there may be none of the libraries behind `engine.imaging`."""
    fill(tmp_path, 2)
    (tmp_path / "deep.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    code = (
        "import sys\n"
        "for name in ('imagecodecs', 'tifffile', 'pillow_heif', 'PySide6', 'msgspec'): sys.modules[name] = None\n"
        "from pathlib import Path\n"
        "from engine.training.generator.doctor import prepare\n"
        f"steps = list(prepare(Path({str(tmp_path)!r}), Path({str(tmp_path / 'run')!r}), 16))\n"
        "print([step.name for step in steps if step.pixels is not None], steps[-1].set_aside.detail)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("['000.png', '001.png'] it is none of the formats that can be read without imagecodecs")
