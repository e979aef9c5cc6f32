"""Autosave: what an artist was working on survives a crash of the studio.

Each running studio keeps one small file in the recovery folder, named for its process (`<pid>-<start>.json`); the pictures are
in the blob store already. A file whose process is gone was left by a crash, and is offered.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from desktop.document import serialization
from desktop.document.document import Document
from engine.api.atomic import atomic_file, make_folder
from engine.api.errors import BadRequest, DocumentDamaged, FileMissing, FileUnreadable, NotWritable

START_TOLERANCE = 5.0
"""Seconds by which the start of one process may differ between two readings, as a system's clock is set right."""


@dataclass(frozen=True)
class Offer:
    """A document left by a crash. `path` is the file that it was saved in or opened from, if any."""

    file: Path
    path: Path | None
    saved_at: datetime

    def load(self) -> Document:
        """The document; raises FileMissing, FileUnreadable, DocumentDamaged or BadRequest."""
        document, _ = _read(self.file)
        return document

    def discard(self) -> None:
        """Do not offer it again; raises NotWritable."""
        _remove(self.file)


class Recovery:
    """The recovery folder, as seen by this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = folder / f"{own_stem()}.json"

    def write(self, document: Document, path: Path | None) -> None:
        """Keep the document in its present state; `path` is its own file, if it has one. Raises NotWritable or DiskFull.

        It does not wait for the disk: it guards against a crash of the studio, not of the machine, and runs between strokes.
        """
        values = {"document": serialization.to_plain(document), "path": None if path is None else str(path.absolute())}
        make_folder(self._folder)
        with atomic_file(self._own, overwrite=True, durable=False) as stream:
            stream.write(serialization.encode(values))

    def clear(self) -> None:
        """Nothing is left to recover: the document was saved, or the studio closes. Raises NotWritable."""
        _remove(self._own)

    def offers(self) -> tuple[Offer, ...]:
        """What crashed studios left, the newest first. A damaged file is set aside as `….damaged`."""
        found = [offer for file in self._folder.glob("*.json") if not is_alive(file.stem) and (offer := _offer(file)) is not None]
        return tuple(sorted(found, key=lambda offer: offer.saved_at, reverse=True))


def own_stem() -> str:
    """What the files of this process are called: `<pid>-<start>`, the start in milliseconds since 1970."""
    process = psutil.Process()
    return f"{process.pid}-{int(process.create_time() * 1000)}"


def is_alive(stem: str) -> bool:
    """Whether the process that a file is named for still runs; a number that went to another process does not count."""
    pid, _, started = stem.partition("-")
    if not (pid.isdecimal() and started.isdecimal()):
        return False
    try:
        now_started: float = psutil.Process(int(pid)).create_time()
    except (psutil.NoSuchProcess, OverflowError):
        return False
    except psutil.AccessDenied:  # another user's process, which is no studio of ours
        return False
    return abs(now_started - int(started) / 1000) < START_TOLERANCE


def _offer(file: Path) -> Offer | None:
    """The offer that a file makes; None where it cannot be used now (gone, unreadable, from a newer version) or ever (damaged)."""
    try:
        _, path = _read(file)
        return Offer(file, path, datetime.fromtimestamp(file.stat().st_mtime, UTC))
    except DocumentDamaged:
        with suppress(OSError):  # it is passed over in any case
            file.replace(file.with_name(file.name + ".damaged"))
    except (FileMissing, FileUnreadable, BadRequest, OSError):
        return None
    return None


def _read(file: Path) -> tuple[Document, Path | None]:
    try:
        values: Any = serialization.decode(file.read_bytes(), file)
    except FileNotFoundError as error:
        raise FileMissing(file) from error
    except OSError as error:
        raise FileUnreadable(file, error.strerror or str(error)) from error
    if not isinstance(values, dict) or not isinstance(values.get("path"), str | None):
        raise DocumentDamaged(file, "it holds no recovered document")
    return serialization.from_plain(values.get("document"), file), Path(values["path"]) if values["path"] else None


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritable(file, error.strerror or str(error)) from error
