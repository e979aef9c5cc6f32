"""Everything random in a step, drawn from (seed, step) before it begins.

A step that is computed in one piece or in several, today or after a crash, sees the same pictures, latents and augmentations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.nets.generators import Generator, Noise
from engine.training.generator import augment
from engine.training.generator.config import GROUP

SECOND_LOOK = 0.5
"""The probability of augmentation for the critic of features, which otherwise knows a few thousand pictures by heart within minutes."""


class Purpose(IntEnum):
    """What random numbers are for: each purpose has a stream of its own."""

    PICTURES = 0
    LATENTS = 1
    NOISE = 2
    AUGMENTATION = 3
    PENALTY = 4
    WATCH = 5
    SAMPLES = 6
    SECOND_LOOK = 7


def stream(seed: int, step: int, purpose: Purpose, attempt: int = 0) -> int:
    """The seed of a stream; `attempt` counts how often the run went back to a checkpoint, so that it takes another course."""
    sequence = np.random.SeedSequence((seed % 2**63, step, purpose, attempt))
    return int(sequence.generate_state(1, np.uint64)[0] >> 1)


def picture_rng(seed: int, step: int, purpose: Purpose = Purpose.PICTURES) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence((seed % 2**63, step, purpose)))


def floats(pixels: npt.NDArray[np.uint8], device: torch.device) -> Tensor:
    """uint8 (N, 3, S, S) to fp32 in -1..1, channels last."""
    pictures = torch.from_numpy(pixels).to(device).float().div_(127.5).sub_(1)
    return pictures.contiguous(memory_format=torch.channels_last)


def mirrored(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """(N, 3, S, S), left and right changed in half of them; `rng` is on the CPU."""
    coins = (torch.rand(len(pictures), generator=rng) < 0.5).to(pictures.device)
    return torch.where(coins[:, None, None, None], pictures.flip(3), pictures)


@dataclass(frozen=True)
class Latents:
    """z (N, latent), other latents to mix in, and the style slot (N,) from which on the others rule."""

    z: Tensor
    others: Tensor
    crossing: Tensor

    def __getitem__(self, part: slice) -> Latents:
        return Latents(self.z[part], self.others[part], self.crossing[part])

    def to(self, device: torch.device) -> Latents:
        return Latents(self.z.to(device), self.others.to(device), self.crossing.to(device))


@dataclass(frozen=True)
class Material:
    """What a step is made of: real pictures as the critic sees them, and how the made ones are drawn and augmented."""

    real: Tensor
    latents: Latents
    augmentation: augment.Draw
    noise: StepNoise
    second_look: tuple[augment.Draw, augment.Draw]
    """How real and made pictures are augmented for the critic of features, whatever the watch says."""
    blend: Tensor
    """(N, 1, 1, 1): where between real and made ones the Wasserstein game's penalty is taken."""


@dataclass(frozen=True)
class Dice:
    """Throws for one step."""

    seed: int
    step: int
    attempt: int = 0

    def generator(self, purpose: Purpose) -> torch.Generator:
        return torch.Generator().manual_seed(stream(self.seed, self.step, purpose, self.attempt))

    def latents(self, count: int, network: Generator, mixing: float, purpose: Purpose = Purpose.LATENTS) -> Latents:
        """`mixing` of the pictures cross over at a random slot (style mixing: StyleGAN, section 3.1); the others' slot is past the last."""
        rng = self.generator(purpose)
        z, others = (torch.randn(count, network.latent, generator=rng) for _ in range(2))
        crossing = torch.randint(1, max(2, network.layers), (count,), generator=rng)
        mixed = torch.rand(count, generator=rng) < mixing
        return Latents(z, others, torch.where(mixed, crossing, network.layers))

    def material(
        self, pixels: npt.NDArray[np.uint8], network: Generator, device: torch.device, mirror: bool, mixing: float, p: float
    ) -> Material:
        count = len(pixels)
        rng = self.generator(Purpose.AUGMENTATION)
        real = floats(pixels, device)
        if mirror:
            real = mirrored(real, rng)
        real = augment.apply(real, augment.draw(count, p, rng).to(device))
        return Material(
            real.contiguous(memory_format=torch.channels_last),
            self.latents(count, network, mixing).to(device),
            augment.draw(count, p, rng).to(device),
            StepNoise(stream(self.seed, self.step, Purpose.NOISE, self.attempt), count, device),
            self._second_look(count, device),
            torch.rand(count, 1, 1, 1, generator=self.generator(Purpose.PENALTY)).to(device),
        )

    def _second_look(self, count: int, device: torch.device) -> tuple[augment.Draw, augment.Draw]:
        rng = self.generator(Purpose.SECOND_LOOK)
        real, made = (augment.draw(count, SECOND_LOOK, rng).to(device) for _ in range(2))
        return real, made


def styles(network: Generator, latents: Latents, track: bool = False) -> Tensor:
    """The styles (N, layers, width) of a training step; `track`: let the mean style follow."""
    w = network.map(latents.z)
    if track:
        network.track_mean(w)
    ruling = network.broadcast(w)
    if network.layers > 1 and bool((latents.crossing < network.layers).any()):
        slots = torch.arange(network.layers, device=w.device)[None, :, None]
        ruling = torch.where(slots < latents.crossing[:, None, None], ruling, network.broadcast(network.map(latents.others)))
    return ruling


class StepNoise:
    """The noise of a step's `count` pictures. It is drawn for GROUP pictures at a time, so that it is the same however the batch is cut."""

    def __init__(self, seed: int, count: int, device: torch.device) -> None:
        self._seed, self._count, self._device = seed, count, device
        self._drawn: tuple[int, dict[tuple[int, torch.Size], Tensor]] = (-1, {})

    def of(self, part: slice) -> Noise:
        """That of the pictures `part`."""
        return _PartOfNoise(self, part)

    def planes(self, part: slice, layer: int, size: torch.Size) -> Tensor:
        """(len(part), 1, h, w)"""
        groups = range(part.start // GROUP, (part.stop - 1) // GROUP + 1)
        first = groups.start * GROUP
        planes = [self._group(group, layer, size) for group in groups]
        return (torch.cat(planes) if len(planes) > 1 else planes[0])[part.start - first : part.stop - first]

    def _group(self, group: int, layer: int, size: torch.Size) -> Tensor:
        """What was drawn for the last group is kept: its other parts are about to come."""
        if self._drawn[0] != group:
            self._drawn = (group, {})
        kept, key = self._drawn[1], (layer, size)
        if key not in kept:
            rng = torch.Generator(self._device).manual_seed((self._seed + group * _LAYERS + layer) % 2**63)
            kept[key] = torch.randn(min(GROUP, self._count - group * GROUP), 1, *size, generator=rng, device=self._device)
        return kept[key]


_LAYERS = 64  # more than any network has: no two layers of two groups share a stream


class _PartOfNoise(Noise):
    def __init__(self, whole: StepNoise, part: slice) -> None:
        self._whole, self._part = whole, part

    def draw(self, layer: int, like: Tensor) -> Tensor:
        return self._whole.planes(self._part, layer, like.shape[2:]).to(like.device, like.dtype)
