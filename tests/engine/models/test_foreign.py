from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.api.errors import FileMissing, ForeignModel
from engine.models import foreign
from engine.models.foreign import ForeignUpscaler
from engine.nets.stylizer import finish

CPU = torch.device("cpu")

needs_spandrel = pytest.mark.skipif(not foreign.is_available(), reason="the extra `foreign` is not installed")


def compact(scale: int = 4) -> dict[str, Tensor]:
    """Weights of a network as `realesr-animevideov3` is one, of 8 features and 2 layers."""
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 8, 3, 1, 1), nn.PReLU(8), nn.Conv2d(8, 8, 3, 1, 1), nn.PReLU(8), nn.Conv2d(8, 3 * scale**2, 3, 1, 1))
    return {f"body.{key}": value for key, value in nn.Sequential(*layers).state_dict().items()}


@needs_spandrel
@pytest.mark.parametrize("name", ["theirs.pth", "theirs.safetensors"])
def test_a_network_of_the_esrgan_family_is_recognised_by_its_weights(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    torch.save({"params": compact()}, path) if name.endswith(".pth") else save_file(compact(), path)
    model = ForeignUpscaler(path, CPU)
    assert (model.name, model.scale, len(model.fingerprint)) == (name, 4, 64)
    picture = torch.rand(1, 3, 12, 10)
    made = finish(model.tile_steps(picture))
    assert made.shape == (1, 3, 48, 40)
    assert not made.requires_grad
    assert torch.equal(made, finish(model.tile_steps(picture)))


@needs_spandrel
def test_weights_of_an_unknown_architecture_are_said_to_be_so(tmp_path: Path) -> None:
    save_file({"first.weight": torch.zeros(3, 3)}, tmp_path / "odd.safetensors")
    with pytest.raises(ForeignModel, match="architecture is not known"):
        ForeignUpscaler(tmp_path / "odd.safetensors", CPU)


@needs_spandrel
def test_a_network_that_enlarges_nothing_is_refused(tmp_path: Path) -> None:
    torch.save(compact(scale=1), tmp_path / "denoiser.pth")
    with pytest.raises(ForeignModel, match="as large as it is"):
        ForeignUpscaler(tmp_path / "denoiser.pth", CPU)


class Attack:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_pickle_is_not_run(tmp_path: Path, zipped: bool) -> None:
    marker = tmp_path / "run"
    if zipped:
        torch.save({"params": Attack(marker)}, tmp_path / "evil.pth")
    else:
        (tmp_path / "evil.pth").write_bytes(pickle.dumps({"params": Attack(marker)}))
    with pytest.raises(ForeignModel, match="can run code"):
        ForeignUpscaler(tmp_path / "evil.pth", CPU)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("name", "contents", "part"),
    [
        ("short.pth", b"PK\x03\x04 no archive", "damaged"),
        ("empty.pth", b"", "damaged"),
        ("text.safetensors", b"hello, no weights here", "damaged"),
    ],
)
def test_files_without_weights_are_named(tmp_path: Path, name: str, contents: bytes, part: str) -> None:
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(ForeignModel, match=part) as failed:
        ForeignUpscaler(tmp_path / name, CPU)
    assert name in str(failed.value)


def out_of_memory(*_: object, **__: object) -> None:
    raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes.")


@pytest.mark.parametrize("name", ["theirs.pth", "theirs.safetensors"])
def test_a_file_is_not_blamed_where_memory_runs_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / name).touch()
    monkeypatch.setattr(torch, "load", out_of_memory)
    monkeypatch.setattr(foreign, "load_file", out_of_memory)
    with pytest.raises(RuntimeError, match="can't allocate memory"):
        ForeignUpscaler(tmp_path / name, CPU)


@needs_spandrel
def test_weights_are_not_blamed_where_memory_runs_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_file(compact(), tmp_path / "theirs.safetensors")
    monkeypatch.setattr(foreign._spandrel().MAIN_REGISTRY, "load", out_of_memory)
    with pytest.raises(RuntimeError, match="can't allocate memory"):
        ForeignUpscaler(tmp_path / "theirs.safetensors", CPU)


def test_weights_without_names_are_refused(tmp_path: Path) -> None:
    torch.save([torch.zeros(1)], tmp_path / "list.pth")
    with pytest.raises(ForeignModel, match="no weights by name"):
        ForeignUpscaler(tmp_path / "list.pth", CPU)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        ForeignUpscaler(tmp_path / "nowhere.pth", CPU)


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "is_available", lambda: False)
    save_file(compact(), tmp_path / "theirs.safetensors")
    with pytest.raises(ForeignModel, match=r"pip install 'sfumato\[foreign\]'"):
        ForeignUpscaler(tmp_path / "theirs.safetensors", CPU)
