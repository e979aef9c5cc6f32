"""Directions without labels: SeFa reads them off the weights, GANSpace off how the codes are spread."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor, nn

from engine.api.errors import BadRequest
from engine.api.latent import ModelKey, Styles
from engine.api.place_kinds import GROUPS, Direction, DirectionKind, Group
from engine.latent.codes import groups as groups_of
from engine.models.generators import GeneratorModel
from engine.nets.generators import Generator
from engine.nets.generators.modulation import Modulated

SAMPLES = 10_000
"""Codes that the spread is taken from."""

PROBE = 1000
"""Codes that tell how long a step is."""


def directions(model: GeneratorModel, kind: DirectionKind, count: int, groups: Collection[Group] = GROUPS) -> tuple[Direction, ...]:
    """The first `count` directions, the strongest first; the same ones every time. BadRequest for none, for more than there are, and
    for a spread of codes where the codes are the latents themselves."""
    network = model.network
    if not 1 <= count <= network.width:
        raise BadRequest(f"{count} directions", f"there are between 1 and {network.width}")
    if not groups:
        raise BadRequest("The directions", "name at least one group of layers")
    ways, shares = sefa(network, groups) if kind == "sefa" else ganspace(network)
    ways, shares = ways[:count], shares[:count]
    steps = ways * (sampled(network, PROBE) @ ways.t()).std(0)[:, None]
    return tuple(_direction(model.key, kind, index, steps[index], float(shares[index])) for index in range(count))


def _direction(key: ModelKey, kind: DirectionKind, index: int, step: Tensor, share: float) -> Direction:
    return Direction(key, kind, index, Styles.of(step[None].cpu().numpy()), share)


@torch.no_grad()
def sefa(network: Generator, groups: Collection[Group] = GROUPS) -> tuple[Tensor, Tensor]:
    """(width, width) unit vectors, the strongest first, and their shares: what moves the first thing after the code the most.

    Closed-form factorisation (Shen & Zhou 2021, arXiv 2007.06600, section 3.2): eigenvectors of A^T A, where A is made of the maps from w
    to the styles of all layers, each of its columns of length 1.
    """
    maps = torch.cat(_first_maps(network, groups))
    return _principal(maps / maps.norm(dim=0, keepdim=True).clamp(min=1e-8))


@torch.no_grad()
def ganspace(network: Generator) -> tuple[Tensor, Tensor]:
    """(width, width) unit vectors, the strongest first, and their shares: the principal components of w (arXiv 2004.02546, section 2.1)."""
    if network.layers == 1:
        raise BadRequest("The spread of the codes", "its codes are plain noise, alike in every direction; take those of its weights")
    w = sampled(network, SAMPLES)
    return _principal(w - w.mean(0))


@torch.no_grad()
def sampled(network: Generator, count: int) -> Tensor:
    """(count, width) codes, always the same."""
    z = torch.randn(count, network.latent, generator=torch.Generator().manual_seed(0))
    return network.map(z.to(network.mean_w.device))


def _first_maps(network: Generator, groups: Collection[Group]) -> list[Tensor]:
    """(outputs, width) each: what the code goes through first."""
    if network.layers > 1:
        slots = groups_of(network)
        modulated = [part for part in network.modules() if isinstance(part, Modulated)]
        return [part.affine.weight for part, slot in zip(modulated, _slots(network), strict=True) if slots[slot] in groups]
    first = next(part for part in network.modules() if isinstance(part, nn.Linear | nn.ConvTranspose2d))
    return [first.weight if isinstance(first, nn.Linear) else first.weight.flatten(1).t()]


def _slots(network: Generator) -> list[int]:
    """The style slot of each modulated layer in the order of `modules`; see `style.Level`."""
    levels = len(network.config.sides)
    return [slot for level in range(levels) for slot in range(max(0, 2 * level - 1), 2 * level + 2)]


def _principal(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvectors of the rows' second moments as rows, the strongest first, each with its largest number positive."""
    values, vectors = torch.linalg.eigh((rows.t() @ rows).double())
    ways = vectors.flip(1).t()
    largest = ways.gather(1, ways.abs().argmax(1, keepdim=True))
    values = values.flip(0).clamp(min=0)
    return (ways * largest.sign()).float(), (values / values.sum().clamp(min=1e-12)).float()
