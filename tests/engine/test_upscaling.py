from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api.errors import BadRequest
from engine.context import Context
from engine.imaging.picture import Picture
from engine.imaging.windows import ArrayRaster, Rect
from engine.models.upscaler import UpscalerModel
from engine.upscaling import check_scale, enlarged, enlarged_picture, tiles
from tests.tiny import drive, write_tiny_upscaler


@pytest.fixture
def model(context: Context) -> UpscalerModel:
    write_tiny_upscaler(context.places.models, "mine")
    made = context.models.upscaler("mine")
    assert isinstance(made, UpscalerModel)
    return made


def picture(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 65536, (height, width, 3), dtype=np.uint16)


def made(model: UpscalerModel, samples: np.ndarray, side: int, scale: int = 4) -> Tensor:
    height, width = samples.shape[:2]
    whole = torch.empty(3, height * scale, width * scale)
    for rect in tiles(Rect(0, 0, width, height), side):
        window, _ = drive(enlarged(model, ArrayRaster(samples), rect, scale, side))
        whole[:, rect.top * scale : rect.bottom * scale, rect.left * scale : rect.right * scale] = window
    return whole


@pytest.mark.parametrize("side", [8, 13, 16])
def test_tiles_equal_the_whole(model: UpscalerModel, side: int) -> None:
    samples = picture(37, 26)
    torch.testing.assert_close(made(model, samples, side), made(model, samples, 64), rtol=0, atol=1e-6)


def test_the_whole_is_the_network_on_a_mirrored_picture(model: UpscalerModel) -> None:
    samples, halo = picture(20, 14), model.halo
    floats = torch.from_numpy(samples.astype(np.float32) / 65535).permute(2, 0, 1)[None]
    with torch.no_grad():
        whole = model.network(F.pad(floats, (halo, halo, halo, halo), mode="reflect")).clamp(0, 1)
    torch.testing.assert_close(made(model, samples, 64), whole[0, :, halo * 4 : -halo * 4, halo * 4 : -halo * 4], rtol=0, atol=1e-6)


def test_a_smaller_scale_is_the_mean_of_the_larger(model: UpscalerModel) -> None:
    samples = picture(17, 12)
    torch.testing.assert_close(made(model, samples, 8, 2), F.avg_pool2d(made(model, samples, 8), 2))


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 3)])
def test_threads_and_dots_are_enlarged_too(model: UpscalerModel, shape: tuple[int, int]) -> None:
    whole = made(model, picture(*shape), 8)
    assert whole.shape == (3, shape[1] * 4, shape[0] * 4)
    assert whole.isfinite().all()


def test_a_picture_in_memory(model: UpscalerModel, context: Context) -> None:
    samples = picture(20, 14)
    large, _ = drive(enlarged_picture(model, Picture(samples), context))
    assert (large.width, large.height, large.bits) == (80, 56, 16)
    expected = made(model, samples, 64).permute(1, 2, 0).numpy()
    assert np.abs(large.pixels / 65535 - expected).max() < 1e-4


def test_a_scale_that_the_network_has_not_is_refused(model: UpscalerModel) -> None:
    check_scale(model, 2)
    with pytest.raises(BadRequest, match="enlarges by 4"):
        check_scale(model, 3)
