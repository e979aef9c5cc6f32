"""What has become of a folder since a run prepared its pictures. The run itself goes on with what it prepared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.api.errors import SfumatoError
from engine.training.generator.dataset import Entry, PictureSet
from engine.training.generator.doctor import describe
from engine.training.generator.listing import Listed, walk
from engine.training.generator.reading import SUFFIXES, open_file


@dataclass(frozen=True)
class Changes:
    """Names of the files that came, went, or hold something else now. `missing`: the whole folder is not there."""

    folder: Path
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    missing: bool = False

    def __bool__(self) -> bool:
        return self.missing or bool(self.added or self.gone or self.altered)

    def sentence(self) -> str:
        """In plain words; empty when nothing changed."""
        if not self:
            return ""
        if self.missing:
            return f"The folder {self.folder} is not there any more; the run goes on with the pictures that it prepared."
        counts = ((self.added, "added"), (self.gone, "removed"), (self.altered, "altered"))
        what = ", ".join(f"{len(names)} {word} ({names[0]}{', …' if len(names) > 1 else ''})" for names, word in counts if names)
        return f"{self.folder} has changed since this run began: {what}. The run goes on with what it prepared; a new run sees the changes."


def changes(pictures: PictureSet) -> Changes:
    """Compare the folder with the set. Only files whose size or date differ are read again: a mere copy is no change."""
    if not pictures.folder.is_dir():
        return Changes(pictures.folder, missing=True)
    files = {file.name: file for file in walk(pictures.folder)}
    known = {entry.name for entry in pictures.entries} | pictures.left_out
    added = tuple(name for name in files if name not in known and Path(name).suffix.lower() in SUFFIXES)
    gone = tuple(entry.name for entry in pictures.entries if entry.name not in files)
    altered = tuple(entry.name for entry in pictures.entries if entry.name in files and _is_altered(entry, files[entry.name]))
    return Changes(pictures.folder, added, gone, altered)


def _is_altered(entry: Entry, file: Listed) -> bool:
    try:
        status = file.path.stat()
        if (status.st_size, status.st_mtime_ns) == (entry.bytes, entry.modified_ns):
            return False
        with open_file(file.path) as stream:
            return describe(stream, file).digest != entry.digest
    except (OSError, SfumatoError):  # it went while it was looked at, or may not be read any more
        return True
