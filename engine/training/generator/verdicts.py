"""A verdict of the watch as a run's metrics keep it, and as the fronts are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from engine.api.training import Watched
from engine.training.generator.runs import Run
from engine.training.watch import Verdict


def record(verdict: Verdict) -> dict[str, Any]:
    """As plain JSON values."""
    said = {"state": verdict.state, "sentence": verdict.sentence, "actions": verdict.actions, "augmentation": verdict.augmentation}
    return said | asdict(verdict.signals)


def watched(kept: Mapping[str, Any], run: Run, seen: int) -> Watched:
    """A `record`, so many pictures into a run, with the sheet of suspects that lies in its folder. Raises LookupError or TypeError where it
    is none."""
    suspects = run.suspects_file(seen)
    return Watched(
        state=kept["state"],
        sentence=kept["sentence"],
        actions=tuple(kept["actions"]),
        gap=kept["gap"],
        auc=kept["auc"],
        copies=kept["copies"],
        coverage=kept["coverage"],
        diversity=kept["diversity"],
        augmentation=kept["augmentation"],
        suspects=suspects if suspects.exists() else None,
    )
