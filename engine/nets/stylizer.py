"""A small dense stylizer for any style: a feed-forward network whose decoder is modulated by a code of the style.

The content goes down to an eighth of its size by a pixel-unshuffle stem and two strided convolutions; there, at the only
content-normalised site, its statistics are replaced (AdaIN, Huang & Belongie 2017, arXiv 1703.06868); every decoder block is
modulated channel by channel with (1 + gamma, beta) (FiLM, Perez et al. 2018, arXiv 1709.07871). Gamma and beta come from the
network's own style encoder, so no VGG is needed at run time. A single normalised site means that one pass over the content
collects all global statistics, whatever the size.

Pictures are float tensors (N, 3, H, W) in 0..1, with H and W multiples of 8. Codes are (N, `code_size`) in fp32.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDE = 8
"""The side of the square of pixels that one place of the deepest features stands for."""


Steps = Generator[None, None, Tensor]
"""A computation that yields between its layers, so that something more urgent may run there."""


def finish(steps: Steps) -> Tensor:
    """Run all steps at once."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Tensor = stop.value
            return result


@dataclass(frozen=True)
class StylizerConfig:
    """Channels at a half, a quarter and an eighth of the size, and of the style encoder's stages."""

    half: int = 24
    quarter: int = 48
    eighth: int = 96
    encoder: tuple[int, ...] = (32, 64, 128, 192)
    hidden: int = 384
    slope: float = 0.2
    """Of the leaky ReLUs in the residual blocks, for negative values. With 0 most of the blocks at an eighth died in training:
    their inputs are all positive, and a layer that drifts below zero gets no gradient to come back."""

    def to_dict(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, object]) -> StylizerConfig:
        encoder = values["encoder"]
        assert isinstance(encoder, list | tuple)
        numbers = {name: int(str(values[name])) for name in ("half", "quarter", "eighth", "hidden")}
        return cls(encoder=tuple(int(width) for width in encoder), slope=float(str(values["slope"])), **numbers)


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation of the content features at the normalised site, each (N, C, 1, 1) in fp32."""

    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, features: Tensor) -> Moments:
        """Moments over height and width of (N, C, h, w)."""
        values = features.float()
        variance, mean = torch.var_mean(values, (2, 3), keepdim=True)
        return cls(mean, (variance + 1e-5).sqrt())


@dataclass(frozen=True)
class Film:
    """Scale and shift of one site: each (N, C, 1, 1), or (N, C, h, w) where the style differs from place to place."""

    scale: Tensor
    shift: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.shift.to(x.dtype), x, self.scale.to(x.dtype))


class Conv3x3(nn.Conv2d):
    """A 3x3 convolution that repeats the edge around its input while it is trained, and pads with zeros when it is used.

    Crops are small: padded with zeros, every place of them sees a border, and the network learns to find its brightness there;
    then large pictures, whose middle sees none, go grey. In use, pictures and tiles bring a margin of real or mirrored pixels that
    is wider than what a place sees, so that the padding does not matter and can be the fastest.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(inputs, outputs, 3, stride, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.convolve(x, self.weight, self.bias)

    def convolve(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """`forward`, with the layer's weights in another precision."""
        if self.training:
            return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), weight, bias, self.stride)
        return F.conv2d(x, weight, bias, self.stride, self.padding)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around a leaky ReLU; the second starts at zero, so that a new block passes its input on."""

    def __init__(self, channels: int, slope: float) -> None:
        super().__init__()
        self.slope = slope
        self.first = Conv3x3(channels, channels)
        self.second = Conv3x3(channels, channels)
        nn.init.zeros_(self.second.weight)
        assert self.second.bias is not None
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor, film: Film | None = None) -> Tensor:
        y = self.first(x)
        if film is not None:
            y = film(y)
        return torch.add(x, self.second(F.leaky_relu(y, self.slope) if self.slope else F.relu(y)))


class StyleEncoder(nn.Module):
    """A style picture -> its code: mean and standard deviation of every channel of four strided stages, through an MLP.

    Every statistic enters the MLP standardised over many styles (`calibrate`): with torch's default initialisation and no
    standardisation the deeper stages, which see texture, fade out and never come to matter. The edges are repeated
    rather than padded with zeros: so a code depends on a picture's look, and not on how much of it is border.
    """

    center: Tensor
    spread: Tensor

    def __init__(self, widths: tuple[int, ...], hidden: int, code_size: int) -> None:
        super().__init__()
        inputs = (3, *widths[:-1])
        stages = [[nn.Conv2d(i, o, 3, 2, 1, padding_mode="replicate"), nn.ReLU()] for i, o in zip(inputs, widths, strict=True)]
        for stage, width in list(zip(stages, widths, strict=True))[1:]:  # at half the size one convolution is all that the time allows
            stage += [nn.Conv2d(width, width, 3, padding=1, padding_mode="replicate"), nn.ReLU()]
        self.stages = nn.ModuleList(nn.Sequential(*stage) for stage in stages)
        self.register_buffer("center", torch.zeros(2 * sum(widths)))
        self.register_buffer("spread", torch.ones(2 * sum(widths)))
        last = nn.Linear(hidden, code_size)
        self.head = nn.Sequential(nn.Linear(2 * sum(widths), hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), last)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                assert layer.bias is not None
                nn.init.zeros_(layer.bias)
        with torch.no_grad():
            last.weight.mul_(0.2)

    def steps(self, style: Tensor) -> Steps:
        """`forward`, yielding between stages."""
        statistics = yield from self._statistics(style)
        code: Tensor = self.head((statistics - self.center) / self.spread)
        return code.float()

    def _statistics(self, style: Tensor) -> Steps:
        moments = []
        x = style * 2 - 1
        for stage in self.stages:
            x = stage(x)
            yield
            flat = x.float().flatten(2)
            moments += [flat.mean(2), flat.std(2)]
        return torch.cat(moments, 1)

    def calibrate(self, styles: Tensor) -> None:
        """Set the standardisation from many styles (N, 3, H, W): once, when a training begins."""
        with torch.no_grad():
            statistics = finish(self._statistics(styles))
            self.center.copy_(statistics.mean(0))
            self.spread.copy_(statistics.std(0).clamp_min(1e-4))

    def forward(self, style: Tensor) -> Tensor:
        return finish(self.steps(style))


class StylizerNet(nn.Module):
    """Content encoder, style encoder and modulated decoder: `decode(features, code, moments)`."""

    def __init__(self, config: StylizerConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or StylizerConfig()
        half, quarter, eighth = config.half, config.quarter, config.eighth
        self.stem = Conv3x3(12, half)
        self.down4 = Conv3x3(half, quarter, stride=2)
        self.content4 = ResidualBlock(quarter, config.slope)
        self.down8 = Conv3x3(quarter, eighth, stride=2)
        self.content8 = nn.Sequential(ResidualBlock(eighth, config.slope), ResidualBlock(eighth, config.slope))
        self.style8 = nn.ModuleList((ResidualBlock(eighth, config.slope), ResidualBlock(eighth, config.slope)))
        self.up4 = nn.Conv2d(eighth, quarter, 1)
        self.style4 = ResidualBlock(quarter, config.slope)
        self.up2 = nn.Conv2d(quarter, half, 1)
        self.style2 = Conv3x3(half, half)
        self.head = Conv3x3(half, 12)
        self.sites = (eighth, eighth, eighth, quarter, half, 12)
        self.code_size = 2 * sum(self.sites)
        self.style_encoder = StyleEncoder(config.encoder, config.hidden, self.code_size)

    def encode_steps(self, content: Tensor) -> Steps:
        """`encode`, yielding between layers."""
        x = F.relu(self.stem(F.pixel_unshuffle(content * 2 - 1, 2)))
        yield
        x = F.relu(self.down4(x))
        yield
        x = self.content4(x)
        yield
        x = self.down8(x)
        yield
        features: Tensor = self.content8(F.relu(x))
        return features

    def encode(self, content: Tensor) -> Tensor:
        """(N, 3, H, W) -> content features (N, eighth, H/8, W/8)."""
        return finish(self.encode_steps(content))

    def code(self, style: Tensor) -> Tensor:
        """(N, 3, H, W) -> style code (N, code_size). Height and width are free (at least 16)."""
        code: Tensor = self.style_encoder(style)
        return code

    def films(self, code: Tensor) -> list[Film]:
        """The code (N, code_size), or a map of codes (N, code_size, h, w), split into the six sites' scales and shifts."""
        if code.dim() == 2:
            code = code[:, :, None, None]
        parts = torch.split(code, [width for site in self.sites for width in (site, site)], 1)
        return [Film(1 + gamma, beta) for gamma, beta in zip(parts[::2], parts[1::2], strict=True)]

    def decode_steps(self, features: Tensor, code: Tensor, moments: Moments | None = None) -> Steps:
        """`decode`, yielding between layers."""
        films = self._films_at(code)
        x = yield from self.body_steps(features, films, moments or Moments.of(features))
        yield
        return self.pixels(x, films[-1])

    def body_steps(self, features: Tensor, films: list[Film], moments: Moments) -> Steps:
        """The decoder up to its last layer: (N, half, H/2, W/2)."""
        site = films[0]
        normalised = Film(site.scale / moments.std, site.shift - moments.mean / moments.std * site.scale)
        x = normalised(features.float()).to(features.dtype)
        for block, film in zip(self.style8, films[1:3], strict=True):
            x = block(x, film)
            yield
        x = F.interpolate(self.up4(x), scale_factor=2.0, mode="nearest")
        yield
        x = self.style4(x, films[3])
        yield
        x = F.interpolate(self.up2(x), scale_factor=2.0, mode="nearest")
        yield
        return F.relu(films[4](self.style2(x)))

    def pixels(self, x: Tensor, film: Film) -> Tensor:
        """The last layer, always in fp32: one bf16 step near white is a whole 8-bit level."""
        with torch.autocast(x.device.type, enabled=False):
            bias = None if self.head.bias is None else self.head.bias.float()
            y = self.head.convolve(x.float(), self.head.weight.float(), bias)
            return self.shuffled(y, film)

    @staticmethod
    def shuffled(y: Tensor, film: Film) -> Tensor:
        """The last layer's sums (N, 12, H/2, W/2), modulated, as a picture."""
        return F.pixel_shuffle(film(y), 2) * 0.5 + 0.5

    def _films_at(self, code: Tensor) -> list[Film]:
        films = self.films(code)
        if code.dim() == 4:
            films = [_resized(film, scale) for film, scale in zip(films, (1, 1, 1, 2, 4, 4), strict=True)]
        return films

    def decode(self, features: Tensor, code: Tensor, moments: Moments | None = None) -> Tensor:
        """Features, code and the content's moments (its own where none are given) -> picture (N, 3, H, W), fp32, about 0..1.

        A code map (N, code_size, h, w) holds one code for each place of `features`: styles that differ from place to place.
        """
        return finish(self.decode_steps(features, code, moments))

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        return self.decode(self.encode(content), self.code(style))


def _resized(film: Film, scale: int) -> Film:
    if scale == 1:
        return film
    scaled, shifted = (F.interpolate(part, scale_factor=float(scale), mode="bilinear") for part in (film.scale, film.shift))
    return Film(scaled, shifted)
