"""The watch within a run: when it observes, when it judges, and the samples that it judges by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine.nets.generators import Generator, Noise
from engine.training.generator import augment
from engine.training.generator.config import GROUP, TrainGenerator
from engine.training.generator.dataset import PictureSet
from engine.training.generator.material import Dice, Purpose, floats, make, mirrored, picture_rng, stream
from engine.training.generator.trainer import Trainer
from engine.training.watch import Verdict, Watch

OBSERVATIONS = 10
"""How often logits are looked at in a window."""

SAMPLES = 256
"""How many pictures of fixed latents a verdict is based on."""

AT_ONCE = 16
"""How many of them are made in one go: a place to turn to something else comes after each."""


class Watching:
    """Feeds a `Watch` from a trainer, always from (seed, step), so that a resumed run is judged alike."""

    def __init__(self, config: TrainGenerator, pictures: PictureSet) -> None:
        self.config, self.pictures = config, pictures
        self.watch = Watch(pictures, config.watch)
        self.interval = max(1, round(config.watch.window / OBSERVATIONS / config.batch))
        """Steps between two observations."""

    @property
    def first_augmentation(self) -> float:
        return self.watch.first_augmentation if self.config.augmentation is None else self.config.augmentation

    def observe(self, trainer: Trainer) -> None:
        """Let the watch see logits, where the step that has just ended is one to look at."""
        state = trainer.state
        if self.watch.watchable and state.step % self.interval == 0:
            self.watch.observe(*self._logits(trainer, Dice(self.config.seed, state.step, state.restores)))

    @torch.no_grad()
    def _logits(self, trainer: Trainer, dice: Dice) -> list[Tensor]:
        """Of training, held-out and made pictures, all augmented alike."""
        count, device = min(self.config.batch, 4 * GROUP), trainer.device
        rng, coins = picture_rng(self.config.seed, dice.step, Purpose.WATCH), dice.generator(Purpose.WATCH)
        latents = dice.latents(count, trainer.generator, 0.0, Purpose.WATCH).to(device)
        made = make(trainer.generator, latents, stream(dice.seed, dice.step, Purpose.WATCH))
        known, held = (floats(pixels, device) for pixels in (self.pictures.batch(rng, count), self._held_out(rng, count)))
        batches = [self._mirrored(known, coins), self._mirrored(held, coins), made]
        p = trainer.state.augmentation
        return [trainer.judge(augment.apply(batch, augment.draw(count, p, coins).to(device))) for batch in batches]

    def _mirrored(self, pictures: Tensor, coins: torch.Generator) -> Tensor:
        return mirrored(pictures, coins) if self.config.mirror else pictures

    def _held_out(self, rng: np.random.Generator, count: int) -> np.ndarray:
        held = self.pictures.held
        return self.pictures.pictures(rng.choice(held, count, replace=count > len(held)))

    def is_due(self, trainer: Trainer) -> bool:
        """Whether a verdict is to be given before the next step."""
        step = trainer.state.step
        return step > trainer.state.judged_at and step % (self.interval * OBSERVATIONS) == 0

    def judge(self, trainer: Trainer, samples: Tensor) -> Verdict:
        """Close the window, and do what the watch says: change the augmentation, where it is not fixed."""
        verdict = self.watch.window(samples, trainer.state.augmentation)
        if self.config.augmentation is None:
            trainer.state.augmentation = verdict.augmentation
        trainer.state.judged_at = trainer.state.step
        return verdict


def fixed_latents(seed: int, count: int, network: Generator) -> Tensor:
    """The same (count, latent) for a seed in every run, whatever `count`: the first ones stay the first."""
    rng = torch.Generator().manual_seed(stream(seed, 0, Purpose.SAMPLES))
    return torch.randn(count, network.latent, generator=rng)


def sample_steps(network: Generator, seed: int, count: int, precision: torch.dtype) -> Iterator[Tensor]:
    """Pictures of `fixed_latents`, uint8 on the CPU, up to AT_ONCE at a time, with noise that stays the same, too."""
    latents = fixed_latents(seed, count, network)
    device = network.mean_w.device
    for start in range(0, count, AT_ONCE):
        part = latents[start : start + AT_ONCE].to(device)
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=precision is torch.bfloat16):
            styles = network.broadcast(network.map(part))
            made = network.synthesize(styles, Noise.seeded(range(start, start + len(part))))
        yield made.float().clamp(-1, 1).add(1).mul(127.5).round().byte().cpu()
