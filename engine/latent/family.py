"""The library file: pictures and their parents in SQLite. Everything here runs in the I/O thread."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from engine.api.atomic import make_folder
from engine.api.errors import BadRequest, DiskFull, NotInLibrary, NotWritable
from engine.api.family import Member, parents_of
from engine.api.latent import Latent, latent_from_plain, latent_to_plain
from engine.api.place_kinds import Place
from engine.api.place_values import place_from_plain, place_to_plain

logger = logging.getLogger(__name__)

MOST_NEAR = 200
"""Rows of either walk, at the most: the picture itself and the nearest of its ancestors; and of its children the newest."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS pictures (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, model TEXT NOT NULL, latent TEXT NOT NULL, place TEXT NOT NULL,
    name TEXT NOT NULL, bookmarked INTEGER NOT NULL DEFAULT 0, made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS parents (
    child TEXT NOT NULL, position INTEGER NOT NULL, parent TEXT NOT NULL, PRIMARY KEY (child, position));
CREATE INDEX IF NOT EXISTS children ON parents (parent);
CREATE TABLE IF NOT EXISTS directions (
    model TEXT NOT NULL, kind TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (model, kind, place));
"""

_FAMILY = """
WITH RECURSIVE
    up(id) AS (SELECT :id UNION SELECT parent FROM parents JOIN up ON child = up.id),
    down(id) AS (SELECT :id UNION SELECT child FROM parents JOIN down ON parent = down.id)
SELECT * FROM pictures WHERE id IN (SELECT id FROM up UNION SELECT id FROM down) ORDER BY number
"""

_NEAR_FAMILY = """
WITH RECURSIVE
    up(id) AS (SELECT :id UNION SELECT parent FROM parents JOIN up ON child = up.id LIMIT :most),
    children(id) AS (SELECT child FROM parents JOIN pictures ON pictures.id = child WHERE parent = :id ORDER BY number DESC LIMIT :most)
SELECT * FROM pictures WHERE id IN (SELECT id FROM up UNION SELECT id FROM children) ORDER BY number
"""
"""SQLite goes from generation to generation: what lies within the limit are the nearest ancestors, and the newest children."""

_LINE = "WITH RECURSIVE up(id) AS (SELECT :id UNION SELECT parent FROM parents JOIN up ON child = up.id) SELECT count(*) FROM up"


class FamilyTree:
    """The library in the file `file`, which is made when something is first kept. Raises DiskFull or NotWritable."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def keep(self, latent: Latent, place: Place, name: str, made: float) -> Member:
        """Enter a picture with its parents; one that is there already stays as it is."""
        values = (latent.key, latent.model.id, _json(latent_to_plain(latent)), _json(place_to_plain(place)), name or place.name, made)
        with self._opened() as library:
            done = library.execute(
                "INSERT OR IGNORE INTO pictures (id, model, latent, place, name, made) VALUES (?, ?, ?, ?, ?, ?)", values
            )
            if done.rowcount:
                rows = [(latent.key, position, parent.key) for position, parent in enumerate(parents_of(place))]
                library.executemany("INSERT INTO parents VALUES (?, ?, ?)", [row for row in rows if row[2] != latent.key])
            return self._member(library, latent.key)

    def member(self, picture: str) -> Member:
        """NotInLibrary where there is none."""
        with self._opened() as library:
            return self._member(library, picture)

    def find(self, picture: str) -> Member | None:
        with self._opened() as library:
            row = library.execute("SELECT * FROM pictures WHERE id = ?", (picture,)).fetchone()
            return None if row is None else _read(library, row)

    def mark(self, picture: str, name: str | None, bookmarked: bool | None) -> Member:
        """NotInLibrary where there is none."""
        with self._opened() as library:
            changes = "name = coalesce(?, name), bookmarked = coalesce(?, bookmarked)"
            library.execute(f"UPDATE pictures SET {changes} WHERE id = ?", (name, bookmarked, picture))
            return self._member(library, picture)

    def newest(self, model: str | None, *, bookmarked: bool, limit: int) -> tuple[Member, ...]:
        query = (
            "SELECT * FROM pictures WHERE (:model IS NULL OR model = :model) AND bookmarked >= :marked ORDER BY number DESC LIMIT :limit"
        )
        with self._opened() as library:
            rows = library.execute(query, {"model": model, "marked": int(bookmarked), "limit": limit}).fetchall()
            return _readable(library, rows)

    def family(self, picture: str, *, near: bool = False) -> tuple[Member, ...]:
        """The picture, its ancestors and descendants, older ones first; `near`: at most MOST_NEAR of itself and its ancestors, and
        as many children, which is what is asked for at every picture that one comes to. NotInLibrary where there is none."""
        with self._opened() as library:
            self._member(library, picture)
            return _readable(library, library.execute(_NEAR_FAMILY if near else _FAMILY, {"id": picture, "most": MOST_NEAR}).fetchall())

    def line(self, picture: str) -> int:
        """How many pictures it and its ancestors are."""
        with self._opened() as library:
            return int(library.execute(_LINE, {"id": picture}).fetchone()[0])

    def name_direction(self, model: str, kind: str, index: int, name: str) -> None:
        with self._opened() as library:
            if name:
                library.execute("INSERT OR REPLACE INTO directions VALUES (?, ?, ?, ?)", (model, kind, index, name))
            else:
                library.execute("DELETE FROM directions WHERE model = ? AND kind = ? AND place = ?", (model, kind, index))

    def direction_names(self, model: str) -> dict[tuple[str, int], str]:
        with self._opened() as library:
            rows = library.execute("SELECT kind, place, name FROM directions WHERE model = ?", (model,)).fetchall()
            return {(kind, place): name for kind, place, name in rows}

    @staticmethod
    def _member(library: sqlite3.Connection, picture: str) -> Member:
        row = library.execute("SELECT * FROM pictures WHERE id = ?", (picture,)).fetchone()
        if row is None:
            raise NotInLibrary("The picture")
        return _read(library, row)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """One transaction. A file that is no library is set aside, and a new one begun: nothing is written over."""
        make_folder(self.file.parent)
        try:
            with closing(self._connected()) as library, library:
                yield library
        except sqlite3.OperationalError as error:
            raise self._explained(error) from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:  # a mistake of ours
                raise
            advice = "start Sfumato anew: what can be read is brought over to a new one, and this one is kept"
            raise BadRequest(self.file, f"it is damaged ({error}); {advice}") from error

    def _connected(self) -> sqlite3.Connection:
        try:
            return _prepared(self.file)
        except sqlite3.OperationalError as error:
            raise self._explained(error) from error
        except sqlite3.DatabaseError:
            set_aside(self.file)
            return _prepared(self.file)

    def _explained(self, error: sqlite3.OperationalError) -> DiskFull | NotWritable:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            return DiskFull(self.file)
        return NotWritable(self.file, str(error))


def set_aside(file: Path) -> Path:
    """Move a damaged library to a name that is free, which is returned."""
    return file.rename(next(path for path in _asides(file) if not path.exists()))


def last_aside(file: Path) -> Path | None:
    """The damaged library that was set aside last."""
    return next((path for path in reversed(list(_asides(file))) if path.exists()), None)


def _asides(file: Path) -> Iterator[Path]:
    return (file.with_suffix(f".damaged-{n}") for n in range(1, 1000))


def _prepared(file: Path) -> sqlite3.Connection:
    library = sqlite3.connect(file, timeout=5)
    try:
        library.executescript(SCHEMA)
    except BaseException:
        library.close()
        raise
    library.row_factory = sqlite3.Row
    return library


def _readable(library: sqlite3.Connection, rows: Sequence[Any]) -> tuple[Member, ...]:
    """One picture that cannot be read does not hide the others."""
    found = []
    for row in rows:
        try:
            found.append(_read(library, row))
        except BadRequest as error:
            logger.warning("left out of the library: %s", error)
    return tuple(found)


def _read(library: sqlite3.Connection, row: Any) -> Member:
    """Raises BadRequest for a picture that another version has kept."""
    parents = library.execute("SELECT parent FROM parents WHERE child = ? ORDER BY position", (row["id"],)).fetchall()
    try:
        latent, place = latent_from_plain(json.loads(row["latent"])), place_from_plain(json.loads(row["place"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest(f"The picture {row['name'] or row['id'][:8]}", "it was kept by another version of Sfumato") from error
    return Member(
        row["id"],
        latent,
        place,
        tuple(parent[0] for parent in parents),
        row["name"],
        bool(row["bookmarked"]),
        row["made"],
    )


def _json(values: Any) -> str:
    return json.dumps(values, sort_keys=True)
