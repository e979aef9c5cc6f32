"""What the training commands share: an end that loses nothing, and what a model says of how it was made."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from engine.cli.report import Report

NEWS_SECONDS = 10.0
"""How often the losses are said."""


@contextmanager
def first_interrupt(then: Callable[[], object] = lambda: None) -> Iterator[threading.Event]:
    """An event that the first Ctrl+C or SIGTERM sets, so that a step is never cut in two; `then` is called, too. The second one acts as
    ever."""
    interrupted = threading.Event()

    def remember(*_: object) -> None:
        interrupted.set()
        then()
        restore()
        sys.stderr.write("Stopping after this step; Ctrl+C stops at once.\n")

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupted
    finally:
        restore()


class StepReport(Protocol):
    """What a training says of each of its steps."""

    @property
    def step(self) -> int: ...
    @property
    def metrics(self) -> dict[str, float]:
        """Empty for a step that was skipped."""
        ...

    @property
    def saved(self) -> bool: ...
    @property
    def skipped(self) -> frozenset[Path]:
        """Pictures that are left out."""
        ...


def follow(training: Iterator[StepReport], interrupted: threading.Event, report: Report, why_skipped: str = "cannot be read") -> None:
    """Train until the end or an interrupt, and say now and then how it goes."""
    said_at = time.monotonic()
    skipped: frozenset[Path] = frozenset()
    for done in training:
        for path in sorted(done.skipped - skipped):
            report.note(f"{path} {why_skipped} and is left out.")
        skipped = done.skipped
        if not done.metrics:
            report.note(f"Step {done.step} had no finite gradient and was skipped.")
        elif done.saved or time.monotonic() - said_at > NEWS_SECONDS:
            said_at = time.monotonic()
            losses = ", ".join(f"{name} {value:.3f}" for name, value in done.metrics.items())
            report.step(f"step {done.step}: {losses}", step=done.step, **done.metrics)
        if interrupted.is_set():
            break


def command_line() -> str:
    """The command line as it is kept in the model: whole paths say more of a machine than others need to know."""
    return shlex.join(["sfumato", *(Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:])])
