"""Names of picture files: which files are pictures, what a result is called, and how no file is overwritten unasked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import count
from pathlib import Path
from typing import Final

from engine.api.errors import FileMissing, FileUnreadable

PICTURE_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".jfif", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic", ".heif", ".avif"})

FORBIDDEN: Final = '/\\:*?"<>|'
"""What no system allows in a file's name, or some system does not."""

_PORTS = tuple(f"{port}{digit}" for port in ("COM", "LPT") for digit in "123456789¹²³")
DEVICES: Final = frozenset({"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", *_PORTS})
"""What Windows takes for a device, whatever follows after a full stop."""

LONGEST: Final = 120
"""Letters of a name that is put together: most systems allow 255 bytes, and a suffix and a number come to it."""


def is_device(name: str) -> bool:
    """Whether Windows takes a file of this name for a device."""
    return name.partition(".")[0].strip().upper() in DEVICES


def plain_name(text: str) -> str:
    """The text as a file's name on every system, without its suffix."""
    words = "".join(" " if letter in FORBIDDEN or not letter.isprintable() else letter for letter in text).split()
    name = " ".join(words)[:LONGEST].strip(" .") or "picture"
    return f"picture {name}" if is_device(name) else name


def result_name(photo: str, *styles: str) -> str:
    """What a photo in these styles is called, without a suffix: "harbour – Linocut"."""
    return plain_name(" – ".join([Path(photo).stem, " + ".join(styles)]) if styles else Path(photo).stem)


def free_path(folder: Path, name: str, suffix: str, taken: Collection[Path] = ()) -> Path:
    """The file of this name in the folder, with a number where there is one already, or where it is `taken`: "harbour (2).png"."""
    for number in count(1):
        path = folder / (f"{name}{suffix}" if number == 1 else f"{name} ({number}){suffix}")
        if path not in taken and not path.exists():
            return path
    raise AssertionError("numbers do not end")


def pictures_in(paths: Iterable[Path]) -> list[Path]:
    """The files, and of folders the picture files in them in the order of their names, each once.

    Raises FileMissing, or FileUnreadable for a folder that cannot be opened.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            try:
                inside = sorted(path.iterdir())
            except OSError as error:
                raise FileUnreadable(path, error.strerror or str(error)) from error
            found |= dict.fromkeys(each for each in inside if _is_picture(each))
        elif path.exists():
            found[path] = None
        else:
            raise FileMissing(path)
    return list(found)


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".") and path.is_file()
