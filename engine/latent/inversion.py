"""A photo looked for in a generator's space: a style for each layer that makes it, then a small change of the generator itself.

Optimisation in W+ (Abdal et al. 2019, arXiv 1904.03189) from the best of many random codes, then pivotal tuning (Roich et al. 2021,
arXiv 2106.05744), of the narrow layers only, so that the change is about a megabyte; the noise that the photo is made with is looked for
in both. Pictures are compared at several sizes and by what the model's own critic sees in them, where its companion file is there: a
network that was trained on just such pictures.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from engine.latent.directions import sampled
from engine.latent.free_noise import FreeNoise
from engine.latent.look import looks
from engine.latent.tuning import tuning_file
from engine.models.generators import GeneratorModel, training_file
from engine.nets.encoder import Encoder
from engine.nets.generators import Critic, FoundNoise, Generator, build_critic

CANDIDATES = 256
"""Random codes that the search begins among."""

BATCH = 8

GUESSES = -(-(CANDIDATES + 1) // BATCH)
"""How often `Search.start` yields: they and the mean code, in batches."""

RATE = 0.1
"""Of Adam, in parts of the codes' standard deviation; it falls along a cosine."""

NOISE_RATE = 0.1
"""Of Adam, for the noise while the code is looked for: it is of deviation 1."""

TUNING_RATE = 4e-3

TUNING_NOISE_RATE = 0.05

STRUCTURE = 0.1
"""Weight of what keeps the noise noise. It is slight: noise that draws the photo's lines leaves the weights more as they were, and what
one steers on from there looks the better for it. At 10 the lines vanish from the noise, and with them 6 dB or more."""

DRIFT = 0.02
"""Weight of what draws a code back to where codes usually are: beyond, the picture may fit and yet not be one to go on from."""

TUNED_CHANNELS = 128
"""Layers with more channels stay as they are: they hold most of the weights, and least of what one photo lacks."""

CRITIC_STAGES = 3
"""How deep the critic looks: farther on, it knows what is real rather than what is where."""

SCALES = (1, 2, 4)


@dataclass(frozen=True)
class Comparison:
    """How far a picture is from the photo, with a gradient. `photo` is (1, 3, S, S) in -1..1."""

    photo: Tensor
    critic: Sequence[nn.Module] = ()

    def __call__(self, picture: Tensor) -> Tensor:
        """A mean over pictures (N, 3, S, S)."""
        photo = self.photo.expand_as(picture)
        far = torch.stack([(_reduced(picture, scale) - _reduced(photo, scale)).square().mean() for scale in SCALES]).sum()
        x = picture
        for stage, wanted in zip(self.critic, self._features, strict=True):
            x = stage(x)
            far = far + 0.15 * (x - wanted).square().mean() / wanted.square().mean().clamp(min=1e-6)
        return far

    @cached_property
    def _features(self) -> list[Tensor]:
        """What the critic sees in the photo after each of its stages: the same in every step of a search."""
        x, found = self.photo, []
        with torch.no_grad():
            for stage in self.critic:
                x = stage(x)
                found.append(x)
        return found


def _reduced(picture: Tensor, scale: int) -> Tensor:
    return picture if scale == 1 else F.avg_pool2d(picture, scale)


def companion(model: GeneratorModel) -> bytes | None:
    """The file beside the model that its critic is in; None where there is none that can be read. No torch: for the thread of files."""
    try:
        return training_file(model.manifest.path).read_bytes()
    except OSError:
        return None


def critic_stages(model: GeneratorModel, data: bytes | None) -> tuple[nn.Module, ...]:
    """The first stages of the critic in a model's `companion`, frozen; none where there is no such file, or it does not fit."""
    if data is None:
        return ()
    try:
        tensors = load(data)
        critic: Critic = build_critic(model.network.config)
        critic.load_state_dict({key.removeprefix("critic."): value.float() for key, value in tensors.items() if key.startswith("critic.")})
    except (SafetensorError, RuntimeError):
        return ()
    stages = critic.to(model.device).eval().requires_grad_(False).stages
    return tuple(stages[:CRITIC_STAGES])


class Search:
    """Looks for the styles of a photo; `start` narrows it down, `steps` goes on from there. `styles` are the best so far, at any time."""

    def __init__(
        self,
        network: Generator,
        compare: Comparison,
        noise: int | None = 0,
        look: Callable[[Tensor], Tensor] | None = None,
        *,
        noise_is_free: bool = False,
    ) -> None:
        """`noise` is a seed, or None: without; the planes that it draws may be changed where they are free.

        `look` makes quick and perhaps reduced pictures of styles (N, layers, width), to begin among; by default the whole ones.
        """
        self.network, self.compare = network, compare
        self._look = look or (lambda styles: network.synthesize(styles, None))
        self._free = FreeNoise(network, noise) if noise_is_free and noise is not None else None
        self._noise = network.noise(noise, 1) if self._free is None else self._free.noise
        self.noise = None if self._free is None else self._free.found
        """The best so far, that `styles` go with; None where it is as the seed draws it."""
        codes = sampled(network, 2000)
        self._mean, self._deviation = codes.mean(0), codes.std(0).clamp(min=1e-3)
        self.styles = self._mean.expand(1, network.layers, -1).clone()

    def start(self, encoder: Encoder | None = None) -> Iterator[Tensor]:
        """Take the best of many random codes, compared small, or what an encoder guesses, where that is better. Yields the
        picture (1, 3, s, s) of the best so far as `look` made it."""
        side = min(32, self.network.config.size)
        wanted = Comparison(F.adaptive_avg_pool2d(self.compare.photo, side))

        def small(picture: Tensor) -> float:
            return float(wanted(F.adaptive_avg_pool2d(picture, side)))

        codes = torch.cat([self._mean[None], sampled(self.network, CANDIDATES)])
        least, nearest = math.inf, codes.new_zeros(0)
        for part in torch.split(codes, BATCH):
            with torch.no_grad():
                styles = self.network.broadcast(part, 0.7)
                pictures = self._look(styles)
            for place in range(len(pictures)):
                picture = pictures[place : place + 1]
                if (far := small(picture)) < least:
                    least, nearest, self.styles = far, picture, styles[place : place + 1].clone()
            yield nearest
        if encoder is not None:
            with torch.no_grad():
                guess = encoder(self.compare.photo)
                if small(self._look(guess)) < least:
                    self.styles = guess.clone()

    def steps(self, count: int) -> Iterator[Tensor]:
        """The picture (1, 3, S, S) of each step; the best styles so far are in `styles`."""
        offsets = torch.zeros_like(self.styles, requires_grad=True)
        start, least = self.styles.clone(), math.inf
        optimiser = _optimiser([offsets], RATE, self._free, NOISE_RATE)
        for step in range(count):
            _set_rates(optimiser, _falling(step, count))
            with torch.enable_grad():
                styles = start + offsets * self._deviation
                picture = self.network.synthesize(styles, self._noise)
                far = self.compare(picture)
                drift = ((styles - self._mean) / self._deviation).square().sub(1).clamp(min=0).mean()
                loss = far + DRIFT * drift + _structure(self._free)
            yield picture.detach()
            loss.backward()  # type: ignore[no-untyped-call]
            if float(far.detach()) < least:
                least, self.styles = float(far.detach()), styles.detach().clone()
                self.noise = None if self._free is None else self._free.found
            _step(optimiser, self._free)


class Tuning:
    """Changes a copy of the generator a little, so that the styles found make the photo more exactly."""

    def __init__(self, network: Generator, styles: Tensor, compare: Comparison, noise: int, found: FoundNoise | None = None) -> None:
        """`noise` is a seed, and `found` what a search made of its planes."""
        self._before, self._styles, self._compare = network, styles, compare
        self._free = FreeNoise(network, noise, found)
        self.network = copy.deepcopy(network)
        self._tuned = {name: part for name, part in self.network.named_parameters() if _is_narrow(name, part)}

    def steps(self, count: int) -> Iterator[Tensor]:
        """The picture of each step."""
        for part in self._tuned.values():
            part.requires_grad_(True)
        optimiser = _optimiser(list(self._tuned.values()), TUNING_RATE, self._free, TUNING_NOISE_RATE)
        for step in range(count):
            _set_rates(optimiser, _falling(step, count))
            with torch.enable_grad():
                picture = self.network.synthesize(self._styles, self._free.noise)
                loss = self._compare(picture) + _structure(self._free)
            yield picture.detach()
            loss.backward()  # type: ignore[no-untyped-call]
            _step(optimiser, self._free)
        for part in self._tuned.values():
            part.requires_grad_(False)

    def delta(self) -> bytes:
        """The change alone, as a file."""
        before = dict(self._before.named_parameters())
        return tuning_file({name: part.detach() - before[name] for name, part in self._tuned.items()}, self._free.found)


def _optimiser(parts: list[Tensor], rate: float, free: FreeNoise | None, noise_rate: float) -> torch.optim.Adam:
    groups = [{"params": parts, "highest": rate}]
    if free is not None and free.parameters:
        groups.append({"params": free.parameters, "highest": noise_rate})
    return torch.optim.Adam(groups, lr=rate, betas=(0.9, 0.99))


def _set_rates(optimiser: torch.optim.Adam, share: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = group["highest"] * share


def _step(optimiser: torch.optim.Adam, free: FreeNoise | None) -> None:
    optimiser.step()
    optimiser.zero_grad()
    if free is not None:
        free.settle()


def _structure(free: FreeNoise | None) -> Tensor | float:
    return 0.0 if free is None else STRUCTURE * free.structure()


def _is_narrow(name: str, parameter: Tensor) -> bool:
    """Weights of the synthesis with few channels; neither the mapping nor the affine maps, which say what a style means."""
    return "mapping" not in name and "affine" not in name and max(parameter.shape, default=1) <= TUNED_CHANNELS


def _falling(step: int, count: int) -> float:
    """From 1 to nearly 0, after a short rise."""
    return min(1.0, (step + 1) / 10) * (0.02 + 0.98 * (1 + math.cos(math.pi * step / count)) / 2)


# ---- how good it is ----


def psnr(picture: Tensor, photo: Tensor) -> float:
    """Of pictures in -1..1, in decibels."""
    error = float((picture.clamp(-1, 1) - photo).square().mean()) / 4
    return 10 * math.log10(1 / max(error, 1e-10))


def likeness(picture: Tensor, photo: Tensor, usual: float) -> float:
    """0..1; `usual` is how far apart two random pictures of the model look."""
    return max(0.0, 1 - float((looks(picture) - looks(photo)).norm()) / usual)
