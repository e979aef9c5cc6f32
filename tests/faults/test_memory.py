"""A small machine: 4 GB of memory are enough to paint with the house stylizer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMITED = "import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[1]),) * 2); "
PAINT = LIMITED + "from desktop.__main__ import main; sys.exit(main(sys.argv[2:]))"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux holds a process to RLIMIT_DATA")


def paint(limit: float, out: Path) -> subprocess.CompletedProcess[str]:
    house = ROOT / "resources" / "pictures" / "house.jpg"
    command = [
        sys.executable,
        "-c",
        PAINT,
        str(int(limit)),
        "stylize",
        str(house),
        "--style",
        "stained-glass",
        "--size",
        "512",
        "-o",
        str(out),
    ]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "SFUMATO_HOME": str(out.parent / "home")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_photo_of_the_house_is_painted_with_four_gigabytes(prints: Path) -> None:
    done = paint(4 * 2**30, prints / "out.png")
    assert done.returncode == 0, done.stderr
    assert (prints / "out.png").is_file()
