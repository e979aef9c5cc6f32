"""The memorisation watch: whether a generator learns from the training pictures, copies them, or collapses - and what to do.

The critic memorises long before the generator copies. So two signals come from its logits on training pictures, on pictures
that were held out, and on the generator's (all augmented alike): the gap r_v = (E D(train) − E D(held)) / (E D(train) −
E D(fake)) and AUC = P(D(train) > D(held)). They stand in for the r_t of Karras et al. 2020 (ADA, section 3.1), whose zero
relativistic losses do not have. Three more come from samples of the same latents in every window: copies, coverage, diversity.

The watch sees tensors and answers with verdicts; it changes nothing itself, and its state is plain values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor

from engine.training import watch_words
from engine.training.watch_features import Pictures, Surroundings, features, thumbnails

State: TypeAlias = Literal["green", "amber", "red"]


@dataclass(frozen=True)
class WatchConfig:
    """The rule's numbers. Gap and AUC are those of the module's text; `copies` is a share of the samples, 0..1."""

    window: int = 2000
    """Training pictures shown between two verdicts."""
    amber_auc: float = 0.60
    amber_gap: float = 0.25
    amber_windows: int = 2
    """Amber needs so many windows in a row: one may be noise. So does a collapse."""
    red_auc: float = 0.70
    red_gap: float = 0.40
    red_windows: int = 3
    """After so many red windows in a row training stops."""
    copies: float = 0.15
    collapse: float = 0.5
    """Collapsed: the samples' diversity fell below this share of the best so far …"""
    least_diversity: float = 0.15
    """… or never came above this, …"""
    grace: int = 4
    """… which is asked after so many windows: a young generator makes nothing but alike pictures."""
    counter: bool = True
    """Whether to answer with augmentation, and to stop."""
    small_set: int = 200
    first_augmentation: float = 0.5
    """The augmentation that a set under `small_set` pictures begins with; a larger one begins with none."""
    target_gap: float = 0.30
    augmentation_step: float = 0.06
    most_augmentation: float = 0.85


@dataclass(frozen=True)
class Signals:
    """What one window measured. Gap and AUC are None where nothing is held out, or no logits were observed."""

    gap: float | None
    auc: float | None
    copies: float
    """The share of the samples that are suspected copies, 0..1."""
    coverage: float
    """The share of the reference pictures with a sample near them, 0..1."""
    diversity: float
    """The mean distance between two samples, over that between two real pictures; about 1 is as varied as the pictures."""


@dataclass(frozen=True)
class Suspect:
    """A sample that may be a copy: its place among the samples, the picture's place in the set, and how far they are apart."""

    sample: int
    picture: int
    distance: float


@dataclass(frozen=True)
class Verdict:
    state: State
    sentence: str
    signals: Signals
    actions: tuple[str, ...]
    """What is to be done about it, in words for the log; the caller does it."""
    augmentation: float
    """The probability of augmentation from now on, 0..1."""
    suspects: tuple[Suspect, ...]
    """The nearest first."""
    best: bool
    """These are the best weights so far, the ones to restore: they cover most without copying; of equals, the later."""
    stop: bool
    """Stop, and restore the best weights."""


@dataclass(frozen=True)
class _Memory:
    """What is remembered between calls: plain numbers."""

    windows: int = 0
    warnings_in_row: int = 0
    narrow_in_row: int = 0
    reds_in_row: int = 0
    reds: int = 0
    best_coverage: float = -1.0
    best_copying: bool = True
    best_diversity: float = 0.0
    seen: int = 0
    """Observations of logits in the open window, and the sums of what they gave."""
    train: float = 0.0
    held: float = 0.0
    fake: float = 0.0
    auc: float = 0.0

    def logit_signals(self) -> tuple[float | None, float | None]:
        """(gap, AUC) of the open window."""
        if not self.seen:
            return None, None
        separation = max(1e-3, (self.train - self.fake) / self.seen)
        return (self.train - self.held) / self.seen / separation, self.auc / self.seen


class Watch:
    """Watches one run. Looks through all training pictures once, at the start."""

    def __init__(self, pictures: Pictures, config: WatchConfig | None = None) -> None:
        self.config = config if config is not None else WatchConfig()
        self.count = len(pictures.train) + len(pictures.held)
        self.watchable = len(pictures.held) > 0
        """Whether anything is held out, to tell memorising from learning."""
        self._train = np.asarray(pictures.train)
        self._held = len(pictures.held)
        self._surroundings = Surroundings(pictures)
        self._memory = _Memory()

    @property
    def first_augmentation(self) -> float:
        """The probability of augmentation to begin a run with."""
        return self.config.first_augmentation if self.config.counter and self.count < self.config.small_set else 0.0

    def observe(self, train: Tensor, held: Tensor, fake: Tensor) -> None:
        """Add the critic's logits (n,) on training, held-out and generated pictures, all augmented with the same probability.

        About ten times per window, in batches as the critic trains on (its minibatch deviation sees a group together).
        An observation that is not finite is left out.
        """
        train, held, fake = (logits.detach().float().cpu().flatten() for logits in (train, held, fake))
        if not self.watchable or not bool(torch.cat([train, held, fake]).isfinite().all()):
            return
        known = self._memory
        self._memory = replace(
            known,
            seen=known.seen + 1,
            train=known.train + float(train.mean()),
            held=known.held + float(held.mean()),
            fake=known.fake + float(fake.mean()),
            auc=known.auc + area_under_curve(train, held),
        )

    def window(self, samples: Tensor, augmentation: float) -> Verdict:
        """Close a window: judge what was observed under `augmentation` (a probability), and 256 samples or so.

        `samples`: (N, 3, S, S), uint8 or floats in −1..1, made by the average weights from the same latents every time.
        """
        signals, suspects = self._measure(samples)
        copying = signals.copies > self.config.copies
        best = (not copying, signals.coverage) >= (not self._memory.best_copying, self._memory.best_coverage)
        state, collapsed = self._judge(signals, copying, best)
        following = self._countered(signals, copying, augmentation)
        stop = self.config.counter and self._memory.reds_in_row >= self.config.red_windows
        actions = watch_words.actions(augmentation, following, stop)
        case = watch_words.Case(state, self.count, len(samples), len(suspects), copying, collapsed, self.watchable)
        return Verdict(state, watch_words.sentence(case, actions), signals, actions, following, suspects, best, stop)

    def _judge(self, signals: Signals, copying: bool, best: bool) -> tuple[State, bool]:
        """(state, collapsed) by the rule; remembers the window, and opens the next."""
        config, known = self.config, self._memory
        gap, auc = signals.gap or 0.0, signals.auc or 0.0
        warned = copying or auc > config.amber_auc or gap > config.amber_gap
        least = config.least_diversity if known.windows >= config.grace else 0.0
        narrow = signals.diversity < max(least, config.collapse * known.best_diversity)
        warnings = known.warnings_in_row + 1 if warned else 0
        narrows = known.narrow_in_row + 1 if narrow else 0
        collapsed = narrows >= config.amber_windows
        red = collapsed or (self.watchable and (copying or (auc > config.red_auc and gap > config.red_gap)))
        self._memory = _Memory(
            windows=known.windows + 1,
            warnings_in_row=warnings,
            narrow_in_row=narrows,
            reds_in_row=known.reds_in_row + 1 if red else 0,
            reds=known.reds + red,
            best_coverage=signals.coverage if best else known.best_coverage,
            best_copying=copying if best else known.best_copying,
            best_diversity=max(known.best_diversity, signals.diversity),
        )
        if red:
            return "red", collapsed
        return "amber" if warnings >= config.amber_windows or not self.watchable else "green", collapsed

    def _measure(self, samples: Tensor) -> tuple[Signals, tuple[Suspect, ...]]:
        small = thumbnails(samples)
        seen = features(small)
        nearest = self._surroundings.suspects(small)
        suspects = tuple(Suspect(sample, int(self._train[place]), distance) for sample, place, distance in nearest)
        gap, auc = self._memory.logit_signals()
        share = len(suspects) / len(samples)
        return Signals(gap, auc, share, self._surroundings.coverage(seen), self._surroundings.diversity(seen)), suspects

    def _countered(self, signals: Signals, copying: bool, augmentation: float) -> float:
        """The next probability: a step toward the target gap, upwards while samples are copies; the same where nothing is known."""
        if not self.config.counter or signals.gap is None:
            return augmentation
        direction = 1.0 if copying else float(np.sign(signals.gap - self.config.target_gap))
        return round(min(self.config.most_augmentation, max(0.0, augmentation + direction * self.config.augmentation_step)), 4)

    def originality_report(self, samples: Tensor, seen: int) -> dict[str, Any]:
        """What a finished model says of itself, as plain JSON values; measured on its samples (as those of `window`). `seen`: training
        pictures shown; after only a few, it is `too_early` to make anything of the figures."""
        signals, suspects = self._measure(samples)
        return {
            "sentence": watch_words.report(len(suspects), len(samples), len(self._train), self.watchable, seen),
            "too_early": seen < watch_words.EARLY,
            "pictures": len(self._train),
            "held_out": self._held,
            "samples": len(samples),
            "copies": round(signals.copies, 4),
            "coverage": round(signals.coverage, 4),
            "diversity": round(signals.diversity, 4),
            "windows": self._memory.windows,
            "red_windows": self._memory.reds,
        }

    def to_dict(self) -> dict[str, Any]:
        """Everything that a resumed run needs, as plain JSON values."""
        return asdict(self._memory)

    def load_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `to_dict`, with the same pictures and configuration."""
        self._memory = _Memory(**state)


def area_under_curve(greater: Tensor, lesser: Tensor) -> float:
    """P(greater > lesser) over all pairs of two 1-D tensors; a tie counts half."""
    apart = greater[:, None] - lesser[None]
    return float((apart > 0).float().mean() + 0.5 * (apart == 0).float().mean())
