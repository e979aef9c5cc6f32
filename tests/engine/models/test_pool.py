from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.api.errors import FileMissing, UnknownModel
from engine.models import accelerated, pool, registry
from engine.models.codes import EDGES, GalleryCodes
from engine.models.pool import ModelPool
from engine.nets.stylizer import StylizerNet
from tests.tiny import write_tiny_generator, write_tiny_model

CPU = torch.device("cpu")


@pytest.fixture
def models(tmp_path: Path) -> ModelPool:
    write_tiny_model(tmp_path)
    write_tiny_model(tmp_path, "another", seed=1)
    return ModelPool((tmp_path,), CPU, torch.float32)


def test_a_model_is_loaded_once(models: ModelPool, monkeypatch: pytest.MonkeyPatch) -> None:
    first = models.stylizer()
    monkeypatch.setattr(registry, "load", lambda manifest: pytest.fail("it was loaded again"))
    assert models.stylizer() is first
    assert first.manifest.id == "sfumato-style"


def test_another_stylizer_can_be_the_default(models: ModelPool) -> None:
    house = models.stylizer()
    models.default_stylizer = "another"
    assert models.stylizer().manifest.id == "another"
    assert models.stylizer().fingerprint != house.fingerprint
    models.default_stylizer = "nobody"
    with pytest.raises(UnknownModel, match="nobody"):
        models.stylizer()


def test_evicted_models_come_back_the_same(models: ModelPool) -> None:
    first = models.stylizer()
    models.cache.put("a", torch.zeros(3))
    models.evict_idle()
    assert models.cache.used == 0
    again = models.stylizer()
    assert again is not first
    for name, value in again.network.state_dict().items():
        assert torch.equal(value, first.network.state_dict()[name])


def test_gallery_codes_are_read_when_first_wanted(models: ModelPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "codes.safetensors"
    monkeypatch.setattr(pool, "gallery_codes_path", lambda: path)
    with pytest.raises(FileMissing, match=r"codes\.safetensors"):
        _ = models.gallery_codes
    GalleryCodes("print", {"ink": torch.ones(len(EDGES), 6)}, {"ink": 300}).write(path)
    assert models.gallery_codes.fingerprint == "print"
    assert models.gallery_codes is models.gallery_codes


def test_only_a_processor_with_the_speed_extra_is_accelerated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_model(tmp_path)
    monkeypatch.setattr(accelerated, "is_available", lambda: False)
    assert ModelPool((tmp_path,), CPU, torch.float32).stylizer().accelerate is None
    monkeypatch.setattr(accelerated, "is_available", lambda: True)
    assert ModelPool((tmp_path,), CPU, torch.float32).stylizer().accelerate is not None


def test_what_is_compiled_is_the_model_in_full_precision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_model(tmp_path)
    compiled: list[StylizerNet] = []

    def compile_network(network: StylizerNet, *, bf16: bool, threads: int, cache: Path) -> None:
        assert (bf16, threads, cache.name) == (True, torch.get_num_threads(), "openvino")
        compiled.append(network)

    monkeypatch.setattr(accelerated, "is_available", lambda: True)
    monkeypatch.setattr(pool, "AcceleratedStylizer", compile_network)
    model = ModelPool((tmp_path,), CPU, torch.bfloat16).stylizer()
    assert model.accelerate is not None
    model.accelerate()
    assert {value.dtype for value in compiled[0].parameters()} == {torch.float32}
    assert torch.bfloat16 in {value.dtype for value in model.network.parameters()}


def test_a_model_that_is_taken_in_takes_the_place_of_the_one_of_that_name(tmp_path: Path) -> None:
    path = write_tiny_generator(tmp_path, "waves")
    models = ModelPool((tmp_path,), CPU, torch.float32)
    before = models.generator("waves").pictures([0])
    write_tiny_generator(tmp_path, "waves", seed=1)
    assert torch.equal(models.generator("waves").pictures([0]), before)
    models.add(path)
    assert [manifest.id for manifest in models.found.models] == ["waves"]
    assert not torch.equal(models.generator("waves").pictures([0]), before)
