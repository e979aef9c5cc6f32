"""The frozen classifiers that training looks through; never packaged, read from a folder that the artist names.

Pictures are RGB float tensors (N, 3, H, W) in 0..1; the answer is {layer: (N, C, h, w)}.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from engine.api.errors import FileMissing

VGG_FILE = "vgg19_normalised_relu3_1_fp32.safetensors"
SQUEEZENET_FILE = "squeezenet_v1.0_imagenet_fp16.safetensors"
VGG_BLOCKS = ((1, 2), (2, 2), (3, 1))
SQUEEZENET_MEAN = (104.0, 117.0, 123.0)  # B, G, R of 0..255
POOLED_FIRES = (2, 5, 9)


def _weights(folder: Path, name: str, device: torch.device, dtype: torch.dtype) -> dict[str, Tensor]:
    path = folder / name
    if not path.is_file():
        raise FileMissing(path)
    weights = {key: value.to(device, dtype) for key, value in load_file(path).items()}
    return {key: value.contiguous(memory_format=torch.channels_last) if value.dim() == 4 else value for key, value in weights.items()}


class Vgg19:
    """Normalised VGG-19 (Simonyan & Zisserman 2014; weights normalised as Gatys et al. 2016) up to relu3_1.

    Its first layer, 1x1, turns RGB in 0..1 into the BGR, mean-free range that the classifier was trained on.
    """

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        self.weights = _weights(folder, VGG_FILE, device, dtype)

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        w, features = self.weights, {}
        x = F.conv2d(picture, w["conv0.weight"], w["conv0.bias"])
        for block, count in VGG_BLOCKS:
            if block > 1:
                x = F.max_pool2d(x, 2)
            for i in range(1, count + 1):
                name = f"conv{block}_{i}"
                x = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), w[f"{name}.weight"], w[f"{name}.bias"]).relu_()
                features[f"relu{block}_{i}"] = x
        return features


class SqueezeNet:
    """SqueezeNet 1.0 (Iandola et al. 2016, arXiv 1602.07360): fire4 is an eighth of the size, fire5 a sixteenth, fire9 a thirty-second."""

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        self.weights = _weights(folder, SQUEEZENET_FILE, device, dtype)
        self.mean = torch.tensor(SQUEEZENET_MEAN, device=device).view(1, 3, 1, 1)
        self.dtype = dtype

    def channels(self, fire: str) -> int:
        """Of what a layer answers."""
        return sum(self.weights[f"{fire}/{half}.weight"].shape[0] for half in ("conv1x1_2", "conv3x3_2"))

    def _conv(self, x: Tensor, name: str, stride: int = 1, padding: int = 0) -> Tensor:
        return F.conv2d(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], stride, padding).relu_()

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        x = self._conv((picture.float().flip(1) * 255 - self.mean).to(self.dtype), "conv1", stride=2)
        features = {}
        for fire in range(2, 10):
            if fire in POOLED_FIRES:
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            squeezed = self._conv(x, f"fire{fire}/conv1x1_1")
            x = torch.cat([self._conv(squeezed, f"fire{fire}/conv1x1_2"), self._conv(squeezed, f"fire{fire}/conv3x3_2", padding=1)], 1)
            features[f"fire{fire}"] = x
        return features


class Teacher:
    """VGG-19 and SqueezeNet together, in the training's dtype."""

    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self.networks = (Vgg19(folder, device, dtype), SqueezeNet(folder, device, dtype))

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        x = picture.to(self.dtype).contiguous(memory_format=torch.channels_last)
        return {layer: value for network in self.networks for layer, value in network(x).items()}
