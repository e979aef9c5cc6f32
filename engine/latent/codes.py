"""From a latent's description to a style for each layer of its generator, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.api.errors import BadRequest, OtherModel
from engine.api.latent import Generated, Latent, ModelKey, Morph, Styles
from engine.api.place_kinds import GROUPS, Group
from engine.context import Context
from engine.models.generators import GeneratorModel, latent
from engine.nets.generators import Generator

COARSE_SIDE, MIDDLE_SIDE = 16, 32
"""Layers up to 16 pixels a side make the form, those of 32 the parts, the rest colours and grain (StyleGAN, section 3.1, where the coarse
ones end at 8: these networks are smaller)."""


def model_of(code: Latent, context: Context) -> GeneratorModel:
    """The generator that a latent belongs to; raises UnknownModel, ModelDamaged, or OtherModel where it is of another version."""
    model = context.models.generator(code.model.id)
    check_model(code, model)
    return model


def check_model(code: Latent, model: GeneratorModel) -> None:
    """Raises OtherModel where a latent is not of this model and version."""
    subject = code.name or "The code"
    if code.model != model.key:
        here = "another version of it" if code.model.id == model.key.id else model.key.id
        both = f"it was made with {code.model.id}, version {code.model.hash[:8]}; here is {here}, {model.key.hash[:8]}"
        can = "convert it to that one, or bring" if fits(code, model.network) else "its codes have another shape, so bring"
        raise OtherModel(subject, f"{both}; {can} back the one that it is of")
    if not fits(code, model.network):
        raise OtherModel(subject, f"it says that it is of {model.key.id}, whose codes have another shape; restore its file")


def fits(code: Latent, network: Generator) -> bool:
    """Whether a latent's code has the shape of a network's, so that it means something in it."""
    return isinstance(code.code, int) or (code.code.layers, code.code.width) == (network.layers, network.width)


def converted(code: Latent, model: GeneratorModel) -> Latent:
    """The same code for another model or version: another picture, at the same place of its space. Tuning stays behind, because it
    is of the old weights. Raises OtherModel where the spaces have other shapes."""
    if not fits(code, model.network):
        styles = code.code
        assert isinstance(styles, Styles)
        theirs, ours = f"{styles.layers} × {styles.width}", f"{model.network.layers} × {model.network.width}"
        why = f"it cannot be converted: its codes are {theirs} numbers, those of {model.key.id} {ours}"
        raise OtherModel(code.name or "The code", f"{why}; bring back the one that it is of")
    return replace(code, model=model.key, tuning=code.tuning if code.model == model.key else None)


@torch.no_grad()
def styles_of(source: Generated, network: Generator) -> Tensor:
    """(1, layers, width) in fp32, truncated, on the network's device."""
    if isinstance(source, Morph):
        check_one_model((source.a, source.b))
        ends = torch.cat([styles_of(source.a, network), styles_of(source.b, network)])
        return blended(ends, torch.tensor([1 - source.amount, source.amount]), network)[None]
    device = network.mean_w.device
    if isinstance(source.code, int):
        z = latent(source.code, network.latent)[None].to(device)
        return network.broadcast(network.map(z), source.truncation)
    return network.truncate(torch.from_numpy(source.code.array())[None].to(device), source.truncation)


def blended(styles: Tensor, weights: Tensor, network: Generator) -> Tensor:
    """(parents, layers, width) and weights (parents,) or (parents, layers) -> (layers, width).

    Where w is the latent itself, what lies between two normal latents is shorter than any that the network saw: it is brought to the
    length of its parents.
    """
    shares = weights.to(styles)[:, None].expand(-1, styles.shape[1]) if weights.dim() == 1 else weights.to(styles)
    mixed = (styles * shares[..., None]).sum(0)
    if network.layers > 1:
        return mixed
    lengths = (styles.norm(dim=-1) * shares.abs()).sum(0) / shares.abs().sum(0).clamp(min=1e-6)
    kept: Tensor = mixed * (lengths / mixed.norm(dim=-1).clamp(min=1e-6))[:, None]
    return kept


def latent_of(styles: Tensor, like: Latent, name: str = "") -> Latent:
    """The latent of styles (layers, width) that are truncated already; noise, bends and tuning are those of `like`."""
    code = Styles.of(styles.detach().float().cpu().numpy())
    return replace(like, code=code, truncation=1.0, name=name)


def check_one_model(latents: Sequence[Latent]) -> ModelKey:
    """The model that all belong to; BadRequest for none, OtherModel where they have several."""
    if not latents:
        raise BadRequest("The pictures", "there must be at least one")
    first = latents[0].model
    for code in latents[1:]:
        if code.model != first:
            names = f"{code.model.id} {code.model.hash[:8]} beside {first.id} {first.hash[:8]}"
            raise OtherModel(code.name or "One of the codes", f"{names}; take pictures of one model")
    return first


def layer_sides(network: Generator) -> tuple[int, ...]:
    """For each style slot the side, in pixels, of the features that it makes."""
    if network.layers == 1:
        return (network.config.size,)
    # Level k takes the slots 2k - 1, 2k and 2k + 1; the last is also the next level's first (see `style.Level`).
    return tuple(network.config.sides[slot // 2] for slot in range(network.layers))


def groups(network: Generator) -> tuple[Group, ...]:
    """For each style slot "coarse", "middle" or "fine". A network of few levels has its share of each."""
    sides = layer_sides(network)
    if network.config.size <= MIDDLE_SIDE or network.layers == 1:
        third = max(1, network.layers // 3)
        return tuple(GROUPS[min(slot // third, 2)] for slot in range(network.layers))
    return tuple("coarse" if side <= COARSE_SIDE else "middle" if side <= MIDDLE_SIDE else "fine" for side in sides)
