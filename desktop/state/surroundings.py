"""A folder to live in, also where the user's own cannot be written to."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.api.places import Places

PROBE_BYTES = 64 * 1024
"""An empty file fits on a full disk; this does not."""


@contextmanager
def usable(where: Places) -> Iterator[tuple[Places, str]]:
    """The places, and nothing to say; where they cannot be written to, a temporary home for this sitting and a sentence that says so."""
    reason = why_unwritable(where.home)
    if not reason:
        yield where, ""
        return
    try:
        home = Path(tempfile.mkdtemp(prefix="sfumato-"))
    except OSError:  # nor is there a temporary folder
        yield where, f"Nothing can be kept: the folder {where.home} cannot be written to ({reason}). Free some space, or set SFUMATO_HOME."
        return
    try:
        with suppress(OSError, NotImplementedError):
            (home / where.models.name).symlink_to(where.models.absolute(), target_is_directory=True)
        yield (
            Places(home),
            f"The folder {where.home} cannot be written to ({reason}): what you do is kept until Sfumato closes. "
            "Save your documents elsewhere, or set SFUMATO_HOME to another folder.",
        )
    finally:
        shutil.rmtree(home, ignore_errors=True)


def why_unwritable(home: Path) -> str:
    """The reason in the system's words; empty where files can be written."""
    probe = home / f".sfumato-{os.getpid()}.probe"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(bytes(PROBE_BYTES))
    except OSError as error:
        return "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error)).lower()
    finally:
        with suppress(OSError):
            probe.unlink()
    return ""
