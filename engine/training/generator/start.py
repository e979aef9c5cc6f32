"""Where a new run begins: from another model, to be continued on the same pictures, turned to others, or grown to a larger size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from engine.api.errors import BadRequest
from engine.models import checkpoint, generators, registry
from engine.nets.generators import Generator, build_critic, build_generator
from engine.training.generator.counter import frozen_stages
from engine.training.generator.dataset import PictureSet
from engine.training.generator.growing import grown_critic, grown_generator, why_not
from engine.training.generator.trainer import Trainer
from engine.training.moments import below


def begin_from(trainer: Trainer, path: Path, pictures: PictureSet) -> None:
    """Take over a model's weights. On the same pictures the run goes on where that one ended, but for the optimisers' moments; on
    others part of the critic is frozen (see `counter`). A smaller model grows (see `growing`), with nothing frozen: what is next to the
    picture is new. Raises FileMissing, ModelDamaged, or BadRequest for a model of another shape.
    """
    known = generators.load_generator(registry.read_manifest(path))
    if why := why_not(known.config, trainer.config.network):
        raise BadRequest(path, f"it cannot become the generator that is to be trained: {why}")
    before, now = known.config.size, trainer.config.network.size
    grows = before != now
    if grows:
        trainer.notes.append(f"It grows from {before} to {now} px: what it knows is kept, and the larger levels begin with nothing to add.")
    trainer.average.load_state_dict(grown_generator(known.state_dict(), known.config, trainer.average))
    companion = generators.training_file(path)
    if not companion.is_file():
        trainer.generator.load_state_dict(grown_generator(known.state_dict(), known.config, trainer.generator))
        trainer.notes.append(f"{companion.name} is not beside {path.name}: the critic begins anew.")
        return
    tensors, metadata = checkpoint.read(companion)
    _take_over(trainer, path, {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}, known)
    if grows:
        return
    if metadata.get("data_hash") == pictures.data_hash:
        _continue(trainer, metadata)
        return
    trainer.state.frozen = frozen_stages(len(trainer.critic.stages), len(pictures.train))
    if trainer.state.frozen:
        count, all_of_them = trainer.state.frozen, len(trainer.critic.stages)
        trainer.notes.append(f"{count} of the critic's {all_of_them} stages keep what they know, as there are few pictures.")


def _take_over(trainer: Trainer, path: Path, tensors: dict[str, Tensor], known: Generator) -> None:
    """The companion's networks, which must be of the model's own shape."""
    generator, critic = build_generator(known.config), build_critic(known.config)
    try:
        generator.load_state_dict(below(tensors, "generator"))
        critic.load_state_dict(below(tensors, "critic"))
    except RuntimeError as error:
        raise BadRequest(
            generators.training_file(path), f"it does not belong to {path.name}; remove it, or restore the right one"
        ) from error
    trainer.generator.load_state_dict(grown_generator(generator.state_dict(), known.config, trainer.generator))
    trainer.critic.load_state_dict(grown_critic(critic.state_dict(), known.config, trainer.critic))


def _continue(trainer: Trainer, metadata: dict[str, Any]) -> None:
    """The pictures are the same: schedules and augmentation go on."""
    try:
        trainer.state.seen = int(metadata["seen"])
        if trainer.config.augmentation is None:
            trainer.state.augmentation = float(metadata["augmentation"])
    except (KeyError, TypeError, ValueError):
        trainer.state.seen = 0
    trainer.notes.append(f"The same pictures as before: it goes on after {trainer.state.seen} of them.")
