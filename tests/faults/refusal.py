"""What every refusal has in common."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.cli.commands import Said

Stylize = Callable[..., Said]
"""`sfumato stylize` of a good photo in a good style; keywords change one thing."""

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
needs_permissions = pytest.mark.skipif(IS_ROOT or sys.platform == "win32", reason="permissions do not hold root back")


def refused(said: Said, code: int, *parts: object, folder: Path) -> None:
    """One sentence with these parts, and nothing in the folder."""
    sentence = said.sentence(code)
    assert all(str(part) in sentence for part in parts), sentence
    assert list(folder.iterdir()) == []
