"""A picture made anew in another model: its oldest ancestors first, then the same steps."""

from __future__ import annotations

import time
from collections.abc import Generator as Steps
from dataclasses import dataclass, field, replace
from typing import Any

from engine.api.errors import BadRequest
from engine.api.events import Progress
from engine.api.family import Member, Replayed, parents_of
from engine.api.latent import Bend, Latent, Morph
from engine.api.place_kinds import Blend, MapPoint, Place, Push, Steered, Varied, Waypoint
from engine.context import Context, Step, Wait
from engine.latent.codes import converted, fits
from engine.latent.directions import directions
from engine.latent.family import FamilyTree
from engine.latent.places import resolve
from engine.models.generators import GeneratorModel
from engine.nets.generators.style import StyleGenerator


def replayed(picture: Member, model: GeneratorModel, tree: FamilyTree, context: Context) -> Steps[Step, Any, Replayed]:
    """Ancestors that are not in the library are brought over by their codes. BadRequest where a code does not fit the other model."""
    count: int = yield Wait(context.io.submit(tree.line, picture.id))
    replay = _Replay(model, tree, context, count)
    latent = yield from replay.made(replace(picture.latent, name=picture.name), picture.place)
    return Replayed(latent, tuple(replay.changed))


@dataclass
class _Replay:
    model: GeneratorModel
    tree: FamilyTree
    context: Context
    count: int
    """Of the pictures that are made: itself and its ancestors."""
    changed: dict[str, None] = field(default_factory=dict)
    """What could not be done as it was, each sentence once and in order."""
    done: dict[str, Latent] = field(default_factory=dict)
    """By the key of the picture that is replayed: one that many came of is made once."""

    def made(self, picture: Latent, place: Place) -> Steps[Step, Any, Latent]:
        """The picture `picture`, which came of `place`, after its ancestors, however many they are; all enter the library."""
        waiting, begun = [(picture, place)], set[str]()
        while waiting:
            latest, came_of = waiting[-1]
            missing = [parent for parent in parents_of(came_of) if parent.key not in self.done]
            if latest.key in self.done:
                waiting.pop()
            elif missing:
                begun.add(latest.key)
                for parent in reversed(missing):
                    known: Member | None = yield Wait(self.context.io.submit(self.tree.find, parent.key))
                    # What is begun and not done waits for this one: such a ring is broken by the code alone.
                    waiting.append((parent, parent if known is None or parent.key in begun else known.place))
            else:
                yield from self._make(latest, came_of)
                waiting.pop()
        return self.done[picture.key]

    def _make(self, picture: Latent, place: Place) -> Steps[Step, Any, None]:
        """One whose parents are done."""
        anew = self._with(place, tuple(self.done[parent.key] for parent in parents_of(place)))
        yield Progress(len(self.done), self.count, "step by step")
        latent = anew.made if isinstance(anew, Varied) else anew if isinstance(anew, Latent) else (yield from self._resolved(anew))
        latent = self.done[picture.key] = replace(latent, name=self._named(picture), side=picture.side)
        yield Wait(self.context.io.submit(self.tree.keep, latent, anew, latent.name, time.time()))

    def _resolved(self, place: Place) -> Steps[Step, Any, Latent]:
        return (yield from resolve(place, self.context)).latent()

    def _with(self, place: Place, parents: tuple[Latent, ...]) -> Place:
        """The same place in the other model, with these pictures for its parents."""
        match place:
            case Latent():
                anew: Place = self._brought(place)
            case MapPoint():
                anew = replace(place, model=self.model.key, bends=self._bends(place.bends))
            case Varied(base=base, made=made):
                if made.code != base.code:
                    self._note(f"What was dragged in {made.name or 'the picture'} is left out: it is where it was.")
                same = replace(parents[0], truncation=made.truncation, noise=made.noise, bends=self._bends(made.bends), name=made.name)
                anew = Varied(parents[0], same)
            case Morph():
                anew = replace(place, a=parents[0], b=parents[1])
            case Blend():
                anew = replace(place, parents=parents)
            case Waypoint():
                anew = replace(place, journey=replace(place.journey, stops=parents))
            case Steered():
                anew = replace(place, base=parents[0], pushes=self._pushes(place.pushes))
        return anew

    def _brought(self, code: Latent) -> Latent:
        name, id = code.name or "the picture", self.model.key.id
        if not fits(code, self.model.network):
            raise BadRequest(name, f"it cannot be made anew: {id} has codes of another shape than {code.model.id}")
        if code.model != self.model.key and not isinstance(code.code, int):
            self._note(f"{name} was found in {code.model.id}; at the same place {id} has another picture.")
        if code.tuning is not None and code.model != self.model.key:
            self._note(f"What was changed in {code.model.id} for {name} stays behind.")
        return replace(converted(code, self.model), bends=self._bends(code.bends))

    def _bends(self, bends: tuple[Bend, ...]) -> tuple[Bend, ...]:
        network = self.model.network
        sides = network.config.sides if isinstance(network, StyleGenerator) else ()
        for bend in bends:
            if bend.side not in sides:
                self._note(f"The bend {bend.kind} at {bend.side} px is left out: {self.model.key.id} has no such level.")
        return tuple(bend for bend in bends if bend.side in sides)

    def _pushes(self, pushes: tuple[Push, ...]) -> tuple[Push, ...]:
        """Along the directions of the same rank of their kinds: what they change is the other model's affair."""
        kept = []
        for push in pushes:
            way = push.direction
            try:
                kept.append(replace(push, direction=directions(self.model, way.kind, way.index + 1)[way.index]))
            except BadRequest:
                self._note(f"The steps along {way.name} are left out: {self.model.key.id} has no such direction.")
        return tuple(kept)

    def _named(self, picture: Latent) -> str:
        """Names that tell the generator tell the new one."""
        return picture.name.replace(picture.model.id, self.model.key.id)

    def _note(self, sentence: str) -> None:
        self.changed[sentence] = None
