"""The watch within a run: when it observes, when it judges, and the samples that it judges by."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from engine.nets.generators import Generator, Noise
from engine.training.generator import augment
from engine.training.generator.config import GROUP, TrainGenerator
from engine.training.generator.dataset import PictureSet
from engine.training.generator.material import Dice, Purpose, StepNoise, floats, mirrored, picture_rng, stream, styles
from engine.training.generator.pieces import Steps, made_steps, parts
from engine.training.generator.trainer import Trainer
from engine.training.watch import Verdict, Watch

OBSERVATIONS = 10
"""How often logits are looked at in a window."""

SAMPLES = 256
"""How many pictures of fixed latents a verdict is based on."""

AT_ONCE = 64
"""How many of them are made in one go, at the most: a place to turn to something else comes after each, …"""

PIXELS_AT_ONCE = 16 * 64 * 64
"""… and on a CPU after so many pixels."""


class Watching:
    """Feeds a `Watch` from a trainer, always from (seed, step), so that a resumed run is judged alike."""

    def __init__(self, config: TrainGenerator, pictures: PictureSet) -> None:
        self.config, self.pictures = config, pictures
        self.interval = max(1, round(config.watch.window / OBSERVATIONS / config.batch))
        """Steps between two observations."""

    @cached_property
    def watch(self) -> Watch:
        """It looks through the pictures when it is first needed: of several processes that train together, in one alone."""
        return Watch(self.pictures, self.config.watch)

    @property
    def first_augmentation(self) -> float:
        return self.watch.first_augmentation if self.config.augmentation is None else self.config.augmentation

    def is_to_observe(self, trainer: Trainer) -> bool:
        """Whether the watch is to see logits before the next step."""
        step = trainer.state.step
        return self.watch.watchable and step > trainer.state.observed_at and step % self.interval == 0

    def observe_steps(self, trainer: Trainer) -> Steps[None]:
        """Let the watch see logits of training, held-out and made pictures, all augmented alike. Changes nothing before its end."""
        dice = Dice(self.config.seed, trainer.state.step, trainer.state.restores)
        count, device = min(self.config.batch, 4 * GROUP), trainer.device
        rng, coins = picture_rng(self.config.seed, dice.step, Purpose.WATCH), dice.generator(Purpose.WATCH)
        made = yield from self._made(trainer, dice, count)
        known, held = (floats(pixels, device) for pixels in (self.pictures.batch(rng, count), self._held_out(rng, count)))
        batches = [self._mirrored(known, coins), self._mirrored(held, coins), made]
        p, logits = trainer.state.augmentation, []
        for batch in batches:
            shown = augment.apply(batch, augment.draw(count, p, coins).to(device))
            logits.append((yield from trainer.judge_steps(shown)))
        self.watch.observe(*logits)
        trainer.state.observed_at = trainer.state.step

    def _made(self, trainer: Trainer, dice: Dice, count: int) -> Steps[Tensor]:
        latents = dice.latents(count, trainer.generator, 0.0, Purpose.WATCH).to(trainer.device)
        noise = StepNoise(stream(dice.seed, dice.step, Purpose.WATCH), count, trainer.device)
        with torch.no_grad():
            ruling = styles(trainer.generator, latents)
        made = []
        for part in parts(slice(0, count), GROUP if trainer.critic.comparing else count):
            made.append((yield from made_steps(trainer.generator, ruling[part], noise.of(part), contextlib.nullcontext, None)))
        return torch.cat(made)

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
    """Pictures of `fixed_latents`, uint8 on the CPU, some at a time, with noise that stays the same, too."""
    latents = fixed_latents(seed, count, network)
    device = network.mean_w.device
    at_once = AT_ONCE if device.type != "cpu" else min(AT_ONCE, max(1, PIXELS_AT_ONCE // network.config.size**2))
    for start in range(0, count, at_once):
        part = latents[start : start + at_once].to(device)
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16, enabled=precision is torch.bfloat16):
            styles = network.broadcast(network.map(part))
            made = network.synthesize(styles, Noise.seeded(range(start, start + len(part))))
        yield made.float().clamp(-1, 1).add(1).mul(127.5).round().byte().cpu()
