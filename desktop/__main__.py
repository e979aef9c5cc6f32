"""The console script `sfumato`: a command goes to the command line, without Qt; nothing, or a file, opens the studio."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

FIRST_LIGHT = "first-light"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [FIRST_LIGHT]:
        from desktop.first_light import main as first_light

        return first_light(given[1:])
    files = tuple(map(Path, given))
    if given and not all(map(_opens, files)):
        from engine.cli import main as command_line

        code: int = command_line(given)
        return code
    from desktop.app import run

    return run(files)


def _opens(file: Path) -> bool:
    """Whether the studio opens this: a name with a suffix that is no command, so that a missing file is told in the window."""
    return not file.name.startswith("-") and (file.exists() or bool(file.suffix))


if __name__ == "__main__":
    sys.exit(main())
