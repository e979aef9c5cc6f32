"""The upscalers beside filters and published networks: fidelity, what a classifier sees, speed.

    python -m benchmarks.upscale [--photos N] [--models FOLDER] [--quick] [--json FILE]

Held-out photos of the shared data folder, made small in two ways, the same for all: by a bicubic filter alone, as is usual in papers; and
also a little blurred, noisy and saved as JPEG. PSNR is that of RGB, without the outermost pixels. What a classifier sees are relu1_1, 2_1
and 3_1 of VGG-19 and fire5 of SqueezeNet, the channels scaled to length 1 at every place; their squared distance is a mean over places and
layers, in thousandths. Peers are run from their published weights: waifu2x upconv7 (photo, x2) and Real-ESRGAN animevideo-v3 (x4).
Speed is processor time, which other programs on the machine do not lengthen as they do the wall's.

The house's models are those of Sfumato, or of the folder that is named; rows of one that is not there are left out.
"""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from benchmarks.report import Row, at_least, at_most, interleaved, parser, publish, shared
from engine.api.manifest import Manifest
from engine.api.upscaling import SCALES, VARIANTS, house_upscaler
from engine.device import choose
from engine.models import registry
from engine.models.upscaler import UpscalerModel
from engine.nets.stylizer import finish
from engine.nets.upscaler import UpscalerConfig, UpscalerNet
from engine.training.upscaler.degrading import Degradation

EDGE = 384
"""Photos are cut to squares of this side, or to a smaller one that both scales divide."""

BORDER = 8
"""Pixels at the edge that do not count."""

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "fire5")
CLEAN = Degradation(clean=1.0)
WORN = Degradation(clean=0.0, blur=1.0, sigma=(0.3, 0.6), noise=1.0, deviation=(2.0, 4.0), jpeg=1.0, quality=(70, 90))

Upscale = Callable[[Tensor], Tensor]
"""(1, 3, h, w) in 0..1 -> (1, 3, scale h, scale w)."""

Upscalers = Mapping[str, Upscale]


# ---- the networks ----


class Ncnn:
    """A peer's network, run from its list of ncnn layers: as many of ncnn's kinds as the two peers use."""

    def __init__(self, name: str, dtype: torch.dtype) -> None:
        folder = shared("data", "peers", "sr")
        self.layers = json.loads((folder / f"{name}.layers.json").read_text(encoding="utf-8"))
        weights = load_file(folder / f"{name}.safetensors")
        self.weights = {key: _laid_out(value, dtype) for key, value in weights.items()}
        self.dtype = dtype

    def __call__(self, picture: Tensor) -> Tensor:
        blobs: dict[str, Tensor] = {}
        made = picture
        for kind, name, inputs, outputs, values in self.layers:
            given = [blobs[each] for each in inputs] or [picture.to(self.dtype).contiguous(memory_format=torch.channels_last)]
            made = self._layer(kind, name, given, values)
            blobs |= dict.fromkeys(outputs, made)
        return made.float()

    def _layer(self, kind: str, name: str, given: list[Tensor], values: Mapping[str, str]) -> Tensor:
        x = given[0]
        if kind == "PReLU":
            x = F.prelu(x, self.weights[f"{name}.slope"])
        elif kind == "PixelShuffle":
            x = F.pixel_shuffle(x, int(values["0"]))
        elif kind == "Interp":
            x = F.interpolate(x, scale_factor=float(values["1"]), mode="nearest")
        elif kind == "BinaryOp":
            x = x + given[1]
        elif kind not in ("Input", "Split"):
            x = self._convolved(x, kind, name, values)
        return x

    def _convolved(self, x: Tensor, kind: str, name: str, values: Mapping[str, str]) -> Tensor:
        weight, bias, padding = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], int(values.get("4", 0))
        if kind == "Deconvolution":  # ncnn has outputs before inputs here, too
            return F.conv_transpose2d(x, weight.transpose(0, 1), bias, int(values["3"]), padding)
        assert kind == "Convolution", kind
        x = F.conv2d(x, weight, bias, padding=padding)
        return F.leaky_relu(x, 0.1) if values.get("9") == "2" else x


def _laid_out(value: Tensor, dtype: torch.dtype) -> Tensor:
    value = value.to(dtype)
    return value.contiguous(memory_format=torch.channels_last) if value.dim() == 4 else value


class Waifu2x(Ncnn):
    """It takes 7 pixels from each edge of what it gets."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__("waifu2x_upconv7_photo_scale2x", dtype)

    def __call__(self, picture: Tensor) -> Tensor:
        return super().__call__(F.pad(picture, (7, 7, 7, 7), mode="replicate"))


class House:
    """A network of ours as `sfumato upscale` runs it, the picture mirrored beyond its edges."""

    def __init__(self, manifest_id: str, network: UpscalerNet, dtype: torch.dtype) -> None:
        manifest = Manifest(manifest_id, "upscaler", Path())
        self.model = UpscalerModel(manifest, "", network, torch.device("cpu"), dtype)

    def __call__(self, picture: Tensor) -> Tensor:
        halo = self.model.halo
        made = finish(self.model.tile_steps(F.pad(picture, (halo, halo, halo, halo), mode="reflect")))
        edge = halo * self.model.scale
        return made[..., edge:-edge, edge:-edge]


def bicubic(scale: int) -> Upscale:
    def enlarged(picture: Tensor) -> Tensor:
        image = Image.fromarray(samples(picture))
        return floats(np.asarray(image.resize((image.width * scale, image.height * scale), Image.Resampling.BICUBIC)))

    return enlarged


def house(folders: tuple[Path, ...], dtype: torch.dtype) -> dict[tuple[str, int], Upscale]:
    """(variant, scale) -> the house's upscaler, where it is there."""
    known = {manifest.id: manifest for manifest in registry.find(folders).models}
    wanted = {(variant, scale): known.get(house_upscaler(variant, scale)) for variant in VARIANTS for scale in SCALES}
    return {key: House(each.id, registry.load_upscaler(each), dtype) for key, each in wanted.items() if each is not None}


# ---- the photos ----


def photos(count: int | None) -> Iterator[np.ndarray]:
    """Squares from the middle of held-out photos, uint8 (side, side, 3)."""
    for path in sorted(shared("data", "dev", "content").iterdir())[:count]:
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        side = min(EDGE, min(image.size) // 4 * 4)
        left, top = ((length - side) // 2 for length in image.size)
        yield np.asarray(image.crop((left, top, left + side, top + side)))


def floats(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))).float().div_(255)[None]


def samples(picture: Tensor) -> np.ndarray:
    """What a file of 8 bits would hold."""
    rounded: np.ndarray = picture[0].clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).numpy()
    return rounded


# ---- judging ----


class Judge:
    """PSNR, and the distance that a classifier sees."""

    def __init__(self) -> None:
        features = _module(shared("tools", "features.py"))
        self.networks = (features.Vgg19(), features.SqueezeNet())

    def psnr(self, picture: Tensor, target: Tensor) -> float:
        inner = (..., slice(BORDER, -BORDER), slice(BORDER, -BORDER))
        error = (picture[inner].clamp(0, 1) - target[inner]).square().mean()
        return float(-10 * error.clamp_min(1e-10).log10())

    def seen(self, picture: Tensor) -> dict[str, Tensor]:
        found = {layer: value for network in self.networks for layer, value in network(picture.clamp(0, 1)).items() if layer in LAYERS}
        return {layer: F.normalize(value, dim=1, eps=1e-6) for layer, value in found.items()}

    def distance(self, picture: Tensor, target: dict[str, Tensor]) -> float:
        ours = self.seen(picture)
        return 1000 * sum(float((ours[layer] - target[layer]).square().sum(1).mean()) for layer in LAYERS) / len(LAYERS)


def _module(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@dataclass
class Score:
    psnr: float
    distance: float


@torch.no_grad()
def judged(upscalers: Upscalers, scale: int, degradation: Degradation, pictures: list[np.ndarray], judge: Judge) -> dict[str, Score]:
    """Means over the photos, which all upscalers get degraded in the same way."""
    scores: dict[str, list[tuple[float, float]]] = {name: [] for name in upscalers}
    for number, pixels in enumerate(pictures):
        if degradation is CLEAN:
            image = Image.fromarray(pixels)
            small = np.asarray(image.resize((image.width // scale, image.height // scale), Image.Resampling.BICUBIC))
        else:
            small = degradation(pixels, scale, np.random.default_rng((scale, number)))
        target = floats(pixels)
        seen = judge.seen(target)
        for name, upscaler in upscalers.items():
            made = floats(samples(upscaler(floats(small))))  # as a file holds it
            scores[name].append((judge.psnr(made, target), judge.distance(made, seen)))
    return {name: Score(*(sum(part) / len(part) for part in zip(*each, strict=True))) for name, each in scores.items()}


def quality(models: Mapping[tuple[str, int], Upscale], pictures: list[np.ndarray]) -> list[Row]:
    rows: list[Row] = []
    judge = Judge()
    peers: dict[int, tuple[str, Upscale]] = {
        2: ("waifu2x upconv7", Waifu2x(torch.float32)),
        4: ("animevideo-v3", Ncnn("realesr-animevideov3-x4", torch.float32)),
    }
    for scale, (peer, network) in peers.items():
        ours = {variant: upscaler for (variant, each), upscaler in models.items() if each == scale}
        upscalers = {"bicubic": bicubic(scale), peer: network, **ours}
        for words, degradation in (("reduced", CLEAN), ("reduced, blurred, noisy, JPEG", WORN)):
            rows += _rows(judged(upscalers, scale, degradation, pictures, judge), scale, words, peer)
    return rows


def _rows(scores: dict[str, Score], scale: int, words: str, peer: str) -> Iterator[Row]:
    for name, score in scores.items():
        yield Row(f"×{scale}, {words}: {name}, PSNR", round(score.psnr, 2), "dB")
    for name, score in scores.items():
        yield Row(f"×{scale}, {words}: {name}, distance of features", round(score.distance, 1), "‰")
    faithful, crisp, clean = scores.get("faithful"), scores.get("crisp"), words == "reduced"
    if faithful is not None and scale == 4:
        yield at_least(f"×4, {words}: faithful above", faithful.psnr - scores["bicubic"].psnr, "dB", 1.0, "bicubic")
    if faithful is not None and scale == 2 and clean:
        yield at_least(f"×2, {words}: faithful above", faithful.psnr - scores[peer].psnr, "dB", -0.5, peer)
    if crisp is not None and scale == 4:
        yield at_most(f"×4, {words}: crisp's distance of features", crisp.distance / scores[peer].distance, "×", 1.0, peer)


@torch.no_grad()
def speed(rounds: int, side: int) -> list[Row]:
    """Milliseconds of the processor per megapixel that comes out. Weights do not matter: the house's are drawn here."""
    quick = choose("cpu").dtype
    cases: dict[str, Callable[[], object]] = {}
    picture = torch.rand(1, 3, side, side)
    for words, dtype in dict.fromkeys((("fp32", torch.float32), (str(quick).removeprefix("torch."), quick))):
        networks: Upscalers = {
            "animevideo-v3 ×4": Ncnn("realesr-animevideov3-x4", dtype),
            "house ×4": House("new", UpscalerNet(UpscalerConfig(4)).eval().requires_grad_(False), dtype),
            "waifu2x upconv7 ×2": Waifu2x(dtype),
            "house ×2": House("new", UpscalerNet(UpscalerConfig(2)).eval().requires_grad_(False), dtype),
        }
        cases |= {f"{name}, {words}": partial(network, picture) for name, network in networks.items()}
    took = interleaved(cases, rounds, time.process_time)
    rows = []
    for name, seconds in took.items():
        scale = int(name.partition("×")[2][0])
        rows.append(Row(f"{name}, {side}² → {side * scale}²", round(seconds * 1e9 / (side * scale) ** 2), "ms/MP"))
    for words in dict.fromkeys(name.rpartition(", ")[2] for name in took):
        ratio = took[f"animevideo-v3 ×4, {words}"] / took[f"house ×4, {words}"]
        rows.append(at_least(f"×4, {words}, faster", ratio, "×", 2, "animevideo-v3"))
        rows.append(
            Row(f"×2, {words}, faster", round(took[f"waifu2x upconv7 ×2, {words}"] / took[f"house ×2, {words}"], 2), "×", peer="waifu2x")
        )
    return rows


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--photos", type=int, help="how many held-out photos; all where not given, 3 with --quick")
    options.add_argument("--models", type=Path, help="a folder with the models, before those of Sfumato")
    options.add_argument("--threads", type=int, help="CPU threads; all cores where not given")
    chosen = options.parse_args()
    device = choose("cpu", chosen.threads)
    torch.set_num_threads(device.threads)
    print(f"{torch.get_num_threads()} threads, {device.title}, torch {torch.__version__}")
    folders = (*([] if chosen.models is None else [chosen.models]), registry.house_folder())
    count = chosen.photos or (3 if chosen.quick else None)
    rows = quality(house(folders, device.dtype), list(photos(count)))
    publish(rows + (speed(1, 128) if chosen.quick else speed(5, 256)), chosen.json)


if __name__ == "__main__":
    main()
