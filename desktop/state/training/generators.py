"""The generators on this machine, and what they say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.client import RequestFailed
from desktop.state.link import Link
from desktop.state.tasks import Tasks
from engine.api.manifest import Manifest
from engine.api.requests import FindGenerators

KINDS = {"style": "style-based", "dcgan": "DCGAN", "dense": "the first GAN"}
"""The kinds of network, in words."""


@dataclass(frozen=True)
class Facts:
    """A generator's manifest in the artist's words; `rows` are names and values."""

    sentence: str
    rows: tuple[tuple[str, str], ...]


class Generators(QObject):
    """`changed` follows each look at what there is."""

    changed = Signal()

    def __init__(self, link: Link, tasks: Tasks, own_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._tasks = tasks
        self._own_folder = own_folder
        self.all: tuple[Manifest, ...] = ()
        self.trouble = ""
        """Why they cannot be told, in a sentence."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(model.id for model in self.all)

    def look(self) -> None:
        """Ask the engine anew."""
        self._tasks.spawn_latest(self._look(), "find generators")

    def find(self, id: str | None) -> Manifest | None:
        return next((model for model in self.all if model.id == id), None)

    def is_own(self, model: Manifest) -> bool:
        """Whether the artist trained or brought it."""
        return model.path.parent == self._own_folder

    async def _look(self) -> None:
        try:
            self.all, self.trouble = await self._link.run(FindGenerators()), ""
        except RequestFailed as failed:
            self.trouble = failed.failure.sentence
        self.changed.emit()


def facts(model: Manifest) -> Facts:
    """What is known of a generator; a manifest of another version may say less."""
    made, original = model.provenance, model.originality
    rows = [("Pictures", f"{model.config.get('size', '?')} × {model.config.get('size', '?')} px, {_kind(model)}")]
    if isinstance(made.get("pictures"), int):
        each = made.get("seen", 0) / max(1, made["pictures"])
        rows.append(("Learnt from", f"{made['pictures']:,} pictures, each shown about {each:,.0f} times"))
    if isinstance(made.get("hours"), int | float):
        rows.append(("Trained for", _hours(float(made["hours"]))))
    for name, key in (("May be copies", "copies"), ("Covers", "coverage")):
        if isinstance(share := original.get(key), int | float) and not original.get("too_early"):
            rows.append((name, f"{share:.0%} of {'its samples' if key == 'copies' else 'the pictures'}"))
    if original.get("held_out"):
        rows.append(("Held out", f"{original['held_out']} pictures, to tell learning from copying"))
    if model.licence:
        rows.append(("Licence", model.licence))
    return Facts(str(original.get("sentence") or "It carries no originality report."), tuple(rows))


def in_few_words(model: Manifest) -> str:
    """One line beside its name."""
    return f"{model.config.get('size', '?')} px, {_kind(model)}"


def _kind(model: Manifest) -> str:
    kind: Any = model.config.get("kind", "style")
    return KINDS.get(kind, str(kind))


def _hours(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 1.5 else f"{max(1, round(hours * 60))} minutes" if hours * 60 >= 1.5 else "a minute or less"
