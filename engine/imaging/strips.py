"""A picture on its way to a file: raw strips in a scratch file, and beside it a journal of those that are finished.

A render that is killed at any moment loses the strip that it was at. Samples are written and read as bytes: pages of a mapped file
would count as memory of the process.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import IO

import numpy as np

from engine.api.atomic import explained
from engine.api.errors import DiskFull, FolderMissing, NotWritable
from engine.imaging.picture import Samples
from engine.imaging.windows import Rect


class OtherStrips(Exception):
    """The strips that are there belong to another picture."""


@dataclass(frozen=True)
class Layout:
    """What the strips hold. `key` names all that the samples depend on: strips of one key are interchangeable."""

    key: str
    width: int
    height: int
    channels: int
    bits: int
    rows: int
    """Of a strip; the last one may have fewer."""

    @property
    def dtype(self) -> type[np.uint8 | np.uint16]:
        return np.uint8 if self.bits == 8 else np.uint16

    @property
    def row_bytes(self) -> int:
        return self.width * self.channels * self.bits // 8

    @property
    def bytes(self) -> int:
        return self.row_bytes * self.height

    @property
    def count(self) -> int:
        return -(-self.height // self.rows)

    def strip(self, index: int) -> Rect:
        return Rect(0, index * self.rows, self.width, min(self.height, (index + 1) * self.rows))


class Strips:
    """The scratch file of one picture; a raster as soon as all of its strips are finished.

    Made by `begin` or `resume`; `close` keeps the files, `remove` takes them away. Errors of the disk name `subject`, the file that
    the picture is for.
    """

    def __init__(self, path: Path, layout: Layout, subject: str, finished: dict[int, int]) -> None:
        self.path, self.layout, self.subject = path, layout, subject
        self._finished = finished
        with _told(subject):
            self._data = FileIO(path, "r+" if finished else "w+")
            self._journal = _journal_of(path).open("w", encoding="ascii")
            self._note(json.dumps(asdict(layout), sort_keys=True), *(_line(index, check) for index, check in finished.items()))

    @classmethod
    def begin(cls, path: Path, layout: Layout, subject: str) -> Strips:
        """Anew, whatever is there."""
        return cls(path, layout, subject, {})

    @classmethod
    def resume(cls, path: Path, layout: Layout, subject: str) -> Strips:
        """With the strips that are there and whole; raises OtherStrips where they are not of this layout."""
        found, finished = _read_journal(_journal_of(path))
        if found is None or not path.exists():
            return cls(path, layout, subject, {})
        if found != asdict(layout):
            raise OtherStrips
        with _told(subject), path.open("rb") as data:
            whole = {index: check for index, check in finished.items() if _check_of(data, layout, index) == check}
        return cls(path, layout, subject, whole)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.layout.height, self.layout.width, self.layout.channels

    @property
    def done(self) -> int:
        """How many strips are finished."""
        return len(self._finished)

    def has(self, index: int) -> bool:
        return index in self._finished

    def write(self, index: int, samples: Samples) -> None:
        """Keep a strip (h, width, channels): on the disk first, then in the journal. Raises DiskFull, or FolderMissing where the
        folder has gone."""
        rect = self.layout.strip(index)
        assert samples.shape == (rect.height, *self.shape[1:])
        data = np.ascontiguousarray(samples, self.layout.dtype).data.cast("B")
        self._check_there()
        with _told(self.subject):
            _write_all(self._data, data, rect.top * self.layout.row_bytes)
            os.fsync(self._data.fileno())
            self._finished[index] = zlib.crc32(data)
            self._note(_line(index, self._finished[index]))

    def read(self, rect: Rect) -> Samples:
        """(h, w, channels) of a rectangle of finished strips."""
        pixel = self.layout.channels * self.layout.bits // 8
        samples = np.empty((rect.height, rect.width, self.layout.channels), self.layout.dtype)
        with _told(self.subject):
            if rect.width == self.layout.width:
                _read_all(self._data, samples.data.cast("B"), rect.top * self.layout.row_bytes)
            else:
                for row in range(rect.height):
                    start = (rect.top + row) * self.layout.row_bytes + rect.left * pixel
                    _read_all(self._data, samples[row].data.cast("B"), start)
        return samples

    def close(self) -> None:
        self._data.close()
        self._journal.close()

    def remove(self) -> None:
        self.close()
        for path in (self.path, _journal_of(self.path)):
            with suppress(OSError):
                path.unlink()

    def _check_there(self) -> None:
        """On Linux a file that was removed can be written on, and all the work would be lost at the end."""
        if not self.path.parent.parent.is_dir():
            raise FolderMissing(self.path.parent.parent)
        if not self.path.exists():
            raise NotWritable(self.subject, "its unfinished strips were removed meanwhile")

    def _note(self, *lines: str) -> None:
        self._journal.write("".join(f"{line}\n" for line in lines))
        self._journal.flush()


def _journal_of(path: Path) -> Path:
    return path.with_suffix(".journal")


def _line(index: int, check: int) -> str:
    return f"{index} {check}"


def _read_journal(path: Path) -> tuple[dict[str, object] | None, dict[int, int]]:
    """The layout and the check sums of finished strips; a line that was cut short by a crash is left out."""
    try:
        first, *rest = path.read_text(encoding="ascii").split("\n")
        layout = json.loads(first)
        finished = {}
        for line in rest[:-1]:  # what follows the last line break is not whole
            index, check = line.split()
            finished[int(index)] = int(check)
    except (OSError, ValueError):
        return None, {}
    return layout, finished


def finished_bytes(path: Path, key: str) -> int:
    """Of the strips of this key that a scratch file's journal says are finished; 0 where there are none."""
    found, finished = _read_journal(_journal_of(path))
    if found is None or found.get("key") != key:
        return 0
    try:
        layout = Layout(**found)  # type: ignore[arg-type]
    except TypeError:  # of another version
        return 0
    return sum(layout.strip(index).height * layout.row_bytes for index in finished if 0 <= index < layout.count)


def _check_of(data: IO[bytes], layout: Layout, index: int) -> int | None:
    if not 0 <= index < layout.count:
        return None
    rect = layout.strip(index)
    data.seek(rect.top * layout.row_bytes)
    samples = data.read(rect.height * layout.row_bytes)
    return zlib.crc32(samples) if len(samples) == rect.height * layout.row_bytes else None


def _write_all(stream: FileIO, data: memoryview, offset: int) -> None:
    stream.seek(offset)
    while data:
        data = data[stream.write(data) :]


def _read_all(stream: FileIO, target: memoryview, offset: int) -> None:
    stream.seek(offset)
    while target:
        count = stream.readinto(target)
        if not count:
            raise OSError(errno.EIO, "the scratch file is shorter than it was")
        target = target[count:]


@contextmanager
def _told(subject: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explained(error, subject) from error


def check_room(folder: Path, needed: int, subject: str) -> None:
    """Raise DiskFull, with both numbers, where the disk of a folder has less than `needed` bytes free."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # a disk that does not say so is tried
    if free < needed:
        raise DiskFull(subject, f" (about {_gigabytes(needed)} are needed while it is made, {_gigabytes(free)} are free)")


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 5e7 else f"{max(1, round(count / 1e6))} MB"
