"""What a training needs decided before it begins: where it goes, what it begins with, its whole configuration. For every front."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from engine.api.atomic import make_folder
from engine.api.errors import BadRequest
from engine.api.training import is_name
from engine.models import registry
from engine.models.generators import load_generator
from engine.nets.generators import preset
from engine.nets.generators.config import Kind
from engine.training.generator import config as configuration
from engine.training.generator.changes import changes
from engine.training.generator.config import GROUP, TrainGenerator
from engine.training.generator.dataset import PictureSet
from engine.training.generator.growing import network_for
from engine.training.generator.runs import Run, latest_run, next_run

DEFAULT_SIZE = 64
DEFAULT_KIND: Kind = "style"


def model_file(name: str, models: Path, *, may_replace: bool) -> Path:
    """The file among the artist's models that a model is written to; its folder is made.

    Raises BadRequest for a name that is no file's, or is taken and may not be replaced.
    """
    check_name(name)
    path = models / f"{name}.safetensors"
    if path.exists() and not may_replace:
        raise BadRequest(
            f"The model {name}",
            "it is there already: resume its run (--resume), train it anew in its place (--replace), or choose another name",
        )
    make_folder(models)
    return path


def check_name(name: str) -> None:
    """Raises BadRequest for a model's name that no file can have."""
    if not is_name(name):
        raise BadRequest(
            f"The name {name!r}",
            "a model's name is a file's name, too: letters, digits, spaces and dashes are fine, devices of Windows are not",
        )


def run_folder(name: str, runs: Path, *, resume: bool) -> Path:
    """The run of a model among all runs: the newest that can be resumed, or the one to come. Raises BadRequest where there is none."""
    return latest_run(runs / name) if resume else next_run(runs / name)


def new(
    run: Path,
    size: int | None,
    kind: Kind | None,
    chosen: Mapping[str, Any],
    budgets: Mapping[str, Any],
    *,
    light: bool = False,
) -> TrainGenerator:
    """The recipe of the kind, or of the model to begin from (`begin_from` of `chosen`), with the options that were chosen.

    A style-based model to begin from grows to a larger `size`. `light`: a network with fewer channels; such a model has those that it has.

    Raises BadRequest for what makes no sense, and as a model's file is read.
    """
    model = chosen.get("begin_from")
    if model is None:
        recipe = configuration.recipe_for(kind or DEFAULT_KIND, size or DEFAULT_SIZE, chosen.get("loss"), light=light)
    else:
        known = load_generator(registry.read_manifest(model)).config
        network = network_for(known, model.stem, size, kind, light=light)
        recipe = configuration.recipe_for(network.kind, network.size, chosen.get("loss")) | {"network": network}
    return TrainGenerator(run=run, **budgets, **recipe | dict(chosen)).checked()


def resumed(run: Path, size: int | None, kind: Kind | None, chosen: Mapping[str, Any], budgets: Mapping[str, Any]) -> TrainGenerator:
    """The run's own configuration, with the options that were chosen: `train` refuses those that may not change."""
    before = TrainGenerator.from_plain(Run(run).read_config())
    network = before.network
    if (size or network.size) != network.size or (kind or network.kind) != network.kind:
        network = preset(size or network.size, kind or network.kind)
    return replace(before, run=run, network=network, **budgets, **chosen).checked()


def check_unused(run: Path) -> None:
    """Raises BadRequest where a new run would meet an older one."""
    if Run(run).has_checkpoint:
        raise BadRequest(run, "it holds a run already: continue that one, or name another folder")


def folder_changes(config: TrainGenerator) -> str:
    """A sentence where the folder is no longer what the run prepared; else empty. Raises as `PictureSet` does."""
    with PictureSet(config.run) as pictures:
        return changes(pictures).sentence()


def equivalent_command(config: TrainGenerator, name: str) -> str:
    """The command line that trains as this configuration does, for a model to say how it was made; paths by their names alone."""
    network = config.network
    words = ["sfumato", "train", config.folder.name, "--name", name, "--size", str(network.size), "--kind", network.kind]
    words += ["--fit", config.fit, "--seed", str(config.seed)]
    if config.begin_from is None and network.kind == "style" and network.base < preset(network.size).base:
        words.append("--light")
    if config.teacher is not None:
        words += ["--teacher", config.teacher.name]
    if config.begin_from is not None:
        words += ["--from", config.begin_from.name]
    return shlex.join(words)


QUANTUM = 0.06
"""Seconds that a piece of work should take under the studio: previews wait for one."""

LARGE = 128
"""Above this size, in pixels, a whole batch under the studio would take memory from the artist's other programs."""


def in_small_parts(config: TrainGenerator, device: torch.device) -> TrainGenerator:
    """The same, computed in small pieces on a CPU: what is more urgent waits for one of them at the most."""
    if device.type != "cpu":
        return config
    micro_batch = config.micro_batch
    if micro_batch is None and config.network.size > LARGE and GROUP in config.micro_batches:
        micro_batch = GROUP
    return replace(config, quantum=QUANTUM, micro_batch=micro_batch)
