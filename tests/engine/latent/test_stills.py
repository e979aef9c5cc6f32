from __future__ import annotations

from dataclasses import replace

import torch
from safetensors.torch import save

from engine.api.latent import Latent
from engine.context import Context
from engine.latent.stills import MOST_TUNED, network_of
from engine.models.generators import GeneratorModel
from engine.nets.generators import Generator
from tests.tiny import drive


def tuned(model: GeneratorModel, context: Context, number: int) -> Latent:
    """A code with a photo's tuning of its own."""
    name, weight = next((name, part) for name, part in model.network.named_parameters() if name.endswith("rgb.weight"))
    blob = context.blobs.add(save({name: torch.full_like(weight, number + 1.0)}))
    return replace(Latent(model.key, 0), tuning=blob)


def used(code: Latent, context: Context) -> Generator:
    network: Generator = drive(network_of(code, context))[0]
    return network


def test_of_the_tuned_generators_those_used_last_stay(model: GeneratorModel, context: Context) -> None:
    codes = [tuned(model, context, number) for number in range(MOST_TUNED + 1)]
    networks = [used(code, context) for code in codes[:MOST_TUNED]]
    assert used(codes[0], context) is networks[0], "it is not made twice"
    used(codes[MOST_TUNED], context)
    assert len(context.models.tuned) == MOST_TUNED
    assert used(codes[0], context) is networks[0], "it was used after the others"
    assert used(codes[1], context) is not networks[1]
