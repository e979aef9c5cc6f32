"""Other people's upscalers: files of the ESRGAN family and its like, recognised and rebuilt by spandrel from their weights alone.

Nothing in a file is run: safetensors hold no code, and of a pickle only tensors and plain containers are read (`weights_only`).
"""

from __future__ import annotations

import importlib
import importlib.util
import pickle
import warnings
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from engine.api.errors import FileMissing, ForeignModel
from engine.device import is_out_of_memory
from engine.models.registry import file_fingerprint
from engine.models.stylizer import without_gradients
from engine.nets.stylizer import Steps

PICKLES = (".pth", ".pt", ".ckpt")
SUFFIXES = (*PICKLES, ".safetensors")

HALO, TILE = 32, 192
"""How far such networks see is not known, and often farther than matters: what lies beyond 32 pixels changes ESRGAN's result by less
than a level of 255. They take 20 to 100 times as long as the house's and hold more: smaller tiles."""

MISSING = "reading it needs the package spandrel, which is not installed: pip install 'sfumato[foreign]'"


def is_available() -> bool:
    """Whether the `foreign` extra is installed."""
    return importlib.util.find_spec("spandrel") is not None


def is_file_name(model: str) -> bool:
    """Whether a model is named by a file."""
    return model.lower().endswith(SUFFIXES)


class ForeignUpscaler:
    """An upscaler of another maker, in fp32: not all of them bear less."""

    def __init__(self, path: Path, device: torch.device) -> None:
        """Raises FileMissing or ForeignModel."""
        if not path.is_file():
            raise FileMissing(path)
        weights = _weights(path)
        if not is_available():
            raise ForeignModel(path, MISSING)
        self.network: Any = _described(weights, path).to(device).eval()
        self.name, self.fingerprint, self.device = path.name, file_fingerprint(path), device
        self.scale, self.halo, self.tile = int(self.network.scale), HALO, TILE

    def tile_steps(self, tile: Tensor) -> Steps:
        return (yield from without_gradients(self._steps(tile)))

    def _steps(self, tile: Tensor) -> Steps:
        yield
        picture: Tensor = self.network(tile.to(self.device))
        return picture.cpu()


def _weights(path: Path) -> dict[str, Any]:
    """What the file holds, tensors by name. Raises ForeignModel; that memory ran out is no fault of the file, and passes."""
    try:
        if path.suffix.lower() == ".safetensors":
            return dict(load_file(path))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pickles of another protocol: either it is read, or an error says so
            weights = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ForeignModel(path, "it is damaged, or holds more than weights, and such files can run code") from error
    except (SafetensorError, RuntimeError, OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        if is_out_of_memory(error):
            raise
        raise ForeignModel(path, "it is damaged or no file of weights") from error
    if not isinstance(weights, dict):
        raise ForeignModel(path, "it holds no weights by name")
    return weights


def _described(weights: dict[str, Any], path: Path) -> Any:
    """Spandrel's model. Raises ForeignModel where it is none that enlarges pictures tile by tile."""
    spandrel = _spandrel()
    try:
        found = spandrel.MAIN_REGISTRY.load(spandrel.canonicalize_state_dict(weights))
    except spandrel.UnsupportedModelError as error:
        raise ForeignModel(path, "its architecture is not known") from error
    except Exception as error:  # whatever each of forty architectures says of weights that are not quite its own
        if is_out_of_memory(error):
            raise
        raise ForeignModel(path, "its weights do not fit the architecture that they look like") from error
    if not isinstance(found, spandrel.ImageModelDescriptor) or found.input_channels != 3 or found.output_channels != 3:
        raise ForeignModel(path, f"it is a {found.architecture.name} model, which does not turn a colour picture into one")
    if found.scale < 2:
        raise ForeignModel(path, f"it is a {found.architecture.name} model that leaves a picture as large as it is")
    if found.tiling is spandrel.ModelTiling.INTERNAL:
        raise ForeignModel(path, f"it is a {found.architecture.name} model, which must see the whole picture at once")
    return found


@cache
def _spandrel() -> Any:
    """Spandrel, where torchvision may lack its compiled half.

    It imports torchvision's transforms, and with them the registrations of operators that are compiled for CUDA in PyPI's build: beside a
    CPU build of torch they do not load, and the import fails for two of them. Their schemas are all that is missing.
    """
    if importlib.util.find_spec("torchvision") is not None and not _imports("torchvision"):
        library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _kept.append(library)
    return importlib.import_module("spandrel")


_kept: list[Any] = []
"""A library's definitions go with it."""


def _imports(name: str) -> bool:
    try:
        importlib.import_module(name)
    except RuntimeError:
        return False
    return True
