"""A small upscaler: 3x3 convolutions at the photo's own size, then a pixel shuffle.

The last layer's channels are the pixels that one pixel becomes (Shi et al. 2016, arXiv 1609.05158). Beside it a linear convolution
enlarges the picture itself, and the features only add what that cannot know. So all of the work is done at the small size, by plain
convolutions, and one place sees `halo` pixels around it: a picture in tiles equals the whole.

For training, every convolution but the last is a sum of branches (`Branches`), which are added up to one kernel before they meet the
picture: nothing lies between them, so a step costs what the plain convolution costs (after edge-oriented convolutions, Zhang et al. 2021,
doi 10.1145/3474085.3475291, whose branches are run one by one in training). `BranchedUpscaler.folded` is what is kept.

Pictures are float tensors (N, 3, H, W) in 0..1 of any size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.stylizer import Steps, finish

GREY = 0.5
"""What is taken from the picture before the first layer, so that the zeros beyond its edge stand for grey, not for black."""

SLOPE = 0.1
"""Of the ReLUs for negative values. A slope that each channel learns costs a third of a training step on a CPU, and is worth less."""

EDGES = (
    ((1.0, 0.0, -1.0), (2.0, 0.0, -2.0), (1.0, 0.0, -1.0)),  # Sobel, across
    ((1.0, 2.0, 1.0), (0.0, 0.0, 0.0), (-1.0, -2.0, -1.0)),  # Sobel, down
    ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0)),  # Laplace
)


@dataclass(frozen=True)
class UpscalerConfig:
    """`layers` convolutions of `features` channels, and the last one. A file has one scale: two heads on one body would save 0.2 MB
    and cost the smaller scale quality."""

    scale: int = 4
    features: int = 32
    layers: int = 11

    def to_dict(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> UpscalerConfig:
        config = cls(**{name: int(str(values[name])) for name in ("scale", "features", "layers")})
        if not (1 <= config.scale <= 8 and config.features > 0 and config.layers > 0):
            raise ValueError("an upscaler has a scale of 1 to 8, features and layers")
        return config

    @property
    def halo(self) -> int:
        """Pixels of the small picture around a place that its result depends on."""
        return self.layers + 1


class UpscalerNet(nn.Module):
    """The upscaler as it is kept and used."""

    def __init__(self, config: UpscalerConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or UpscalerConfig()
        inputs = (3, *[config.features] * (config.layers - 1))
        self.layers = nn.ModuleList(nn.Conv2d(width, config.features, 3, padding=1) for width in inputs)
        self.last = nn.Conv2d(config.features, 3 * config.scale**2, 3, padding=1)
        self.linear = nn.Conv2d(3, 3 * config.scale**2, 3, padding=1, bias=False)

    def steps(self, picture: Tensor) -> Steps:
        """`forward`, yielding between layers."""
        grey = picture.float() - GREY
        x = grey.to(next(self.layers.parameters()).dtype).contiguous(memory_format=torch.channels_last)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE)
            yield
        return F.pixel_shuffle(self.last(x.float()) + self.linear(grey), self.config.scale) + GREY

    def forward(self, picture: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 3, scale H, scale W), about 0..1. The last layers are always in fp32 (`last` and `linear` must be), because
        one bf16 step near white is a whole 8-bit level."""
        return finish(self.steps(picture))


class Branches(nn.Module):
    """A 3x3 convolution that is trained as a sum of linear branches: a plain one, a wide 1x1 before a 3x3, and a 1x1 before each of three
    fixed edge filters with a learnt gain; where inputs and outputs are as many, the identity, too."""

    edges: Tensor

    def __init__(self, inputs: int, outputs: int, widening: int = 2) -> None:
        super().__init__()
        wide = widening * outputs
        self.plain = nn.Parameter(torch.randn(outputs, inputs, 3, 3) * (0.5 if inputs == outputs else 1.0) * math.sqrt(2 / (9 * inputs)))
        self.expand = nn.Parameter(torch.randn(wide, inputs) / math.sqrt(inputs))
        self.project = nn.Parameter(torch.randn(outputs, wide, 3, 3) * 0.1 / math.sqrt(9 * wide))
        self.mix = nn.Parameter(torch.randn(len(EDGES), outputs, inputs) / math.sqrt(inputs))
        self.gain = nn.Parameter(torch.zeros(len(EDGES), outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("edges", torch.tensor(EDGES) / 8, persistent=False)

    def kernel(self) -> Tensor:
        """All branches as one kernel (outputs, inputs, 3, 3), in fp32: convolution is linear in it."""
        kernel = self.plain + torch.einsum("owyx,wi->oiyx", self.project, self.expand)
        kernel = kernel + torch.einsum("eo,eoi,eyx->oiyx", self.gain, self.mix, self.edges)
        outputs, inputs = kernel.shape[:2]
        if inputs == outputs:
            kernel = kernel + F.pad(torch.eye(inputs, device=kernel.device)[..., None, None], (1, 1, 1, 1))
        return kernel

    def unfold(self, kernel: Tensor) -> None:
        """Have the branches add up to a kernel: the plain one takes what the others do not give."""
        with torch.no_grad():
            self.plain.add_(kernel - self.kernel())

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            kernel = self.kernel()
        return F.conv2d(x, kernel, self.bias, padding=1)


class BranchedUpscaler(nn.Module):
    """The upscaler as it is trained: the same function as `folded()`, with more parameters."""

    def __init__(self, config: UpscalerConfig) -> None:
        super().__init__()
        self.config = config
        inputs = (3, *[config.features] * (config.layers - 1))
        self.layers = nn.ModuleList(Branches(width, config.features) for width in inputs)
        self.last = nn.Conv2d(config.features, 3 * config.scale**2, 3, padding=1)
        self.linear = nn.Conv2d(3, 3 * config.scale**2, 3, padding=1, bias=False)
        nn.init.normal_(self.last.weight, std=0.01)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type] # it has one
        with torch.no_grad():
            self.linear.weight.copy_(bilinear(config.scale))

    def forward(self, picture: Tensor) -> Tensor:
        """As `UpscalerNet.forward`, in bf16 under autocast; the last layers in fp32."""
        grey = picture - GREY
        x = grey
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE)
        with torch.autocast(x.device.type, enabled=False):
            return F.pixel_shuffle(self.last(x.float()) + self.linear(grey.float()), self.config.scale) + GREY

    def folded(self) -> UpscalerNet:
        """The network to keep, ready for inference, on the CPU."""
        network = UpscalerNet(self.config)
        with torch.no_grad():
            for plain, branches in zip(network.layers, self.layers, strict=True):
                assert isinstance(plain, nn.Conv2d) and isinstance(branches, Branches) and plain.bias is not None
                plain.weight.copy_(branches.kernel())
                plain.bias.copy_(branches.bias)
        for name in ("last", "linear"):
            getattr(network, name).load_state_dict(getattr(self, name).state_dict())
        return network.eval().requires_grad_(False)

    def begin_from(self, network: UpscalerNet) -> None:
        """Take over a kept network of the same features and layers.

        Of one of a larger scale, which this one's divides, the last layers begin with the means of the new pixels that become one here; of
        one of a smaller scale they are not taken.
        """
        with torch.no_grad():
            for plain, branches in zip(network.layers, self.layers, strict=True):
                assert isinstance(plain, nn.Conv2d) and isinstance(branches, Branches) and plain.bias is not None
                branches.unfold(plain.weight.to(branches.plain.device))
                branches.bias.copy_(plain.bias)
        if network.config.scale % self.config.scale == 0:
            for name in ("last", "linear"):
                kept = getattr(network, name).state_dict()
                getattr(self, name).load_state_dict({key: _coarser(value, self.config.scale) for key, value in kept.items()})


def _coarser(values: Tensor, scale: int) -> Tensor:
    """Weights (3 larger², ...) before a pixel shuffle, for a smaller scale that divides the larger one."""
    ratio = math.isqrt(len(values) // 3) // scale
    return values.reshape(3, scale, ratio, scale, ratio, *values.shape[1:]).mean((2, 4)).flatten(0, 2)


def bilinear(scale: int) -> Tensor:
    """The kernel (3 scale², 3, 3, 3) that enlarges bilinearly, before a pixel shuffle."""
    offsets = (torch.arange(scale) + 0.5) / scale - 0.5  # of the new pixels from the middle of the old one, in old pixels
    taps = (1 - (offsets[:, None] - torch.arange(-1, 2)).abs()).clamp_min(0)  # (scale, 3)
    window = torch.einsum("ay,bx->abyx", taps, taps).reshape(scale * scale, 1, 3, 3)
    kernel = torch.zeros(3, scale * scale, 3, 3, 3)
    for colour in range(3):
        kernel[colour, :, colour] = window[:, 0]
    return kernel.flatten(0, 1)
