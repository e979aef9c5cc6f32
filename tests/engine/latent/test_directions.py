from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.api.errors import BadRequest, OtherModel
from engine.api.events import Frame
from engine.api.exploring import FindDirections, ShowStrip, Visit
from engine.api.latent import Latent, ModelKey
from engine.api.place_kinds import Group, Push, Steered
from engine.context import Context
from engine.jobs import explore
from engine.latent.codes import styles_of
from engine.latent.directions import directions, ganspace, sampled, sefa
from engine.latent.mixing import steered
from engine.models.generators import GeneratorModel
from engine.nets.generators import GeneratorConfig, build_generator, preset
from engine.nets.generators.modulation import Modulated
from tests.tiny import drive

COARSE: tuple[Group, ...] = ("coarse",)
FINE: tuple[Group, ...] = ("fine",)


@pytest.mark.parametrize("kind", ["sefa", "ganspace"])
def test_directions_are_at_right_angles_the_strongest_first_and_always_the_same(model: GeneratorModel, kind: str) -> None:
    found = directions(model, kind, 8)  # type: ignore[arg-type]
    assert found == directions(model, kind, 8)  # type: ignore[arg-type]
    assert [way.index for way in found] == list(range(8)) and len({way.name for way in found}) == 8
    shares = [way.share for way in found]
    assert shares == sorted(shares, reverse=True) and sum(shares) == pytest.approx(1, abs=1e-4)
    ways = torch.tensor(np.concatenate([way.step.array() for way in found]))
    unit = ways / ways.norm(dim=1, keepdim=True)
    assert torch.allclose(unit @ unit.t(), torch.eye(8), atol=1e-4)
    spread = (sampled(model.network, 1000) @ unit.t()).std(0)
    assert torch.allclose(ways.norm(dim=1), spread, rtol=1e-3)


def test_the_first_of_the_weights_moves_the_styles_the_most(model: GeneratorModel) -> None:
    maps = torch.cat([part.affine.weight for part in model.network.modules() if isinstance(part, Modulated)])
    maps = maps / maps.norm(dim=0, keepdim=True)
    ways, _ = sefa(model.network)
    moved = (maps @ ways.t()).norm(dim=0)
    assert torch.all(moved[:-1] >= moved[1:] - 1e-4)
    random = torch.nn.functional.normalize(torch.randn(200, 8, generator=torch.Generator().manual_seed(1)), dim=1)
    assert moved[0] >= (maps @ random.t()).norm(dim=0).max()


def test_the_first_of_the_spread_is_where_codes_vary_most(model: GeneratorModel) -> None:
    ways, _ = ganspace(model.network)
    w = sampled(model.network, 10_000)
    assert (w @ ways[0]).var() == pytest.approx(float(torch.linalg.eigvalsh(torch.cov(w.t())).max()), rel=1e-3)


def test_directions_of_some_layers_are_other_ones(model: GeneratorModel) -> None:
    assert directions(model, "sefa", 1, FINE) != directions(model, "sefa", 1, COARSE)
    with pytest.raises(BadRequest, match="at least one group"):
        directions(model, "sefa", 1, ())
    for count in (0, 9):
        with pytest.raises(BadRequest, match="between 1 and 8"):
            directions(model, "sefa", count)


def test_every_layer_of_the_house_sizes_is_looked_at() -> None:
    network = build_generator(preset(32))
    assert sefa(network)[0].shape == (128, 128)
    assert torch.allclose(sefa(network, COARSE)[1].sum(), torch.tensor(1.0))


@pytest.mark.parametrize("kind", ["dense", "dcgan"])
def test_the_classics_have_directions_of_their_first_weights(kind: str) -> None:
    network = build_generator(GeneratorConfig(kind, size=8, base=64, widest=16, narrowest=4, latent=8, mapping_layers=0))  # type: ignore[arg-type]
    assert sefa(network)[0].shape == (8, 8)
    with pytest.raises(BadRequest, match="plain noise"):
        ganspace(network)


def test_steps_go_where_they_are_let_and_locks_hold(model: GeneratorModel) -> None:
    base, (way,) = Latent.of_seed(model.key, 1), directions(model, "sefa", 1)
    before = styles_of(base, model.network)
    step = torch.from_numpy(way.step.array())
    moved = steered(Steered(base, (Push(way, 2.0),)), model.network)
    assert torch.allclose(moved - before, 2 * step.expand(6, -1), atol=1e-5)
    some = steered(Steered(base, (Push(way, 2.0, ("coarse", "fine")),), locked=("fine",)), model.network)
    assert torch.allclose(some[:, :2], moved[:, :2]) and torch.equal(some[:, 2:], before[:, 2:])
    with pytest.raises(BadRequest, match="at most 20"):
        steered(Steered(base, (Push(way, float("nan")),)), model.network)
    other = replace(way, model=ModelKey("other", "0" * 64))
    with pytest.raises(OtherModel, match="Direction 1 of its weights"):
        steered(Steered(base, (Push(other, 1.0),)), model.network)


def test_a_strip_shows_what_a_visit_does(model: GeneratorModel, context: Context) -> None:
    (way, *_), _ = drive(explore.find_directions(FindDirections("mine"), context))
    base = Latent.of_seed(model.key, 1)
    _, (strip,) = drive(explore.show_strip(ShowStrip(base, way, (-2.0, 0.0, 2.0)), context))
    assert isinstance(strip, Frame) and strip.pixels.shape == (16, 48, 4)
    _, frames = drive(explore.visit(Visit(Steered(base, (Push(way, 2.0),)), (16,)), context))
    assert np.array_equal(strip.pixels[:, 32:], frames[0].pixels)
    with pytest.raises(BadRequest, match="between 1 and 64"):
        drive(explore.show_strip(ShowStrip(base, way, ()), context))
