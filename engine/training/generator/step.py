"""One step of the game, from its material to the gradients of both networks, in pieces of work.

Pictures are compared in blocks, which decide the numbers; they are computed in parts of a block, which decide how long a piece takes, and
nothing but the last bits of a sum.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

import torch
from torch import Tensor

from engine.nets.generators import Critic
from engine.nets.generators import Generator as Network
from engine.nets.generators.feature_critic import FeatureCritic
from engine.training.generator import augment, losses
from engine.training.generator.config import GROUP, TrainGenerator
from engine.training.generator.losses import GAMES, Game
from engine.training.generator.material import Material, styles
from engine.training.generator.penalty import penalty_steps
from engine.training.generator.pieces import Casting, Steps, logit_steps, made_steps, parts
from engine.training.generator.tape import Tape
from engine.training.generator.team import ALONE, Team

if TYPE_CHECKING:
    from engine.training.generator.trainer import State

PENALTY_AT_ONCE = 2
"""While nothing better is known, a penalty is taken on so many pictures in one piece; the rest of the work on GROUP."""

T = TypeVar("T")

Phase = Literal["critic", "regularisation", "generator", "watch", "preview"]


@dataclass(eq=False)
class Step:
    """To be run once: first the critic's phases, then an optimiser's step, then the generator's."""

    config: TrainGenerator
    state: State
    generator: Network
    critic: Critic
    material: Material
    casting: Casting
    team: Team = ALONE
    second: FeatureCritic | None = None
    """The critic that looks through a classifier, if there is one."""
    measured: dict[str, Tensor] = field(default_factory=dict)
    """This process's share of the losses and mean logits; on the device, so that a step does not wait for numbers that nobody reads."""
    _real_logits: Tensor | None = None
    """(batch,), as the critic gave them: this process's share, and zeros."""
    _fakes: list[list[Tensor]] = field(default_factory=list)
    """Of each block its parts, as the critic saw them."""
    _seen: dict[int, list[Tensor]] = field(default_factory=dict)
    """What the second critic's classifier answered to them, by a part's first picture."""
    _graph: Tape | None = None
    """How they were made, where all of them are held: the same made pictures serve both networks."""

    def critic_phases(self) -> Iterator[Phase]:
        """Fill the critic's gradients; once more from the start where memory ran out on the way."""
        self._critic_learns(True)
        self.measured.clear()
        for critic in filter(None, (self.critic, self.second)):
            critic.zero_grad(set_to_none=True)
        self._fakes, self._seen = [], {}
        self._real_logits = torch.zeros(self.config.batch, device=self.material.real.device)
        self._graph = Tape() if self.state.micro_batch >= self.config.batch // self.team.size else None
        with torch.set_grad_enabled(self._graph is not None):
            ruling = self._styles(self._graph, track=True)
        yield "critic"
        found = []
        for block in self._blocks():
            fakes = yield from _as("critic", self._made(ruling, block, self._graph))
            tape = Tape()
            real = [self.material.real[part] for part in parts(block, self.at_once)]
            real_logits = yield from _as("critic", logit_steps(self.critic, real, self.casting, tape))
            made = [part.detach() for part in fakes]
            fake_logits = yield from _as("critic", logit_steps(self.critic, made, self.casting, tape))
            loss = self._game.critic(real_logits, fake_logits) * self._share(block)
            loss.backward()  # type: ignore[no-untyped-call]
            yield from _as("critic", tape.back())
            found.append(torch.stack([loss, real_logits.mean() * self._share(block), fake_logits.mean() * self._share(block)]).detach())
            if self.second is not None:
                yield from _as("critic", self._second_learns(self.second, block, fakes))
            self._real_logits[block] = real_logits.detach()
            self._fakes.append(fakes if self._graph is not None else made)
        self.measured |= dict(zip(("critic", "real", "fake"), torch.stack(found).sum(0), strict=True))
        yield from _as("regularisation", self._penalty())

    def generator_phases(self) -> Iterator[Phase]:
        """Fill the generator's gradients."""
        self._critic_learns(False)
        self.generator.zero_grad(set_to_none=True)
        # Where memory runs out, this graph must not be held through the next try, which makes the pictures anew.
        assert self._real_logits is not None, "the critic's phases come first"
        graph, fakes = self._graph, self._fakes
        self._graph, self._fakes = None, []
        self.measured.pop("features generator", None)  # of a try that ran out of memory
        made_before = graph is not None
        if not made_before:
            self._seen = {}
        if graph is None:
            graph = Tape()
            ruling = self._styles(graph, track=False)
        found = []
        for number, block in enumerate(self._blocks()):
            tape = Tape()
            made = fakes[number] if made_before else (yield from _as("generator", self._made(ruling, block, tape)))
            logits = yield from _as("generator", logit_steps(self.critic, made, self.casting, tape))
            loss = self._game.generator(self._real_logits[block], logits) * self._share(block)
            loss.backward()  # type: ignore[no-untyped-call]
            if self.second is not None:
                yield from _as("generator", self._second_teaches(self.second, block, made, tape))
            yield from _as("generator", tape.back())
            found.append(loss.detach())
        yield from _as("generator", graph.back())
        self.measured["generator"] = torch.stack(found).sum()

    # ---- the critic of features: it compares no pictures with each other, so that every part is a piece by itself ----

    def _second_learns(self, second: FeatureCritic, block: slice, fakes: list[Tensor]) -> Steps[None]:
        real_look, found = self.material.second_look[0], []
        for part, fake in zip(parts(block, self.at_once), fakes, strict=True):
            with self.casting():
                made = self._second_looks(second, fake, part, self._graph)
                with torch.no_grad():
                    real = second.look(augment.apply(self.material.real[part], real_look[part]))
                loss = losses.features_critic(second.judge(real), second.judge([x.detach() for x in made])) * self._share(part)
            loss.backward()  # type: ignore[no-untyped-call]
            found.append(loss.detach())
            if self._graph is not None:
                self._seen[part.start] = made
            yield
        self._add("features critic", found)

    def _second_teaches(self, second: FeatureCritic, block: slice, fakes: list[Tensor], tape: Tape) -> Steps[None]:
        found = []
        for part, fake in zip(parts(block, self.at_once), fakes, strict=True):
            with self.casting():
                seen = self._seen.pop(part.start, None) or self._second_looks(second, fake, part, tape)
                loss = losses.features_generator(second.judge(seen)) * self._share(part)
            loss.backward()  # type: ignore[no-untyped-call]
            found.append(loss.detach())
            yield
        self._add("features generator", found)

    def _second_looks(self, second: FeatureCritic, fake: Tensor, part: slice, tape: Tape | None) -> list[Tensor]:
        """What the classifier, which never changes, answers to made pictures serves both networks, as the pictures do."""
        with torch.set_grad_enabled(tape is not None):
            seen = second.look(augment.apply(fake, self.material.second_look[1][part]))
        return seen if tape is None else list(tape.cut(*seen))

    def _add(self, name: str, found: list[Tensor]) -> None:
        self.measured[name] = self.measured.get(name, torch.zeros_like(found[0])) + torch.stack(found).sum()

    # ---- pieces of them ----

    @property
    def at_once(self) -> int:
        """Pictures that a piece of work is done for. Batch norm sees its batch whole."""
        if self.config.quantum is None or not self.critic.comparing:
            return self.state.micro_batch
        return min(self.state.at_once or GROUP, self.state.micro_batch)

    @property
    def _game(self) -> Game:
        return GAMES[self.config.loss]

    def _blocks(self) -> list[slice]:
        """This process's share of the batch, as it is compared."""
        return parts(self.team.own(self.config.batch, GROUP), min(self.state.micro_batch, max(GROUP, self.at_once)))

    def _share(self, block: slice) -> float:
        share: float = (block.stop - block.start) / self.config.batch
        return share

    def _styles(self, tape: Tape | None, track: bool) -> Tensor:
        """Of the whole batch: they cost next to nothing."""
        with self.casting():
            ruling = styles(self.generator, self.material.latents, track)
        return ruling if tape is None else tape.cut(ruling)[0]

    def _made(self, ruling: Tensor, block: slice, tape: Tape | None) -> Steps[list[Tensor]]:
        """The made pictures of a block, in parts, as the critic sees them."""
        made = []
        for part in parts(block, self.at_once):
            pictures = yield from made_steps(self.generator, ruling[part], self.material.noise.of(part), self.casting, tape)
            with torch.set_grad_enabled(tape is not None):
                seen = augment.apply(pictures, self.material.augmentation[part]).contiguous(memory_format=torch.channels_last)
            made.append(seen if tape is None else tape.cut(seen)[0])
            yield
        return made

    def _penalty(self) -> Steps[None]:
        """In fp32, on half the batch: its second derivatives cost as much as a whole step."""
        interval = self.config.penalty_interval
        if not interval or self.state.step % interval:
            return
        game, batch = self._game, self.config.batch
        count = batch if game.interpolated else max(1, batch // 2)
        own = self.team.own(count, GROUP)
        fakes = yield from self._fakes_for_penalty(own)
        real = self.material.real[own]
        measure, weight = losses.squared_length, 0.5
        batches = [real, fakes] if game.on_fakes else [real]
        if game.interpolated:
            measure, weight = losses.distance_from_one, 1.0
            batches = [torch.lerp(real, fakes, self.material.blend[own])]
        weight *= self.config.penalty_weight(self.state.seen) * interval / count
        taken = [torch.zeros((), device=real.device)]
        for pictures in batches:
            for block in parts(slice(0, len(pictures)), min(count, self._penalty_block(count))):
                cut = [pictures[part] for part in parts(block, self.penalty_at_once)]
                taken.append((yield from penalty_steps(self.critic, cut, measure, weight)))
        share = 1.0 if game.interpolated else 0.5
        self.measured["penalty"] = torch.stack(taken).sum() * share / count

    def _fakes_for_penalty(self, own: slice) -> Steps[Tensor]:
        """This process's share of them. In a team it is another share than it made before, because the penalty is taken on fewer."""
        if self.team.size == 1:
            return torch.cat([part.detach() for block in self._fakes for part in block])[own]
        with torch.no_grad():
            ruling = self._styles(None, track=False)
        made = yield from self._made(ruling, own, None)
        return torch.cat([self.material.real[:0], *made])

    @property
    def penalty_at_once(self) -> int:
        """The same of the penalty, whose pieces take several times as long."""
        if self.config.quantum is None or not self.critic.comparing:
            return self.state.micro_batch
        return min(self.state.penalty_at_once or PENALTY_AT_ONCE, self.state.micro_batch)

    def _penalty_block(self, count: int) -> int:
        """A count that is no multiple of GROUP is compared in groups of another size: it stays whole."""
        return max(GROUP, self.penalty_at_once) if count % GROUP == 0 else count

    def _critic_learns(self, learns: bool) -> None:
        for number, stage in enumerate(self.critic.stages):
            stage.requires_grad_(learns and number >= self.state.frozen)
        if self.second is not None:
            self.second.learns(learns)


def _as(phase: Phase, steps: Steps[T]) -> Generator[Phase, None, T]:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        yield phase
