from __future__ import annotations

import pytest

from engine.api.errors import BadRequest
from engine.nets.generators import GeneratorConfig, Kind, preset


@pytest.mark.parametrize("kind", ["dense", "dcgan", "style"])
def test_a_configuration_survives_its_dictionary(kind: Kind) -> None:
    config = preset(32, kind)
    assert config.kind == kind
    assert GeneratorConfig.from_dict(config.to_dict()) == config


def test_channels_halve_as_the_side_doubles_within_their_bounds() -> None:
    config = GeneratorConfig(size=256, base=1024, widest=128, narrowest=16)
    assert config.sides == (4, 8, 16, 32, 64, 128, 256)
    assert [config.channels(side) for side in config.sides] == [128, 128, 64, 32, 16, 16, 16]


def test_larger_pictures_get_wider_networks() -> None:
    assert [preset(size).base for size in (32, 64, 128, 256, 512)] == [1024, 2048, 4096, 4096, 8192]
    assert preset(32).widest == 128


def test_a_light_network_has_half_the_channels_where_they_are_many() -> None:
    light, usual = preset(128, light=True), preset(128)
    assert [light.channels(side) for side in light.sides] == [256, 256, 128, 64, 32, 16]
    assert [usual.channels(side) for side in usual.sides] == [256, 256, 256, 128, 64, 32]
    with pytest.raises(BadRequest, match="classics"):
        preset(64, "dcgan", light=True)


def test_the_recipes_channels_are_the_preset_of_dcgan() -> None:
    config = preset(64, "dcgan")
    assert [config.channels(side) for side in config.sides[:-1]] == [512, 256, 128, 64]
    assert config.latent == 100


@pytest.mark.parametrize("values", [{"size": 48}, {"size": 4}, {"kind": "diffusion"}, {"latent": 0}, {"base": -1}, {"mapping_layers": -1}])
def test_a_network_that_cannot_be_built_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(BadRequest, match=str(next(iter(values.values())))):
        GeneratorConfig.from_dict(values)


@pytest.mark.parametrize("values", [{"depth": 3}, {"size": "64"}, {"latent": True}, {"base": 2.5}])
def test_options_of_another_version_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(BadRequest, match=next(iter(values))):
        GeneratorConfig.from_dict(values)
