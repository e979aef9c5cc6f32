"""Codes mixed layer by layer, and journeys through several of them at an even speed in what is seen."""

from __future__ import annotations

from collections.abc import Generator as Steps
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.api.errors import BadRequest
from engine.api.exploring import MOST_STOPS
from engine.api.latent import Latent
from engine.api.place_kinds import Blend, Easing, Journey, Steered
from engine.context import Context, Step
from engine.latent.codes import blended, check_one_model, groups, styles_of
from engine.latent.look import looks, steps_between
from engine.latent.stills import looked_at
from engine.nets.generators import Generator

SAMPLES_A_LEG = 24
"""Pictures between two stops whose looks are compared: at an even speed in codes the speed in looks varies about fivefold."""

BATCH = 8
"""Pictures looked at at once: one quantum."""

SMALLEST_SHARE = 0.02
"""Where nothing seems to change, a journey still moves on: by this share of its mean speed in codes."""

Positions = npt.NDArray[np.float64]


def blend_of(blend: Blend, network: Generator) -> Tensor:
    """(1, layers, width). Raises BadRequest where weights are missing, not finite or do not add up to 1, OtherModel for several models."""
    check_one_model(blend.parents)
    for weights in (blend.coarse, blend.middle, blend.fine):
        if len(weights) != len(blend.parents):
            raise BadRequest("The blend", f"it has {len(blend.parents)} pictures and {len(weights)} weights")
        if not abs(sum(weights) - 1) < 1e-4 or max(map(abs, weights)) > 10:  # also refuses NaN
            raise BadRequest("The blend", "its weights must add up to 1, and each lie between -10 and 10")
    by_group = {"coarse": blend.coarse, "middle": blend.middle, "fine": blend.fine}
    shares = torch.tensor([by_group[group] for group in groups(network)]).t()
    return blended(torch.cat([styles_of(parent, network) for parent in blend.parents]), shares, network)[None]


def steered(place: Steered, network: Generator) -> Tensor:
    """(1, layers, width). Raises BadRequest for an amount that is too large, OtherModel for another model's direction."""
    styles = styles_of(place.base, network).clone()
    slots = groups(network)
    for push in place.pushes:
        check_one_model((place.base, Latent(push.direction.model, 0, name=push.direction.name)))
        if not abs(push.amount) <= 20:
            raise BadRequest(f"{push.amount:g} steps along {push.direction.name}", "at most 20 either way make sense")
        moving = torch.tensor([group in push.groups and group not in place.locked for group in slots])
        step = torch.from_numpy(push.direction.step.array())
        styles += push.amount * (moving[:, None] * step).to(styles)
    return styles


# ---- journeys ----


@dataclass(frozen=True)
class Route:
    """A smooth curve through the stops' styles (N, layers, width), its position running from 0 by 1 for each leg."""

    stops: Tensor
    loop: bool

    @property
    def legs(self) -> int:
        return len(self.stops) if self.loop else len(self.stops) - 1

    def at(self, position: float) -> Tensor:
        """(layers, width): the cubic of Catmull and Rom, which goes through every stop and turns no corner at it."""
        leg = min(int(position), self.legs - 1)
        t = position - leg
        before, start, end, after = (self._stop(leg + offset) for offset in (-1, 0, 1, 2))
        bend = t * (1 - t) / 2
        return torch.lerp(start, end, t) + bend * ((1 - t) * (2 * start - before - end) + t * (2 * end - start - after))

    def _stop(self, index: int) -> Tensor:
        count = len(self.stops)
        return self.stops[index % count] if self.loop else self.stops[min(max(index, 0), count - 1)]


def check_journey(journey: Journey) -> None:
    """Raises BadRequest for fewer than two stops or too many, OtherModel for several models."""
    if len(journey.stops) < 2:
        raise BadRequest("The path", "it needs at least two pictures to lead from one to the other")
    if len(journey.stops) > MOST_STOPS:
        raise BadRequest(f"A path through {len(journey.stops)} pictures", f"it leads through {MOST_STOPS} at the most")
    check_one_model(journey.stops)
    for stop in journey.stops:
        stop.check()


def route_of(journey: Journey, network: Generator) -> Route:
    check_journey(journey)
    return Route(torch.cat([styles_of(stop, network) for stop in journey.stops]), journey.loop)


def paced(journey: Journey, network: Generator, context: Context) -> Steps[Step, Any, tuple[Route, Positions]]:
    """A journey's route, and how far in looks each of its sampled positions is: rising from 0 to the number of legs. Remembered."""
    route = route_of(journey, network)
    key = ("pace", journey.loop, *(stop.key for stop in journey.stops))
    known = context.models.cache.get(key, np.ndarray)
    if known is None:
        seen = []
        positions = np.linspace(0, route.legs, route.legs * SAMPLES_A_LEG + 1)
        for start in range(0, len(positions), BATCH):
            styles = torch.stack([route.at(float(position)) for position in positions[start : start + BATCH]])
            seen.append(looks(looked_at(styles, journey.stops[0], network, context.device)))
            yield None
        known = context.models.cache.put(key, travelled(steps_between(torch.cat(seen)).double().numpy()))
    return route, known


def travelled(steps: Positions) -> Positions:
    """(N,) steps in looks -> (N + 1,) how far one has come, each leg's stops kept in place: leg k ends at k + 1."""
    legs = steps.reshape(-1, SAMPLES_A_LEG)
    whole = legs.sum() / legs.size
    moving = np.maximum(legs, SMALLEST_SHARE * whole) if whole > 0 else np.ones_like(legs)
    return np.concatenate([[0.0], moving.cumsum()])


def positions(distances: Positions, times: Positions, easing: Easing) -> Positions:
    """Where on the route one is at times 0..1. Even: equal distances in equal times; gentle: slow at every stop."""
    spots = np.linspace(0, (len(distances) - 1) / SAMPLES_A_LEG, len(distances))
    targets = times * distances[-1]
    if easing == "gentle":
        stops = distances[::SAMPLES_A_LEG]
        leg = np.clip(np.searchsorted(stops, targets, side="right") - 1, 0, len(stops) - 2)
        length = stops[leg + 1] - stops[leg]
        t = (targets - stops[leg]) / length
        targets = stops[leg] + length * (t + t * t * (3 - 2 * t)) / 2  # half as fast at a stop as it would be, never standing still
    found: Positions = np.interp(targets, distances, spots)
    return found


def frame_times(count: int, *, loop: bool) -> Positions:
    """Of so many frames: a loop's last one is not its first again."""
    return np.arange(count) / count if loop else np.linspace(0, 1, count)
