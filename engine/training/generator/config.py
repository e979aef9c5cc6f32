"""Everything that decides what a training run makes, as one value, and how two runs' options are compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from engine.api.errors import BadRequest
from engine.nets.generators.config import GeneratorConfig, Kind, preset
from engine.training.generator.dataset import Fit
from engine.training.generator.losses import GAMES, LossName
from engine.training.watch import WatchConfig

BUDGETS = frozenset(
    {"run", "minutes", "steps", "resume", "micro_batch", "precision", "quantum", "checkpoint_minutes", "preview_every", "licence"}
)
"""What may be another in every sitting: how long, on what and where a run goes on, not what it makes."""

TUNED = frozenset({"lr", "gamma"})
"""What a run may go on with another value of, from there on: it is said, and kept with the run. All else is another run."""

PENALTIES = {32: 0.3, 64: 0.3, 128: 2.0, 256: 8.0, 512: 32.0}
"""Weight of the gradient penalty by the side of the pictures. Pictures with more pixels are farther apart, so that the same logits need
smaller slopes. Up to 64 px more was too much in trainings of minutes; at 128 px the critic won ever more easily with 0.3, and with 2.0 the
house model's Fréchet distance was a fifth lower, 8,000 pictures after the change. From there it grows with the pixels, untried."""

GROUP = 8
"""Pictures that the critic compares with each other (its minibatch deviation): a micro-batch holds whole groups."""


@dataclass(frozen=True)
class TrainGenerator:
    """A run. Lengths of schedules are in pictures seen, so that another batch size changes nothing else."""

    folder: Path
    run: Path
    """The run's own folder; see `runs`."""
    network: GeneratorConfig = field(default_factory=GeneratorConfig)
    fit: Fit = "centre"
    minutes: float | None = None
    """How long this sitting may take; None: until stopped."""
    steps: int | None = None
    """The number of steps of the whole run; None: no limit."""
    resume: bool = False
    begin_from: Path | None = None
    """A model whose weights a new run begins with."""
    seed: int = 0
    loss: LossName = "relativistic"
    batch: int = 32
    micro_batch: int | None = None
    """Pictures computed at once; the gradients of a batch are accumulated. None: the whole batch, until memory runs out."""
    quantum: float | None = None
    """The longest, in seconds, that a piece of work should take: pictures are computed in parts for it, and compared in groups all the
    same. None: a micro-batch in one part."""
    lr: float = 2e-3
    betas: tuple[float, float] = (0.0, 0.99)
    lr_hold: int = 400_000
    """So many pictures long the learning rate stays; then it falls, along a cosine, …"""
    lr_fall: int = 1_600_000
    """… for so many pictures, …"""
    lr_least: float = 0.25
    """… to this share."""
    gamma: float = 0.3
    """Weight of the gradient penalty at the beginning; 0: none."""
    gamma_rest: float = 1 / 3
    gamma_fall: int = 400_000
    """So many pictures after the beginning the weight has come down to this share, along a cosine in the logarithm."""
    lazy: int = 8
    """The penalty is taken every so many steps, with so many times the weight (StyleGAN2, appendix B)."""
    mixing: float = 0.5
    """The share of pictures whose upper layers get another latent's style."""
    teacher: Path | None = None
    """A folder with the weights of SqueezeNet: a second critic looks through it (see `nets.generators.feature_critic`)."""
    mirror: bool = True
    """Show pictures mirrored, too; not for pictures with writing."""
    augmentation: float | None = None
    """A fixed probability; None: the watch decides."""
    watch: WatchConfig = field(default_factory=WatchConfig)
    precision: Literal["bfloat16", "float32"] = "bfloat16"
    checkpoint_minutes: float = 2.5
    preview_every: int = 6400
    """Pictures between two preview grids."""
    licence: str = ""
    """Under which the model may be used; it is written into it."""

    def checked(self) -> TrainGenerator:
        """Itself; raises BadRequest for values that make no sense."""
        if self.loss not in GAMES:
            raise BadRequest(f"The loss {self.loss}", f"it must be one of {', '.join(GAMES)}")
        if self.fit not in get_args(Fit):
            raise BadRequest(f"The fit {self.fit}", f"it must be one of {', '.join(get_args(Fit))}")
        if self.batch < 2 or (self.batch > GROUP and self.batch % GROUP):
            raise BadRequest(f"A batch of {self.batch}", f"it must be 2 to {GROUP}, or a multiple of {GROUP}")
        if self.micro_batch is not None and self.micro_batch not in self.micro_batches:
            sizes = ", ".join(map(str, self.micro_batches))
            raise BadRequest(f"A micro-batch of {self.micro_batch}", f"for a batch of {self.batch} it must be one of {sizes}")
        if self.augmentation is not None and not 0 <= self.augmentation <= 1:
            raise BadRequest(f"The augmentation {self.augmentation}", "it must lie between 0 and 1")
        if not (math.isfinite(self.lr) and self.lr > 0 and math.isfinite(self.gamma) and self.gamma >= 0):
            raise BadRequest("The learning rate and gamma", "they must be positive numbers")
        return self

    @property
    def micro_batches(self) -> tuple[int, ...]:
        """The sizes that a micro-batch may have, the largest first. Batch norm sees its whole batch: DCGAN is not cut."""
        if self.network.kind == "dcgan":
            return (self.batch,)
        sizes = [size for size in range(self.batch, 0, -1) if self.batch % size == 0 and (size % GROUP == 0 or size == self.batch)]
        return tuple(sizes)

    def check_shared_by(self, processes: int) -> None:
        """Raises BadRequest where a batch cannot be shared by so many: each gets as many whole micro-batches."""
        if processes == 1:
            return
        if self.network.kind == "dcgan":
            raise BadRequest(f"A training by {processes} processes", "DCGAN's batch norm sees its batch whole: train it with one")
        if self.batch % (processes * GROUP):
            able = [str(count) for count in range(1, self.batch // GROUP + 1) if self.batch % (count * GROUP) == 0]
            offer = f"{', '.join(able[:-1])} or {able[-1]} processes" if len(able) > 1 else "one process"
            raise BadRequest(f"A training by {processes} processes", f"a batch of {self.batch} can be shared by {offer}")

    @property
    def penalty_interval(self) -> int:
        """Steps between two gradient penalties; 0: none is taken."""
        if self.gamma == 0:
            return 0
        return 1 if GAMES[self.loss].interpolated else self.lazy

    def learning_rate(self, seen: int) -> float:
        """After so many pictures."""
        done = min(1.0, max(0.0, (seen - self.lr_hold) / max(1, self.lr_fall)))
        return self.lr * (self.lr_least + (1 - self.lr_least) * (1 + math.cos(math.pi * done)) / 2)

    def penalty_weight(self, seen: int) -> float:
        done = min(1.0, seen / max(1, self.gamma_fall))
        weight: float = self.gamma * self.gamma_rest ** ((1 - math.cos(math.pi * done)) / 2)
        return weight

    # ---- as plain values ----

    def to_plain(self) -> dict[str, Any]:
        """JSON values; `from_plain` makes the configuration of them again."""
        return {key: str(value) if isinstance(value, Path) else value for key, value in asdict(self).items()}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> TrainGenerator:
        """Raises BadRequest where they are of another version."""
        known = dict(values)
        try:
            known["network"] = GeneratorConfig.from_dict(known["network"])
            known["watch"] = WatchConfig(**known["watch"])
            known["betas"] = tuple(known["betas"])
            for name in ("folder", "run", "begin_from", "teacher"):
                known[name] = None if known.get(name) is None else Path(known[name])
            return cls(**known).checked()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadRequest("The run's config.json", "it was written by another version of Sfumato; begin a new run") from error

    def options(self) -> dict[str, Any]:
        """What decides what the run makes, without budgets; one level deep, paths by their names alone."""
        flat: dict[str, Any] = {}
        for key, value in asdict(self).items():
            if key in ("network", "watch"):
                flat |= {f"{key}.{name}": part for name, part in value.items()}
            elif key not in BUDGETS:
                flat[key] = value.name if isinstance(value, Path) else list(value) if isinstance(value, tuple) else value
        return flat


def recipe_for(kind: Kind, size: int, loss: LossName | None = None, *, light: bool = False) -> dict[str, Any]:
    """The options that are known to work for a kind of network, and for a loss where another than the kind's own is wished for.

    The classics have the numbers of their papers: Radford et al. 2015, section 4; Gulrajani et al. 2017, section 4.
    """
    recipe: dict[str, Any] = {"network": preset(size, kind, light=light), "gamma": PENALTIES.get(size, PENALTIES[64])}
    if kind != "style":
        recipe |= {"loss": "non-saturating", "lr": 2e-4, "lr_least": 1.0, "betas": (0.5, 0.999), "gamma": 0.0, "mixing": 0.0, "batch": 64}
    if loss is not None:
        recipe["loss"] = loss
    if loss == "wasserstein":
        recipe |= {"gamma": 10.0, "gamma_rest": 1.0}
    return recipe


def differences(before: Mapping[str, Any], now: Mapping[str, Any], *, tuned: bool) -> list[str]:
    """The options that are not what they were, in words: those that may be tuned on the way, or those that may not."""
    names = sorted(name for name in before.keys() | now.keys() if (name in TUNED) == tuned)
    changed = [name for name in names if before.get(name) != now.get(name)]
    return [f"{name.removeprefix('network.')} was {before.get(name)} and is now {now.get(name)}" for name in changed]
