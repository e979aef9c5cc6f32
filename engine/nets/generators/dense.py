"""The first GAN (Goodfellow et al. 2014, arXiv 1406.2661): dense layers only. Slow to learn and good to learn from."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from engine.nets.generators.config import GeneratorConfig
from engine.nets.generators.critic import Critic
from engine.nets.generators.generator import Pieces, Unmapped

PIECES = 5
"""Linear pieces of each maxout unit."""


class DenseGenerator(Unmapped):
    """Two hidden layers of rectifiers, then every pixel at once. The paper's sigmoid is a tanh: pictures are in -1..1 here."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(config)
        hidden, pixels = config.widest, 3 * config.size**2
        self.main = nn.Sequential(
            nn.Linear(config.latent, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, pixels), nn.Tanh()
        )
        self.main.apply(_draw_weights)

    def picture_pieces(self, z: Tensor) -> Pieces:
        (pixels,) = yield (self.main(z),)
        return pixels.view(-1, 3, self.config.size, self.config.size)


class Maxout(nn.Module):
    """x (N, ...) -> (N, units): the largest of several linear pieces (Goodfellow et al. 2013, arXiv 1302.4389)."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.pieces = nn.Linear(inputs, units * PIECES)

    def forward(self, x: Tensor) -> Tensor:
        pieces: Tensor = self.pieces(x.flatten(1))
        return pieces.view(x.shape[0], -1, PIECES).amax(2)


class DenseCritic(Critic):
    """Two layers of maxout units and a logit.

    Without the paper's dropout: the training augments pictures and penalises gradients instead, which a critic that answers
    differently every time would disturb.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(config)
        units = max(1, config.widest // PIECES)
        self.main = nn.Sequential(Maxout(3 * config.size**2, units), Maxout(units, units), nn.Linear(units, 1))
        self.main.apply(_draw_weights)

    @property
    def stages(self) -> Sequence[nn.Module]:
        return list(self.main)


def _draw_weights(layer: nn.Module) -> None:
    if isinstance(layer, nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
