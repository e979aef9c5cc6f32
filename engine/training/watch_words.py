"""The memorisation watch in plain words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """What the words are about: the state, how many pictures and samples there are, and what was found in the samples."""

    state: str
    pictures: int
    samples: int
    suspects: int
    copying: bool
    collapsed: bool
    watchable: bool


def sentence(case: Case, actions: tuple[str, ...]) -> str:
    """One sentence: what is the case; what is done about it. Begins with a capital, ends with a full stop."""
    said = "; ".join([_what(case), *actions]) + "."
    return said[0].upper() + said[1:]


def _what(case: Case) -> str:
    yours = f"your {case.pictures} pictures"
    if not case.watchable:
        few = f"{case.pictures} pictures are too few to watch: none could be held back to tell learning from copying"
        return f"{few}; {case.suspects} of {case.samples} samples look like copies" if case.copying else few
    if case.copying:
        return f"{case.suspects} of {case.samples} samples look like copies of {yours}"
    if case.collapsed:
        return "the samples grow more and more alike: the generator is collapsing onto a few pictures"
    if case.state == "red":
        return f"the critic knows {yours} by heart"
    if case.state == "amber":
        return f"the critic begins to know {yours} by heart"
    return f"it learns from {yours} without knowing them by heart"


def actions(before: float, after: float, stop: bool) -> tuple[str, ...]:
    """What is done, each in a few words that follow a semicolon."""
    done = []
    if after != before:
        done.append(f"I {'raised' if after > before else 'lowered'} augmentation to {after:.2f}")
    if stop:
        done.append("I stopped and restored the best model, as it did not get better")
    return tuple(done)


EARLY = 6400
"""Before so many training pictures were shown, samples are little more than patches of colour: that some are near to a picture says
nothing."""


def report(suspects: int, samples: int, pictures: int, watchable: bool, seen: int) -> str:
    """The originality report's sentence; `seen`: training pictures shown so far."""
    if seen < EARLY:
        return f"Too early to tell how original it is: it has seen {seen:,} pictures so far, and {EARLY:,} are needed to judge its samples."
    alike = f"{suspects} of {samples} samples came suspiciously close to one of the {pictures} training pictures."
    return alike if watchable else f"{alike} There were too few pictures to hold any back, so this says little."
