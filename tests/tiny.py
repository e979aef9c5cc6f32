"""Networks of a few channels and a context around them: every job runs on them within milliseconds."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from engine import printing, render
from engine.api.places import Places
from engine.blobs import BlobStore
from engine.context import Context, IoWorker, Wait
from engine.device import choose
from engine.models import checkpoint
from engine.models.pool import ModelPool
from engine.models.registry import HOUSE_STYLIZER
from engine.nets import generators
from engine.nets.generators import GeneratorConfig, build_generator
from engine.nets.stylizer import StylizerConfig, StylizerNet
from engine.nets.teachers import SQUEEZENET_FILE, VGG_FILE
from engine.nets.upscaler import BranchedUpscaler, UpscalerConfig

TINY = StylizerConfig(half=8, quarter=8, eighth=8, encoder=(4, 4, 4, 4), hidden=8)

TINY_GENERATOR = GeneratorConfig(size=16, base=64, widest=16, narrowest=4, latent=8, mapping_layers=2)


TINY_UPSCALER = UpscalerConfig(scale=4, features=4, layers=2)


def tiny_upscaler(scale: int = 4, seed: int = 0) -> BranchedUpscaler:
    """Untrained, but every branch has an effect."""
    torch.manual_seed(seed)
    network = BranchedUpscaler(replace(TINY_UPSCALER, scale=scale))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return network


def write_tiny_upscaler(folder: Path, model_id: str, scale: int = 4, seed: int = 0) -> Path:
    path = folder / f"{model_id}.safetensors"
    network = tiny_upscaler(scale, seed).folded()
    manifest = {"format": 1, "architecture": "upscaler", "id": model_id, "config": network.config.to_dict()}
    checkpoint.write(path, network.state_dict(), manifest)
    return path


def tiny_generator(seed: int = 0) -> generators.Generator:
    """Untrained, but no two pictures are alike, and noise shows."""
    torch.manual_seed(seed)
    network = build_generator(TINY_GENERATOR)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("noise_strength"):
                parameter.fill_(0.2)
        network.mean_w.normal_()
    return network.eval().requires_grad_(False)


def write_tiny_generator(folder: Path, model_id: str, seed: int = 0) -> Path:
    path = folder / f"{model_id}.safetensors"
    manifest = {"format": 1, "architecture": "generator", "id": model_id, "config": TINY_GENERATOR.to_dict()}
    checkpoint.write(path, tiny_generator(seed).state_dict(), manifest)
    return path


def tiny_network(seed: int = 0) -> StylizerNet:
    """Untrained, but with nothing at zero: every layer and every style has an effect."""
    torch.manual_seed(seed)
    network = StylizerNet(TINY)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return network.eval().requires_grad_(False)


def write_tiny_model(folder: Path, model_id: str = HOUSE_STYLIZER, seed: int = 0) -> Path:
    path = folder / f"{model_id}.safetensors"
    manifest = {"format": 1, "architecture": "stylizer", "id": model_id, "config": TINY.to_dict(), "licence": "Apache-2.0"}
    checkpoint.write(path, tiny_network(seed).state_dict(), manifest)
    return path


def tiny_context(home: Path) -> Context:
    """A context in fp32 on the CPU whose house stylizer is a tiny one. Close its `io`."""
    write_tiny_model(home / "models")
    device = choose("cpu")
    places = Places(home)
    return Context(places, BlobStore(places.blobs), IoWorker(), ModelPool((places.models,), torch.device("cpu"), torch.float32), device)


def drive(job: Generator[Any, Any, Any]) -> tuple[Any, list[Any]]:
    """Run a job to its end: its result, and what it yielded that is neither None nor Wait."""
    said: list[Any] = []
    future: Future[Any] | None = None
    while True:
        try:
            step = _advanced(job, future)
        except StopIteration as stop:
            return stop.value, said
        future = step.future if isinstance(step, Wait) else None
        if step is not None and future is None:
            said.append(step)


def _advanced(job: Generator[Any, Any, Any], future: Future[Any] | None) -> Any:
    """To the next yield, with what the job waited for; what went wrong with that is raised in the job, as the scheduler does."""
    try:
        answer = None if future is None else future.result()
    except Exception as error:
        return job.throw(error)
    return job.send(answer)


def picture_file(path: Path, width: int = 96, height: int = 64, seed: int = 0) -> Path:
    """A picture with colours, edges and texture."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / max(width, height)
    waves = [np.sin(rng.uniform(3, 25) * x + rng.uniform(3, 25) * y + rng.uniform(0, 6)) for _ in range(3)]
    values = 0.5 + 0.35 * np.stack(waves, 2) + rng.normal(0, 0.05, (height, width, 3))
    Image.fromarray((values.clip(0, 1) * 255).astype(np.uint8)).save(path)
    return path


def write_tiny_teacher(folder: Path) -> Path:
    """Random weights in the teachers' shapes: what they see means nothing, but training runs through all of its code."""
    generator = torch.Generator().manual_seed(0)

    def weights(outputs: int, inputs: int, side: int) -> torch.Tensor:
        scale = math.sqrt(2 / (inputs * side * side))
        return torch.randn(outputs, inputs, side, side, generator=generator) * scale

    vgg = {"conv0": weights(3, 3, 1), "conv1_1": weights(8, 3, 3), "conv1_2": weights(8, 8, 3), "conv2_1": weights(8, 8, 3)}
    vgg |= {"conv2_2": weights(8, 8, 3), "conv3_1": weights(8, 8, 3)}
    squeeze = {"conv1": weights(8, 3, 7) / 255}
    for fire in range(2, 10):
        inputs = 8 if fire == 2 else 16
        squeeze[f"fire{fire}/conv1x1_1"] = weights(4, inputs, 1)
        squeeze[f"fire{fire}/conv1x1_2"] = weights(8, 4, 1)
        squeeze[f"fire{fire}/conv3x3_2"] = weights(8, 4, 3)
    folder.mkdir(parents=True, exist_ok=True)
    for name, layers in ((VGG_FILE, vgg), (SQUEEZENET_FILE, squeeze)):
        tensors = {f"{layer}.weight": value for layer, value in layers.items()}
        tensors |= {f"{layer}.bias": torch.zeros(value.shape[0]) for layer, value in layers.items()}
        save_file(tensors, folder / name)
    return folder


@contextmanager
def small_prints(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Prints have levels from 96 px on, and tiles of 64 px in strips of 48 rows; one thread, as for pictures so small more are slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(printing, "LOOK_EDGE", 96)
    monkeypatch.setattr(printing, "LEVEL_ROWS", 48)
    monkeypatch.setattr(render, "TILE", 64)
    yield
    torch.set_num_threads(threads)
