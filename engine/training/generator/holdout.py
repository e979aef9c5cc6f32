"""Which pictures are held out of training, for the watch alone: whole works, not single crops of them.

A critic that has learnt one crop of a painting by heart knows something of the next one, and the watch would hear less of a difference
than there is. Crops of one work do not look alike to a hash, and files that do are left out as duplicates before: so names tell.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

_PIECE = re.compile(r"([ ._-]+(c|crop|cut|detail|part|patch|piece|tile)[ ._-]*\d+|[ ._-]+[xyrc]\d+[ ._-]*[xyrc]\d+)$", re.IGNORECASE)
"""How the name of a piece of a larger picture ends: _c2, -crop03, tile 7, _x0_y128, _r1c2. A bare number is no such end: cameras
number their pictures."""


def held_count(count: int) -> int:
    """How many of `count` pictures are to be held out: none under 10, then a fifth, from 80 on a tenth (at least 8)."""
    if count < 10:
        return 0
    return count // 5 if count < 80 else max(8, count // 10)


def work(name: str) -> str:
    """What a picture is of, by its name within the folder: pieces of one picture have the same work, any other picture is its own."""
    path = PurePosixPath(name)
    whole = _PIECE.sub("", path.stem)
    return str(path.with_name(whole)) if whole and whole != path.stem else name


def held_out(names: Sequence[str], *, together: bool = True) -> list[int]:
    """Positions in `names`, ascending. Which they are follows from the names alone, in whatever order they come.

    Works are taken whole until there are `held_count` pictures, and twice as many at the most. Where they are too large for that
    (all pictures are crops of one or two paintings), and unless `together`, each picture counts by itself.
    """
    wanted = held_count(len(names))
    held = _taken([work(name) for name in names], wanted) if together else []
    return sorted(held if len(held) >= wanted else _taken(names, wanted))


def name_bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")  # a name may hold bytes that are no text


def _taken(keys: Sequence[str], wanted: int) -> list[int]:
    members: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        members.setdefault(key, []).append(index)
    held: list[int] = []
    for _, indices in sorted(members.items(), key=lambda item: hashlib.sha256(name_bytes(item[0])).digest()):
        if len(held) < wanted and len(held) + len(indices) <= 2 * wanted:
            held += indices
    return held
