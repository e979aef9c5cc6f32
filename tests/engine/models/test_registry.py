from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.api.errors import FileMissing, ModelDamaged, UnknownModel
from engine.models import checkpoint, registry
from engine.nets.stylizer import StylizerNet
from tests.tiny import TINY, tiny_network, write_tiny_generator, write_tiny_model

MANIFEST: dict[str, Any] = {"format": 1, "architecture": "stylizer", "id": "mine", "config": TINY.to_dict()}


def write(folder: Path, name: str, tensors: dict[str, torch.Tensor] | None = None, **changes: Any) -> Path:
    path = folder / name
    checkpoint.write(path, {"a": torch.zeros(1)} if tensors is None else tensors, MANIFEST | changes)
    return path


def test_a_model_is_found_and_loads_as_it_was(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path, "mine", seed=3)
    found = registry.find((tmp_path,))
    assert [manifest.id for manifest in found.models] == ["mine"]
    assert found.skipped == ()
    network = registry.load(found.get("mine"))
    assert isinstance(network, StylizerNet)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    for name, value in tiny_network(3).state_dict().items():
        assert torch.equal(network.state_dict()[name], value), name
    assert registry.fingerprint(found.get("mine")) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_loading_does_not_draw_random_numbers(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path)
    before = torch.random.get_rng_state()
    registry.load(registry.read_manifest(path))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_loading_wakes_neither_the_compiler_nor_what_it_computes_with(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, "stylizer")
    write_tiny_generator(tmp_path, "generator")
    code = "import sys; from pathlib import Path; from engine.models import registry; "
    code += "[registry.load(model) for model in registry.find([Path(sys.argv[1])]).models]; "
    code += "print(*{'torch._dynamo', 'sympy'} & sys.modules.keys())"
    said = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    assert said.stdout.split() == []


def test_half_precision_weights_become_fp32(tmp_path: Path) -> None:
    weights = {name: value.half() for name, value in tiny_network().state_dict().items()}
    network = registry.load(registry.read_manifest(write(tmp_path, "half.safetensors", weights)))
    assert {value.dtype for value in network.state_dict().values()} == {torch.float32}
    assert {value.device.type for value in network.state_dict().values()} == {"cpu"}


def test_damaged_files_are_named_and_skipped(tmp_path: Path) -> None:
    whole = write_tiny_model(tmp_path, "whole")
    (tmp_path / "cut.safetensors").write_bytes(whole.read_bytes()[:200])
    (tmp_path / "empty.safetensors").touch()
    (tmp_path / "folder.safetensors").mkdir()
    (tmp_path / "other.txt").write_text("not a model, and none of our business")
    found = registry.find((tmp_path, tmp_path / "nowhere"))
    assert [manifest.id for manifest in found.models] == ["whole"]
    assert [sentence.split(" is damaged")[0] for sentence in found.skipped] == [
        f"The model file {tmp_path / name}" for name in ("cut.safetensors", "empty.safetensors", "folder.safetensors")
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "newer than this program"),
        ({"format": "new"}, "not readable"),
        ({"format": float("inf")}, "not readable"),
        ({"format": None}, "not readable"),
        ({"config": 5}, "not readable"),
        ({"architecture": "painter-3000"}, "painter-3000 is unknown"),
    ],
)
def test_a_manifest_that_makes_no_sense_says_why(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    write(tmp_path, "odd.safetensors", **changes)
    (sentence,) = registry.find((tmp_path,)).skipped
    assert "odd.safetensors" in sentence
    assert reason in sentence


@pytest.mark.parametrize("key", ["format", "id", "architecture", "config"])
def test_a_manifest_with_a_gap_says_which(tmp_path: Path, key: str) -> None:
    rest = {name: value for name, value in MANIFEST.items() if name != key}
    checkpoint.write(tmp_path / "gap.safetensors", {}, rest)
    with pytest.raises(ModelDamaged, match=f"has no {key}"):
        registry.read_manifest(tmp_path / "gap.safetensors")


def test_the_first_folder_wins(tmp_path: Path) -> None:
    own, house = tmp_path / "own", tmp_path / "house"
    write_tiny_model(house, "sfumato-style", seed=0)
    write_tiny_model(house, "another", seed=0)
    mine = write_tiny_model(own, "sfumato-style", seed=1)
    found = registry.find((own, house))
    assert sorted(manifest.id for manifest in found.models) == ["another", "sfumato-style"]
    assert found.get("sfumato-style").path == mine


def test_a_model_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    write_tiny_model(tmp_path, "one")
    write_tiny_model(tmp_path, "two")
    with pytest.raises(UnknownModel, match=r"three \(there are: one, two\)"):
        registry.find((tmp_path,)).get("three")
    with pytest.raises(UnknownModel, match=r"there are: none"):
        registry.find(()).get("three")


def weights_with(**changes: torch.Tensor | None) -> dict[str, torch.Tensor]:
    weights = dict(tiny_network().state_dict()) | {name.replace("__", "."): value for name, value in changes.items()}
    return {name: value for name, value in weights.items() if value is not None}


@pytest.mark.parametrize(
    ("weights", "config"),
    [
        (weights_with(stem__weight=None), {}),
        (weights_with(stem__weight=torch.zeros(3)), {}),
        (weights_with(surplus=torch.zeros(3)), {}),
        ({}, {}),
        (weights_with(), {"eighth": 16}),
        (weights_with(), {"eighth": 10**6}),  # terabytes, if it were built before the weights are looked at
        (weights_with(), {"eighth": 10**30}),
        (weights_with(), {"eighth": -1}),
        (weights_with(), {"eighth": "wide"}),
        (weights_with(), {"encoder": 4}),
        (weights_with(), {"encoder": []}),
    ],
)
def test_weights_that_do_not_fit_are_damage(tmp_path: Path, weights: dict[str, torch.Tensor], config: dict[str, object]) -> None:
    path = write(tmp_path, "wrong.safetensors", weights, config=TINY.to_dict() | config)
    with pytest.raises(ModelDamaged, match=r"wrong\.safetensors .*do not fit"):
        registry.load(registry.read_manifest(path))


def test_a_model_that_went_away_is_named(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path)
    manifest = registry.read_manifest(path)
    path.unlink()
    with pytest.raises(FileMissing, match=path.name):
        registry.load(manifest)
