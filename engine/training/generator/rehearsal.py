"""How many pictures fit into a piece of work of a given length on this machine, found by working on a few.

What is found decides in which order sums are taken, and so their last bits: a run finds it once, and keeps it with its state.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np

from engine.device import is_out_of_memory
from engine.training.generator.config import GROUP
from engine.training.generator.material import Dice
from engine.training.generator.step import Phase, Step
from engine.training.generator.trainer import Trainer

SIZES = (2, 4, GROUP)


def rehearse(trainer: Trainer, quantum: float) -> Iterator[Phase]:
    """Set the state's `at_once` and `penalty_at_once`; yields after each piece. The networks stay as they are; after a break-off, too, once
    the trainer has abandoned it. Where memory runs out, it stays with what did fit, or with one picture."""
    at_once = penalty_at_once = 1
    for size in (SIZES[0], *SIZES):  # the first one warms up
        try:
            longest = yield from _longest(trainer, size)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            penalty_at_once = min(penalty_at_once, at_once)
            trainer.notes.append(f"Memory ran out with {size} pictures at once: {at_once} at a time from now on.")
            break
        if longest["regularisation"] <= quantum:
            penalty_at_once = size if 2 * longest["regularisation"] <= quantum else size // 2  # it is taken on half of the pictures
        if max(longest["critic"], longest["generator"]) > quantum:
            break
        at_once = size
    trainer.state.at_once, trainer.state.penalty_at_once = at_once, penalty_at_once


def _longest(trainer: Trainer, size: int) -> Generator[Phase, None, dict[Phase, float]]:
    """Seconds of this thread that the longest piece of each phase takes for `size` pictures at once."""
    config = replace(trainer.config, batch=size)
    state = replace(trainer.state, step=0, micro_batch=size, at_once=size, penalty_at_once=size)
    longest: dict[Phase, float] = {"critic": 0.0, "regularisation": 0.0, "generator": 0.0}
    trainer.begin()
    pixels = np.zeros((size, 3, config.network.size, config.network.size), np.uint8)
    material = Dice(config.seed, 0).material(pixels, trainer.generator, trainer.device, False, 0.0, 0.0)
    step = Step(config, state, trainer.generator, trainer.critic, material, trainer.casting, second=trainer.second)
    try:
        for phases in (step.critic_phases(), step.generator_phases()):
            began = time.thread_time()
            for phase in phases:
                longest[phase] = max(longest[phase], time.thread_time() - began)
                yield phase
                began = time.thread_time()
    finally:
        trainer.abandon()
    return longest
