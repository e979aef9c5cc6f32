"""What is to be trained, before it begins: one value with good defaults, and what can be chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from engine.api.naming import FORBIDDEN
from engine.api.requests import ExamineFolder, Train
from engine.api.training import Fit, NetworkKind, is_name

SIZES: Final = (64, 128, 256, 512)
"""Sides in pixels of what the style-based network learns."""
CLASSIC_SIZES: Final[Mapping[NetworkKind, int]] = {"dcgan": 64, "dense": 32}
"""The classics have one size each: that of their papers."""
MINUTES: Final = (15.0, 60.0, 180.0, 480.0, None)
"""Time budgets to choose from; None: until it is stopped."""
USUAL_MINUTES: Final = 60.0


@dataclass(frozen=True)
class Plan:
    """A training to be. `begin_from` is a generator's id, whose kind holds then, and whose size, `known_size`, is the least; None: from
    scratch."""

    folder: Path | None = None
    name: str = ""
    begin_from: str | None = None
    size: int = ExamineFolder.size
    kind: NetworkKind = ExamineFolder.kind
    fit: Fit = ExamineFolder.fit
    minutes: float | None = USUAL_MINUTES
    known_size: int | None = None

    @property
    def sizes(self) -> tuple[int, ...]:
        """Those that can be chosen: a style-based generator to begin with can grow, and not shrink."""
        if self.begin_from is None or self.known_size is None:
            return SIZES
        return tuple(size for size in SIZES if (size > self.known_size and self.kind == "style") or size == self.known_size)

    @property
    def grows(self) -> bool:
        return self.begin_from is not None and self.known_size is not None and self.size > self.known_size

    def with_kind(self, kind: NetworkKind) -> Plan:
        """A classic brings its own size along; the way back from it, the usual one."""
        if kind == self.kind:
            return self
        return replace(self, kind=kind, size=CLASSIC_SIZES.get(kind, ExamineFolder.size))

    def examination(self) -> ExamineFolder | None:
        """What has to be known of the folder; None without one."""
        return None if self.folder is None else ExamineFolder(self.folder, self.size, self.fit, self.kind)

    def request(self) -> Train:
        """Raises ValueError without a folder."""
        if self.folder is None:
            raise ValueError("there is no folder to train on")
        whole = Train(self.name.strip(), self.folder, self.size, self.kind, self.begin_from, self.fit, self.minutes)
        return whole if self.begin_from is None else replace(whole, size=self.size if self.grows else None, kind=None)


def trouble_with_name(name: str, taken: Collection[str]) -> str:
    """Why a model cannot be called so, in a sentence; empty where it can."""
    name = name.strip()
    if not name:
        return "Give the model a name."
    if not is_name(name):
        return "Letters, digits, spaces and dashes are fine in a name; words like CON and NUL, which Windows keeps to itself, are not."
    if name.casefold() in {known.casefold() for known in taken}:
        return f"There is a model called {name} already: choose another name."
    return ""


def suggested_name(folder: Path, taken: Collection[str]) -> str:
    """The folder's name as a model's, with a number where it is taken."""
    letters = (" " if letter in FORBIDDEN or not letter.isprintable() else letter for letter in folder.name)
    base = "".join(letters).strip(" .") or "My pictures"
    base = base if is_name(base) else f"My {base}"
    name, number = base, 2
    while trouble_with_name(name, taken):
        name, number = f"{base} {number}", number + 1
    return name
