"""Every kind of place, brought to the same three things: a network, the styles for its layers, and a latent for all the rest."""

from __future__ import annotations

import math
from collections.abc import Generator as Steps
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from engine.api.errors import BadRequest
from engine.api.family import parents_of
from engine.api.latent import Latent, Morph
from engine.api.place_kinds import Blend, MapPoint, Place, Steered, Varied, Waypoint
from engine.context import Context, Step
from engine.latent import maps
from engine.latent.atlas import REACH
from engine.latent.codes import latent_of, styles_of
from engine.latent.mixing import blend_of, check_journey, paced, positions, steered
from engine.latent.stills import network_of
from engine.nets.generators import Generator


@dataclass(frozen=True)
class Resolved:
    """What a picture is made of: `styles` (1, layers, width), truncated; noise and bends are those of `like`."""

    network: Generator
    styles: Tensor
    like: Latent
    name: str

    def latent(self) -> Latent:
        """As a value that needs nothing else."""
        return latent_of(self.styles[0], self.like, self.name)


def resolve(place: Place, context: Context) -> Steps[Step, Any, Resolved]:
    """Raises BadRequest, UnknownModel, ModelDamaged, OtherModel, BlobMissing."""
    like = _like(place)
    for code in (like, *parents_of(place)):
        code.check()
    if isinstance(place, MapPoint):
        check_point(place)
        yield from maps.prepared(place.model.id, place.layout, context)
    network = yield from network_of(like, context)
    if isinstance(place, Waypoint):
        if not 0 <= place.at <= 1 or math.isnan(place.at):
            raise BadRequest(f"The place {place.at:g} on the path", "it must lie between 0 and 1")
        route, distances = yield from paced(place.journey, network, context)
        at = positions(distances, np.array([place.at]), place.journey.easing)[0]
        styles = route.at(float(at))[None]
    elif isinstance(place, MapPoint):
        codes = maps.codes_at(np.array([[place.x, place.y]]), place.layout, context.models.generator(place.model.id), context)
        styles = network.truncate(codes[:, None].expand(-1, network.layers, -1).to(network.mean_w), place.truncation)
    elif isinstance(place, Blend):
        styles = blend_of(place, network)
    elif isinstance(place, Steered):
        styles = steered(place, network)
    else:
        styles = styles_of(place.made if isinstance(place, Varied) else place, network)
    return Resolved(network, styles, like, place.name)


def _like(place: Place) -> Latent:
    match place:
        case Morph(a=like) | Varied(made=like) | Steered(base=like):
            return like
        case Blend():
            if not place.parents:
                raise BadRequest("The blend", "it needs at least one picture")
            return place.parents[0]
        case Waypoint():
            check_journey(place.journey)
            return place.journey.stops[0]
        case MapPoint():
            return Latent(place.model, 0, noise=place.noise, bends=place.bends, name=place.name)
        case Latent():
            return place


def check_point(point: MapPoint) -> None:
    """Raises BadRequest for a point beyond the map."""
    if not (abs(point.x) <= 2 * REACH and abs(point.y) <= 2 * REACH):
        raise BadRequest(f"The point {point.x:g}, {point.y:g}", f"the map reaches from {-REACH:g} to {REACH:g}")
    if not 0 <= point.truncation <= 2:
        raise BadRequest(f"The truncation {point.truncation:g}", "it must lie between 0 and 2; 1 is all the variety that was learnt")
