"""DCGAN (Radford, Metz & Chintala 2015, arXiv 1511.06434): strided convolutions, batch normalisation, no dense layers.

Layers and their names are those of the public PyTorch recipe (pytorch/examples, dcgan), whose weights load bit for bit; only the
critic's sigmoid is left to the loss. Batch statistics do not survive micro-batches: a batch must be run whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from torch import Tensor, nn

from engine.api.errors import BadRequest
from engine.nets.generators.config import GeneratorConfig
from engine.nets.generators.critic import Critic
from engine.nets.generators.generator import Pieces, Unmapped

WEIGHT_DEVIATION = 0.02
"""Of the normal that all weights are drawn from (section 4)."""


class DCGANGenerator(Unmapped):
    """z -> 4x4 -> twice as large with every transposed convolution, the last of which makes the picture."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(config)
        widths = [config.channels(side) for side in config.sides[:-1]]
        layers: list[nn.Module] = [nn.ConvTranspose2d(config.latent, widths[0], 4, 1, 0, bias=False)]
        for inputs, outputs in zip(widths, [*widths[1:], 3], strict=True):
            layers += [nn.BatchNorm2d(inputs), nn.ReLU(True), nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)]
        self.main = nn.Sequential(*layers, nn.Tanh())
        self.apply(_draw_weights)

    def picture_pieces(self, z: Tensor) -> Pieces:
        x = z[:, :, None, None]
        for layer in self.main:
            x = layer(x)
            if isinstance(layer, nn.ConvTranspose2d):
                (x,) = yield (x,)
        return x


class DCGANCritic(Critic):
    """The generator's mirror image, with leaky ReLUs and no normalisation where it sees the picture."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(config)
        widths = [config.channels(side) for side in config.sides[-2::-1]]
        layers: list[nn.Module] = [nn.Conv2d(3, widths[0], 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
        for inputs, outputs in pairwise(widths):
            layers += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2, inplace=True)]
        self.main = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, 1, 0, bias=False))
        self.apply(_draw_weights)

    @property
    def stages(self) -> Sequence[nn.Module]:
        starts = [index for index, layer in enumerate(self.main) if isinstance(layer, nn.Conv2d)]
        return [self.main[start:end] for start, end in zip(starts, [*starts[1:], len(self.main)], strict=True)]

    @property
    def comparing(self) -> int:
        return 0


def load_pytorch_dcgan(weights: Mapping[str, Tensor]) -> DCGANGenerator:
    """The generator of a state dict that the public recipe saved (netG_epoch_*.pth). BadRequest for any other."""
    weights = _bare(weights)
    try:
        latent, widest = weights["main.0.weight"].shape[:2]
        size = _size(weights)
        generator = DCGANGenerator(_config(size, latent, widest))
        _load(generator.main, weights)
    except (KeyError, ValueError, RuntimeError, BadRequest) as error:
        raise BadRequest("These weights", "they are not those of a DCGAN generator of the public PyTorch recipe") from error
    return generator.eval()


def load_pytorch_dcgan_critic(weights: Mapping[str, Tensor]) -> DCGANCritic:
    """The critic of a state dict that the public recipe saved (netD_epoch_*.pth). BadRequest for any other."""
    weights = _bare(weights)
    try:
        size = _size(weights)
        widest = weights["main.0.weight"].shape[0] * size // 8
        critic = DCGANCritic(_config(size, 100, widest))
        _load(critic.main, weights)
    except (KeyError, ValueError, RuntimeError, BadRequest) as error:
        raise BadRequest("These weights", "they are not those of a DCGAN critic of the public PyTorch recipe") from error
    return critic.eval()


def _config(size: int, latent: int, widest: int) -> GeneratorConfig:
    return GeneratorConfig("dcgan", size, base=4 * widest, widest=widest, narrowest=1, latent=latent, mapping_layers=0)


def _bare(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Without the prefix that training on several GPUs leaves."""
    return {name.removeprefix("module."): value for name, value in weights.items()}


def _size(weights: Mapping[str, Tensor]) -> int:
    """Every convolution but the one at 4x4 stands for one doubling."""
    return 2 << sum(value.dim() == 4 for value in weights.values())


def _load(main: nn.Sequential, weights: Mapping[str, Tensor]) -> None:
    main.load_state_dict({name.removeprefix("main."): value for name, value in weights.items()})


def _draw_weights(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, WEIGHT_DEVIATION)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, WEIGHT_DEVIATION)
        nn.init.zeros_(layer.bias)
