"""What the two networks do, piece by piece: a level, a stage, for some of the pictures. Each generator yields after each piece.

Autocast and grad mode belong to the thread, and others work in between: they are set for each piece anew.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from typing import TypeAlias, TypeVar

import torch
from torch import Tensor

from engine.nets.generators import Critic, Noise
from engine.nets.generators import Generator as Network
from engine.training.generator.tape import Tape

T = TypeVar("T")
Steps: TypeAlias = Generator[None, None, T]
Casting: TypeAlias = Callable[[], AbstractContextManager[object]]


def parts(whole: slice, size: int) -> list[slice]:
    """The slice in parts of `size`; the last may be smaller."""
    return [slice(start, min(start + size, whole.stop)) for start in range(whole.start, whole.stop, size)]


def made_steps(network: Network, styles: Tensor, noise: Noise, casting: Casting, tape: Tape | None) -> Steps[Tensor]:
    """Pictures (N, 3, S, S) of styles (N, layers, width); without a tape, they have no graph."""
    pieces = network.pieces(styles, noise)
    carried: tuple[Tensor, ...] | None = None
    while True:
        try:
            with casting(), torch.set_grad_enabled(tape is not None):
                ends = next(pieces) if carried is None else pieces.send(carried)
        except StopIteration as end:
            made: Tensor = end.value
            return made
        carried = ends if tape is None else tape.cut(*ends)
        yield


def logit_steps(critic: Critic, pictures: Sequence[Tensor], casting: Casting, tape: Tape | None) -> Steps[Tensor]:
    """The logits (N,) of pictures that are compared with each other and come in parts; without a tape, they have no graph."""
    stages = critic.stages
    outputs = []
    for part in pictures:
        x = part
        for stage in stages[: critic.comparing]:
            x = _through(stage, x, casting, tape)
            yield
        outputs.append(x)
    x = torch.cat(outputs) if len(outputs) > 1 else outputs[0]
    for stage in stages[critic.comparing :]:
        x = _through(stage, x, casting, tape)
        yield
    return x.float().flatten()


def _through(stage: torch.nn.Module, x: Tensor, casting: Casting, tape: Tape | None) -> Tensor:
    with casting(), torch.set_grad_enabled(tape is not None):
        y: Tensor = stage(x)
    return y if tape is None else tape.cut(y)[0]
