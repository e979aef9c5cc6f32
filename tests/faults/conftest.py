"""The faults are met on the command line, with its tiny model and its gallery of one style."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.cli.commands import CommandLine, Said
from tests.engine.cli.conftest import _nothing_is_left, house, photo, sfumato, style
from tests.faults.refusal import Stylize

__all__ = ["_nothing_is_left", "house", "photo", "sfumato", "style"]


@pytest.fixture
def prints(tmp_path: Path) -> Path:
    """The folder that results go to."""
    folder = tmp_path / "prints"
    folder.mkdir()
    return folder


@pytest.fixture
def stylize(sfumato: CommandLine, photo: Path, style: Path, prints: Path) -> Stylize:
    """`sfumato stylize` of a good photo in a good style; keywords change one thing."""

    def call(*options: str | float, content: object = photo, style: object = style, out: object = prints / "out.png") -> Said:
        return sfumato("stylize", str(content), "--style", str(style), "-o", str(out), *options)

    return call
