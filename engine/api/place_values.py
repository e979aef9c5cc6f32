"""Places of a generator's space as plain JSON values, for the library and for documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.api.latent import (
    Latent,
    ModelKey,
    Morph,
    bend_from_plain,
    generated_from_plain,
    generated_to_plain,
    latent_from_plain,
    latent_to_plain,
    styles_from_plain,
    styles_to_plain,
)
from engine.api.place_kinds import GROUPS, Blend, Direction, Journey, MapPoint, Place, Push, Steered, Varied, Waypoint


def place_to_plain(place: Place) -> dict[str, Any]:
    """As plain JSON values."""
    match place:
        case Latent() | Morph():
            return generated_to_plain(place)
        case Varied():
            return {"kind": "varied", "base": latent_to_plain(place.base), "made": latent_to_plain(place.made)}
        case Steered():
            pushes = [
                {"direction": direction_to_plain(push.direction), "amount": push.amount, "groups": push.groups} for push in place.pushes
            ]
            base = latent_to_plain(place.base)
            return {"kind": "steered", "base": base, "pushes": pushes, "locked": place.locked, "name": place.name}
        case Blend():
            parents = [latent_to_plain(parent) for parent in place.parents]
            weights = {"coarse": place.coarse, "middle": place.middle, "fine": place.fine}
            return {"kind": "blend", "parents": parents, **weights, "name": place.name}
        case Waypoint():
            return {"kind": "waypoint", "journey": journey_to_plain(place.journey), "at": place.at, "name": place.name}
        case MapPoint():
            return {**vars(place), "kind": "map point", "model": vars(place.model), "bends": [vars(bend) for bend in place.bends]}


def place_from_plain(plain: Mapping[str, Any]) -> Place:
    """Back from plain values, unchecked; raises KeyError, TypeError or ValueError where they make none."""
    match plain["kind"]:
        case "latent" | "morph":
            return generated_from_plain(plain)
        case "varied":
            return Varied(latent_from_plain(plain["base"]), latent_from_plain(plain["made"]))
        case "steered":
            pushes = tuple(_push(push) for push in plain["pushes"])
            return Steered(latent_from_plain(plain["base"]), pushes, tuple(plain["locked"]), str(plain["name"]))
        case "blend":
            parents = tuple(latent_from_plain(parent) for parent in plain["parents"])
            coarse, middle, fine = (tuple(map(float, plain[group])) for group in GROUPS)
            return Blend(parents, coarse, middle, fine, str(plain["name"]))
        case "waypoint":
            return Waypoint(journey_from_plain(plain["journey"]), float(plain["at"]), str(plain["name"]))
        case "map point":
            point = {key: value for key, value in plain.items() if key not in ("kind", "model", "bends")}
            bends = tuple(bend_from_plain(bend) for bend in plain.get("bends", ()))  # of older ones nothing was bent
            return MapPoint(_model(plain["model"]), **point, bends=bends)
        case kind:
            raise ValueError(f"{kind!r} is no kind of place")


def direction_to_plain(way: Direction) -> dict[str, Any]:
    return {**vars(way), "model": vars(way.model), "step": styles_to_plain(way.step)}


def direction_from_plain(plain: Mapping[str, Any]) -> Direction:
    step = styles_from_plain(plain["step"])
    return Direction(_model(plain["model"]), plain["kind"], int(plain["index"]), step, float(plain["share"]))


def journey_to_plain(journey: Journey) -> dict[str, Any]:
    return {"stops": [latent_to_plain(stop) for stop in journey.stops], "loop": journey.loop, "easing": journey.easing}


def journey_from_plain(plain: Mapping[str, Any]) -> Journey:
    return Journey(tuple(latent_from_plain(stop) for stop in plain["stops"]), bool(plain["loop"]), plain["easing"])


def _push(plain: Mapping[str, Any]) -> Push:
    return Push(direction_from_plain(plain["direction"]), float(plain["amount"]), tuple(plain["groups"]))


def _model(plain: Mapping[str, Any]) -> ModelKey:
    return ModelKey(str(plain["id"]), str(plain["hash"]))
