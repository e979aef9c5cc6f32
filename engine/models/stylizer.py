"""The stylizer as the engine uses it: on the chosen device and in its precision, step by step, tile by tile.

`StylizerModel` is split as every model that must be seamless at any size: all global statistics (`Moments.of` the features)
come from a small proxy, and `encode_steps` and `decode_steps` work on any tile with them. The steps are generators, so that
the engine may turn to something more urgent between two layers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor

from engine.api.manifest import Manifest
from engine.device import trim_memory
from engine.models.accelerated import SIDE, AcceleratedStylizer
from engine.nets.stylizer import Moments, Steps, StylizerNet

logger = logging.getLogger(__name__)

HALO = 96
"""Pixels around a tile that its result depends on; farther ones change nothing."""


class StylizerModel:
    """A trained stylizer, ready to run. Tensors in and out are (1, 3, H, W) fp32 in 0..1 on the CPU."""

    def __init__(self, manifest: Manifest, fingerprint: str, network: StylizerNet, device: torch.device, dtype: torch.dtype) -> None:
        self.manifest, self.fingerprint = manifest, fingerprint
        self.accelerate: Callable[[], AcceleratedStylizer] | None = None
        """Compiles the network for full tiles, where that is faster than torch."""
        self._accelerated: AcceleratedStylizer | None = None
        self.device, self.dtype = device, dtype
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        for name, part in self.network.named_children():
            if name not in ("style_encoder", "head"):  # a code is made once and the last layer must not band: both stay in fp32
                part.to(dtype)

    def code_steps(self, style: Tensor) -> Steps:
        """The code (1, code_size) of a style picture as it is, fp32 on the CPU."""
        code = yield from without_gradients(self.network.style_encoder.steps(style.to(self.device)))
        return code.cpu()

    def encode_steps(self, content: Tensor) -> Steps:
        """The content's features; H and W must be multiples of 8."""
        x = content.to(self.device, self.dtype).contiguous(memory_format=torch.channels_last)
        return (yield from without_gradients(self.network.encode_steps(x)))

    def decode_steps(self, features: Tensor, code: Tensor, moments: Moments) -> Steps:
        """The picture, fp32 on the CPU, not yet clamped."""
        picture = yield from without_gradients(self.network.decode_steps(features, code.to(self.device), moments))
        return picture.cpu()

    def tile_steps(self, content: Tensor, code: Tensor, moments: Moments, *, compiled: bool = True) -> Steps:
        """Encode and decode in one go; with `compiled` accelerated, where the content is a full tile and a way is there."""
        if compiled and content.shape[2:] == (SIDE, SIDE) and (accelerated := self._compiled()) is not None:
            yield
            return accelerated(content, code, moments)
        features = yield from self.encode_steps(content)
        yield
        return (yield from self.decode_steps(features, code, moments))

    def _compiled(self) -> AcceleratedStylizer | None:
        """The network compiled, the first time in a call of seconds; None where there is no such way, or it does not work here."""
        if self._accelerated is None and self.accelerate is not None:
            compile_network, self.accelerate = self.accelerate, None
            try:
                self._accelerated = compile_network()
                trim_memory()
            except (RuntimeError, ImportError, OSError) as error:  # a processor, a driver or a folder that OpenVINO cannot use
                logger.info("full tiles are rendered by torch: %s", error)
        return self._accelerated


def without_gradients(steps: Steps) -> Steps:
    """Run every step under `no_grad`, which is not held across a yield: other jobs run there."""
    while True:
        with torch.no_grad():
            try:
                next(steps)
            except StopIteration as stop:
                result: Tensor = stop.value
                return result
        yield
