from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.api.errors import BadRequest
from engine.api.latent import BEND_KINDS, BEND_RANGES, Bend, Latent
from engine.context import Context
from engine.latent.bending import bend_features, bent
from engine.latent.stills import still
from engine.models.generators import GeneratorModel
from engine.nets.generators import GeneratorConfig, build_generator
from tests.tiny import drive

FEATURES = torch.randn(1, 8, 16, 16, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("kind", BEND_KINDS)
def test_every_bend_changes_the_picture_and_can_be_taken_back(model: GeneratorModel, context: Context, kind: str) -> None:
    plain = Latent.of_seed(model.key, 1)
    low, high, idle = BEND_RANGES[kind]  # type: ignore[index]
    before = drive(still(plain, context))[0].pixels
    for amount in {low, high, (low + high) / 3} - {idle}:
        bends = (Bend(kind, amount, 8),)  # type: ignore[arg-type]
        changed = drive(still(replace(plain, bends=bends), context))[0].pixels
        assert not np.array_equal(changed, before)
    context.models.cache.clear()
    assert np.array_equal(drive(still(plain, context))[0].pixels, before), "the network itself is as it was"
    assert np.array_equal(drive(still(replace(plain, bends=(Bend(kind, idle, 8),)), context))[0].pixels, before)  # type: ignore[arg-type]


def test_a_shift_moves_and_a_half_turn_turns() -> None:
    shifted = bend_features(FEATURES, Bend("shift-x", 0.25, 16))
    assert torch.allclose(shifted[..., 4:], FEATURES[..., :-4], atol=1e-5)
    assert torch.allclose(bend_features(FEATURES, Bend("shift-y", 0.25, 16))[:, :, 4:], FEATURES[:, :, :-4], atol=1e-5)
    assert torch.allclose(bend_features(FEATURES, Bend("rotate", 180, 16)), FEATURES.flip(2, 3), atol=1e-4)


def test_a_quarter_turn_goes_anticlockwise() -> None:
    assert torch.allclose(bend_features(FEATURES, Bend("rotate", 90, 16)), FEATURES.rot90(1, (2, 3)), atol=1e-4)


def test_a_share_of_the_channels_is_bent_and_more_of_them_keeps_the_first() -> None:
    bent_channels = []
    for share in (0.25, 0.5):
        changed = bend_features(FEATURES, Bend("scale", 2, 16, share, seed=3))
        bent_channels.append({channel for channel in range(8) if not torch.equal(changed[:, channel], FEATURES[:, channel])})
    assert (len(bent_channels[0]), len(bent_channels[1])) == (2, 4) and bent_channels[0] < bent_channels[1]


def test_a_blur_keeps_the_mean_and_takes_detail() -> None:
    blurred = bend_features(FEATURES, Bend("blur", 0.5, 16))
    assert blurred.std() < 0.5 * FEATURES.std()
    assert torch.allclose(blurred.mean((2, 3)), FEATURES.mean((2, 3)), atol=0.05)


@pytest.mark.parametrize(
    ("bend", "part"),
    [(Bend("blur", 2, 8), "between 0 and 1"), (Bend("scale", 1.5, 8, 2), "2 of the channels"), (Bend("blur", 1, 5), "at 5 pixels")],
)
def test_a_bend_out_of_range_is_refused(model: GeneratorModel, context: Context, bend: Bend, part: str) -> None:
    with pytest.raises(BadRequest, match=part):
        drive(still(replace(Latent.of_seed(model.key, 1), bends=(bend,)), context))


def test_a_network_without_levels_is_not_bent() -> None:
    network = build_generator(GeneratorConfig("dense", size=8, widest=8, latent=8, mapping_layers=0))
    with pytest.raises(BadRequest, match="no levels"), bent(network, [Bend("blur", 1, 8)]):
        pass
