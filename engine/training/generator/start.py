"""Where a new run begins: from another model, to be continued on the same pictures or turned to others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from engine.api.errors import BadRequest
from engine.models import checkpoint, generators, registry
from engine.training.generator.counter import frozen_stages
from engine.training.generator.dataset import PictureSet
from engine.training.generator.trainer import Trainer, below


def begin_from(trainer: Trainer, path: Path, pictures: PictureSet) -> None:
    """Take over a model's weights. On the same pictures the run goes on where that one ended, but for the optimisers' moments; on
    others part of the critic is frozen (see `counter`). Raises FileMissing, ModelDamaged, or BadRequest for a model of another shape.
    """
    network = generators.load_generator(registry.read_manifest(path))
    if network.config != trainer.config.network:
        raise BadRequest(path, "it is a generator of another size or shape than the one to be trained")
    trainer.average.load_state_dict(network.state_dict())
    companion = generators.training_file(path)
    if not companion.is_file():
        trainer.generator.load_state_dict(network.state_dict())
        trainer.notes.append(f"{companion.name} is not beside {path.name}: the critic begins anew.")
        return
    tensors, metadata = checkpoint.read(companion)
    _take_over(trainer, path, {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()})
    if metadata.get("data_hash") == pictures.data_hash:
        _continue(trainer, metadata)
        return
    trainer.state.frozen = frozen_stages(len(trainer.critic.stages), len(pictures.train))
    if trainer.state.frozen:
        count, all_of_them = trainer.state.frozen, len(trainer.critic.stages)
        trainer.notes.append(f"{count} of the critic's {all_of_them} stages keep what they know, as there are few pictures.")


def _take_over(trainer: Trainer, path: Path, tensors: dict[str, Tensor]) -> None:
    try:
        trainer.generator.load_state_dict(below(tensors, "generator"))
        trainer.critic.load_state_dict(below(tensors, "critic"))
    except RuntimeError as error:
        raise BadRequest(
            generators.training_file(path), f"it does not belong to {path.name}; remove it, or restore the right one"
        ) from error


def _continue(trainer: Trainer, metadata: dict[str, Any]) -> None:
    """The pictures are the same: schedules and augmentation go on."""
    try:
        trainer.state.seen = int(metadata["seen"])
        if trainer.config.augmentation is None:
            trainer.state.augmentation = float(metadata["augmentation"])
    except (KeyError, TypeError, ValueError):
        trainer.state.seen = 0
    trainer.notes.append(f"The same pictures as before: it goes on after {trainer.state.seen} of them.")
