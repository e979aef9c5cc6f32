"""A library file that is damaged: what can be read of it is brought over to a new one, and the damaged one is kept beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from engine.api.errors import NotWritable
from engine.latent.family import SCHEMA, last_aside, set_aside

TABLES = ("pictures", "parents", "directions")


def check_library(file: Path) -> str:
    """A sentence where the library was damaged and is mended now; empty where all is well, or nothing was kept yet.

    The damaged file stays in its place until the new one is whole, and only a whole one is called `.mending`: what was stopped at any
    moment is tried again, or ended, and told, the next time. Raises NotWritable where the damaged file cannot be moved, or the new one
    not be written.
    """
    new = file.with_suffix(".mending")
    try:
        if file.exists():
            if _is_whole(file):
                new.unlink(missing_ok=True)  # of a damage that was mended in another way
                return ""
            _salvage(file, new)
            set_aside(file)
        elif not new.exists():
            return ""
        count = _count(new)
        new.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise NotWritable(file, str(error)) from error
    return _told(count, last_aside(file))


def _told(count: int, aside: Path | None) -> str:
    kept = f"The damaged file is kept as {aside.name}." if aside is not None else ""
    if not count:
        return f"The library of your pictures is damaged and cannot be read: a new one is begun. {kept}".strip()
    return f"The library of your pictures was damaged: {count:,} pictures of it could be read and are here again. {kept}".strip()


def _is_whole(file: Path) -> bool:
    """Whether SQLite finds no damage. What cannot be opened for another reason is not damaged, and told where it is used."""
    try:
        with closing(sqlite3.connect(file, timeout=5)) as library:
            return bool(library.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False


def _salvage(damaged: Path, file: Path) -> None:
    """Bring over what can be read; the new file gets its name when all of that is on the disk."""
    unfinished = file.with_suffix(".salvage")
    for left in (unfinished, unfinished.with_name(f"{unfinished.name}-journal")):  # of an attempt that was stopped
        left.unlink(missing_ok=True)
    _bring_over(damaged, unfinished)
    unfinished.replace(file)


def _bring_over(damaged: Path, file: Path) -> None:
    with closing(sqlite3.connect(file, timeout=5)) as library, closing(sqlite3.connect(damaged, timeout=5)) as old, library:
        library.executescript(SCHEMA)
        for table in TABLES:
            columns = library.execute(f"SELECT count(*) FROM pragma_table_info('{table}')").fetchone()[0]
            places = ", ".join("?" * columns)
            for row in _rows(old, table):
                with suppress(sqlite3.Error):  # half a row is none
                    library.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row)


def _count(file: Path) -> int:
    with closing(sqlite3.connect(file, timeout=5)) as library:
        return int(library.execute("SELECT count(*) FROM pictures").fetchone()[0])


def _rows(old: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """Those that can be reached from either end: a damaged page stops each way where it is met."""
    for way in ("ASC", "DESC"):
        with suppress(sqlite3.Error):
            yield from old.execute(f"SELECT * FROM {table} ORDER BY rowid {way}")
