from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.api.errors import TrainingDiverged
from engine.api.places import places
from engine.latent.inversion import Comparison, Search
from engine.models import checkpoint, registry
from engine.models.generators import GeneratorModel, load_generator
from engine.models.pool import ModelPool
from engine.training.encoder import loop as encoder_loop
from engine.training.encoder.loop import TrainEncoder, train
from tests.engine.cli.commands import CommandLine
from tests.tiny import picture_file, write_tiny_generator


@pytest.fixture(autouse=True)
def model(house: Path) -> GeneratorModel:
    manifest = registry.read_manifest(write_tiny_generator(places().models, "mine"))
    return GeneratorModel(manifest, load_generator(manifest), torch.device("cpu"))


def test_an_encoder_is_trained_resumed_exactly_and_used(sfumato: CommandLine, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    words = ("train-encoder", "--model", "mine")
    assert sfumato(*words, "-o", whole, "--run", tmp_path / "a", "--steps", 6).code == 0
    assert sfumato(*words, "-o", parts, "--run", tmp_path / "b", "--steps", 3).code == 0
    said = sfumato(*words, "-o", parts, "--run", tmp_path / "b", "--steps", 6, "--resume", "--json")
    assert said.code == 0 and said.events[-1]["steps"] == 6, said.err
    ours, theirs = (checkpoint.read(path)[0] for path in (whole, parts))
    assert ours.keys() == theirs.keys() and all(torch.equal(value, theirs[key]) for key, value in ours.items())
    (places().models / "finder.safetensors").write_bytes(whole.read_bytes())
    assert any(line.split()[:2] == ["whole", "encoder"] for line in sfumato("models", "list").out.splitlines())
    photo = picture_file(tmp_path / "friend.png", 20, 16)
    assert sfumato("invert", photo, "--model", "mine", "-o", tmp_path / "code.safetensors", "--steps", 2, "--tuning", 0).code == 0


def test_it_learns_to_tell_codes_from_pictures(model: GeneratorModel, tmp_path: Path) -> None:
    errors = [done.loss for done in train(TrainEncoder(tmp_path / "run", steps=150, lr=5e-3), model) if done.loss is not None]
    assert sum(errors[-20:]) < 0.8 * sum(errors[:20])


def poisoned(monkeypatch: pytest.MonkeyPatch, steps: range) -> None:
    """From what these steps are made of, no finite gradient follows."""
    material = encoder_loop._material

    def some(config: TrainEncoder, model: GeneratorModel, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        styles, pictures = material(config, model, step)
        return styles, pictures * float("nan") if step in steps else pictures

    monkeypatch.setattr(encoder_loop, "_material", some)


def test_a_step_without_a_finite_gradient_is_skipped(model: GeneratorModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poisoned(monkeypatch, range(1, 3))
    done = list(train(TrainEncoder(tmp_path / "run", steps=5), model))
    assert [step.loss is None for step in done] == [False, True, True, False, False]
    tensors, _ = checkpoint.read(tmp_path / "run" / encoder_loop.STATE_FILE)
    assert all(value.isfinite().all() for value in tensors.values())


def test_one_that_does_not_settle_keeps_what_was_saved(model: GeneratorModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = TrainEncoder(tmp_path / "run", steps=2)
    list(train(config, model))
    before = (tmp_path / "run" / encoder_loop.STATE_FILE).read_bytes()
    poisoned(monkeypatch, range(3, 99))
    with pytest.raises(TrainingDiverged):
        list(train(replace(config, steps=20, resume=True), model))
    assert (tmp_path / "run" / encoder_loop.STATE_FILE).read_bytes() == before


def test_an_error_within_a_step_saves_nothing_and_a_stop_does(
    model: GeneratorModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = train(TrainEncoder(tmp_path / "stopped"), model)
    next(stopped)
    stopped.close()
    assert (tmp_path / "stopped" / encoder_loop.STATE_FILE).is_file()
    failing = train(TrainEncoder(tmp_path / "failing"), model)
    next(failing)
    monkeypatch.setattr(encoder_loop, "_material", lambda *_: (_ for _ in ()).throw(RuntimeError("a bug")))
    with pytest.raises(RuntimeError, match="a bug"):
        next(failing)
    assert not (tmp_path / "failing" / encoder_loop.STATE_FILE).exists()


def test_a_search_begins_with_its_guess_where_that_is_better(model: GeneratorModel) -> None:
    codes = torch.randn(1, 6, 8, generator=torch.Generator().manual_seed(9))
    photo = model.network.synthesize(codes, None)
    search = Search(model.network, Comparison(photo), None)
    list(search.start(lambda _: codes))  # type: ignore[arg-type]
    assert torch.equal(search.styles, codes)


def test_an_encoder_belongs_to_one_version_of_its_generator(sfumato: CommandLine, tmp_path: Path, model: GeneratorModel) -> None:
    out = places().models / "finder.safetensors"
    assert sfumato("train-encoder", "--model", "mine", "-o", out, "--run", tmp_path / "a", "--steps", 1).code == 0
    pool = ModelPool((places().models,), torch.device("cpu"), torch.float32)
    kept = pool.encoder(pool.generator("mine"))
    assert kept is not None and pool.encoder(pool.generator("mine")) is kept, "it is read once"
    pool.add(out)
    assert pool.encoder(pool.generator("mine")) not in (None, kept), "it may be another file now"
    kept = pool.encoder(pool.generator("mine"))
    pool.evict_idle()
    assert pool.encoder(pool.generator("mine")) not in (None, kept)
    write_tiny_generator(places().models, "mine", seed=4)
    pool = ModelPool((places().models,), torch.device("cpu"), torch.float32)
    assert pool.encoder(pool.generator("mine")) is None
    said = sfumato("train-encoder", "--model", "mine", "-o", out, "--run", tmp_path / "a", "--steps", 2, "--resume")
    assert "another model or version" in said.sentence(2)


def test_a_run_is_not_overwritten_and_a_missing_one_not_resumed(sfumato: CommandLine, tmp_path: Path) -> None:
    words = ("train-encoder", "--model", "mine", "-o", tmp_path / "e.safetensors", "--run", tmp_path / "a", "--steps", 1)
    assert "no run to resume" in sfumato(*words, "--resume").sentence(2)
    assert sfumato(*words).code == 0
    assert "add --resume" in sfumato(*words).sentence(2)
    assert "must end with .safetensors" in sfumato("train-encoder", "-o", tmp_path / "e.png").sentence(2)
