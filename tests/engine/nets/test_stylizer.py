from __future__ import annotations

import pytest
import torch

from engine.nets.stylizer import Moments, StylizerConfig, StylizerNet
from tests.tiny import TINY, tiny_network


def test_sizes_of_the_house_network() -> None:
    network = StylizerNet()
    render_path = sum(value.numel() for name, value in network.named_parameters() if not name.startswith("style_encoder"))
    assert 0.75e6 < render_path < 0.85e6
    assert network.code_size == 744


def test_shapes_and_range_of_layers() -> None:
    network = tiny_network()
    features = network.encode(torch.rand(2, 3, 32, 48))
    assert features.shape == (2, 8, 4, 6)
    code = network.code(torch.rand(2, 3, 40, 24))
    assert code.shape == (2, network.code_size)
    picture = network.decode(features, code)
    assert picture.shape == (2, 3, 32, 48)
    assert picture.dtype == torch.float32


def test_every_style_gives_another_picture() -> None:
    network, content = tiny_network(), torch.rand(1, 3, 32, 32)
    first, second = (network(content, torch.rand(1, 3, 32, 32) * level) for level in (0.2, 1.0))
    assert (first - second).abs().max() > 1e-3


def test_a_code_map_of_one_style_equals_the_style() -> None:
    network, content = tiny_network(), torch.rand(1, 3, 32, 32)
    features, code = network.encode(content), network.code(torch.rand(1, 3, 32, 32))
    spread = code[:, :, None, None].expand(-1, -1, 4, 4).contiguous()
    torch.testing.assert_close(network.decode(features, spread), network.decode(features, code), rtol=1e-4, atol=1e-5)


def test_a_code_map_styles_each_place_by_its_own() -> None:
    network = tiny_network()
    features = network.encode(torch.rand(1, 3, 256, 512))
    codes = [network.code(torch.rand(1, 3, 32, 32) * level) for level in (0.1, 1.0)]
    halves = torch.cat([code[:, :, None, None].expand(-1, -1, 32, 32) for code in codes], 3)
    moments = Moments.of(features)
    mixed = network.decode(features, halves, moments)
    left, right = (network.decode(features, code, moments) for code in codes)
    torch.testing.assert_close(mixed[..., :160], left[..., :160], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(mixed[..., -160:], right[..., -160:], rtol=1e-4, atol=1e-5)


def test_given_moments_make_tiles_equal_to_the_whole() -> None:
    network = tiny_network()
    content = torch.rand(1, 3, 64, 512)
    code = network.code(torch.rand(1, 3, 32, 32))
    features = network.encode(content)
    moments = Moments.of(features)
    whole = network.decode(features, code, moments)
    tile = network.decode(network.encode(content[..., 104:408]), code, moments)
    torch.testing.assert_close(tile[..., 96:-96], whole[..., 200:312], rtol=0, atol=1e-6)


def test_steps_leave_room_between_layers() -> None:
    network = tiny_network()
    assert sum(1 for _ in network.encode_steps(torch.rand(1, 3, 32, 32))) >= 3
    assert sum(1 for _ in network.decode_steps(torch.rand(1, 8, 4, 4), torch.zeros(1, network.code_size))) >= 5


def test_config_round_trips_through_plain_values() -> None:
    assert StylizerConfig.from_dict({**TINY.to_dict(), "encoder": [4, 4, 4, 4]}) == TINY
    with pytest.raises(KeyError):
        StylizerConfig.from_dict({"half": 8})
