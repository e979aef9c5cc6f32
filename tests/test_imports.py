"""What importing a module brings with it, in an interpreter of its own: the window must not wait for torch, nor the command line for Qt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

QT = {"PySide6", "shiboken6", "qasync"}
HEAVY = {"torch", "torchvision", "PIL"}


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("engine.api", QT | HEAVY),
        ("engine.engine", QT | {"torch"}),
        ("engine.cli", QT),
        ("desktop.document", QT | HEAVY),
        ("desktop.client", QT | HEAVY),
        ("desktop.__main__", QT | HEAVY),
        ("desktop.app", HEAVY | {"pyqtgraph", "desktop.views.training.space"}),
    ],
)
def test_an_import_stays_light(module: str, unwanted: set[str]) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert loaded.returncode == 0, loaded.stderr
    assert unwanted & set(loaded.stdout.split()) == set()
