from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.api.errors import DiskFull, FolderMissing, NotWritable
from engine.imaging.strips import Layout, OtherStrips, Strips, check_room
from engine.imaging.windows import Rect

LAYOUT = Layout("key", 20, 50, 3, 16, 16)
SAMPLES = np.random.default_rng(0).integers(0, 65536, (50, 20, 3), np.uint16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "unfinished").mkdir()
    return tmp_path / "unfinished" / "picture.raw"


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test opens is closed at its end."""
    opened: list[Strips] = []
    made = Strips.__init__

    def init(strips: Strips, *arguments: Any) -> None:
        made(strips, *arguments)
        opened.append(strips)

    monkeypatch.setattr(Strips, "__init__", init)
    yield
    for strips in opened:
        strips.close()


def filled(path: Path, *indices: int) -> None:
    strips = Strips.begin(path, LAYOUT, "out.png")
    for index in indices:
        rect = LAYOUT.strip(index)
        strips.write(index, SAMPLES[rect.top : rect.bottom])
    strips.close()


def test_any_window_of_what_was_written_can_be_read(path: Path) -> None:
    filled(path, *range(LAYOUT.count))
    strips = Strips.resume(path, LAYOUT, "out.png")
    for rect in (Rect(0, 0, 20, 50), Rect(3, 10, 17, 40), Rect(0, 15, 20, 17)):
        assert np.array_equal(strips.read(rect), SAMPLES[rect.top : rect.bottom, rect.left : rect.right])
    strips.close()


def test_finished_strips_are_found_again(path: Path) -> None:
    filled(path, 0, 2)
    strips = Strips.resume(path, LAYOUT, "out.png")
    assert [strips.has(index) for index in range(LAYOUT.count)] == [True, False, True, False]
    strips.close()
    assert Strips.resume(path, LAYOUT, "out.png").done == 2


def test_a_strip_that_was_damaged_is_not_believed(path: Path) -> None:
    filled(path, 0, 1, 3)
    with path.open("r+b") as stream:
        stream.seek(LAYOUT.row_bytes * 20)
        stream.write(b"\0\1\2")
    strips = Strips.resume(path, LAYOUT, "out.png")
    assert [strips.has(index) for index in range(LAYOUT.count)] == [True, False, False, True]


@pytest.mark.parametrize("end", [b"\n3 12", b"", b"\nnonsense\n", b"\n9999 1\n"])
def test_a_journal_that_was_cut_short_costs_no_more_than_that(path: Path, end: bytes) -> None:
    filled(path, 0)
    journal = path.with_suffix(".journal")
    journal.write_bytes(journal.read_bytes().rstrip(b"\n") + end)
    strips = Strips.resume(path, LAYOUT, "out.png")
    assert strips.done <= 1
    assert not any(strips.has(index) for index in range(1, LAYOUT.count))


def test_strips_of_another_picture_are_refused_and_begun_anew(path: Path) -> None:
    filled(path, 0)
    other = Layout("other", 20, 50, 3, 16, 16)
    with pytest.raises(OtherStrips):
        Strips.resume(path, other, "out.png")
    assert Strips.begin(path, other, "out.png").done == 0


def test_a_full_disk_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strips = Strips.begin(path, LAYOUT, "out.png")

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match=r"out\.png"):
        strips.write(0, SAMPLES[:16])
    assert strips.done == 0


def test_what_is_taken_away_meanwhile_is_named(path: Path, tmp_path: Path) -> None:
    strips = Strips.begin(path, LAYOUT, "out.png")
    path.unlink()
    with pytest.raises(NotWritable, match="removed meanwhile"):
        strips.write(0, SAMPLES[:16])
    strips.remove()
    path.parent.rmdir()
    tmp_path.rename(tmp_path.with_name("elsewhere"))
    with pytest.raises(FolderMissing, match=str(tmp_path)):
        strips.write(0, SAMPLES[:16])


def test_room_is_asked_for_with_both_numbers(tmp_path: Path) -> None:
    check_room(tmp_path, 1, "out.png")
    with pytest.raises(DiskFull, match=r"out\.png \(about 1000000\.0 GB are needed while it is made, .* are free\)"):
        check_room(tmp_path, 10**15, "out.png")
