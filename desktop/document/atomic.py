"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from engine.api.errors import DiskFull, FolderMissing, NotWritable, SfumatoError

_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)


@contextmanager
def atomic_file(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """A binary stream whose bytes become the file `path` when the block ends well, in place of what was there.

    They are collected in a hidden file of the same folder, which is then moved into place; after any error it is removed, and
    the old file stays. A symbolic link is followed. `durable`: wait until the bytes are on the disk, so that the file
    survives a loss of power too.

    Raises FolderMissing, NotWritable or DiskFull.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".sfumato-{secrets.token_hex(6)}.part")
    try:
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException as error:
        with suppress(OSError):  # the first error is the one to tell
            temporary.unlink()
        if isinstance(error, OSError):
            raise _explained(error, path) from error
        raise


def make_folder(folder: Path) -> None:
    """Make a folder of the user's data, and those above it, where they are missing; raises NotWritable or DiskFull."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _explained(error, folder) from error


def _explained(error: OSError, path: Path) -> SfumatoError:
    if error.errno in _FULL:
        return DiskFull(path)
    if isinstance(error, FileNotFoundError) and not path.parent.is_dir():
        return FolderMissing(path.parent)
    if path.is_dir():
        return NotWritable(path, "it is a folder")
    reasons = {errno.EACCES: "permission denied", errno.EPERM: "permission denied", errno.EROFS: "the disk is read-only"}
    return NotWritable(path, reasons.get(error.errno or 0) or error.strerror or str(error))
