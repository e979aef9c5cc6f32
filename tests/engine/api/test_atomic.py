"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.api.atomic import atomic_file
from engine.api.errors import DiskFull, FolderMissing, NotWritable, WouldOverwrite


def write(path: Path, contents: bytes = b"new", overwrite: bool = True) -> None:
    with atomic_file(path, overwrite=overwrite) as stream:
        stream.write(contents)


def assert_untouched(path: Path) -> None:
    """The old file is there, and nothing else is."""
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    return path


def test_the_hidden_file_lies_in_the_callers_folder_where_that_is_beside_it(tmp_path: Path) -> None:
    inside, elsewhere = tmp_path / "inside", tmp_path / "inside" / "deeper"
    elsewhere.mkdir(parents=True)
    for scratch, found in ((inside, inside), (elsewhere, tmp_path), (None, tmp_path)):
        with atomic_file(tmp_path / "file.bin", overwrite=True, scratch=scratch) as stream:
            stream.write(b"new")
            assert [path.parent for path in tmp_path.rglob("*.part")] == [found]
    assert (tmp_path / "file.bin").read_bytes() == b"new"
    assert not list(tmp_path.rglob("*.part"))


def test_new_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    write(path, b"one", overwrite=False)
    write(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.bin"]


def test_existing_file_needs_leave(old: Path) -> None:
    with pytest.raises(WouldOverwrite, match=r"file\.bin already exists: choose another name, or allow overwriting\."):
        write(old, overwrite=False)
    assert_untouched(old)


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    with pytest.raises(WouldOverwrite), atomic_file(path) as stream:
        stream.write(b"new")
        path.write_bytes(b"old")
    assert_untouched(path)


@pytest.mark.parametrize("where", ["write", "fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, DiskFull), (errno.EACCES, NotWritable), (errno.EROFS, NotWritable), (errno.EIO, NotWritable)]
)
def test_a_failing_disk(old: Path, monkeypatch: pytest.MonkeyPatch, where: str, number: int, expected: type[Exception]) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(number, os.strerror(number))

    if where == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    elif where == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(expected, match=r"file\.bin"), atomic_file(old, overwrite=True) as stream:
        stream.write(b"new")
        if where == "write":
            fail()
    assert_untouched(old)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's own")
def test_a_really_full_disk(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_open = Path.open

    def open_full(self: Path, mode: str) -> Any:
        plain_open(self, mode).close()  # the temporary file is there to be cleared away
        return plain_open(Path("/dev/full"), "wb")

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(DiskFull, match=r"There is no room on the disk for .*file\.bin"):
        write(old, b"x" * 100_000)
    monkeypatch.undo()
    assert_untouched(old)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_interruption(old: Path, interruption: type[BaseException]) -> None:
    with pytest.raises(interruption), atomic_file(old, overwrite=True) as stream:
        stream.write(b"half of it")
        raise interruption
    assert_untouched(old)


def test_closed_generator(old: Path) -> None:
    def job() -> Iterator[None]:
        with atomic_file(old, overwrite=True) as stream:
            stream.write(b"half of it")
            yield

    running = job()
    next(running)
    assert len(list(old.parent.iterdir())) == 2
    running.close()  # type: ignore[attr-defined]
    assert_untouched(old)


def test_folder_missing(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing, match=r"nowhere does not exist: make it first"):
        write(tmp_path / "nowhere" / "file.bin")


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(NotWritable, match="it is a folder"):
        write(tmp_path / "folder.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_read_only_folder(old: Path) -> None:
    old.parent.chmod(0o500)
    try:
        with pytest.raises(NotWritable, match="permission denied"):
            write(old)
        assert_untouched(old)
    finally:
        old.parent.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need rights on Windows")
def test_a_link_is_followed(old: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    link = tmp_path_factory.mktemp("links") / "link.bin"
    link.symlink_to(old)
    write(link)
    assert link.is_symlink()
    assert old.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write(tmp_path / "file.bin")
    assert (tmp_path / "file.bin").stat().st_mode == (tmp_path / "plain").stat().st_mode
