from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.api.errors import WrongModel
from engine.models import registry
from engine.models.generators import GeneratorModel, latent, load_generator, training_file
from tests.tiny import tiny_generator, write_tiny_generator, write_tiny_model

CPU = torch.device("cpu")


def test_a_generator_is_found_and_loads_as_it_was(tmp_path: Path) -> None:
    path = write_tiny_generator(tmp_path, "mine", seed=3)
    training_file(path).write_bytes(b"not a model")
    found = registry.find((tmp_path,))
    assert [(manifest.id, manifest.architecture) for manifest in found.models] == [("mine", "generator")]
    assert found.skipped == ()
    network = load_generator(found.get("mine"))
    assert not network.training
    for name, value in tiny_generator(3).state_dict().items():
        assert torch.equal(network.state_dict()[name], value), name


def test_a_stylizer_is_no_generator(tmp_path: Path) -> None:
    with pytest.raises(WrongModel, match="not a generator"):
        load_generator(registry.read_manifest(write_tiny_model(tmp_path)))
    with pytest.raises(WrongModel, match="not a stylizer"):
        registry.load_stylizer(registry.read_manifest(write_tiny_generator(tmp_path, "mine")))


def test_a_seed_is_a_picture_whatever_it_is_made_with(tmp_path: Path) -> None:
    model = GeneratorModel(registry.read_manifest(write_tiny_generator(tmp_path, "mine")), tiny_generator(), CPU)
    together = model.pictures([0, 5, 2**32 - 1], 0.7)
    assert (together.shape, together.dtype) == ((3, 3, 16, 16), torch.uint8)
    alone = model.pictures([5], 0.7)
    assert (together[1].int() - alone[0].int()).abs().max() <= 1
    assert not torch.equal(together[0], together[1])


def test_without_truncations_variety_all_pictures_share_a_style(tmp_path: Path) -> None:
    model = GeneratorModel(registry.read_manifest(write_tiny_generator(tmp_path, "mine")), tiny_generator(), CPU)
    wide, narrow = (model.pictures(range(8), truncation).float().std(0).mean() for truncation in (1.0, 0.0))
    assert narrow < wide


def test_latents_are_normal_and_belong_to_their_seed() -> None:
    assert torch.equal(latent(3, 8), latent(3, 8))
    drawn = torch.stack([latent(seed, 128) for seed in range(64)])
    assert abs(float(drawn.mean())) < 0.05
    assert abs(float(drawn.std()) - 1) < 0.05
