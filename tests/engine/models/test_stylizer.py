from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.api.manifest import Manifest
from engine.device import choose
from engine.models import accelerated, stylizer
from engine.models.accelerated import AcceleratedStylizer
from engine.models.stylizer import StylizerModel
from engine.nets.stylizer import Moments, finish
from tests.tiny import tiny_network

SIDE = 64


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerated, "SIDE", SIDE)
    monkeypatch.setattr(stylizer, "SIDE", SIDE)


def model(dtype: torch.dtype = torch.float32) -> StylizerModel:
    return StylizerModel(Manifest("tiny", "stylizer", Path("tiny.safetensors")), "print", tiny_network(), torch.device("cpu"), dtype)


def picture(side: int, seed: int) -> torch.Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(seed))


def painted(model: StylizerModel, side: int = SIDE, *, compiled: bool = True) -> torch.Tensor:
    """A tile, painted with everything that it takes."""
    content = picture(side, 1)
    code = finish(model.code_steps(picture(40, 2)))
    moments = Moments.of(finish(model.encode_steps(content)))
    return finish(model.tile_steps(content, code, moments, compiled=compiled))


def test_its_steps_make_what_the_network_makes() -> None:
    torch.testing.assert_close(painted(model()), tiny_network()(picture(SIDE, 1), picture(40, 2)), rtol=1e-4, atol=1e-4)


def test_it_yields_between_the_layers_and_holds_no_context_there() -> None:
    steps = model().encode_steps(picture(SIDE, 1))
    places = 0
    for _ in steps:
        places += 1
        assert torch.is_grad_enabled()
    assert places >= 4


def test_bf16_is_close_to_fp32() -> None:
    precise, quick = painted(model()), painted(model(torch.bfloat16))
    assert quick.dtype == torch.float32
    assert (precise - quick).abs().mean() < 1 / 255
    assert (precise - quick).abs().max() < 8 / 255


def test_style_codes_do_not_depend_on_the_precision() -> None:
    codes = [finish(model(dtype).code_steps(picture(40, 2))) for dtype in (torch.float32, torch.bfloat16)]
    assert torch.equal(*codes)


class Flat(AcceleratedStylizer):
    """Stands for a compiled network."""

    def __init__(self) -> None:
        pass

    def __call__(self, content: torch.Tensor, code: torch.Tensor, moments: Moments) -> torch.Tensor:
        return torch.full_like(content, 0.25)


def test_only_full_tiles_are_accelerated_and_compiled_once() -> None:
    quick = model()
    compiled: list[int] = []

    def compile_network() -> AcceleratedStylizer:
        compiled.append(1)
        return Flat()

    quick.accelerate = compile_network
    torch.testing.assert_close(painted(quick, SIDE - 8), painted(model(), SIDE - 8))
    torch.testing.assert_close(painted(quick, compiled=False), painted(model()))
    assert compiled == []
    assert painted(quick).eq(0.25).all()
    assert painted(quick).eq(0.25).all()
    assert compiled == [1]


def test_where_compiling_fails_torch_goes_on() -> None:
    tries = []

    def fail() -> AcceleratedStylizer:
        tries.append(1)
        raise RuntimeError("Couldn't create directory")

    slow = model()
    slow.accelerate = fail
    for _ in range(2):
        torch.testing.assert_close(painted(slow), painted(model()))
    assert tries == [1]


def test_openvino_is_found_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not accelerated.is_available()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert accelerated.is_available()


@pytest.fixture
def compiled(tmp_path: Path) -> AcceleratedStylizer:
    if not accelerated.is_available():
        pytest.skip("the speed extra is not installed")
    return AcceleratedStylizer(tiny_network(), bf16=False, threads=1, cache=tmp_path)


def test_openvino_agrees_with_torch(compiled: AcceleratedStylizer) -> None:
    quick = model()
    quick.accelerate = lambda: compiled
    difference = (painted(quick) - painted(model())).clamp(-1, 1).abs()
    assert difference.max() < 2 / 255


def test_openvino_does_not_band_in_bf16(tmp_path: Path) -> None:
    if not accelerated.is_available() or choose("cpu").dtype is not torch.bfloat16:
        pytest.skip("the speed extra is not installed, or the processor has no bf16")
    quick = model(torch.bfloat16)
    quick.accelerate = lambda: AcceleratedStylizer(tiny_network(), bf16=True, threads=1, cache=tmp_path)
    tile = painted(quick)
    assert np.unique(tile.numpy()).size > 0.9 * tile.numel()  # sums rounded to bf16 fall on a few values
    assert (tile - painted(model())).abs().max() < 8 / 255


def test_openvino_is_kept_from_the_network(compiled: AcceleratedStylizer) -> None:
    assert sys.modules["openvino_telemetry"] is None
