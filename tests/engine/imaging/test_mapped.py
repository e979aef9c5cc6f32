"""Pages of mapped files: given up, and there again."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.imaging.mapped import let_go, watched

SIZE = 4 * 2**20


def mapped_bytes(path: Path) -> int:
    """Of a file, as memory of this process."""
    found, counted = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        fields = line.split()
        if "-" in fields[0]:
            counted = fields[-1] == str(path)
        elif counted and fields[0] == "Rss:":
            found += int(fields[1]) * 1024
    return found


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    path = tmp_path / "picture.raw"
    path.write_bytes(np.random.default_rng(0).bytes(SIZE))
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone tells what is mapped")
def test_pages_are_let_go_and_come_back(scratch: Path) -> None:
    with scratch.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapping:
        before = mapping[:]
        assert mapped_bytes(scratch) == SIZE
        let_go(scratch)
        assert mapped_bytes(scratch) == 0
        assert mapping[:] == before == scratch.read_bytes()


def test_a_file_that_is_gone_is_no_error(tmp_path: Path) -> None:
    let_go(tmp_path / "gone.raw")


class FakeImage:
    """What of a libvips image is watched."""

    def __init__(self) -> None:
        self.killed = False
        self.evaluated: Callable[[Any, Any], None] = lambda *_: None

    def set_progress(self, progress: bool) -> None:
        assert progress

    def signal_connect(self, name: str, callback: Callable[[Any, Any], None]) -> None:
        assert name == "eval"
        self.evaluated = callback

    def set_kill(self, kill: bool) -> None:
        self.killed = kill


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone tells what is mapped")
def test_pages_go_with_every_hundredth(scratch: Path) -> None:
    image, told = FakeImage(), list[float]()

    def tell(fraction: float) -> bool:
        told.append(fraction)
        return True

    watched(image, scratch, tell)
    with scratch.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapping:
        left = []
        for percent in (1, 1, 2):
            assert len(mapping[:]) == SIZE
            image.evaluated(image, SimpleNamespace(percent=percent))
            left.append(mapped_bytes(scratch))
    assert left == [0, SIZE, 0]
    assert told == [0.01, 0.02]
    assert not image.killed


def test_who_watches_can_stop_it(scratch: Path) -> None:
    image = FakeImage()
    watched(image, scratch, lambda fraction: fraction < 0.3)
    image.evaluated(image, SimpleNamespace(percent=29))
    assert not image.killed
    image.evaluated(image, SimpleNamespace(percent=30))
    assert image.killed
