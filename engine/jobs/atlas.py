"""Thumbnails of a map, as the view wants them, and where on it a picture is."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.api.errors import BadRequest
from engine.api.events import Tile, Tiles
from engine.api.exploring import DEEPEST_ZOOM, GLANCE, MOST_TILES, MOST_VISITED, FindOnMap, ShowTiles
from engine.api.latent import Latent
from engine.api.place_kinds import MapPoint
from engine.context import Context, Step
from engine.imaging.picture import Picture
from engine.jobs.preview import frame
from engine.latent import maps
from engine.latent.atlas import REACH, SIDE, tile_centre
from engine.latent.codes import model_of, styles_of
from engine.latent.directions import sampled
from engine.latent.look import looks
from engine.latent.places import resolve
from engine.latent.stills import LIGHT, level_below, pixels, thumbnails
from engine.models.generators import GeneratorModel

BATCH = 8
"""Thumbnails made at once: one quantum takes some 110 ms with a 128 px model."""

NEW_FROM = 0.7
"""Of the distance between two random pictures: what is farther from all places visited is as new as can be. On the map of the house
model half of the first view is within 0.8 of the picture in its middle, and neighbours are some 0.55 apart."""


def show_tiles(request: ShowTiles, context: Context) -> Generator[Step, Any, None]:
    """All of them small, then all as large as they are shown; those of a light generator are made from its whole pictures, once.

    What was made lately is not made again."""
    _check(request)
    model = context.models.generator(request.model)
    yield from maps.prepared(request.model, request.layout, context)
    visited = yield from _visited(request, model, context)
    usual = usual_distance(model, context) if visited is not None else 1.0
    shown = level_below(model.network, request.side)
    for side in (shown,) if model.network.config.size <= LIGHT else sorted({level_below(model.network, min(GLANCE, shown)), shown}):
        for start in range(0, len(request.tiles), BATCH):
            wanted = request.tiles[start : start + BATCH]
            made = _thumbnails(request, wanted, side, model, context)
            novelty = torch.ones(len(wanted)) if visited is None else _novelty(made, visited, usual)
            yield Tiles(
                tuple(
                    Tile(request.zoom, column, row, frame(Picture(thumbnail), 1.0).pixels, float(new))
                    for (column, row), thumbnail, new in zip(wanted, made, novelty, strict=True)
                )
            )


def find_on_map(request: FindOnMap, context: Context) -> Generator[Step, Any, MapPoint]:
    """By the mean of its layers: exactly where the map is the codes' own plane, else the place whose code is nearest."""
    code = request.latent
    code.check()
    model = model_of(code, context)
    yield from maps.prepared(model.key.id, request.layout, context)
    w = styles_of(code, model.network)[0].mean(0).cpu()
    if request.layout == "spread":
        x, y = maps.spread_of(model, context).coordinates(w)[:2].clamp(-2 * REACH, 2 * REACH).tolist()
    else:
        nearest = int((maps.grid_of(model, context).reshape(SIDE * SIDE, -1) - w).norm(dim=1).argmin())
        row, column = divmod(nearest, SIDE)
        x, y = ((place + 0.5) / SIDE * 2 * REACH - REACH for place in (column, row))
    return MapPoint(model.key, request.layout, x, y, 1.0, code.noise, code.name)


def _check(request: ShowTiles) -> None:
    if not 0 <= request.zoom <= DEEPEST_ZOOM:
        raise BadRequest(f"The zoom {request.zoom}", f"it must lie between 0 and {DEEPEST_ZOOM}")
    if len(request.tiles) > MOST_TILES:
        raise BadRequest(f"A view of {len(request.tiles)} tiles", f"it has {MOST_TILES} at the most")
    if len(request.visited) > MOST_VISITED:
        raise BadRequest(f"{len(request.visited)} visited places", f"there may be {MOST_VISITED} at the most")
    if any(not (0 <= column < 2**request.zoom and 0 <= row < 2**request.zoom) for column, row in request.tiles):
        raise BadRequest("The view", "one of its tiles is beyond the map")
    if not 0 <= request.truncation <= 2:
        raise BadRequest(f"The truncation {request.truncation:g}", "it must lie between 0 and 2; 1 is all the variety that was learnt")


def _thumbnails(
    request: ShowTiles, wanted: tuple[tuple[int, int], ...], side: int, model: GeneratorModel, context: Context
) -> list[np.ndarray]:
    """Those that are not remembered are made together."""
    cache = context.models.cache
    keys = [("tile", model.key.hash, request.layout, request.truncation, request.zoom, *tile, side) for tile in wanted]
    found = [cache.get(key, np.ndarray) for key in keys]
    missing = [index for index, thumbnail in enumerate(found) if thumbnail is None]
    if missing:
        points = np.array([tile_centre(request.zoom, *wanted[index]) for index in missing])
        codes = maps.codes_at(points, request.layout, model, context).to(model.network.mean_w)
        styles = model.network.broadcast(codes, request.truncation)
        for index, made in zip(missing, pixels(thumbnails(styles, Latent(model.key, 0), model.network, side, context.device)), strict=True):
            found[index] = cache.put(keys[index], made.copy())  # not to be asked for again: a full cache may have let go of it by then
    return [thumbnail for thumbnail in found if thumbnail is not None]


# ---- how new a place is ----


def _visited(request: ShowTiles, model: GeneratorModel, context: Context) -> Generator[Step, Any, Tensor | None]:
    """(N, D) looks of the places visited; None where there are none."""
    seen = []
    for place in request.visited:
        key = ("visited", *((place.key,) if not isinstance(place, MapPoint) else (place,)))
        known = context.models.cache.get(key, Tensor)
        if known is None:
            at = yield from resolve(place, context)
            glance = thumbnails(at.styles, at.like, at.network, level_below(at.network, GLANCE), context.device)
            known = context.models.cache.put(key, looks(glance)[0])
            yield None
        seen.append(known)
    return torch.stack(seen) if seen else None


def usual_distance(model: GeneratorModel, context: Context) -> float:
    """How far apart two random pictures of the model look."""
    key = ("usual", model.key.hash)
    known = context.models.cache.get(key, Tensor)
    if known is None:
        network = model.network
        with torch.no_grad():
            styles = network.broadcast(sampled(network, 16))
            some = thumbnails(styles, Latent(model.key, 0, noise=None), network, level_below(network, 32), context.device)
        known = context.models.cache.put(key, torch.pdist(looks(some)).mean())
    return max(float(known), 1e-6)


def _novelty(thumbnails: list[np.ndarray], visited: Tensor, usual: float) -> Tensor:
    shown = torch.from_numpy(np.stack(thumbnails)).permute(0, 3, 1, 2).float().div(127.5).sub(1)
    return (torch.cdist(looks(shown), visited).min(1).values / (NEW_FROM * usual)).clamp(0, 1)
