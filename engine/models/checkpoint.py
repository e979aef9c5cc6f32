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

METADATA_KEY = "sfumato"
"""All metadata are one JSON object under this key: safetensors writes several keys in any order, and equal models should be equal files."""


def write(path: Path, tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, Any]) -> None:
    """Write to a neighbour first, then move into place: a reader sees the old file or the new one, never a half."""
    contents = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    data = save(contents, {METADATA_KEY: json.dumps(metadata, sort_keys=True)})
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
        metadata = json.loads((raw or {}).get(METADATA_KEY, "{}"))
    except (ValueError, RecursionError) as error:  # the latter from brackets in brackets in brackets
        raise ModelDamaged(path, "its metadata is not JSON") from error
    if not isinstance(metadata, dict):
        raise ModelDamaged(path, "its metadata is not an object")
    return metadata
