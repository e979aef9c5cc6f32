"""Builds the packaged studio and has it test itself, if anything that it depends on has changed since that last went well.

    python3 packaging/verify.py            builds if packaging/ or the dependencies changed, or with SFUMATO_PACKAGE=1
    python3 packaging/verify.py --record   builds in any case, and writes down that this state was built: commit that file

What counts is the SHA-256 in `packaging/built.sha256`, of the files of this folder and of the dependencies in pyproject.toml.
Needs nothing but Python's standard library.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import build

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "packaging"
RECORD = HERE / "built.sha256"
ALWAYS = "SFUMATO_PACKAGE"

IGNORED_SUFFIXES = (".md", ".pyc", RECORD.suffix)


def main(arguments: Sequence[str]) -> int:
    """Do it; returns the exit code."""
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("--record", action="store_true", help="build, and write the state down where that went well")
    options = parser.parse_args(list(arguments))
    state = fingerprint(ROOT)
    if not (options.record or wanted(state, os.environ)):
        print("The package is not built: nothing that it depends on has changed since it last was. SFUMATO_PACKAGE=1 builds it.")
        return 0
    code = build.main(["--no-archives"])
    if code == 0 and options.record:
        RECORD.write_text(f"{state}\n", encoding="ascii")
        print(f"Written down in {RECORD.relative_to(ROOT)}.")
    return code


def wanted(state: str, environ: os._Environ[str] | dict[str, str]) -> bool:
    """Whether a build is due."""
    recorded = RECORD.read_text(encoding="ascii").strip() if RECORD.exists() else ""
    return bool(environ.get(ALWAYS)) or state != recorded


def fingerprint(root: Path) -> str:
    """SHA-256, in hex, of all that decides how the package is built."""
    digest = hashlib.sha256()
    for name, content in _parts(root):
        digest.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _parts(root: Path) -> Iterator[tuple[str, bytes]]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    yield "dependencies", json.dumps(sorted(project["dependencies"])).encode()
    folder = root / "packaging"
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and not name.endswith(IGNORED_SUFFIXES):
            # Line ends are those of the system that the files were checked out on.
            yield name, file.read_bytes().replace(b"\r\n", b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
