"""What stands behind the live picture: a code with its seed, variety and grain, and the steps that were taken from it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop.state.explorer.viewer import Viewer
from engine.api.latent import Bend, Latent, ModelKey
from engine.api.place_kinds import GROUPS, Direction, Group, Place, Push, Steered, Varied
from engine.api.requests import Generate

MOST_SEED = 999_999
FARTHEST = 4.0
"""Steps along a direction, either way: beyond it most generators show nothing that they have learnt."""


class Steering(QObject):
    """Each change moves the viewer; `changed` follows what the controls show. `step` 0 along a direction is where the base is."""

    changed = Signal()

    def __init__(self, viewer: Viewer, parent: QObject | None = None, draw: Callable[[], int] | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._draw = draw or (lambda: random.randrange(MOST_SEED + 1))
        self.base: Latent | None = None
        self._start: Latent | None = None
        self.locked: tuple[Group, ...] = ()
        self._variety = Generate.truncation
        self._pushes: dict[tuple[str, int], Push] = {}

    @property
    def seed(self) -> int | None:
        """None where the picture did not come from one."""
        return self.base.code if self.base is not None and isinstance(self.base.code, int) else None

    @property
    def source(self) -> Latent | Varied | None:
        """What the directions start from: the base, and the picture that it came of where it is no seed's own."""
        base, start = self.base, self._start
        is_own = base is not None and isinstance(base.code, int) and not base.bends
        return base if base is None or start is None or base == start or is_own else Varied(start, base)

    @property
    def place(self) -> Place | None:
        """Where the controls lead."""
        pushes = tuple(push for push in self._pushes.values() if push.amount)
        if self.base is None or not pushes:
            return self.source
        return Steered(self.base, pushes, self.locked, f"{self.base.name}, steered")

    def begin(self, model: ModelKey) -> None:
        """The first picture of a model."""
        self.base, self.locked, self._variety = None, (), Generate.truncation
        self._pushes.clear()
        self._start = Latent.of_seed(model, 0, Generate.truncation)
        self._set(self._start)

    def leave(self) -> None:
        self.base = self._start = None
        self._pushes.clear()
        self.changed.emit()

    def take(self, latent: Latent) -> None:
        """Start from a picture that something else led to; what was steered before is part of it."""
        self.base = self._start = latent
        if isinstance(latent.code, int):
            self._variety = latent.truncation
        self._pushes = {key: replace(push, amount=0.0) for key, push in self._pushes.items()}
        self.changed.emit()

    # The code

    def set_seed(self, seed: int) -> None:
        """The picture of a seed, as varied as the last one; steps along directions stay, so that they can be tried on another picture."""
        if self.base is not None:
            made = Latent.of_seed(self.base.model, seed, self._variety)
            self._start = replace(made, noise=seed if self.base.noise is not None else None)
            self._set(replace(self._start, bends=self.base.bends))

    def another(self) -> None:
        """A picture at random."""
        self.set_seed(self._draw())

    def set_variety(self, variety: float) -> None:
        """0: the mean picture; 1: all that was learnt. While a hand slides; `rest` ends it."""
        if self.base is not None:
            self._variety = variety
            self._set(replace(self.base, truncation=variety), sliding=True)

    def set_grain(self, on: bool) -> None:
        """With or without the finest, arbitrary detail."""
        if self.base is not None:
            self._set(replace(self.base, noise=(self.seed or 0) if on else None))

    def another_grain(self) -> None:
        """The same picture with other fine detail."""
        if self.base is not None:
            self._set(replace(self.base, noise=self._draw()))

    def set_bends(self, bends: tuple[Bend, ...], *, sliding: bool = False) -> None:
        """Bend the network's features on their way, in this order."""
        if self.base is not None:
            self._set(replace(self.base, bends=bends), sliding=sliding)

    # Directions

    def push_of(self, direction: Direction) -> Push:
        return self._pushes.get((direction.kind, direction.index), Push(direction, 0.0))

    def push(self, direction: Direction, amount: float) -> None:
        """Steps along a direction, while a hand slides; `rest` ends it."""
        self._keep(replace(self.push_of(direction), amount=amount))
        self._move(sliding=True)

    def set_groups(self, direction: Direction, groups: tuple[Group, ...]) -> None:
        """The layers in which a direction acts."""
        self._keep(replace(self.push_of(direction), groups=groups))
        self._move()

    def set_locked(self, group: Group, on: bool) -> None:
        """Layers that no direction may change."""
        self.locked = tuple(known for known in GROUPS if (on if known == group else known in self.locked))
        self._move()

    def straighten(self) -> None:
        """Back to where the directions began."""
        self._pushes = {key: replace(push, amount=0.0) for key, push in self._pushes.items()}
        self._move()

    @property
    def is_steered(self) -> bool:
        return any(push.amount for push in self._pushes.values())

    def rest(self) -> None:
        self._viewer.rest()

    def _keep(self, push: Push) -> None:
        self._pushes[(push.direction.kind, push.direction.index)] = push

    def _set(self, base: Latent, *, sliding: bool = False) -> None:
        self.base = base
        self._move(sliding=sliding)

    def _move(self, *, sliding: bool = False) -> None:
        self.changed.emit()
        place = self.place
        if place is not None and place != self._viewer.place:
            self._viewer.go(place, sliding=sliding)
