"""A style-based model grown to a larger size: the levels that both sizes have are taken over, the larger ones begin anew.

The idea of progressive growing (Karras et al. 2018, arXiv 1710.10196), in one step from one size to another: where that paper fades
a new level in, here its part of the RGB pyramid begins at zero, so that the grown generator's first pictures are its old ones, doubled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from engine.api.errors import BadRequest
from engine.nets.generators import Critic, Generator, GeneratorConfig, Kind, preset

Weights = dict[str, Tensor]


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
    """Weights for `critic`: the smaller one's, but for the layer that takes its pictures, and its own for what comes before them."""
    added = len(critic.config.sides) - len(smaller.sides)
    if not added:
        return dict(known)
    deeper = {_moved(key, added): value for key, value in known.items() if not key.startswith("stem.")}
    return {key: value.clone() for key, value in critic.state_dict().items()} | deeper


def _moved(key: str, added: int) -> str:
    """Blocks are counted from the picture: in a larger critic the same ones come later."""
    return re.sub(r"^blocks\.(\d+)\.", lambda found: f"blocks.{int(found[1]) + added}.", key)
