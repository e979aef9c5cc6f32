"""The folder doctor: what a folder holds, what of it can be trained on, and what is set aside and why.

No odd picture ends an examination; only a folder that holds too little does, in one sentence.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TypeAlias

from engine.api import training
from engine.api.errors import BadRequest, FileMissing, FileUnreadable, FolderMissing, NotAnImage, SfumatoError
from engine.training.generator.dataset import Entry, Fit, Pixels, writing
from engine.training.generator.fitting import fitted
from engine.training.generator.hashing import Seen
from engine.training.generator.holdout import held_out
from engine.training.generator.listing import Listed, walk
from engine.training.generator.reading import SUFFIXES, Reading, open_file, read

LEAST_PICTURES = 2
Keep: TypeAlias = Callable[[Entry, Pixels], None]
Reason: TypeAlias = training.Reason
"""Why a file is set aside; "other": it is no picture, nor is it called like one."""

_LISTED_AT_ONCE = 500  # how many names are collected between two yields
_NAMED = 5  # how many files a sentence names


@dataclass(frozen=True)
class SetAside:
    """A file that is not trained on. `detail` says what is wrong with it; of a duplicate it is the name of the other."""

    name: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, eq=False)
class Examined:
    """After each file: how far the examination is. `total` is 0 while the folder is still being listed.

    `pixels` is the prepared picture, uint8 (3, size, size), or None; `set_aside` says why there is none.
    """

    done: int
    total: int
    name: str = ""
    pixels: Pixels | None = None
    set_aside: SetAside | None = None


@dataclass(frozen=True)
class Report:
    """What an examination found. `usable`: the files to train on; `enlarged`: how many of them are smaller than `size`;
    `reshaped`: how many are not square."""

    folder: Path
    size: int
    fit: Fit
    usable: tuple[Entry, ...]
    set_aside: tuple[SetAside, ...]
    enlarged: int = 0
    reshaped: int = 0

    def of(self, reason: Reason) -> tuple[SetAside, ...]:
        return tuple(item for item in self.set_aside if item.reason == reason)

    def sentences(self) -> tuple[str, ...]:
        """The report in plain words, the most important first."""
        said = [f"{_are(len(self.usable), 'picture')} ready to train on at {self.size} × {self.size}."]
        for reason, (noun, why, each) in _WORDS.items():
            if items := self.of(reason):
                named = _few([each.format(name=item.name, detail=item.detail) for item in items])
                said.append(f"{_are(len(items), noun)} {why}: {named}.")
        if self.enlarged:
            said.append(f"{_are(self.enlarged, 'picture')} smaller than {self.size} px and will be enlarged, which looks soft.")
        if self.reshaped:
            said.append(f"{_are(self.reshaped, 'picture')} not square: {_REMEDIES[self.fit]}.")
        if held := len(held_out([entry.name for entry in self.usable])):
            said.append(f"{_are(held, 'picture')} held out of training, so that the watch can tell learning from copying.")
        else:
            said.append("With fewer than 10 pictures none can be held out: nothing will warn when the network copies instead of learning.")
        return tuple(said)


_WORDS: dict[Reason, tuple[str, str, str]] = {
    "broken": ("file", "left out as unreadable", "{name} ({detail})"),
    "duplicate": ("picture", "left out, being there already", "{name} is the same picture as {detail}"),
    "tiny": ("picture", "left out as too small", "{name} ({detail})"),
    "gone": ("file", "gone since the folder was listed", "{name}"),
    "other": ("file", "passed over as no picture", "{name}"),
}
_REMEDIES: dict[Fit, str] = {
    "centre": "the middle is used",
    "smart": "the square with most detail is used",
    "pad": "all of it is used, on a ground of its rim's colour",
}


def examine(folder: Path, size: int, fit: Fit = "centre", keep: Keep | None = None) -> Generator[Examined, None, Report]:
    """Look at every file of a folder and of those in it; yields after each, and returns the report.

    Names are taken in order, so that of duplicates the first is kept. `keep` is called with every usable picture and
    its pixels as it comes. A picture is too small when it would have to be enlarged more than twice.
    Raises FolderMissing, or BadRequest when fewer than two pictures can be used.
    """
    if not folder.is_dir():
        raise FolderMissing(folder)
    files: list[Listed] = []
    for file in walk(folder):
        files.append(file)
        if len(files) % _LISTED_AT_ONCE == 0:
            yield Examined(len(files), 0)
    examination = _Examination(size, fit)
    for index, file in enumerate(files):
        result = examination.look_at(file)
        if isinstance(result, SetAside):
            yield Examined(index + 1, len(files), file.name, set_aside=result)
            continue
        entry, pixels = result
        if keep is not None:
            keep(entry, pixels)
        yield Examined(index + 1, len(files), file.name, pixels)
    report = examination.report(folder)
    _check(report, len(files))
    return report


def prepare(folder: Path, store: Path, size: int, fit: Fit = "centre") -> Generator[Examined, None, Report]:
    """Examine a folder and write its usable pictures as the set of a run: open it as `PictureSet(store)`.

    Raises as `examine` does, and as `atomic_file` does when the set cannot be written; then there is no set.
    """
    with writing(store, folder, size, fit) as writer:
        report = yield from examine(folder, size, fit, writer.add)
        writer.left_out.extend(item.name for item in report.set_aside)
    return report


class _Examination:
    """What is known so far."""

    def __init__(self, size: int, fit: Fit) -> None:
        self.size, self.fit = size, fit
        self.usable: list[Entry] = []
        self.set_aside: list[SetAside] = []
        self.enlarged = self.reshaped = 0
        self.seen = Seen()

    def look_at(self, file: Listed) -> tuple[Entry, Pixels] | SetAside:
        result = self._look_at(file)
        if isinstance(result, SetAside):
            self.set_aside.append(result)
        return result

    def _look_at(self, file: Listed) -> tuple[Entry, Pixels] | SetAside:
        result = _opened(file, self.size)
        if isinstance(result, SetAside):
            return result
        entry, reading = result
        edge = max(reading.width, reading.height) if self.fit == "pad" else min(reading.width, reading.height)
        if edge * 2 < self.size:
            return SetAside(file.name, "tiny", f"{reading.width} × {reading.height}")
        pixels = fitted(reading.image, self.size, self.fit)
        twin = self.seen.like(pixels)
        if twin is not None:
            return SetAside(file.name, "duplicate", self.usable[twin].name)
        self.seen.add(pixels)
        self.usable.append(entry)
        self.enlarged += edge < self.size
        self.reshaped += reading.width != reading.height
        return entry, pixels

    def report(self, folder: Path) -> Report:
        return Report(folder, self.size, self.fit, tuple(self.usable), tuple(self.set_aside), self.enlarged, self.reshaped)


def _opened(file: Listed, size: int) -> tuple[Entry, Reading] | SetAside:
    if file.trouble:
        return SetAside(file.name, "broken", file.trouble)
    try:
        with open_file(file.path) as stream:
            reading = read(stream, file.path, size)  # before it is hashed: not all of a film among the pictures need be read
            return describe(stream, file), reading
    except FileMissing:
        return SetAside(file.name, "gone")
    except NotAnImage as error:
        return SetAside(file.name, "broken" if file.path.suffix.lower() in SUFFIXES else "other", error.detail)
    except SfumatoError as error:
        return SetAside(file.name, "broken", error.detail)


def describe(stream: BufferedReader, file: Listed) -> Entry:
    """The entry of an open file, whose contents are hashed from the start. Raises FileUnreadable when the disk fails."""
    try:
        status = os.fstat(stream.fileno())
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise FileUnreadable(file.path, error.strerror or str(error)) from error
    return Entry(file.name, status.st_size, status.st_mtime_ns, digest)


def _check(report: Report, files: int) -> None:
    if len(report.usable) >= LEAST_PICTURES:
        return
    pictures = [item for item in report.set_aside if item.reason != "other"]
    troubles = _few([f"{item.name} ({_TROUBLES[item.reason]}{item.detail})" for item in pictures])
    if files == 0:
        why = "it is empty; put the pictures to learn from into it, 30 or more if you can"
    elif report.usable:
        why = f"it holds one picture to train on, and at least {LEAST_PICTURES} are needed; 30 and more are better"
        why += f" (left out: {troubles})" if pictures else ""
    elif pictures:
        why = f"none of its pictures can be trained on: {troubles}"
    else:
        why = f"it holds no picture, only other files: {_few([item.name for item in report.set_aside])}"
    raise BadRequest(report.folder, why)


_TROUBLES: dict[Reason, str] = {"broken": "", "duplicate": "a duplicate of ", "tiny": "too small: ", "gone": "gone", "other": ""}


def _are(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count} {noun}s are"


def _few(items: list[str]) -> str:
    more = len(items) - _NAMED
    return ", ".join(items[:_NAMED]) + (f" and {more} more" if more > 0 else "")
