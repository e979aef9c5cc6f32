from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.context import Context
from tests.tiny import tiny_context


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    made = tiny_context(tmp_path / "home")
    yield made
    made.io.close()
