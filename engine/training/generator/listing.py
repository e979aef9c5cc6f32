"""The files of a folder and of the folders in it, each once, whatever links there are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.training.generator.dataset import INDEX_FILE

_CLUTTER = frozenset({"__macosx", "thumbs.db", "desktop.ini"})  # what systems leave behind in lower case; hidden files too are passed over


@dataclass(frozen=True)
class Listed:
    """A file: its path, its name within the folder (with forward slashes), and why it cannot be opened, if that is known already."""

    path: Path
    name: str
    trouble: str = ""


def walk(folder: Path) -> Iterator[Listed]:
    """All files but hidden ones, a folder's own before those of the folders in it, each in the order of names.

    Links are followed, yet no folder is entered twice: a link that leads back up is no trap. Folders that hold the prepared
    pictures of a run are passed over. Folders that may not be read, and links that lead nowhere, come with their trouble.
    """
    waiting, entered = [folder], set[tuple[int, int]]()
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            identity = (status.st_dev, status.st_ino)
            paths = [] if identity in entered else sorted(path for path in here.iterdir() if _is_wanted(path))
        except OSError as error:
            yield _listed(folder, here, f"the folder cannot be opened: {_reason(error)}")
            continue
        entered.add(identity)
        if any(path.name == INDEX_FILE for path in paths):
            continue
        deeper: list[Path] = []
        for path in paths:
            kind = _kind(path)
            if kind == "folder":
                deeper.append(path)
            else:
                yield _listed(folder, path, kind)
        waiting.extend(reversed(deeper))


def _is_wanted(path: Path) -> bool:
    return not path.name.startswith(".") and path.name.lower() not in _CLUTTER


def _kind(path: Path) -> str:
    """ "folder", "" for a file that can be opened, or why it cannot."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return "its link leads nowhere" if path.is_symlink() else _reason(error)
    if stat.S_ISDIR(mode):
        return "folder"
    return "" if stat.S_ISREG(mode) else "it is a pipe or a device"  # opening it might never end


def _listed(folder: Path, path: Path, trouble: str) -> Listed:
    name = os.path.relpath(path, folder).replace(os.sep, "/")
    return Listed(path, name, trouble)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
