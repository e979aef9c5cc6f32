"""A photo found in a generator's space, and points of a picture dragged: searches that show how they get on."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api.errors import BadRequest
from engine.api.events import Fidelity, Progress, Pulled
from engine.api.exploring import DragPoints, Invert, Inverted, verdict
from engine.api.latent import Latent
from engine.context import Context, Step, Wait
from engine.imaging.picture import Picture
from engine.jobs.atlas import usual_distance
from engine.jobs.preview import frame
from engine.latent.codes import latent_of, model_of, styles_of
from engine.latent.dragging import Dragging, check_pulls
from engine.latent.inversion import GUESSES, Comparison, Search, Tuning, companion, critic_stages, likeness, psnr
from engine.latent.stills import looked_at, made_of, network_of, pixels
from engine.latent.tuning import tuning_file
from engine.models.generators import GeneratorModel
from engine.render import floats
from engine.sources import photo_at

SHOW_EVERY = 5
"""Steps between two pictures."""

KEEP_EVERY = 10
"""Steps between two codes that can be kept where the search is stopped; with a tuning a megabyte each."""

NOISE = 0
"""The seed of the noise that a photo is found with."""


def invert(request: Invert, context: Context) -> Generator[Step, Any, Inverted]:
    """The code first, then the tuning; each shows its picture and how like it is."""
    started = time.perf_counter()
    _check(request)
    model = context.models.generator(request.model)
    yield _progress(request, 0)
    picture = yield from photo_at(request.photo, model.size, model.size, context)
    photo = floats(picture.pixels).mul(2).sub(1).to(model.device)
    usual = usual_distance(model, context)
    beside: bytes | None = yield Wait(context.io.submit(companion, model))
    compare = Comparison(photo, critic_stages(model, beside))
    whole = Latent(model.key, 0, noise=NOISE)
    search = Search(
        model.network,
        compare,
        NOISE,
        lambda styles: looked_at(styles, whole, model.network, context.device),
        noise_is_free=request.tuning > 0,  # it is kept in the tuning
    )
    found = whole
    for number, nearest in enumerate(search.start(context.models.encoder(model))):
        found = latent_of(search.styles[0], whole, request.photo.name)
        if number % SHOW_EVERY == 0:
            yield from _judged(nearest, F.adaptive_avg_pool2d(photo, nearest.shape[-1]), usual, found)
        yield _progress(request, number)
    for step, made in enumerate(search.steps(request.steps)):
        yield _progress(request, GUESSES + step)
        if step % KEEP_EVERY == 0:
            found = yield from _so_far(search, whole, request, context)
        if step % SHOW_EVERY == 0:
            yield from _judged(made, photo, usual, found)
    found = yield from _so_far(search, whole, request, context)
    if request.tuning:
        tuning = Tuning(model.network, search.styles, compare, NOISE, search.noise)
        yield from _tuned(tuning, request, found, photo, usual, context)
        found = yield from _with(tuning.delta(), found, context)
    network = yield from network_of(found, context)
    picture_found = made_of(search.styles, found, network)
    like, decibels = likeness(picture_found, photo, usual), psnr(picture_found, photo)
    yield Fidelity(like, decibels, found)
    yield frame(Picture(pixels(picture_found)[0]), 1.0)
    return Inverted(found, like, decibels, time.perf_counter() - started, verdict(like, model.key.id))


def _progress(request: Invert, done: int) -> Progress:
    """Guesses, steps and steps of tuning take about as long each."""
    return Progress(done, GUESSES + request.steps + request.tuning, "looking for the photo")


def _check(request: Invert) -> None:
    if not 1 <= request.steps <= 5000:
        raise BadRequest(f"{request.steps} steps", "a search takes between 1 and 5000")
    if not 0 <= request.tuning <= 2000:
        raise BadRequest(f"{request.tuning} steps of tuning", "there may be between 0 and 2000")


def _tuned(tuning: Tuning, request: Invert, code: Latent, photo: Tensor, usual: float, context: Context) -> Generator[Step, Any, None]:
    """All steps of the tuning; what it has come to is kept now and then."""
    for step, made in enumerate(tuning.steps(request.tuning)):
        yield _progress(request, GUESSES + request.steps + step)
        if step and step % KEEP_EVERY == 0:
            code = yield from _with(tuning.delta(), code, context)
        if step % SHOW_EVERY == 0:
            yield from _judged(made, photo, usual, code)


def _so_far(search: Search, like: Latent, request: Invert, context: Context) -> Generator[Step, Any, Latent]:
    """The best code that the search has come to, and the noise that goes with it."""
    code = latent_of(search.styles[0], like, request.photo.name)
    return code if search.noise is None else (yield from _with(tuning_file({}, search.noise), code, context))


def _with(tuning: bytes, code: Latent, context: Context) -> Generator[Step, Any, Latent]:
    blob: str = yield Wait(context.io.submit(context.blobs.add, tuning))
    return replace(code, tuning=blob)


def _judged(made: Tensor, photo: Tensor, usual: float, code: Latent) -> Iterator[Step]:
    """The meter and the picture; `code` is what there is to keep by then."""
    with torch.no_grad():
        near = Fidelity(likeness(made, photo, usual), psnr(made, photo), code)
    yield near
    yield frame(Picture(pixels(made)[0]), made.shape[-1] / photo.shape[-1])


def drag_points(request: DragPoints, context: Context) -> Generator[Step, Any, Latent]:
    """A frame after each step."""
    code = request.latent
    code.check()
    check_pulls(request.pulls)
    if not 1 <= request.steps <= 1000:
        raise BadRequest(f"{request.steps} steps", "there may be between 1 and 1000")
    model: GeneratorModel = model_of(code, context)
    network = yield from network_of(code, context)
    dragging = Dragging(network, styles_of(code, model.network), request.pulls, code.noise)
    for number, _ in enumerate(dragging.steps(request.steps)):
        if number % 2 == 0:
            yield Progress(number / 2, request.steps, "dragging")
        else:
            yield None
            points = tuple((float(x), float(y)) for x, y in dragging.points)
            yield Pulled(points, latent_of(dragging.styles[0], code, code.name))
            yield frame(Picture(pixels(made_of(dragging.styles, code, network))[0]), 1.0)
    return latent_of(dragging.styles[0], code, code.name)
