"""The stylizer through OpenVINO, where the `speed` extra is installed and the processor does the work: full tiles only.

One static shape is compiled once (a second or two) and kept on disk; every other shape runs in torch. Statistics and style go
in as inputs, so that one compiled network serves every picture.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.stylizer import Moments, StylizerNet, finish

SIDE = 1056
"""Height and width of the static shape: a tile with its halo."""

UNBOUNDED = 1e4
"""What no value before the last modulation comes near to: pictures are -1..1 after it."""


def is_available() -> bool:
    """Whether the `speed` extra is installed."""
    return importlib.util.find_spec("openvino") is not None


def _openvino() -> ModuleType:
    """OpenVINO, kept from telling its makers' server that it is used: Sfumato never goes to the network. It does without that package."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return cast(ModuleType, openvino)


class _Whole(nn.Module):
    """The way from a picture to the picture painted, as one traceable function of tensors."""

    def __init__(self, network: StylizerNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, content: Tensor, code: Tensor, mean: Tensor, std: Tensor) -> Tensor:
        films = self.network.films(code)
        x = finish(self.network.body_steps(self.network.encode(content), films, Moments(mean, std)))
        # OpenVINO keeps what follows the last convolution in fp32, but gives that convolution's sums in bf16, which bands (see
        # `StylizerNet.pixels`). An activation is fused with it, and then the sums are fp32 to the end: one that changes nothing.
        y = F.hardtanh(self.network.head(x), -UNBOUNDED, UNBOUNDED)
        return self.network.shuffled(y, films[-1])


class AcceleratedStylizer:
    """A compiled stylizer for contents (1, 3, SIDE, SIDE); the network given is in fp32."""

    def __init__(self, network: StylizerNet, *, bf16: bool, threads: int, cache: Path) -> None:
        openvino = _openvino()
        width = network.config.eighth
        example = (
            torch.zeros(1, 3, SIDE, SIDE),
            torch.zeros(1, network.code_size),
            torch.zeros(1, width, 1, 1),
            torch.ones(1, width, 1, 1),
        )
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tracing is deprecated in torch, and still OpenVINO's way
            graph = openvino.convert_model(_Whole(network), example_input=example, input=[list(value.shape) for value in example])
        options = {"INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32", "INFERENCE_NUM_THREADS": threads, "CACHE_DIR": str(cache)}
        self.compiled = openvino.compile_model(graph, "CPU", options)

    def __call__(self, content: Tensor, code: Tensor, moments: Moments) -> Tensor:
        """Picture (1, 3, SIDE, SIDE), fp32; one call, which cannot be interrupted."""
        return torch.from_numpy(self.compiled([content.numpy(), code.numpy(), moments.mean.numpy(), moments.std.numpy()])[0])
