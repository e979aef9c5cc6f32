from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.api.errors import BadRequest, OtherModel, UnknownModel
from engine.api.latent import Latent, ModelKey, Morph, Styles
from engine.context import Context
from engine.latent.codes import blended, check_one_model, converted, groups, latent_of, layer_sides, model_of, styles_of
from engine.latent.stills import still
from engine.models.generators import GeneratorModel
from engine.nets.generators import GeneratorConfig, build_generator, preset
from tests.tiny import drive, write_tiny_generator


def test_a_seeds_latent_is_the_picture_that_generate_makes(model: GeneratorModel, context: Context) -> None:
    picture, _ = drive(still(Latent.of_seed(model.key, 3, 0.7), context))
    assert np.array_equal(picture.pixels, model.pictures([3], 0.7)[0].numpy().transpose(1, 2, 0))


def test_a_code_of_styles_is_the_same_picture_as_its_seed(model: GeneratorModel, context: Context) -> None:
    seed = Latent.of_seed(model.key, 3, 0.7)
    same = latent_of(styles_of(seed, model.network)[0], seed)
    assert isinstance(same.code, Styles) and same.key != seed.key
    pictures = [drive(still(code, context))[0].pixels for code in (seed, same, replace(same, truncation=0.2), replace(same, noise=None))]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])
    assert not np.array_equal(pictures[0], pictures[3])


def test_a_morph_begins_at_a_and_ends_with_bs_code(model: GeneratorModel) -> None:
    a, b = Latent.of_seed(model.key, 1), Latent.of_seed(model.key, 2, 0.5)
    for amount, end in ((0.0, a), (1.0, b)):
        assert torch.allclose(styles_of(Morph(a, b, amount), model.network), styles_of(end, model.network), atol=1e-6)
    middle = styles_of(Morph(a, b, 0.5), model.network)
    assert torch.allclose(middle, (styles_of(a, model.network) + styles_of(b, model.network)) / 2, atol=1e-6)


def test_weights_of_a_layer_take_that_layer_from_one_parent(model: GeneratorModel) -> None:
    styles = torch.cat([styles_of(Latent.of_seed(model.key, seed), model.network) for seed in (1, 2)])
    weights = torch.tensor([[1.0, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]])
    mixed = blended(styles, weights, model.network)
    assert torch.equal(mixed[:2], styles[0, :2]) and torch.equal(mixed[2:], styles[1, 2:])


def test_between_normal_latents_lies_one_as_long_as_they_are() -> None:
    network = build_generator(GeneratorConfig("dense", size=8, widest=8, latent=64, mapping_layers=0))
    ends = torch.randn(2, 1, 64, generator=torch.Generator().manual_seed(0))
    between = blended(ends, torch.tensor([0.5, 0.5]), network)
    assert between.norm() == pytest.approx(float(ends.norm(dim=-1).mean()), rel=1e-4)


def test_another_version_is_told_from_another_model(model: GeneratorModel, context: Context) -> None:
    code = Latent.of_seed(model.key, 1)
    with pytest.raises(OtherModel, match=r"mine 1 belongs.*version ffffffff; here is another version of it.*convert it"):
        model_of(replace(code, model=ModelKey("mine", "f" * 64)), context)
    with pytest.raises(OtherModel, match=r"version ffffffff.*another shape, so bring back") as refused:
        model_of(replace(code, model=ModelKey("mine", "f" * 64), code=Styles.of(np.zeros((2, 8)))), context)
    assert "convert it" not in str(refused.value)
    with pytest.raises(UnknownModel, match="no model called gone"):
        model_of(replace(code, model=ModelKey("gone", "f" * 64)), context)


def test_a_code_is_converted_where_the_spaces_have_one_shape(model: GeneratorModel, context: Context) -> None:
    context.models.add(write_tiny_generator(context.places.models, "other", seed=5))
    other = context.models.generator("other")
    code = latent_of(styles_of(Latent.of_seed(model.key, 1), model.network)[0], Latent.of_seed(model.key, 1))
    moved = converted(replace(code, tuning="a" * 64), other)
    assert (moved.model, moved.code, moved.tuning) == (other.key, code.code, None)
    mine, theirs = (drive(still(source, context))[0].pixels for source in (code, moved))
    assert not np.array_equal(mine, theirs)
    with pytest.raises(OtherModel, match=r"cannot be converted: its codes are 2 × 8 numbers, those of other 6 × 8"):
        converted(replace(code, code=Styles.of(np.zeros((2, 8)))), other)


def test_codes_of_two_models_are_not_mixed(model: GeneratorModel) -> None:
    mine = Latent.of_seed(model.key, 1)
    with pytest.raises(OtherModel, match="gone"):
        check_one_model([mine, replace(mine, model=ModelKey("gone", "0" * 64))])
    with pytest.raises(BadRequest, match="at least one"):
        check_one_model([])


def test_layers_are_told_by_the_size_of_their_features() -> None:
    network = build_generator(preset(64))
    assert layer_sides(network) == (4, 4, 8, 8, 16, 16, 32, 32, 64, 64)
    assert groups(network) == ("coarse",) * 6 + ("middle",) * 2 + ("fine",) * 2


def test_a_small_network_has_all_three_groups(model: GeneratorModel) -> None:
    assert groups(model.network) == ("coarse", "coarse", "middle", "middle", "fine", "fine")


def test_numbers_that_are_not_finite_are_no_code() -> None:
    with pytest.raises(ValueError, match="not finite"):
        Styles.of(np.full((2, 2), np.nan))
    with pytest.raises(ValueError, match="no 2 × 3"):
        Styles(2, 3, b"1234")
