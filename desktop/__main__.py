"""The console script `sfumato`: a command goes to the command line, without Qt; nothing, or a file, opens the studio."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.api.errors import FileMissing

FIRST_LIGHT = "first-light"
SELF_TEST = "--self-test"
PROCESS = Path("/proc/self/stat")
NO_PROCESSES = "Sfumato needs /proc, where Linux tells of memory and processes, and it is not there: mount it (mount -t proc proc /proc)."
NO_SCREEN = "Sfumato needs a screen and finds none: set DISPLAY, or use `sfumato stylize` on the command line."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if sys.platform.startswith("linux") and not PROCESS.exists():  # in a bare chroot
        print(NO_PROCESSES, file=sys.stderr)
        return 1
    if given[:1] == [FIRST_LIGHT]:
        from desktop.first_light import main as first_light

        return first_light(given[1:])
    if given[:1] == [SELF_TEST]:
        from desktop.self_test import main as self_test

        return self_test(given[1:])
    files = tuple(map(Path, given))
    if given and not all(map(_opens, files)):
        from engine.cli import main as command_line

        code: int = command_line(given)
        return code
    if not _has_screen():
        missing = [str(FileMissing(file)) for file in files if not file.exists()]
        print(*missing, NO_SCREEN, sep="\n", file=sys.stderr)
        return 1
    from desktop.app import run

    return run(files)


def _opens(file: Path) -> bool:
    """Whether the studio opens this: a name with a suffix that is no command, so that a missing file is told in the window."""
    return not file.name.startswith("-") and (file.exists() or bool(file.suffix))


def _has_screen() -> bool:
    """Whether a window has somewhere to go; Qt itself would abort the process on Linux, where a session may have no screen."""
    return not sys.platform.startswith("linux") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")))


if __name__ == "__main__":
    sys.exit(main())
