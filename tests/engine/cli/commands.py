"""Commands run in the test's own process, and what they said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main


@dataclass(frozen=True)
class Said:
    """What a command left behind: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def sentence(self, code: int) -> str:
        """The one line on stderr of a command that failed with this exit code and said nothing else."""
        assert self.code == code, self.err
        assert self.out == ""
        assert self.err.startswith("sfumato: ")
        assert self.err.endswith((".\n", "`.\n", "?\n"))
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("sfumato: ").rstrip()


class CommandLine:
    """`sfumato`, called as a function."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str | Path | float) -> Said:
        self._capsys.readouterr()
        code = main([str(word) for word in words])
        captured = self._capsys.readouterr()
        return Said(code, captured.out, captured.err)
