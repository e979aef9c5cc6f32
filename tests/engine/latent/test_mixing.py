from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.api.errors import BadRequest, OtherModel
from engine.api.exploring import Visit
from engine.api.latent import Latent, ModelKey, Morph
from engine.api.place_kinds import Blend, Journey, Waypoint
from engine.context import Context
from engine.jobs import explore
from engine.latent.codes import styles_of
from engine.latent.look import looks, steps_between
from engine.latent.mixing import Route, blend_of, frame_times, paced, positions, travelled
from engine.latent.places import resolve
from engine.latent.stills import made_of
from engine.models.generators import GeneratorModel
from tests.tiny import drive


@pytest.fixture
def stops(model: GeneratorModel) -> tuple[Latent, ...]:
    return tuple(Latent.of_seed(model.key, seed) for seed in (1, 2, 3))


def test_crossbreeding_takes_the_form_of_one_and_the_colours_of_another(model: GeneratorModel, stops: tuple[Latent, ...]) -> None:
    a, b, _ = stops
    child = blend_of(Blend((a, b), (1, 0), (0.5, 0.5), (0, 1)), model.network)[0]
    ours, theirs = styles_of(a, model.network)[0], styles_of(b, model.network)[0]
    assert torch.equal(child[:2], ours[:2]) and torch.equal(child[4:], theirs[4:])
    assert torch.allclose(child[2:4], (ours[2:4] + theirs[2:4]) / 2)


def test_this_minus_that_plus_another(model: GeneratorModel, stops: tuple[Latent, ...]) -> None:
    a, b, c = (styles_of(stop, model.network) for stop in stops)
    assert torch.allclose(blend_of(Blend.of(stops, (1, -1, 1)), model.network), a - b + c, atol=1e-6)


@pytest.mark.parametrize("weights", [(1.0, 1.0, 0.0), (1.0, 0.0), (float("nan"), 0.0, 1.0), (30.0, -29.0, 0.0)])
def test_weights_that_make_no_blend_are_refused(model: GeneratorModel, stops: tuple[Latent, ...], weights: tuple[float, ...]) -> None:
    with pytest.raises(BadRequest):
        blend_of(Blend.of(stops, weights), model.network)


def test_a_blend_of_nothing_or_of_two_models_is_refused(context: Context, stops: tuple[Latent, ...]) -> None:
    with pytest.raises(BadRequest, match="at least one"):
        drive(resolve(Blend.of((), ()), context))
    other = replace(stops[0], model=ModelKey("other", "0" * 64))
    with pytest.raises(OtherModel):
        drive(resolve(Blend.of((stops[0], other), (0.5, 0.5)), context))


@pytest.mark.parametrize("loop", [True, False])
def test_a_route_goes_through_its_stops_without_a_corner(loop: bool) -> None:
    stops = torch.randn(4, 3, 5, generator=torch.Generator().manual_seed(0))
    route = Route(stops, loop)
    for leg in range(route.legs):
        assert torch.allclose(route.at(float(leg)), stops[leg], atol=1e-6)
    assert torch.allclose(route.at(float(route.legs)), stops[0 if loop else 3], atol=1e-6)
    for leg in range(1, route.legs):
        before, after = (route.at(leg + step) - route.at(leg + step - 1e-3) for step in (0, 1e-3))
        assert torch.allclose(before, after, atol=1e-4)


def test_between_two_stops_it_is_their_line() -> None:
    stops = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0))
    route = Route(stops, loop=False)
    assert torch.allclose(route.at(0.5), stops.mean(0), atol=1e-6)


@pytest.mark.parametrize("loop", [True, False])
def test_steps_are_even_in_what_is_seen(model: GeneratorModel, context: Context, stops: tuple[Latent, ...], loop: bool) -> None:
    # One stop differs little from the next: in codes it would be passed as slowly as the others.
    near = replace(stops[0], truncation=0.95)
    journey = Journey((stops[0], near, stops[1]), loop)
    (route, distances), _ = drive(paced(journey, model.network, context))

    def seen(places: np.ndarray) -> np.ndarray:
        styles = torch.stack([route.at(float(place)) for place in places])
        return steps_between(looks(made_of(styles, stops[0], model.network))).numpy()

    times = frame_times(40, loop=loop)
    even = seen(positions(distances, times, "even"))
    plain = seen(times * route.legs)
    assert even.max() <= 2.5 * np.median(even)
    assert even.std() / even.mean() < 0.5 * plain.std() / plain.mean()


def test_a_loop_closes_and_a_path_ends() -> None:
    assert frame_times(4, loop=True).tolist() == [0, 0.25, 0.5, 0.75]
    assert frame_times(3, loop=False).tolist() == [0, 0.5, 1]
    assert frame_times(1, loop=False).tolist() == [0]


def test_where_nothing_changes_time_still_passes() -> None:
    distances = travelled(np.zeros(48))
    assert np.allclose(positions(distances, np.array([0, 0.25, 1]), "even"), [0, 0.5, 2])


def test_a_gentle_journey_is_slow_at_its_stops_and_passes_them_at_the_same_times() -> None:
    distances = travelled(np.ones(48))
    times = np.linspace(0, 1, 97)
    gentle, even = (positions(distances, times, easing) for easing in ("gentle", "even"))
    assert np.allclose(gentle[[0, 48, 96]], even[[0, 48, 96]])
    speed = np.diff(gentle)
    assert speed[0] < 0.6 * speed[24] and speed[47] < 0.6 * speed[24] and speed.min() > 0


def test_a_waypoint_is_scrubbed(model: GeneratorModel, context: Context, stops: tuple[Latent, ...]) -> None:
    journey = Journey(stops)
    first, frames = drive(explore.visit(Visit(Waypoint(journey, 0.0), (16,)), context))
    _, plain = drive(explore.visit(Visit(stops[0], (16,)), context))
    assert np.array_equal(frames[0].pixels, plain[0].pixels) and first.model == model.key
    with pytest.raises(BadRequest, match="between 0 and 1"):
        drive(resolve(Waypoint(journey, 1.5), context))


@pytest.mark.parametrize(("count", "part"), [(0, "at least two"), (1, "at least two"), (65, "64 at the most")])
def test_a_path_of_too_few_or_many_stops_is_refused(context: Context, stops: tuple[Latent, ...], count: int, part: str) -> None:
    with pytest.raises(BadRequest, match=part):
        drive(resolve(Waypoint(Journey((stops[0],) * count), 0.5), context))


def test_a_morph_resolves_like_a_blend(context: Context, stops: tuple[Latent, ...]) -> None:
    a, b, _ = stops
    morph, _ = drive(resolve(Morph(a, b, 0.25), context))
    blend, _ = drive(resolve(Blend.of((a, b), (0.75, 0.25)), context))
    assert torch.allclose(morph.styles, blend.styles, atol=1e-6)
