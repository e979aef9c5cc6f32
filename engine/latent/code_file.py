"""A code in a file: portable, with the id and the hash of the model that it belongs to, and a photo's tuning if it has one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load, save

from engine.api.atomic import try_target
from engine.api.errors import BadRequest, CodeDamaged, ModelDamaged
from engine.api.latent import Latent, Styles, latent_from_plain, latent_to_plain
from engine.models import checkpoint

KIND = "latent code"
FORMAT = 1
TUNING = "tuning."
SUFFIX = ".safetensors"


def write_code(path: Path, code: Latent, tuning: bytes | None, *, overwrite: bool = False) -> None:
    """Write a latent as the file `path`; `tuning` holds the bytes of its blob where it has one.

    Raises BadRequest for another suffix, WouldOverwrite, FolderMissing, NotWritable, DiskFull.
    """
    if path.suffix != SUFFIX:
        raise BadRequest(f"The code file {path}", f"its name must end with {SUFFIX}")
    try_target(path, overwrite=overwrite)
    tensors = {"w": torch.from_numpy(code.code.array())} if isinstance(code.code, Styles) else {}
    if tuning is not None:
        tensors |= {TUNING + key: value for key, value in load(tuning).items()}
    described = latent_to_plain(replace(code, tuning=None)) | {"code": code.code if isinstance(code.code, int) else None}
    checkpoint.write(path, tensors, {"format": FORMAT, "kind": KIND, "latent": described})


def read_code(path: Path) -> tuple[Latent, bytes | None]:
    """A file's latent, without its tuning, whose bytes are beside it. Raises FileMissing or CodeDamaged."""
    try:
        tensors, metadata = checkpoint.read(path)
    except ModelDamaged as error:
        raise CodeDamaged(path, error.detail) from error
    _check_kind(path, metadata)
    try:
        code = _latent(metadata["latent"], tensors)
        code.check()
    except (KeyError, TypeError, ValueError, AttributeError, BadRequest) as error:
        raise CodeDamaged(path, f"it cannot be read: {error}".rstrip(".")) from error
    changes = {key.removeprefix(TUNING): value for key, value in tensors.items() if key.startswith(TUNING)}
    return code, save(changes) if changes else None


def is_code_file(path: Path) -> bool:
    """Whether a .safetensors file holds a code rather than a model; False for what is no such file."""
    try:
        return checkpoint.read_metadata(path).get("kind") == KIND
    except (ModelDamaged, OSError):
        return False


def _check_kind(path: Path, metadata: dict[str, Any]) -> None:
    if metadata.get("kind") != KIND:
        what = "it is a model" if "architecture" in metadata else "it says nothing of a code"
        raise CodeDamaged(path, what)
    if metadata.get("format") != FORMAT:
        raise CodeDamaged(path, f"its format {metadata.get('format')} is not one that this version knows")


def _latent(plain: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Latent:
    if plain["code"] is not None:
        return latent_from_plain(plain)
    w = tensors["w"]
    if w.dim() != 2:
        raise ValueError(f"its code has the shape {tuple(w.shape)}")
    return replace(latent_from_plain(plain | {"code": 0}), code=Styles.of(w.float().numpy()))
