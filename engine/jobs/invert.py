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
from engine.api.events import Fidelity, Progress
from engine.api.exploring import DragPoints, Invert, Inverted
from engine.api.latent import Latent
from engine.context import Context, Step, Wait
from engine.imaging.picture import Picture
from engine.jobs.atlas import usual_distance
from engine.jobs.preview import frame
from engine.latent.codes import latent_of, model_of, styles_of
from engine.latent.dragging import Dragging, check_pulls
from engine.latent.inversion import Comparison, Search, Tuning, critic_stages, likeness, psnr, verdict
from engine.latent.stills import made_of, network_of, pixels
from engine.models.generators import GeneratorModel
from engine.render import floats, photo_at

SHOW_EVERY = 5
"""Steps between two pictures."""

NOISE = 0
"""The seed of the noise that a photo is found with."""


def invert(request: Invert, context: Context) -> Generator[Step, Any, Inverted]:
    """The code first, then the tuning; each shows its picture and how like it is."""
    started = time.perf_counter()
    _check(request)
    model = context.models.generator(request.model)
    yield Progress(0, 1, "looking for the photo")
    picture = yield from photo_at(request.photo, model.size, model.size, context)
    photo = floats(picture.pixels).mul(2).sub(1).to(model.device)
    usual = usual_distance(model, context)
    compare = Comparison(photo, critic_stages(model))
    search = Search(model.network, compare, NOISE)
    for number, nearest in enumerate(search.start(context.models.encoder(model))):
        if number % SHOW_EVERY == 0:
            yield from _judged(nearest, F.adaptive_avg_pool2d(photo, nearest.shape[-1]), usual)
        yield None
    total = request.steps + request.tuning
    yield from _shown(search.steps(request.steps), 0, total, photo, usual)
    code = latent_of(search.styles[0], Latent(model.key, 0, noise=NOISE), request.photo.name)
    network = model.network
    if request.tuning:
        tuning = Tuning(network, search.styles, compare, NOISE)
        yield from _shown(tuning.steps(request.tuning), request.steps, total, photo, usual)
        blob: str = yield Wait(context.io.submit(context.blobs.add, tuning.delta()))
        code = replace(code, tuning=blob)
        network = yield from network_of(code, context)
    found = made_of(search.styles, code, network)
    like, decibels = likeness(found, photo, usual), psnr(found, photo)
    yield Fidelity(like, decibels)
    yield frame(Picture(pixels(found)[0]), 1.0)
    return Inverted(code, like, decibels, time.perf_counter() - started, verdict(like, model.key.id))


def _check(request: Invert) -> None:
    if not 1 <= request.steps <= 5000:
        raise BadRequest(f"{request.steps} steps", "a search takes between 1 and 5000")
    if not 0 <= request.tuning <= 2000:
        raise BadRequest(f"{request.tuning} steps of tuning", "there may be between 0 and 2000")


def _shown(pictures: Iterator[Tensor], done: int, total: int, photo: Tensor, usual: float) -> Generator[Step, Any, None]:
    for step, made in enumerate(pictures):
        yield Progress(done + step, total, "looking for the photo")
        if step % SHOW_EVERY == 0:
            yield from _judged(made, photo, usual)


def _judged(made: Tensor, photo: Tensor, usual: float) -> Generator[Step, Any, None]:
    with torch.no_grad():
        near = Fidelity(likeness(made, photo, usual), psnr(made, photo))
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
            yield frame(Picture(pixels(made_of(dragging.styles, code, network))[0]), 1.0)
    return latent_of(dragging.styles[0], code, code.name)
