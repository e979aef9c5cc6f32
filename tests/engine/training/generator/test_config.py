from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.api.errors import BadRequest
from engine.nets.generators import preset
from engine.training.generator.config import TrainGenerator, differences, recipe_for

CONFIG = TrainGenerator(Path("pictures"), Path("run"))


def test_a_configuration_survives_json() -> None:
    config = replace(CONFIG, network=preset(32), begin_from=Path("a.safetensors"), betas=(0.5, 0.9), augmentation=0.2)
    assert TrainGenerator.from_plain(json.loads(json.dumps(config.to_plain()))) == config


def test_another_versions_configuration_is_refused() -> None:
    with pytest.raises(BadRequest, match="another version"):
        TrainGenerator.from_plain(CONFIG.to_plain() | {"sharpness": 1})
    with pytest.raises(BadRequest, match="another version"):
        TrainGenerator.from_plain({})


def test_differences_are_listed_but_for_budgets() -> None:
    other = replace(CONFIG, minutes=9, steps=5, run=Path("elsewhere"), micro_batch=8, network=preset(128), loss="hinge", resume=True)
    said = differences(CONFIG.options(), other.options(), tuned=False)
    assert said == ["loss was relativistic and is now hinge", "base was 2048 and is now 4096", "size was 64 and is now 128"]
    assert differences(CONFIG.options(), json.loads(json.dumps(CONFIG.options())), tuned=False) == []
    assert differences(CONFIG.options(), replace(CONFIG, gamma=2.0).options(), tuned=False) == []
    assert differences(CONFIG.options(), replace(other, gamma=2.0).options(), tuned=True) == ["gamma was 0.3 and is now 2.0"]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"batch": 12}, "multiple of 8"),
        ({"batch": 1}, "multiple of 8"),
        ({"batch": 32, "micro_batch": 12}, "one of 32, 16, 8"),
        ({"augmentation": 1.5}, "between 0 and 1"),
        ({"lr": float("nan")}, "positive"),
        ({"gamma": -1.0}, "positive"),
        ({"loss": "cross"}, "relativistic"),
        ({"fit": "squeeze"}, "centre"),
    ],
)
def test_values_without_sense_are_refused(changes: dict[str, Any], part: str) -> None:
    with pytest.raises(BadRequest, match=part):
        replace(CONFIG, **changes).checked()


def test_micro_batches_hold_whole_groups_and_batch_norm_is_not_cut() -> None:
    assert replace(CONFIG, batch=48).micro_batches == (48, 24, 16, 8)
    assert replace(CONFIG, batch=6).micro_batches == (6,)
    assert replace(CONFIG, batch=64, network=preset(64, "dcgan")).micro_batches == (64,)


def test_schedules_go_from_their_first_value_to_their_last() -> None:
    config = replace(CONFIG, lr=1.0, lr_hold=100, lr_fall=100, lr_least=0.2, gamma=0.4, gamma_rest=0.25, gamma_fall=100)
    assert [round(config.learning_rate(seen), 4) for seen in (0, 100, 150, 200, 10**9)] == [1.0, 1.0, 0.6, 0.2, 0.2]
    assert [round(config.penalty_weight(seen), 4) for seen in (0, 50, 100, 10**9)] == [0.4, 0.2, 0.1, 0.1]


def test_recipes_of_the_classics() -> None:
    dcgan = replace(CONFIG, **recipe_for("dcgan", 64))
    assert (dcgan.lr, dcgan.betas, dcgan.loss, dcgan.penalty_interval) == (2e-4, (0.5, 0.999), "non-saturating", 0)
    assert dcgan.penalty_weight(0) == 0
    wasserstein = replace(CONFIG, **recipe_for("style", 64, "wasserstein"))
    assert (wasserstein.penalty_weight(10**6), wasserstein.penalty_interval) == (10.0, 1)
    assert replace(CONFIG, **recipe_for("style", 64)) == CONFIG


def test_larger_pictures_have_a_heavier_penalty_in_every_game_but_the_one_with_its_own() -> None:
    weights = [recipe_for("style", size)["gamma"] for size in (32, 64, 128, 256, 512)]
    assert weights == sorted(weights) and weights[-1] > weights[0]
    assert recipe_for("style", 256, "wasserstein")["gamma"] == recipe_for("style", 64, "wasserstein")["gamma"]
    assert recipe_for("dcgan", 128)["gamma"] == 0
