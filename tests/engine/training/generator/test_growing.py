"""A generator of 32 px that becomes one of 64 px."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.api.errors import BadRequest
from engine.models import checkpoint
from engine.models.generators import load_generator, training_file
from engine.models.registry import read_manifest
from engine.nets.generators import Generator, GeneratorConfig, build_critic, preset
from engine.nets.generators.modulation import doubled
from engine.training.generator import loop, model_file, setup, watching
from engine.training.generator.config import TrainGenerator
from engine.training.generator.dataset import PictureSet, store_pictures
from engine.training.generator.growing import grown_critic, why_not
from engine.training.generator.model_file import export
from engine.training.generator.start import begin_from
from engine.training.generator.trainer import Trainer
from tests.engine.training.generator.tiny_run import CPU, notes, run_to_its_end, tensors
from tests.tiny import TINY_GENERATOR

SMALL, LARGE = replace(TINY_GENERATOR, size=32), replace(TINY_GENERATOR, size=64)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.setattr(watching, "OBSERVATIONS", 2)
    for module in (loop, model_file):
        monkeypatch.setattr(module, "SAMPLES", 8)


def run_of(folder: Path, network: GeneratorConfig, **changes: Any) -> TrainGenerator:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 3, network.size, network.size), np.uint8)
    store_pictures(folder, pixels).close()
    return TrainGenerator(Path("pictures"), folder, network=network, batch=8, precision="float32", **changes)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Trained for two steps, with its companion."""
    config, path = run_of(tmp_path / "small", SMALL), tmp_path / "small.safetensors"
    run_to_its_end(config, 2)
    export(config, path, "", CPU)
    return path


def grown(model: Path, folder: Path) -> Trainer:
    trainer = Trainer(run_of(folder, LARGE), CPU)
    with PictureSet(folder) as pictures:
        begin_from(trainer, model, pictures)
    return trainer


def known(model: Path) -> Generator:
    return load_generator(read_manifest(model))


@torch.no_grad()
def test_at_first_its_pictures_are_the_old_ones_doubled(model: Path, tmp_path: Path) -> None:
    old, new = known(model), grown(model, tmp_path / "large").average
    z = torch.randn(4, old.latent)
    assert torch.equal(old.map(z), new.map(z)) and torch.equal(old.mean_w, new.mean_w)
    w = old.map(z)
    before, now = old.synthesize(old.broadcast(w), None), new.synthesize(new.broadcast(w), None)
    assert before.shape[-1] == 32 and now.shape[-1] == 64 and before.std() > 0
    torch.testing.assert_close(now, doubled(before))


def test_what_both_sizes_have_is_taken_over_and_the_rest_begins_anew(model: Path, tmp_path: Path) -> None:
    trainer = grown(model, tmp_path / "large")
    before, _ = checkpoint.read(training_file(model))
    new, critic = trainer.generator.state_dict(), trainer.critic.state_dict()
    for name, value in before.items():
        network, _, key = name.partition(".")
        if network == "generator":
            assert torch.equal(new[key], value.float()), name
        elif key.startswith("blocks."):
            _, number, rest = key.split(".", 2)
            assert torch.equal(critic[f"blocks.{int(number) + 1}.{rest}"], value.float()), name
        elif not key.startswith("stem."):
            assert torch.equal(critic[key], value.float()), name
    assert new["levels.4.rgb.weight"].eq(0).all() and new["levels.4.rgb.bias"].eq(0).all()
    assert new["levels.4.conv.weight"].std() > 0.5 and critic["blocks.0.down.weight"].std() > 0.5
    assert trainer.state.frozen == trainer.state.seen == 0, "what is next to the picture is new: it must learn"


def test_it_is_said_and_the_new_level_learns(model: Path, tmp_path: Path) -> None:
    config = run_of(tmp_path / "large", LARGE, begin_from=model)
    said = notes(run_to_its_end(config, 2))
    assert any("It grows from 32 to 64 px: what it knows is kept" in note for note in said)
    assert tensors(config)["generator.levels.4.rgb.weight"].abs().max() > 0
    assert all(value.isfinite().all() for value in tensors(config).values())


def test_without_its_companion_the_critic_begins_anew(model: Path, tmp_path: Path) -> None:
    training_file(model).unlink()
    trainer = grown(model, tmp_path / "large")
    assert any("the critic begins anew" in note for note in trainer.notes)
    assert torch.equal(trainer.generator.state_dict()["constant"], known(model).state_dict()["constant"])


def new(model: Path, **wishes: Any) -> GeneratorConfig:
    wishes = {"size": None, "kind": None, "light": False} | wishes
    config = setup.new(Path("run"), wishes["size"], wishes["kind"], {"begin_from": model}, {"folder": Path()}, light=wishes["light"])
    return config.network


def test_a_larger_size_is_a_network_with_the_same_channels(model: Path) -> None:
    assert new(model) == new(model, size=32) == SMALL
    assert new(model, size=64) == LARGE and new(model, size=128) == replace(SMALL, size=128)
    assert preset(128, light=True).channels(64) == replace(preset(64), size=128).channels(64)


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"size": 16}, "it makes pictures of 32 px, and cannot shrink to 16; leave out --size"),
        ({"kind": "dcgan"}, "it is of the kind style for 32 px, and goes on as such"),
        ({"size": 64, "light": True}, "it is no light network"),
        ({"size": 48}, "8, 16, 32, 64, 128"),
    ],
)
def test_what_it_cannot_become_is_refused(model: Path, wishes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        new(model, **wishes)


@pytest.mark.parametrize(
    ("larger", "words"),
    [
        (replace(TINY_GENERATOR, size=16), "it makes pictures of 32 px, and the other of 16 px"),
        (replace(LARGE, base=128), "at 8 px it has 8 channels, and the other 16"),
        (replace(LARGE, latent=16), "mapping network has another shape"),
        (preset(64, "dcgan"), "it is of the kind style for 32 px, and the other dcgan"),
    ],
)
def test_a_network_that_it_is_no_part_of_is_refused(model: Path, tmp_path: Path, larger: GeneratorConfig, words: str) -> None:
    trainer = Trainer(run_of(tmp_path / "large", larger), CPU)
    with PictureSet(tmp_path / "large") as pictures, pytest.raises(BadRequest, match=words):
        begin_from(trainer, model, pictures)


def test_classics_do_not_grow() -> None:
    assert why_not(preset(64, "dcgan"), replace(preset(64, "dcgan"), size=128))
    assert not why_not(preset(64, "dcgan"), preset(64, "dcgan"))


@pytest.mark.parametrize("times", [2, 4])
@torch.no_grad()
def test_at_first_the_critic_judges_a_picture_as_it_did_at_its_size(times: int) -> None:
    torch.manual_seed(0)
    wide = replace(SMALL, narrowest=8)
    small, large = build_critic(wide), build_critic(replace(wide, size=32 * times))
    for parameter in small.parameters():
        parameter.add_(0.1 * torch.randn_like(parameter))
    large.load_state_dict(grown_critic(small.state_dict(), wide, large))
    pictures = torch.rand(8, 3, 32, 32) * 2 - 1
    enlarged = pictures.repeat_interleave(times, 2).repeat_interleave(times, 3)
    judged = small(pictures)
    assert judged.std() > 0.01
    torch.testing.assert_close(large(enlarged), judged, rtol=1e-3, atol=1e-4)
    fine = enlarged + 0.2 * torch.randn_like(enlarged)
    assert (large(fine) - judged).abs().max() > 1e-3, "it is not blind"


def test_its_new_layers_all_learn() -> None:
    wide = replace(SMALL, narrowest=8)
    small, large = build_critic(wide), build_critic(replace(wide, size=64))
    large.load_state_dict(grown_critic(small.state_dict(), wide, large))
    large(torch.randn(8, 3, 64, 64)).sum().backward()
    fresh = [(name, part) for name, part in large.named_parameters() if name.startswith(("stem.", "blocks.0."))]
    assert len(fresh) == 5 and all(part.grad is not None and part.grad.abs().max() > 0 for _, part in fresh)
    heard = large.blocks[0].down.weight.grad  # type: ignore[index, union-attr]
    assert heard[:, 6:].abs().max() > 0, "channels that are not listened to at first"
