"""The rack of effects on a generator's features: what is in it, what is switched on, and in which order they follow."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from desktop.state.explorer.steering import Steering
from engine.api.exploring import GeneratorInfo
from engine.api.latent import GREATEST_SEED, MOST_BENDS, Bend, BendKind
from engine.api.place_kinds import Group

BEGINNINGS: Mapping[BendKind, float] = {
    "scale": 1.6,
    "zoom": 1.4,
    "rotate": 30.0,
    "shift-x": 0.2,
    "shift-y": 0.2,
    "blur": 0.3,
    "noise": 0.6,
    "threshold": 0.6,
    "invert": 0.5,
}
"""The amount that an effect begins with: one that is seen at once."""

GROUP_WORDS: Mapping[Group, str] = {"coarse": "Coarse", "middle": "Middle", "fine": "Fine"}


@dataclass(frozen=True)
class Effect:
    bend: Bend
    is_on: bool = True

    @property
    def acts(self) -> bool:
        return self.is_on and not self.bend.is_idle


class Bending(QObject):
    """The rack stays on while one goes from picture to picture by seed or map. A picture that one goes back to brings its own bends;
    where it has none, the rack is switched off, and nothing in it is lost. `changed` follows what the page shows."""

    changed = Signal()

    def __init__(self, steering: Steering, parent: QObject | None = None, draw: Callable[[], int] | None = None) -> None:
        super().__init__(parent)
        self._steering = steering
        self._draw = draw or (lambda: random.randrange(GREATEST_SEED + 1))
        self._former: tuple[Effect, ...] = ()
        self.effects: tuple[Effect, ...] = ()
        self.levels: tuple[tuple[int, str], ...] = ()
        """The sides, in pixels, of the features that can be bent, with their names; none: this generator cannot be bent."""
        steering.changed.connect(self._follow)

    @property
    def is_full(self) -> bool:
        return len(self.effects) >= MOST_BENDS

    @property
    def is_on(self) -> bool:
        """Whether something in the rack is switched on."""
        return any(effect.is_on for effect in self.effects)

    @property
    def can_restore(self) -> bool:
        return bool(self._former) and not self.effects

    def open(self, info: GeneratorInfo | None) -> None:
        """The rack of another generator: what fits its levels stays, switched off."""
        self.levels = () if info is None else level_names(info)
        if info is not None:
            sides = {side for side, _ in self.levels}
            self.effects = tuple(replace(effect, is_on=False) for effect in self.effects if effect.bend.side in sides)
            self._former = ()
        self.changed.emit()

    # The rack

    def add(self, kind: BendKind) -> None:
        """Put an effect at the end, where a middling level makes it seen; a full rack takes none."""
        if self.levels and not self.is_full:
            side = self.levels[(len(self.levels) - 1) // 2][0]
            self._set((*self.effects, Effect(Bend(kind, BEGINNINGS[kind], side, seed=self._draw()))))
            self.rest()

    def remove(self, place: int) -> None:
        self._set(self.effects[:place] + self.effects[place + 1 :])
        self.rest()

    def shift(self, place: int, by: int) -> None:
        """Let an effect come earlier or later than its neighbours."""
        to = place + by
        if 0 <= place < len(self.effects) and 0 <= to < len(self.effects):
            effects = list(self.effects)
            effects.insert(to, effects.pop(place))
            self._set(tuple(effects))
            self.rest()

    def switch(self, place: int, on: bool) -> None:
        self._change(place, replace(self.effects[place], is_on=on))
        self.rest()

    def switch_all(self, on: bool) -> None:
        """The picture with all effects, or without any."""
        self._set(tuple(replace(effect, is_on=on) for effect in self.effects))
        self.rest()

    def reset(self) -> None:
        """Empty the rack; `restore` brings back what was in it."""
        former = self.effects
        self._set(())
        self._former = former
        self.changed.emit()
        self.rest()

    def restore(self) -> None:
        if self.can_restore:
            self._set(self._former)
            self.rest()

    # An effect

    def set_side(self, place: int, side: int) -> None:
        """Bend the features that are so many pixels a side."""
        self._bend(place, replace(self.effects[place].bend, side=side))
        self.rest()

    def set_amount(self, place: int, amount: float) -> None:
        """While a hand slides; `rest` ends it."""
        self._bend(place, replace(self.effects[place].bend, amount=amount))

    def set_channels(self, place: int, share: float) -> None:
        """Bend this share of the features, 0..1, while a hand slides; `rest` ends it."""
        self._bend(place, replace(self.effects[place].bend, channels=share))

    def draw_others(self, place: int) -> None:
        """Bend as many other features, and with other noise."""
        self._bend(place, replace(self.effects[place].bend, seed=self._draw()))
        self.rest()

    def rest(self) -> None:
        self._steering.rest()

    def _bend(self, place: int, bend: Bend) -> None:
        self._change(place, replace(self.effects[place], bend=bend))

    def _change(self, place: int, effect: Effect) -> None:
        self._set((*self.effects[:place], effect, *self.effects[place + 1 :]))

    def _set(self, effects: tuple[Effect, ...]) -> None:
        self.effects = effects
        self._former = ()
        self._steering.set_bends(self._acting(), sliding=True)
        self.changed.emit()

    def _acting(self) -> tuple[Bend, ...]:
        return tuple(effect.bend for effect in self.effects if effect.acts)

    def _follow(self) -> None:
        """The picture's bends are what the rack does."""
        base = self._steering.base
        if base is None or base.bends == self._acting():
            return
        if base.bends:
            self.effects = tuple(Effect(bend) for bend in base.bends)
        else:
            self.effects = tuple(replace(effect, is_on=False) for effect in self.effects)
        self.changed.emit()


def level_names(info: GeneratorInfo) -> tuple[tuple[int, str], ...]:
    """The sides of a generator's levels, each with a name from "Coarsest" to "Finest"; none where it has no levels to bend."""
    names = []
    for level, side in enumerate(info.sides):
        word = GROUP_WORDS[info.groups[2 * level]]  # a level's own code is at every second place; see `engine.latent.codes.layer_sides`
        if len(info.sides) > 1:
            word = "Coarsest" if level == 0 else "Finest" if level == len(info.sides) - 1 else word
        names.append((side, f"{word} · {side} px"))
    return tuple(names)
