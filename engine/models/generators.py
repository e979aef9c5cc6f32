"""Generators among the models: a file to make pictures with, and perhaps one beside it to train on from."""

from __future__ import annotations

from pathlib import Path

from engine.api.errors import ModelDamaged
from engine.api.manifest import Manifest
from engine.models import registry
from engine.nets.generators import Generator

ARCHITECTURE = "generator"

HOUSE_GENERATOR = "scrolls-128"


def training_file(model: Path) -> Path:
    """The raw generator and the critic of a model, in a file of its own beside it: only training reads it."""
    return model.with_name(f"{model.stem}{registry.TRAINING_SUFFIX}")


def load_generator(manifest: Manifest) -> Generator:
    """`registry.load`, of a model that must be a generator; raises ModelDamaged where it is another network."""
    network = registry.load(manifest)
    if not isinstance(network, Generator):
        raise ModelDamaged(manifest.path, "it is not a generator")
    return network
