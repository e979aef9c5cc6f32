from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.nets.upscaler import EDGES, BranchedUpscaler, Branches, UpscalerConfig, UpscalerNet, bilinear
from tests.tiny import TINY_UPSCALER, tiny_upscaler


def test_size_of_the_house_network() -> None:
    assert 0.1e6 < sum(value.numel() for value in UpscalerNet().parameters()) < 0.13e6


@pytest.mark.parametrize("scale", [2, 4])
def test_the_folded_network_is_the_branched_one(scale: int) -> None:
    branched, picture = tiny_upscaler(scale), torch.rand(2, 3, 9, 13)
    folded = branched.folded()(picture)
    assert folded.shape == (2, 3, 9 * scale, 13 * scale)
    torch.testing.assert_close(branched(picture), folded, rtol=1e-4, atol=1e-5)
    assert (folded - F.interpolate(picture, scale_factor=scale)).abs().max() > 0.01


def test_the_kernel_is_the_sum_of_branches_run_one_by_one() -> None:
    torch.manual_seed(0)
    branches, x = Branches(4, 4), torch.rand(1, 4, 8, 8)
    with torch.no_grad():
        for parameter in branches.parameters():
            parameter.copy_(torch.randn_like(parameter))
    by_one = x + branches.bias[:, None, None]
    by_one = by_one + F.conv2d(x, branches.plain, padding=1)
    by_one = by_one + F.conv2d(F.conv2d(x, branches.expand[..., None, None]), branches.project, padding=1)
    for edge, gain, mix in zip(EDGES, branches.gain, branches.mix, strict=True):
        mixed = F.conv2d(x, mix[..., None, None])
        filtered = F.conv2d(mixed, (torch.tensor(edge) / 8).expand(4, 1, 3, 3), padding=1, groups=4)
        by_one = by_one + filtered * gain[:, None, None]
    torch.testing.assert_close(branches(x), by_one, rtol=1e-4, atol=1e-4)


def test_a_kept_network_can_be_trained_on() -> None:
    kept, picture = tiny_upscaler(seed=1).folded(), torch.rand(1, 3, 8, 8)
    other = tiny_upscaler(seed=2)
    other.begin_from(kept)
    torch.testing.assert_close(other(picture), kept(picture), rtol=1e-4, atol=1e-5)


def test_a_smaller_scale_begins_with_the_means_of_a_larger_one() -> None:
    kept, picture = tiny_upscaler(4, seed=1).folded(), torch.rand(1, 3, 8, 8)
    half = tiny_upscaler(2, seed=2)
    half.begin_from(kept)
    torch.testing.assert_close(half(picture), F.avg_pool2d(kept(picture), 2), rtol=1e-4, atol=1e-5)


def test_a_larger_scale_begins_with_the_body_of_a_smaller_one() -> None:
    kept, double = tiny_upscaler(2, seed=1).folded(), tiny_upscaler(4, seed=2)
    last = double.last.weight.clone()
    double.begin_from(kept)
    folded = double.folded()
    for ours, theirs in zip(folded.layers, kept.layers, strict=True):
        torch.testing.assert_close(ours.weight, theirs.weight)
    assert torch.equal(folded.last.weight, last)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_the_linear_layer_begins_as_a_bilinear_filter(scale: int) -> None:
    picture = torch.rand(1, 3, 6, 7)
    padded = F.pad(picture, (1, 1, 1, 1), mode="replicate")
    ours = F.pixel_shuffle(F.conv2d(padded, bilinear(scale)), scale)
    torch.testing.assert_close(ours, F.interpolate(picture, scale_factor=scale, mode="bilinear"))


def test_nothing_beyond_the_halo_is_seen() -> None:
    network, halo = tiny_upscaler().folded(), TINY_UPSCALER.halo
    picture = torch.rand(1, 3, 24, 24)
    other = picture.clone()
    other[..., 12 + halo :] = 0
    first, second = network(picture), network(other)
    assert torch.equal(first[..., : 12 * 4], second[..., : 12 * 4])
    assert not torch.equal(first[..., : 13 * 4], second[..., : 13 * 4])


def test_the_last_layers_stay_in_full_precision() -> None:
    network = tiny_upscaler().folded()
    network.layers.bfloat16()
    picture = torch.rand(1, 3, 16, 16)
    made = network(picture)
    assert made.dtype == torch.float32
    assert (made - tiny_upscaler().folded()(picture)).abs().max() < 0.01
    assert len(made.unique()) > 700  # bf16 has 256 values between 0.5 and 1 and 2


def test_every_parameter_is_trained() -> None:
    network = BranchedUpscaler(TINY_UPSCALER)
    for branches in network.layers:
        assert isinstance(branches, Branches)
        branches.gain.data.fill_(0.1)
    network(torch.rand(1, 3, 8, 8)).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("wrong", [{"scale": 0}, {"scale": 9}, {"features": 0}, {"layers": -1}, {"layers": "many"}])
def test_a_config_that_makes_no_network_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"scale|invalid"):
        UpscalerConfig.from_dict(TINY_UPSCALER.to_dict() | wrong)
