from __future__ import annotations

import pytest
import torch

from engine.nets.generators import GeneratorConfig, build_critic
from engine.nets.generators.critic import Halving, minibatch_deviation

from .tiny_generators import ALL, TINY, TINY_DCGAN, TINY_DENSE


@pytest.mark.parametrize("config", ALL, ids=lambda config: config.kind)
def test_features_go_stage_by_stage_to_the_logits(config: GeneratorConfig) -> None:
    critic, pictures = build_critic(config).eval(), torch.randn(8, 3, config.size, config.size)
    features = critic.features(pictures)
    assert len(features) == len(critic.stages) > 2
    assert torch.equal(features[-1].flatten(), critic(pictures))


@pytest.mark.parametrize("config", ALL, ids=lambda config: config.kind)
def test_the_stages_hold_every_parameter_once(config: GeneratorConfig) -> None:
    critic = build_critic(config)
    staged = [parameter for stage in critic.stages for parameter in stage.parameters()]
    assert {id(parameter) for parameter in staged} == {id(parameter) for parameter in critic.parameters()}
    assert len(staged) == len(list(critic.parameters()))


@pytest.mark.parametrize("config", [TINY, TINY_DENSE, TINY_DCGAN], ids=lambda config: config.kind)
@pytest.mark.parametrize("bf16", [False, True], ids=["fp32", "bf16"])
def test_gradient_penalties_reach_the_critic(config: GeneratorConfig, *, bf16: bool) -> None:
    """R1 (Mescheder et al. 2018): the gradient at the pictures, squared, is itself a loss."""
    torch.manual_seed(3)
    critic = build_critic(config)
    pictures = torch.randn(8, 3, config.size, config.size, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        logits = critic(pictures)
    assert logits.dtype == torch.float32
    (slope,) = torch.autograd.grad(logits.sum(), pictures, create_graph=True)
    torch.autograd.backward(slope.float().square().sum((1, 2, 3)).mean())
    gradients = [parameter.grad for name, parameter in critic.named_parameters() if name.endswith("weight")]
    assert all(gradient is not None and gradient.isfinite().all() and gradient.any() for gradient in gradients)


def test_the_penalty_is_the_slopes_derivative() -> None:
    """Double backward against finite differences, in double precision."""
    block = Halving(2, 3, residual=True).double()
    x = torch.randn(1, 2, 4, 4, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradgradcheck(block, (x,), fast_mode=True)


def test_identical_pictures_have_no_deviation_and_finite_penalties() -> None:
    critic = build_critic(TINY)
    pictures = torch.randn(1, 3, 16, 16).repeat(8, 1, 1, 1).requires_grad_()
    assert minibatch_deviation(pictures, 8).max() < 1e-3
    (slope,) = torch.autograd.grad(critic(pictures).sum(), pictures, create_graph=True)
    torch.autograd.backward(slope.square().sum())
    assert all(parameter.grad is None or parameter.grad.isfinite().all() for parameter in critic.parameters())


def test_the_deviation_is_that_of_the_group() -> None:
    x = torch.randn(4, 3, 2, 2)
    expected = torch.cat([x[i : i + 2].std(0, unbiased=False).mean().expand(2) for i in (0, 2)])
    torch.testing.assert_close(minibatch_deviation(x, 2).flatten(), expected)


@pytest.mark.parametrize(("count", "members"), [(1, 1), (7, 7), (8, 8), (12, 6), (13, 1), (24, 8)])
def test_any_batch_divides_into_groups(count: int, members: int) -> None:
    x = torch.randn(count, 3, 2, 2)
    assert torch.equal(minibatch_deviation(x, 8), minibatch_deviation(x, members))


def test_a_batch_judges_like_its_micro_batches() -> None:
    critic, pictures = build_critic(TINY), torch.randn(24, 3, 16, 16)
    parts = torch.cat([critic(part) for part in torch.split(pictures, critic.minibatch_group)])
    torch.testing.assert_close(critic(pictures), parts, rtol=1e-4, atol=1e-5)


def test_features_stay_channels_last() -> None:
    features = build_critic(TINY).features(torch.randn(8, 3, 16, 16))
    assert all(x.is_contiguous(memory_format=torch.channels_last) for x in features if x.dim() == 4)
