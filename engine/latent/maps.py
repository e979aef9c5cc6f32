"""The maps of the models in memory: made when first wanted, remembered, and kept on disk where they take seconds."""

from __future__ import annotations

from collections.abc import Generator as Steps
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.api.atomic import atomic_file, make_folder
from engine.api.errors import SfumatoError
from engine.api.events import Progress
from engine.api.latent import Latent
from engine.api.place_kinds import Layout
from engine.context import Context, Step, Wait
from engine.latent.atlas import SIDE, SWAPS, Points, Sorting, Spread, look_codes, spread_codes
from engine.latent.directions import sampled
from engine.latent.look import looks
from engine.latent.stills import looked_at
from engine.models.generators import GeneratorModel

SORTED_AS = 2
"""How the order on disk was come by: raised where it is to be made anew. 1 compared the generators' 32 px levels."""

BATCH = 8
SWAPS_A_STEP = 500


def prepared(model_id: str, layout: Layout, context: Context) -> Steps[Step, Any, None]:
    """Make what a map needs. The map of looks takes some seconds the first time, with progress."""
    model = context.models.generator(model_id)
    spread_of(model, context)
    yield None
    if layout == "look" and context.models.cache.get(_grid_key(model), Tensor) is None:
        file = context.places.cache / "maps" / f"{model.key.hash}-{SORTED_AS}.npy"
        order = yield Wait(context.io.submit(_read, file))
        if order is None:
            order = yield from _sorted(model, context)
            yield Wait(context.io.submit(_write, file, order))
        places = sampled(model.network, SIDE * SIDE).cpu()[torch.from_numpy(order)]
        context.models.cache.put(_grid_key(model), places.reshape(SIDE, SIDE, -1))


def codes_at(points: Points, layout: Layout, model: GeneratorModel, context: Context) -> Tensor:
    """(N, width) codes, not truncated, of points (N, 2) of a map that is `prepared`."""
    spread = spread_of(model, context)
    if layout == "spread":
        return spread_codes(points, spread)
    grid = context.models.cache.get(_grid_key(model), Tensor)
    assert grid is not None, "the map was prepared"
    return look_codes(points, spread, grid)


def grid_of(model: GeneratorModel, context: Context) -> Tensor:
    """(SIDE, SIDE, width): the codes of the sorted places of a map that is `prepared`."""
    grid = context.models.cache.get(_grid_key(model), Tensor)
    assert grid is not None, "the map was prepared"
    return grid


def spread_of(model: GeneratorModel, context: Context) -> Spread:
    key = ("spread", model.key.hash)
    known = context.models.cache.get(key, Tensor)
    if known is None:
        spread = Spread.of(model.network)
        known = context.models.cache.put(key, torch.cat([spread.mean[None], spread.ways]))
    return Spread(known[0], known[1:])


def _grid_key(model: GeneratorModel) -> tuple[str, str]:
    return ("look map", model.key.hash)


def _sorted(model: GeneratorModel, context: Context) -> Steps[Step, Any, np.ndarray]:
    network, seen = model.network, []
    w = sampled(network, SIDE * SIDE)
    like = Latent(model.key, 0, noise=None)
    for start in range(0, len(w), BATCH):
        yield Progress(start, len(w), "sorting the map")
        seen.append(looks(looked_at(network.broadcast(w[start : start + BATCH]), like, network, context.device)))
    sorting = Sorting(torch.cat(seen))
    for _ in range(0, SWAPS, SWAPS_A_STEP):
        yield None
        sorting.run(SWAPS_A_STEP)
    return sorting.order


def _read(file: Path) -> np.ndarray | None:
    try:
        order: np.ndarray = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = order.shape == (SIDE * SIDE,) and order.dtype == np.int64 and np.array_equal(np.sort(order), np.arange(SIDE * SIDE))
    return order if whole else None


def _write(file: Path, order: np.ndarray) -> None:
    """What cannot be kept is made again the next time."""
    try:
        make_folder(file.parent)
        with atomic_file(file, overwrite=True) as stream:
            np.save(stream, order)
    except SfumatoError:
        return
