from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save

from engine.api.latent import Latent
from engine.context import Context
from engine.latent import stills
from engine.latent.codes import styles_of
from engine.latent.stills import MOST_TUNED, looked_at, made_of, network_of
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


def test_looks_are_compared_of_whole_pictures(model: GeneratorModel, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not of what the generator's lower levels add up to, but where the whole would take too long."""
    codes = [Latent.of_seed(model.key, seed) for seed in (1, 2, 3)]
    styles, like = torch.cat([styles_of(code, model.network) for code in codes]), codes[0]
    monkeypatch.setattr(stills, "GLANCE", 8)
    reduced = F.interpolate(made_of(styles, like, model.network), size=(8, 8), mode="area")
    level = made_of(styles, like, model.network, 8)
    assert (reduced - level).abs().max() > 0.1
    torch.testing.assert_close(looked_at(styles, like, model.network, context.device), reduced, atol=0.05, rtol=0)
    monkeypatch.setattr(stills, "WHOLE", 8)
    torch.testing.assert_close(looked_at(styles, like, model.network, context.device), level, atol=0.05, rtol=0)
