"""How far an enlarged picture is from the one that was made small.

Faithful: the pixels, by Charbonnier's loss (a distance that is round near zero; Lai et al. 2017, arXiv 1704.03915). Crisp: also what the
teacher sees in them, and a small critic that cannot tell the two apart: pixels alone make what is uncertain smooth.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "fire5")
SMALLEST = 1e-3
"""Differences below this count little: a quarter of a level of 255."""

Features = dict[str, Tensor]


def charbonnier(picture: Tensor, target: Tensor) -> Tensor:
    """Mean of sqrt(d² + SMALLEST²)."""
    return (picture.float() - target.float()).square().add(SMALLEST**2).sqrt().mean()


def psnr(picture: Tensor, target: Tensor) -> Tensor:
    """In dB, of pictures in 0..1: the mean over the batch."""
    error = (picture.float().clamp(0, 1) - target.float()).square().flatten(1).mean(1)
    return -10 * error.clamp_min(1e-10).log10().mean()


def unit(features: Features) -> Features:
    """At every place, the channels scaled to length 1 (as in LPIPS, Zhang et al. 2018, arXiv 1801.03924)."""
    return {layer: F.normalize(features[layer].float(), dim=1, eps=1e-6) for layer in LAYERS}


def perceptual(features: Features, targets: Features) -> Tensor:
    """Squared distance of `unit` features, mean over places and layers: 0 for the same, 2 for those that have nothing in common."""
    ours = unit(features)
    return torch.stack([(ours[layer] - targets[layer]).square().sum(1).mean() for layer in LAYERS]).mean()


class Critic(nn.Module):
    """Tells real crops from made ones, patch by patch (Isola et al. 2017, arXiv 1611.07004); spectral normalisation keeps it gentle
    (Miyato et al. 2018, arXiv 1802.05957)."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        shapes = ((3, width, 2), (width, 2 * width, 2), (2 * width, 4 * width, 2), (4 * width, 4 * width, 1))
        layers: list[nn.Module] = []
        for inputs, outputs, stride in shapes:
            convolution = nn.Conv2d(inputs, outputs, 4 if stride == 2 else 3, stride, 1)
            layers += [spectral_norm(convolution), nn.LeakyReLU(0.2)]
        self.body = nn.Sequential(*layers, spectral_norm(nn.Conv2d(4 * width, 1, 3, 1, 1)))

    def forward(self, picture: Tensor) -> Tensor:
        """(N, 3, H, W) in 0..1 -> (N, 1, H / 8, W / 8): the higher, the more real."""
        logits: Tensor = self.body(picture * 2 - 1)
        return logits.float()


def more_real(left: Tensor, right: Tensor) -> Tensor:
    """The loss of logits on the left that should be above those on the right (relativistic pairing, Jolicoeur-Martineau 2018, arXiv
    1807.00734)."""
    return F.softplus(right - left).mean()
