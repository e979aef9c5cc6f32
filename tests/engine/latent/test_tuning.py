"""A photo's tuning: noise of its own is used wherever its picture is made, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor

from engine.api.errors import BlobMissing
from engine.api.exploring import Pull, ReadCode, WriteCode
from engine.api.latent import Bend, Latent, Morph
from engine.api.place_kinds import Blend, Steered
from engine.context import Context
from engine.device import choose
from engine.jobs import explore
from engine.latent.codes import converted, styles_of
from engine.latent.dragging import Dragging
from engine.latent.free_noise import SHOWS, FreeNoise
from engine.latent.places import resolve
from engine.latent.stills import looked_at, made_of, network_of, still, thumbnails
from engine.latent.tuning import tuning_file, with_tuning
from engine.models.generators import GeneratorModel
from engine.nets.generators import FoundNoise, Generator, Noise, build_generator, preset
from engine.nets.generators.style import noisy_layers
from tests.tiny import drive, write_tiny_generator

SEED = 0


def planes(network: Generator) -> dict[int, Tensor]:
    """Of all layers; nothing that a seed draws is like them."""
    return {slot: torch.full((1, 1, side, side), 1.5) for slot, (side, _) in noisy_layers(network).items()}


@pytest.fixture
def photo(model: GeneratorModel, context: Context) -> Latent:
    """A code with noise of its own, for one seed."""
    blob = context.blobs.add(tuning_file({}, FoundNoise(SEED, planes(model.network))))
    return replace(Latent.of_seed(model.key, 3), noise=SEED, tuning=blob)


def drawn(code: Latent, model: GeneratorModel) -> Tensor:
    """What the code makes without its tuning."""
    return made_of(styles_of(code, model.network), code, model.network)


def with_planes(code: Latent, model: GeneratorModel) -> Tensor:
    """What it should make."""
    noise = Noise.found(planes(model.network), Noise.seeded([SEED]))
    return model.network.synthesize(styles_of(code, model.network), noise)


def test_the_found_noise_is_there_wherever_the_picture_is_made(photo: Latent, model: GeneratorModel, context: Context) -> None:
    network: Generator = drive(network_of(photo, context))[0]
    styles, expected = styles_of(photo, network), with_planes(photo, model)
    assert (expected - drawn(photo, model)).abs().mean() > 0.1
    assert torch.equal(made_of(styles, photo, network), expected)
    torch.testing.assert_close(looked_at(styles, photo, network, context.device), expected, atol=0.05, rtol=0)
    several = thumbnails(styles.expand(3, -1, -1), photo, network, 16, replace(choose("cpu"), precision="bfloat16"))
    torch.testing.assert_close(several, expected.expand(3, -1, -1, -1), atol=0.1, rtol=0.1)
    shown = torch.tensor(drive(still(photo, context))[0].pixels).permute(2, 0, 1)[None] / 127.5 - 1
    torch.testing.assert_close(shown, expected.clamp(-1, 1), atol=0.005, rtol=0)


def test_what_is_made_of_a_photo_has_its_noise(photo: Latent, model: GeneratorModel, context: Context) -> None:
    other = Latent.of_seed(model.key, 8)
    all_of_it = ((1.0, 0.0),) * 3
    for place in (Steered(photo, ()), Blend((photo, other), *all_of_it), Morph(photo, other, 0.0)):
        at = drive(resolve(place, context))[0]
        torch.testing.assert_close(made_of(at.styles, at.like, at.network), with_planes(photo, model))
    bent = replace(photo, bends=(Bend("scale", 1.5, 8),))
    assert (drive(still(bent, context))[0].pixels != drive(still(replace(bent, tuning=None), context))[0].pixels).mean() > 0.5
    network: Generator = drive(network_of(photo, context))[0]
    dragging = Dragging(network, styles_of(photo, network), (Pull((0.2, 0.2), (0.8, 0.8)),), photo.noise)
    plain = Dragging(model.network, styles_of(photo, network), (Pull((0.2, 0.2), (0.8, 0.8)),), photo.noise)
    assert not torch.equal(dragging._first, plain._first)


def test_other_noise_and_none_are_as_they_were(photo: Latent, model: GeneratorModel, context: Context) -> None:
    network: Generator = drive(network_of(photo, context))[0]
    for noise in (None, SEED + 1):
        code = replace(photo, noise=noise)
        assert torch.equal(made_of(styles_of(code, network), code, network), drawn(code, model))


def test_in_another_model_the_seed_draws_its_noise(photo: Latent, context: Context) -> None:
    context.models.add(write_tiny_generator(context.places.models, "other", seed=4))
    other = context.models.generator("other")
    moved = converted(photo, other)
    network: Generator = drive(network_of(moved, context))[0]
    assert moved.tuning is None and network.found_noise is None
    assert torch.equal(made_of(styles_of(moved, network), moved, network), drawn(moved, other))


def test_a_code_file_takes_the_noise_along(photo: Latent, context: Context, tmp_path: Path) -> None:
    drive(explore.write_code(WriteCode(photo, tmp_path / "photo.safetensors"), context))
    before = drive(still(photo, context))[0].pixels
    assert photo.tuning is not None
    context.blobs.path(photo.tuning).unlink()
    context.models.evict_idle()
    code = drive(explore.read_code(ReadCode(tmp_path / "photo.safetensors"), context))[0]
    assert (drive(still(code, context))[0].pixels == before).all()


def test_a_tuning_of_an_earlier_version_has_no_noise(model: GeneratorModel) -> None:
    name, weight = next((name, part) for name, part in model.network.named_parameters() if name.endswith("rgb.weight"))
    tuned = with_tuning(model.network, save({name: torch.ones_like(weight).half()}))
    assert tuned.found_noise is None
    assert torch.equal(dict(tuned.named_parameters())[name], weight + 1)
    assert model.network.found_noise is None


@pytest.mark.parametrize(
    "tensors",
    [
        {"noise.0.2": torch.zeros(1, 1, 4, 4)},
        {"noise.0.99": torch.zeros(1, 1, 8, 8)},
        {"noise.x.2": torch.zeros(1, 1, 8, 8)},
        {"noise.0": torch.zeros(1, 1, 8, 8)},
        {"noise.0.1": torch.zeros(1, 1, 8, 8), "noise.1.2": torch.zeros(1, 1, 8, 8)},
        {"nothing.weight": torch.zeros(3)},
    ],
)
def test_a_tuning_that_does_not_fit_is_refused(model: GeneratorModel, tensors: dict[str, Tensor]) -> None:
    with pytest.raises(BlobMissing, match="vase"):
        with_tuning(model.network, save(tensors), "vase")


# ---- noise that a search changes ----


def test_free_noise_begins_as_its_seed_draws_it_and_keeps_its_statistics(model: GeneratorModel) -> None:
    network = model.network
    free = FreeNoise(network, 5)
    styles = styles_of(Latent.of_seed(model.key, 1), network)
    assert torch.equal(network.synthesize(styles, free.noise), network.synthesize(styles, network.noise(5, 1)))
    begun = free.found
    assert begun is not None and begun.seed == 5 and set(begun.planes) == set(noisy_layers(network))
    with torch.no_grad():
        for plane in free.parameters:
            plane.mul_(3).add_(2)
    free.settle()
    for plane in (plane.detach() for plane in free.parameters):
        assert abs(float(plane.mean())) < 1e-5 and float(plane.std()) == pytest.approx(1)
    after = free.found
    assert after is not None and not any(torch.equal(plane, begun.planes[slot]) for slot, plane in after.planes.items())


def test_layers_whose_noise_is_not_seen_stay_as_the_seed_draws_them(model: GeneratorModel) -> None:
    network = with_tuning(model.network, save({}))
    slot, (_, layer) = next(iter(noisy_layers(network).items()))
    with torch.no_grad():
        layer.noise_strength.fill_(SHOWS / 2)
    found = FreeNoise(network, 0).found
    assert found is not None and set(found.planes) == set(noisy_layers(network)) - {slot}


def test_a_network_without_noise_has_none_to_change() -> None:
    network = build_generator(replace(preset(64), kind="dcgan", mapping_layers=0))
    free = FreeNoise(network, 0)
    assert free.found is None and free.parameters == [] and float(free.structure()) == 0


def test_structure_tells_a_drawing_from_noise(model: GeneratorModel) -> None:
    def structure(plane: Tensor) -> float:
        slot = max(noisy_layers(model.network))
        others = FreeNoise(model.network, 0).found
        assert others is not None
        return float(FreeNoise(model.network, 0, FoundNoise(0, {**others.planes, slot: plane})).structure().detach())

    torch.manual_seed(0)
    stripes = torch.ones(1, 1, 16, 16)
    stripes[..., ::4] = stripes[..., 1::4] = -1
    assert structure(stripes) > structure(torch.randn(1, 1, 16, 16)) + 0.3


def test_tunings_are_kept_in_half_precision(model: GeneratorModel) -> None:
    data = tuning_file({"a": torch.ones(2, requires_grad=True)}, FoundNoise(0, planes(model.network)))
    kept = load(data)
    assert {value.dtype for value in kept.values()} == {torch.float16}
    assert set(kept) == {"a", *(f"noise.0.{slot}" for slot in noisy_layers(model.network))}
