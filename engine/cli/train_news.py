"""What `sfumato train` says while it goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.cli.report import Report
from engine.cli.training import NEWS_SECONDS

if TYPE_CHECKING:
    from engine.training.generator.loop import StepReport


def follow(training: Iterator[StepReport], interrupted: threading.Event, report: Report) -> str | None:
    """Train until the end or an interrupt, and say now and then how it goes; returns the watch's last state."""
    said_at = time.monotonic()
    state = None
    for done in training:
        for note in done.notes:
            report.note(note)
        if done.verdict is not None:
            state = done.verdict.state
            sentence = f"watch, after {done.seen} pictures: {state}. {done.verdict.sentence}"
            report.step(sentence, step=done.step, seen=done.seen, watch=state, said=done.verdict.sentence, **vars(done.verdict.signals))
        if done.metrics is not None and time.monotonic() - said_at > NEWS_SECONDS:
            said_at = time.monotonic()
            losses = ", ".join(f"{name} {value:.3f}" for name, value in done.metrics.items())
            report.step(f"step {done.step}, {done.seen} pictures: {losses}", step=done.step, seen=done.seen, **done.metrics)
        if interrupted.is_set() and (done.whole or done.phase in ("watch", "preview")):  # within a step it would be dropped
            break
    return state
