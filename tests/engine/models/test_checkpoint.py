from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.api.errors import DiskFull, FileMissing, ModelDamaged
from engine.models import checkpoint

TENSORS = {"weight": torch.arange(6.0).reshape(2, 3), "half": torch.ones(2, dtype=torch.bfloat16)}
METADATA = {"format": 1, "config": {"widths": [1, 2]}, "title": "“Σ”", "nothing": None}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    checkpoint.write(path, TENSORS, METADATA)
    return path


def test_what_is_written_is_read(file: Path) -> None:
    tensors, metadata = checkpoint.read(file)
    assert tensors.keys() == TENSORS.keys()
    for name, value in TENSORS.items():
        assert tensors[name].dtype == value.dtype
        assert torch.equal(tensors[name], value)
    assert metadata == METADATA
    assert checkpoint.read_metadata(file) == METADATA


def test_tensors_that_are_not_contiguous_are_kept(tmp_path: Path) -> None:
    picture = torch.rand(1, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    checkpoint.write(tmp_path / "folder" / "model.safetensors", {"a": picture, "b": picture.transpose(2, 3)}, {})
    tensors, _ = checkpoint.read(tmp_path / "folder" / "model.safetensors")
    assert torch.equal(tensors["a"], picture)
    assert torch.equal(tensors["b"], picture.transpose(2, 3))


def test_a_file_can_be_replaced_while_its_tensors_are_in_use(file: Path) -> None:
    tensors, _ = checkpoint.read(file)
    checkpoint.write(file, {"weight": torch.zeros(2, 3)}, {})
    assert torch.equal(tensors["weight"], TENSORS["weight"])
    assert torch.equal(checkpoint.read(file)[0]["weight"], torch.zeros(2, 3))


def test_a_file_without_metadata_has_none(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "plain.safetensors")
    assert checkpoint.read_metadata(tmp_path / "plain.safetensors") == {}


@pytest.mark.parametrize("length", [0, 4, 8, 60, -1])
def test_a_truncated_file_is_named(file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])
    for read in (checkpoint.read, checkpoint.read_metadata):
        with pytest.raises(ModelDamaged, match=r"model\.safetensors is damaged"):
            read(file)


@pytest.mark.parametrize("content", [b"no model at all, but a text", b"\xff" * 64, b"\x80\x04K\x01." * 9, b"\x02" + b"\0" * 7 + b"[]"])
def test_garbage_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "garbage.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelDamaged, match=r"garbage\.safetensors"):
        checkpoint.read(path)


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000])
def test_metadata_that_is_not_json_is_named(tmp_path: Path, text: str) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "odd.safetensors", {checkpoint.METADATA_KEY: text})
    with pytest.raises(ModelDamaged, match=r"odd\.safetensors .*not JSON"):
        checkpoint.read_metadata(tmp_path / "odd.safetensors")


def test_metadata_that_are_no_object_are_named(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "odd.safetensors", {checkpoint.METADATA_KEY: "[1]"})
    with pytest.raises(ModelDamaged, match=r"odd\.safetensors .*not an object"):
        checkpoint.read_metadata(tmp_path / "odd.safetensors")


def test_equal_contents_make_equal_files(file: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        checkpoint.write(tmp_path / name, TENSORS, dict(sorted(METADATA.items(), reverse=name == "two")))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_what_is_not_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="nowhere"):
        checkpoint.read(tmp_path / "nowhere.safetensors")
    with pytest.raises(ModelDamaged, match="it is a folder"):
        checkpoint.read(tmp_path)


def test_a_full_disk_leaves_the_older_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = file.read_bytes()
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFull, match=r"model\.safetensors"):
        checkpoint.write(file, {"weight": torch.zeros(1)}, {})
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]
