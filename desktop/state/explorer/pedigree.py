"""A picture's family as rows: its children, itself, and its ancestors from the nearest to the oldest, with each one's step in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.api.family import Member, parents_of
from engine.api.latent import Bend, BendKind, Latent, Morph
from engine.api.place_kinds import GROUPS, Blend, Direction, MapPoint, Place, Steered, Varied, Waypoint

MOST_ROWS = 150
MOST_CHILDREN = 40
"""Shown, the newest ones."""

Part = Literal["child", "self", "ancestor"]

BEND_WORDS: Mapping[BendKind, str] = {
    "scale": "strength",
    "zoom": "scale",
    "rotate": "rotate",
    "shift-x": "move",
    "shift-y": "move",
    "blur": "blur",
    "noise": "noise",
    "threshold": "threshold",
    "invert": "invert",
}

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight")


@dataclass(frozen=True)
class Relative:
    """A row of the tree."""

    id: str
    latent: Latent
    name: str
    how: str
    """What it came of, in words."""
    part: Part
    depth: int = 0
    """How many branchings lie between it and the picture: a line of single parents goes straight down."""
    is_joined: bool = False
    """Whether a line leads to it from above: from the row before, or (`is_branch`) from the trunk of the depth before."""
    is_branch: bool = False
    """Whether it is one of several parents."""
    leads_down: bool = False
    """Whether its own parents follow."""
    rails: tuple[int, ...] = ()
    """The depths whose lines pass this row on their way to a later one."""


def pedigree(picture: Latent, place: Place, family: Sequence[Member], name_of: Callable[[Direction], str]) -> tuple[Relative, ...]:
    """`place` is what the picture came of where the family does not say it; ancestors that were not kept are known from their children."""
    known = {member.id: member for member in family}
    tree = _Tree(known, name_of)
    own = known.get(picture.key)
    place = own.place if own is not None and not isinstance(own.place, Latent) else place
    children = [member for member in family if picture.key in member.parents and member.id != picture.key]
    rows = [
        Relative(member.id, member.latent, _name(member.latent, member), words(member.place, name_of), "child")
        for member in sorted(children, key=lambda member: member.made, reverse=True)[:MOST_CHILDREN]
    ]
    for row in tree.rows(picture, place):
        rows.append(row)
        if len(rows) >= MOST_ROWS:
            break
    return tuple(rows)


@dataclass
class _Tree:
    known: Mapping[str, Member]
    name_of: Callable[[Direction], str]

    def __post_init__(self) -> None:
        self._shown: set[str] = set()

    def rows(
        self,
        picture: Latent,
        place: Place,
        depth: int = 0,
        rails: tuple[int, ...] = (),
        *,
        is_joined: bool = False,
        is_branch: bool = False,
    ) -> Iterator[Relative]:
        """A picture and all that it came of. One that came up before is named, and not followed again."""
        again = picture.key in self._shown
        part: Part = "ancestor" if self._shown else "self"
        self._shown.add(picture.key)
        how = f"{words(place, self.name_of)} (see above)" if again and parents_of(place) else words(place, self.name_of)
        parents = () if again else _different(parents_of(place))
        name = _name(picture, self.known.get(picture.key))
        is_own = part == "self"  # a title stands between it and its parents
        yield Relative(picture.key, picture, name, how, part, depth, is_joined, is_branch, bool(parents) and not is_own, rails)
        several = len(parents) > 1
        for number, parent in enumerate(parents):
            passing = (*rails, depth) if several and number < len(parents) - 1 else rails
            joined = several or not is_own
            yield from self.rows(parent, self._place(parent), depth + several, passing, is_joined=joined, is_branch=several)

    def _place(self, picture: Latent) -> Place:
        member = self.known.get(picture.key)
        return picture if member is None else member.place


def _different(parents: Sequence[Latent]) -> tuple[Latent, ...]:
    """Each once: a journey may lead through a picture twice."""
    return tuple({parent.key: parent for parent in parents}.values())


def _name(picture: Latent, member: Member | None) -> str:
    return (member.name if member is not None else "") or picture.name or "A picture"


# ---- words ----


def words(place: Place, name_of: Callable[[Direction], str]) -> str:
    """What a picture came of."""
    match place:
        case Latent() | MapPoint():
            said = _origin(place)
        case Varied():
            said = _variation(place)
        case Steered():
            names = [name_of(push.direction) for push in place.pushes if push.amount]
            said = f"pushed along {_listed(names)}" if names else "as it was"
        case Blend():
            said = _mixture(place)
        case Morph():
            said = f"between two, {place.amount:.0%} of the way"
        case Waypoint():
            said = f"on a journey through {_count(len(place.journey.stops))} pictures"
    return said


def _origin(place: Latent | MapPoint) -> str:
    if isinstance(place, MapPoint):
        text = "a place on the map"
    elif isinstance(place.code, int):
        text = f"seed {place.code}"
    else:
        text = "a code" if place.tuning is None else "found for a photo"
    return f"{text}, {bent_words(place.bends)}" if place.bends else text


def bent_words(bends: Sequence[Bend]) -> str:
    return f"bent by {_listed(list(dict.fromkeys(BEND_WORDS[bend.kind] for bend in bends)))}"


def _variation(place: Varied) -> str:
    base, made = place.base, place.made
    changes = []
    if made.code != base.code:
        changes.append("points dragged")
    if made.bends != base.bends:
        changes.append(bent_words(made.bends) if made.bends else "no longer bent")
    if made.noise != base.noise:
        changes.append("without grain" if made.noise is None else "other grain")
    if made.truncation != base.truncation:
        changes.append(f"variety {made.truncation:.0%}")
    return ", ".join(changes) or "as it was"


def _mixture(blend: Blend) -> str:
    weights = [getattr(blend, group) for group in GROUPS]
    if any(weight < 0 for group in weights for weight in group):
        return "this − that + other" if len(blend.parents) == 3 else f"sum of {_count(len(blend.parents))}"
    mixed = sum(1 for shares in zip(*weights, strict=False) if any(shares))
    apart = ", form and colours apart" if any(group != weights[0] for group in weights) else ""
    return f"blend of {_count(mixed)}{apart}"


def _count(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _listed(names: Sequence[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:2])} and {_count(len(names) - 2)} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
