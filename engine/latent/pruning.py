"""Tunings that nothing refers to any more are removed from the artist's folder: a search leaves a dozen on its way, a megabyte each.

What is kept: every blob whose id stands anywhere in the library, in a recovered document, or in any other JSON file of the folder. Ids
are looked for as text, so that a reference need not be understood to count. Saved documents and code files carry their tunings in them.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from engine.api.places import Places

logger = logging.getLogger(__name__)

GRACE = 7 * 86_400
"""Seconds for which a tuning stays, whatever refers to it: it may be of a search that runs, or of a document that was just opened."""

LONGEST_HEADER = 2**20
JOURNALS = (".sqlite-journal", ".sqlite-wal", ".sqlite-shm")
"""SQLite's own files beside the library."""
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def prune_tunings(places: Places, now: float | None = None) -> int:
    """How many were removed. Where anything that may refer to one cannot be read, none is. In the thread of files."""
    latest = (time.time() if now is None else now) - GRACE
    try:
        old = [file for file in _blobs(places.blobs) if file.stat().st_mtime < latest and is_tuning(file)]
        if not old:
            return 0
        kept = set(_referred(places))
    except (OSError, sqlite3.Error) as error:
        logger.info("old tunings stay: what refers to them cannot be read (%s)", error)
        return 0
    return sum(_removed(file, latest) for file in old if file.name not in kept)


def is_tuning(file: Path) -> bool:
    """Whether a blob is a safetensors file; the others are pictures."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= LONGEST_HEADER:
            return False
        try:
            header = json.loads(stream.read(length))
        except ValueError:
            return False
    if not isinstance(header, dict):
        return False
    return all(isinstance(entry, dict) and "data_offsets" in entry for key, entry in header.items() if key != "__metadata__")


def _blobs(folder: Path) -> Iterator[Path]:
    """Nothing but files that are named by an id."""
    if folder.is_dir():
        yield from (file for file in folder.iterdir() if _ID.fullmatch(file.name) and file.is_file())


def _referred(places: Places) -> Iterator[str]:
    """Ids, and other numbers that look like one. OSError or sqlite3.Error for what cannot be read, a damaged library among it: what is
    kept beside the library may be had back one day."""
    beside = {file.suffix for file in places.home.glob(f"{places.library.stem}.*")} - {places.library.suffix, *JOURNALS}
    if beside:
        raise OSError(f"a damaged library, or what was had back of one, is kept: {', '.join(sorted(beside))}")
    files = [*places.home.glob("*.json")]
    if places.recovery.is_dir():
        files += [file for file in places.recovery.iterdir() if file.is_file()]
    for file in files:
        yield from _ID.findall(file.read_text("utf-8", errors="replace"))
    if places.library.exists():
        with closing(sqlite3.connect(f"{places.library.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as library:
            if library.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("the library is damaged")  # rows may be missing without another word
            for row in library.execute("SELECT latent, place FROM pictures"):
                yield from _ID.findall(" ".join(row))


def _removed(file: Path, latest: float) -> bool:
    with suppress(OSError):
        if file.stat().st_mtime < latest:  # still: a document that was opened meanwhile has touched it
            file.unlink()
            return True
    return False
