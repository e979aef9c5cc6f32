"""Which architectures there are, and which model files are found on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from engine.api.errors import BadRequest, ModelDamaged, SfumatoError, UnknownModel, WrongModel
from engine.api.manifest import Manifest
from engine.api.places import places
from engine.models import checkpoint
from engine.nets.encoder import Encoder
from engine.nets.generators import GeneratorConfig, build_generator
from engine.nets.stylizer import StylizerConfig, StylizerNet
from engine.nets.upscaler import UpscalerConfig, UpscalerNet

HOUSE_STYLIZER = "sfumato-style"

TRAINING_SUFFIX = ".training.safetensors"
"""Files called so hold what a model is trained on with; they are no models."""


@dataclass(frozen=True)
class Architecture:
    """A kind of network: `build` makes it, untrained, from the manifest's config."""

    id: str
    build: Callable[[Mapping[str, Any]], nn.Module]


ARCHITECTURES: tuple[Architecture, ...] = (
    Architecture("stylizer", lambda config: StylizerNet(StylizerConfig.from_dict(dict(config)))),
    Architecture("encoder", lambda config: Encoder(GeneratorConfig.from_dict(dict(config)))),
    Architecture("generator", lambda config: build_generator(GeneratorConfig.from_dict(dict(config)))),
    Architecture("upscaler", lambda config: UpscalerNet(UpscalerConfig.from_dict(config))),
)


@dataclass(frozen=True)
class Found:
    """The models of all folders, and a sentence for each file that was skipped."""

    models: tuple[Manifest, ...]
    skipped: tuple[str, ...]

    def get(self, model_id: str, architecture: str | None = None) -> Manifest:
        """The model of this id; raises UnknownModel, which names those that there are, of one `architecture` where that is given."""
        for manifest in self.models:
            if manifest.id == model_id:
                return manifest
        known = ", ".join(manifest.id for manifest in self.models if architecture in (None, manifest.architecture)) or "none"
        raise UnknownModel(model_id, f" (there are: {known})")


def house_folder() -> Path:
    """The models that Sfumato comes with."""
    return Path(str(files("resources"))) / "models"


def find(folders: Iterable[Path]) -> Found:
    """Read the manifests of all model files; the first of two with the same id wins. Damaged files are named and skipped."""
    models: dict[str, Manifest] = {}
    skipped = []
    for path in (path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.safetensors"))):
        if path.name.endswith(TRAINING_SUFFIX):
            continue
        try:
            manifest = read_manifest(path)
        except SfumatoError as error:
            skipped.append(str(error))
        else:
            models.setdefault(manifest.id, manifest)
    return Found(tuple(models.values()), tuple(skipped))


def installed() -> Found:
    """The models of this machine: the artist's own before those that Sfumato comes with."""
    return find((places().models, house_folder()))


def is_ours(path: Path) -> bool:
    """Whether a file is one of Sfumato's models, be it of a newer version, and not weights of another program; raises FileMissing or
    ModelDamaged."""
    return path.suffix == ".safetensors" and bool(checkpoint.read_metadata(path))


def read_manifest(path: Path) -> Manifest:
    """What a model file says of itself; raises FileMissing or ModelDamaged."""
    metadata = checkpoint.read_metadata(path)
    try:
        manifest = Manifest.of(path, metadata)
    except KeyError as error:
        raise ModelDamaged(path, f"its manifest has no {error.args[0]}") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise ModelDamaged(path, f"its manifest is not readable: {error}") from error
    if all(architecture.id != manifest.architecture for architecture in ARCHITECTURES):
        raise ModelDamaged(path, f"its architecture {manifest.architecture} is unknown")
    return manifest


class _Undrawn(TorchFunctionMode):
    """Networks are built without their first random weights: the file's take their place. On the meta device torch would also
    load its decompositions, or its whole compiler (a second or two), to draw them."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in (torch.Tensor.normal_, torch.Tensor.uniform_):
            return args[0]
        return (torch.empty if func is torch.randn else func)(*args, **(kwargs or {}))


def load(manifest: Manifest) -> nn.Module:
    """The network with its weights, in fp32 on the CPU, ready for inference; raises FileMissing or ModelDamaged."""
    build = next(architecture.build for architecture in ARCHITECTURES if architecture.id == manifest.architecture)
    tensors, _ = checkpoint.read(manifest.path)
    try:
        # On the meta device no memory is taken, whatever sizes a file asks for, before its weights are known to have them.
        with _Undrawn(), torch.device("meta"):
            network = build(manifest.config)
        weights = {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}
        network.load_state_dict(weights, assign=True)
    except (BadRequest, RuntimeError, KeyError, TypeError, ValueError, OverflowError, AssertionError) as error:
        raise ModelDamaged(manifest.path, "its weights do not fit its architecture") from error
    return network.eval().requires_grad_(False)


def load_stylizer(manifest: Manifest) -> StylizerNet:
    """`load`, of a model that must be a stylizer; raises WrongModel where it is another network."""
    network = load(manifest)
    if not isinstance(network, StylizerNet):
        raise WrongModel(manifest.id, f"a {manifest.architecture}, not a stylizer")
    return network


def load_upscaler(manifest: Manifest) -> UpscalerNet:
    """`load`, of a model that must be an upscaler; raises WrongModel where it is another network."""
    network = load(manifest)
    if not isinstance(network, UpscalerNet):
        raise WrongModel(manifest.id, f"a {manifest.architecture}, not an upscaler")
    return network


def fingerprint(manifest: Manifest) -> str:
    """The SHA-256 of the model file, in hex: codes name the model that they belong to by it."""
    return file_fingerprint(manifest.path)


def file_fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
