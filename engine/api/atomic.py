"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from engine.api.errors import DiskFull, FolderMissing, NotWritable, SfumatoError, WouldOverwrite

PARTS = ".sfumato-*.part"
"""What such files are called until they are whole. Where their program was killed, they stay."""

_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)

PART = ".part"
"""The suffix of files that are not whole yet."""


@contextmanager
def atomic_file(
    path: str | os.PathLike[str], *, overwrite: bool = False, durable: bool = True, scratch: Path | None = None
) -> Iterator[IO[bytes]]:
    """A binary stream whose bytes become the file `path` when the block ends well.

    They are collected in a hidden file of the same folder, which is flushed to the disk and then moved into place;
    whatever else happens (an error, Ctrl+C, a closed generator), it is removed and a file that was there before stays
    as it was. A symbolic link is followed, not replaced. `durable`: wait until the bytes are on the disk, so that the file
    survives a loss of power too. `scratch`: a folder of the caller's for the hidden file, so that one left by a process that was
    killed is found there; it is used where it lies in the file's own folder.

    Raises WouldOverwrite, FolderMissing, NotWritable or DiskFull.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".sfumato-{secrets.token_hex(6)}{PART}")
    if scratch is not None and Path(os.path.realpath(scratch)).parent == target.parent:
        temporary = scratch / temporary.name
    try:
        _check_target(target, path, overwrite)  # before any work is spent on the contents
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        _check_target(target, path, overwrite)  # the block may have taken minutes
        temporary.replace(target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.errno is not None:  # without a number it is an encoder's complaint, not the disk's
            raise explained(error, path) from error
        raise


def try_target(path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Begin such a file and take it back: raises what `atomic_file` would raise before its block."""
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".sfumato-{secrets.token_hex(6)}{PART}")
    try:
        _check_target(target, path, overwrite)
        temporary.touch()
        temporary.unlink()
    except OSError as error:
        raise explained(error, path) from error


def make_folder(folder: Path) -> None:
    """Make a folder of the user's data, and those above it, where they are missing; raises NotWritable or DiskFull."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explained(error, folder) from error


def _check_target(target: Path, subject: str | os.PathLike[str], overwrite: bool) -> None:
    if target.is_dir():
        raise NotWritable(subject, "it is a folder")
    if not target.parent.is_dir():
        raise FolderMissing(target.parent)
    if target.exists() and not overwrite:
        raise WouldOverwrite(subject)


def explained(error: OSError, subject: str | os.PathLike[str]) -> SfumatoError:
    """What an error of the disk means for the file that was to be written."""
    if error.errno in _FULL:
        return DiskFull(subject)
    if error.errno == errno.ENOENT and not Path(subject).parent.is_dir():  # it was there when the work began
        return FolderMissing(Path(subject).parent)
    if error.errno in _FORBIDDEN:
        return NotWritable(subject, "permission denied" if error.errno != errno.EROFS else "the disk is read-only")
    return NotWritable(subject, error.strerror or str(error))
