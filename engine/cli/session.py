"""One command's engine: a scheduler stepped in the calling thread, with blobs in a folder that goes when the command ends."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from engine.api.places import Places, places
from engine.api.requests import Request
from engine.cli.report import Report
from engine.engine import inline_context, run

R = TypeVar("R")


class Session:
    """Runs requests one after the other, all cores, progress to the report."""

    def __init__(self, report: Report, home: Places, device: str) -> None:
        self.report = report
        self.context = inline_context(home, device=device, model_folders=(places().models,))

    def run(self, request: Request[R]) -> R:
        """The request's result; raises the SfumatoError that it fails with."""
        return run(request, self.context, self.report.progress)


@contextmanager
def session(report: Report, device: str) -> Iterator[Session]:
    with tempfile.TemporaryDirectory(prefix="sfumato-") as folder:
        opened = Session(report, Places(Path(folder)), device)
        try:
            yield opened
        finally:
            opened.context.io.close()
