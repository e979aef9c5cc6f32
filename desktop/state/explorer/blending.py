"""Bookmarked pictures mixed on a pad: two, four, or this - that + other; form, parts and colours together or apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from PySide6.QtCore import QObject, Signal

from desktop.state.explorer.bookmarks import Bookmarks
from desktop.state.explorer.viewer import Viewer
from engine.api.place_kinds import GROUPS, Blend, Group

Mode = Literal["two", "four", "sum"]
PARENTS: dict[Mode, int] = {"two": 2, "four": 4, "sum": 3}
FARTHEST = 1.5
"""How many times the difference is added at the pad's right end."""

Spot = tuple[float, float]
"""Where on the pad, 0..1 each: from the left, from the top."""


class Blending(QObject):
    """Nothing is looked at before the artist moves something; `changed` follows what the page shows."""

    changed = Signal()

    def __init__(self, viewer: Viewer, bookmarks: Bookmarks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._bookmarks = bookmarks
        self._chosen: list[str | None] = [None] * max(PARENTS.values())
        self.mode: Mode = "two"
        self.spots: dict[Group, Spot] = dict.fromkeys(GROUPS, (0.5, 0.5))
        self._looked_at: Blend | None = None
        self.is_live = False
        """Whether the picture that is looked at is the one that the pad stands for."""
        bookmarks.changed.connect(self._fill)
        viewer.moved.connect(self._follow)

    @property
    def parents(self) -> tuple[str | None, ...]:
        """The bookmarks that are mixed; None where there are too few."""
        return tuple(self._chosen[: PARENTS[self.mode]])

    @property
    def place(self) -> Blend | None:
        """What the pad stands for; None as long as a picture is missing."""
        members = [self._bookmarks.find(id) if id is not None else None for id in self.parents]
        found = [member for member in members if member is not None]
        if len(found) < len(members):
            return None
        coarse, middle, fine = (weights(self.mode, self.spots[group]) for group in GROUPS)
        names = [member.name or "a picture" for member in found]
        return Blend(tuple(member.latent for member in found), coarse, middle, fine, f"{names[0]} with {names[1]}")

    def set_mode(self, mode: Mode) -> None:
        self.mode = mode
        self._looked_at, self.is_live = None, False
        self.changed.emit()

    def set_parent(self, slot: int, id: str) -> None:
        """Mix this bookmark in, in place of the one that was there."""
        self._chosen[slot] = id
        self._look()
        self._viewer.rest()

    def move(self, groups: Iterable[Group], spot: Spot) -> None:
        """Take these layers to a place of the pad, while a hand slides; `rest` ends it."""
        across, down = (min(1.0, max(0.0, value)) for value in spot)
        self.spots |= dict.fromkeys(groups, (across, down if self.mode == "four" else 0.5))
        self._look()

    def rest(self) -> None:
        self._viewer.rest()

    def _look(self) -> None:
        self.changed.emit()
        place = self.place
        self._looked_at = place
        if place is not None:
            self._viewer.go(place, sliding=True)
        else:
            self._follow()

    def _follow(self) -> None:
        is_live = self._looked_at is not None and self._viewer.place is self._looked_at
        if is_live != self.is_live:
            self.is_live = is_live
            self.changed.emit()

    def _fill(self) -> None:
        """The newest bookmarks take the places that are free; one that was removed leaves its place."""
        kept = [id if id is not None and self._bookmarks.find(id) is not None else None for id in self._chosen]
        if kept != self._chosen:
            self._looked_at, self.is_live = None, False
        spare = iter([member.id for member in self._bookmarks.all if member.id not in kept])
        self._chosen = [next(spare, None) if id is None else id for id in kept]
        self.changed.emit()


def weights(mode: Mode, spot: Spot) -> tuple[float, ...]:
    """Of each parent, together 1. Two: from left to right; four: left and right above, left and right below; sum: this, that, other."""
    across, down = spot
    if mode == "two":
        return (1 - across, across)
    if mode == "sum":
        return (1.0, -FARTHEST * across, FARTHEST * across)
    return ((1 - across) * (1 - down), across * (1 - down), (1 - across) * down, across * down)
