"""The gradient penalty of a critic, piece by piece: its second derivatives cost as much as a whole step, and exactly so when cut.

Forward through each stage; back through each to the pictures, as a graph of its own; then the penalty's own way back through both. All
of it in fp32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from engine.nets.generators import Critic
from engine.training.generator.pieces import Steps
from engine.training.generator.tape import Tape

Measure = Callable[[Tensor], Tensor]
"""The critic's gradients at pictures (N, 3, S, S), fp32, to what is wrong with each (N,)."""


def penalty_steps(critic: Critic, pictures: Sequence[Tensor], measure: Measure, weight: float) -> Steps[Tensor]:
    """Add the gradients of `weight` times the sum of `measure` to the critic's, for pictures that are compared with each other and come in
    parts; yields after each piece, and returns the sum, without the weight."""
    tape, alone = Tape(), list(critic.stages[: critic.comparing])
    courses = []
    for part in pictures:
        course = [(part.detach(), part.detach().requires_grad_())]  # (end of a piece, start of the next)
        for stage in alone:
            end = stage(course[-1][1])
            course.append((end, tape.cut(end)[0]))
            yield
        courses.append(course)
    slopes = tape.cut(*_slopes(critic, [course[-1][1] for course in courses]))
    yield
    found = []
    for course, last in zip(courses, slopes, strict=True):
        slope = last
        for (_, start), (end, _) in reversed(list(pairwise(course))):
            # The graph of the way there is part of this one, and is walked again in the end: it is kept.
            slope = tape.cut(*torch.autograd.grad(end, start, slope, create_graph=True), keep=True)[0]
            yield
        amount = measure(slope.float()).sum()
        (amount * weight).backward()  # type: ignore[no-untyped-call]
        found.append(amount.detach())
    yield from tape.back()
    return torch.stack(found).sum()


def _slopes(critic: Critic, features: list[Tensor]) -> tuple[Tensor, ...]:
    """The gradients of the sum of all logits at each part's features, as a graph."""
    x = torch.cat(features) if len(features) > 1 else features[0]
    for stage in critic.stages[critic.comparing :]:
        x = stage(x)
    return torch.autograd.grad(x.float().sum(), features, create_graph=True)
