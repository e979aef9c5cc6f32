"""A style-based model grown to a larger size: the levels that both sizes have are taken over, the larger ones begin anew.

The idea of progressive growing (Karras et al. 2018, arXiv 1710.10196), in one step from one size to another: where that paper fades
a new level in, here its part of the RGB pyramid begins at zero, so that the grown generator's first pictures are its old ones, doubled;
and the critic's new blocks begin by passing the picture on (as Chen et al. 2016 grow networks, arXiv 1511.05641).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from engine.api.errors import BadRequest
from engine.nets.generators import Critic, Generator, GeneratorConfig, Kind, build_critic, preset
from engine.nets.generators.critic import Halving, ResidualCritic
from engine.nets.generators.equalised import RELU_GAIN, SLOPE

Weights = dict[str, Tensor]

COLOURS = 3


def network_for(known: GeneratorConfig, model: str, size: int | None, kind: Kind | None, *, light: bool = False) -> GeneratorConfig:
    """The network of a training that begins with `model`, whose own is `known`: the same one, or the same grown to `size` pixels.

    Raises BadRequest where it cannot become what is asked for.
    """
    wanted = size or known.size
    if (kind or known.kind) != known.kind or (wanted != known.size and known.kind != "style"):
        raise BadRequest(f"The model {model}", f"it is of the kind {known.kind} for {known.size} px, and goes on as such")
    if wanted < known.size:
        raise BadRequest(f"The model {model}", f"it makes pictures of {known.size} px, and cannot shrink to {wanted}; leave out --size")
    grown = replace(known, size=wanted)
    if light and (why := why_not(preset(wanted, light=True), grown)):
        raise BadRequest(f"The model {model}", f"it is no light network ({why}), and keeps its channels; leave out --light")
    return grown


def why_not(smaller: GeneratorConfig, larger: GeneratorConfig) -> str:
    """What keeps a network from growing into another, in a few words; empty where it can. Equal ones are as alike as can be."""
    if smaller.kind != larger.kind or (smaller.kind != "style" and smaller != larger):
        return f"it is of the kind {smaller.kind} for {smaller.size} px, and the other {larger.kind} for {larger.size} px"
    if smaller.size > larger.size:
        return f"it makes pictures of {smaller.size} px, and the other of {larger.size} px"
    if (smaller.latent, smaller.mapping_layers) != (larger.latent, larger.mapping_layers):
        return "its mapping network has another shape"
    for side in smaller.sides:
        if smaller.channels(side) != larger.channels(side):
            return f"at {side} px it has {smaller.channels(side)} channels, and the other {larger.channels(side)}"
    return ""


def grown_generator(known: Mapping[str, Tensor], smaller: GeneratorConfig, network: Generator) -> Weights:
    """Weights for `network`: those of the smaller one, and its own for the levels above, whose part of the picture begins at zero."""
    weights = {key: value.clone() for key, value in network.state_dict().items()}
    for number in range(len(smaller.sides), len(network.config.sides)):
        for name in ("weight", "bias"):
            weights[f"levels.{number}.rgb.{name}"].zero_()
    return weights | dict(known)


def grown_critic(known: Mapping[str, Tensor], smaller: GeneratorConfig, critic: Critic) -> Weights:
    """Weights for `critic`: the smaller one's, but for the layer that takes its pictures, and before them blocks that begin by showing them
    the picture at half its size: so it judges nearly as it did, and what the generator knows is not unlearnt from a critic that knows
    nothing."""
    config, weights = smaller, dict(known)
    while config.size < critic.config.size:
        config = replace(critic.config, size=2 * config.size)
        weights = _one_level_more(weights, critic if config == critic.config else build_critic(config))
    return weights


def _one_level_more(known: Weights, critic: Critic) -> Weights:
    """Weights for a critic of twice the size."""
    assert isinstance(critic, ResidualCritic)
    own = {key: value.clone() for key, value in critic.state_dict().items()}
    _look_through(own, critic, known["stem.conv.weight"], known["stem.conv.bias"])
    return own | {_moved(key): value for key, value in known.items() if not key.startswith("stem.")}


def _moved(key: str) -> str:
    """Blocks are counted from the picture: in a larger critic the same ones come later."""
    return re.sub(r"^blocks\.(\d+)\.", lambda found: f"blocks.{int(found[1]) + 1}.", key)


def _look_through(own: Weights, critic: ResidualCritic, weight: Tensor, bias: Tensor) -> None:
    """Let stem and first block make of a picture what a stem with this weight (C, 3, 3, 3) and bias made of it at half its size.

    The stem passes each colour on as it is and negated, because its rectifier lets through a fifth of what is negative: their difference is
    6/5 of the colour. The block's 4 x 4 kernels then are the old 3 x 3 ones on pairs of pixels, of which the outer pairs are only half in
    reach: exact for a picture without detail at the new size. Other channels of the stem are drawn, and are not listened to at first.
    """
    stem, block = critic.stem.conv, critic.blocks[0]
    assert isinstance(block, Halving)
    if stem.weight.shape[0] < 2 * COLOURS or block.conv is not None:
        return  # too narrow to carry a picture, or too small a one: it begins anew
    for colour in range(COLOURS):
        for place, sign in ((2 * colour, 1.0), (2 * colour + 1, -1.0)):
            own["stem.conv.weight"][place] = 0
            own["stem.conv.weight"][place, colour, 1, 1] = sign / stem.scale
    pairs = torch.tensor([[1.0, 0, 0], [0, 0.5, 0], [0, 0.5, 0], [0, 0, 1.0]])
    wide = (pairs @ (weight.cpu() * stem.scale) @ pairs.t()) * RELU_GAIN / ((1 + SLOPE) * block.down.scale)
    down = own["blocks.0.down.weight"].zero_()
    down[:, 0 : 2 * COLOURS : 2] = wide.to(down)
    down[:, 1 : 2 * COLOURS : 2] = -wide.to(down)
    own["blocks.0.down.bias"].copy_(bias * RELU_GAIN)
    own["blocks.0.skip.weight"].zero_()
