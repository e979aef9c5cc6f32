"""Tensors and their metadata in one safetensors file, written atomically and never unpickled."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from engine.api.atomic import atomic_file
from engine.api.errors import FileMissing, ModelDamaged

Metadata = dict[str, Any]


def write(path: Path, tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, Any]) -> None:
    """Write to a neighbour first, then move into place: a reader sees the old file or the new one, never a half."""
    data = save({key: value.detach().cpu().contiguous() for key, value in tensors.items()}, {k: json.dumps(v) for k, v in metadata.items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path, overwrite=True) as file:
        file.write(data)


def read(path: Path, device: str = "cpu") -> tuple[dict[str, torch.Tensor], Metadata]:
    """All tensors of a file, copied out so that the file is not kept mapped (Windows locks mapped files), and its metadata.

    Raises FileMissing, or ModelDamaged, which names the file.
    """
    with _opened(path, device) as file:
        tensors = {key: file.get_tensor(key).clone() for key in file.keys()}  # noqa: SIM118 - not a dict
        return tensors, _metadata(path, file.metadata())


def read_metadata(path: Path) -> Metadata:
    """The metadata alone: the header is read, the tensors are not."""
    with _opened(path, "cpu") as file:
        return _metadata(path, file.metadata())


@contextlib.contextmanager
def _opened(path: Path, device: str) -> Iterator[Any]:
    if path.is_dir():
        raise ModelDamaged(path, "it is a folder")
    if not path.is_file():
        raise FileMissing(path)
    try:
        with safe_open(str(path), framework="pt", device=device) as file:
            yield file
    except (SafetensorError, OSError) as error:
        raise ModelDamaged(path, str(error).partition("\n")[0]) from error


def _metadata(path: Path, raw: Mapping[str, str] | None) -> Metadata:
    try:
        return {key: json.loads(value) for key, value in (raw or {}).items()}
    except (ValueError, RecursionError) as error:  # the latter from brackets in brackets in brackets
        raise ModelDamaged(path, "its metadata is not JSON") from error
