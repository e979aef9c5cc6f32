"""A folder that one program at a time may work in. The system lets go of the lock when the program ends, however it ends: none is stale."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from engine.api.atomic import make_folder
from engine.api.errors import BadRequest, NotWritable

logger = logging.getLogger(__name__)

LOCK_FILE = ".lock"

_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)


_TAKEN = "another program is training it: pause it there first, or begin a new run"


@contextmanager
def claimed(folder: Path, taken: str = _TAKEN) -> Iterator[None]:
    """Make the folder where it is missing, and keep other programs out. Where its disk knows no locks (some network drives), nothing does.

    Raises BadRequest, which says `taken`, where another program is in it, and NotWritable or DiskFull.
    """
    make_folder(folder)
    lock = _lock(folder)
    try:
        lock.acquire()
    except Timeout as error:
        raise BadRequest(f"The run in {folder}", taken) from error
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise NotWritable(folder / LOCK_FILE, error.strerror or str(error)) from error
        logger.info("%s is on a disk without locks", folder)
    try:
        yield
    finally:
        lock.release()


def is_claimed(folder: Path) -> bool:
    """Whether some program is in it now; also where that cannot be found out."""
    if not (folder / LOCK_FILE).exists():
        return False
    try:
        with _lock(folder):
            return False
    except (Timeout, OSError):
        return True


def _lock(folder: Path) -> FileLock:
    # Not per thread: a job may be closed by another one. Without a system's lock no file takes its place: that one could be stale.
    return FileLock(folder / LOCK_FILE, timeout=0, thread_local=False, fallback_to_soft=False)
