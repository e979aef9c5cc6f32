"""The picture of a latent: the code's styles, its noise, its bends, and a photo's tuning of the weights."""

from __future__ import annotations

from collections.abc import Generator as Steps
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api.exploring import GLANCE
from engine.api.latent import Generated, Latent, Morph
from engine.context import Context, Step, Wait
from engine.device import Device
from engine.imaging.picture import Picture
from engine.latent.bending import bent
from engine.latent.codes import check_model, model_of, styles_of
from engine.latent.tuning import with_tuning
from engine.nets.generators import Generator, freeze

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_TUNED = 3
"""So many generators with a photo's tuning stay in memory: those that were used last."""

LIGHT = 128
"""Generators up to this size, in pixels, make their whole picture so soon that thumbnails are made from it."""

WHOLE = 256
"""Looks are compared of pictures of this size where the generator makes larger ones: a map of looks takes four hundred."""


def still(source: Generated, context: Context) -> Steps[Step, Any, Picture]:
    """The picture at the size that its generator learnt; the same pixels for the same description, on this kind of device.

    Raises UnknownModel, ModelDamaged, OtherModel, BlobMissing where a tuning is not there, or BadRequest."""
    source.check()
    key = ("still", source.key)
    known = context.models.cache.get(key, np.ndarray)
    if known is None:
        network = yield from network_of(source, context)
        yield None
        known = context.models.cache.put(key, pixels(made(source, network))[0])
    return Picture(known)


def network_of(source: Generated, context: Context) -> Steps[Step, Any, Generator]:
    """The generator of a latent, with its tuning. Raises as `still` does."""
    code = source.a if isinstance(source, Morph) else source
    model = model_of(code, context)
    if isinstance(source, Morph):
        check_model(source.b, model)
    if code.tuning is None:
        return model.network
    key = (model.key.hash, code.tuning)
    network = context.models.tuned.pop(key, None)
    if network is None:
        data: bytes = yield Wait(context.io.submit(context.blobs.read, code.tuning, f"the tuning of {code.name or 'a photo'}"))
        network = with_tuning(model.network, data, code.name)
    tuned = context.models.tuned
    tuned[key] = network  # the last one again
    while len(tuned) > MOST_TUNED:
        del tuned[next(iter(tuned))]
    return network


def made(source: Generated, network: Generator, size: int | None = None) -> Tensor:
    """(1, 3, size, size) in fp32, about -1..1, in one piece; `size` is one of the network's levels, the largest by default."""
    code: Latent = source.a if isinstance(source, Morph) else source
    return made_of(styles_of(source, network), code, network, size)


@torch.no_grad()
def made_of(styles: Tensor, like: Latent, network: Generator, size: int | None = None) -> Tensor:
    """Pictures (N, 3, size, size) of styles (N, layers, width), with the noise and the bends of a latent."""
    with bent(network, like.bends):
        return network.synthesize(styles, network.noise(like.noise, len(styles)), size)


@torch.no_grad()
def sketched(styles: Tensor, like: Latent, network: Generator, size: int, device: Device) -> Tensor:
    """As `made_of`, in the device's own precision: half the time, and a few 8-bit levels off. For the hand on a map, and thumbnails."""
    if device.precision != "bfloat16":
        return made_of(styles, like, network, size)
    if not like.bends and device.name == "cpu":
        return freeze(network, styles)(network.noise(like.noise, len(styles)), size)
    with bent(network, like.bends), torch.autocast(device.name, torch.bfloat16):
        return network.synthesize(styles, network.noise(like.noise, len(styles)), size).float()


def level_below(network: Generator, side: int) -> int:
    """The largest size that the network can stop at and that is not larger than `side`."""
    levels = network.config.sides if network.layers > 1 else (network.config.size,)
    return max(level for level in levels if level <= max(side, levels[0]))


@torch.no_grad()
def thumbnails(styles: Tensor, like: Latent, network: Generator, side: int, device: Device) -> Tensor:
    """Pictures (N, 3, side, side) as `sketched` makes them; `side` is one of the network's levels.

    Of a light generator they are the whole pictures, reduced by area. The network could also stop at the level itself, which is all that
    is done of larger ones; but no critic has ever looked at what its lower levels add up to, and that may be unlike the picture.
    """
    whole = network.config.size
    if whole > LIGHT or side == whole:
        return sketched(styles, like, network, side, device)
    return F.interpolate(sketched(styles, like, network, whole, device), size=(side, side), mode="area")


def looked_at(styles: Tensor, like: Latent, network: Generator, device: Device) -> Tensor:
    """Pictures (N, 3, S, S), S at most GLANCE, whose looks may be compared: the whole pictures, reduced by area, of generators up to
    WHOLE px; of larger ones what their lower levels add up to at that size."""
    level = level_below(network, WHOLE)
    side = min(GLANCE, level)
    return F.interpolate(sketched(styles, like, network, level, device), size=(side, side), mode="area")


def pixels(pictures: Tensor) -> npt.NDArray[np.uint8]:
    """(N, 3, S, S) in -1..1 -> (N, S, S, 3) uint8, in memory of its own."""
    levels: npt.NDArray[np.uint8] = pictures.clamp(-1, 1).add(1).mul(127.5).round().byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return levels
