"""A journey written as a film, frame by frame."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.api.errors import BadRequest
from engine.api.events import Progress
from engine.api.exploring import MOST_FRAMES, ExportFilm, Filmed
from engine.api.limits import pixel_budget
from engine.context import Context, Step, Wait
from engine.imaging.decoding import check_size
from engine.imaging.film import Film, check_film, film
from engine.imaging.resampling import resize
from engine.latent.mixing import check_journey, frame_times, paced, positions
from engine.latent.stills import made_of, network_of, pixels


def export_film(request: ExportFilm, context: Context) -> Generator[Step, Any, Filmed]:
    """What cannot be written is found before the work is done; cancelled, nothing is left of it."""
    started = time.perf_counter()
    _check(request)
    journey = request.journey
    network = yield from network_of(journey.stops[0], context)
    side = request.side or network.config.size
    check_size(side, side, pixel_budget(), str(request.path))
    yield Wait(context.io.submit(check_film, request.path, request.frames, overwrite=request.overwrite))
    yield Progress(0, request.frames, "measuring the path")
    route, distances = yield from paced(journey, network, context)
    times = frame_times(request.frames, loop=journey.loop)
    with film(request.path, side, request.fps, overwrite=request.overwrite) as written:
        for number, position in enumerate(positions(distances, times, journey.easing)):
            yield Progress(number, request.frames, "making the film")
            picture = pixels(made_of(route.at(float(position))[None], journey.stops[0], network))[0]
            yield Wait(context.io.submit(_add, written, picture, side))
        yield Progress(request.frames, request.frames, "writing the file")
        yield Wait(context.io.submit(written.finish))
    return Filmed(request.path, request.frames, side, time.perf_counter() - started)


def _check(request: ExportFilm) -> None:
    if not 1 <= request.frames <= MOST_FRAMES:
        raise BadRequest(f"A film of {request.frames} frames", f"it has between 1 and {MOST_FRAMES}")
    if not 1 <= request.fps <= 120:
        raise BadRequest(f"{request.fps:g} frames a second", "there may be between 1 and 120")
    if request.side is not None and not 1 <= request.side <= 4096:
        raise BadRequest(f"The size {request.side}", "a film's frames have between 1 and 4096 pixels a side")
    check_journey(request.journey)


def _add(written: Film, picture: npt.NDArray[np.uint8], side: int) -> None:
    written.add(resize(picture, side, side).astype(np.uint8, copy=False))
