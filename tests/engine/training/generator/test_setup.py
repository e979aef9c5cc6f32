from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.api.errors import BadRequest
from engine.nets.generators import preset
from engine.training.generator import setup
from engine.training.generator.config import TrainGenerator
from tests.engine.training.generator.tiny_run import CPU, prepared, run_to_its_end

BUDGETS = {"folder": Path("mine")}


def test_a_models_file_is_among_the_artists_models(tmp_path: Path) -> None:
    models = tmp_path / "models"
    path = setup.model_file("waves at dawn", models, may_replace=False)
    assert path == models / "waves at dawn.safetensors" and models.is_dir()
    path.touch()
    assert setup.model_file("waves at dawn", models, may_replace=True) == path
    with pytest.raises(BadRequest, match="there already"):
        setup.model_file("waves at dawn", models, may_replace=False)


@pytest.mark.parametrize("name", ["", " ", ".hidden", "a/b", "a\\b", "a:b", 'a"b', "a\nb"])
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="file's name"):
        setup.check_name(name)


def test_a_new_configuration_is_the_recipe_with_what_was_chosen() -> None:
    config = setup.new(Path("run"), None, None, {"fit": "pad"}, BUDGETS)
    assert (config.network.size, config.network.kind, config.fit) == (64, "style", "pad")
    assert setup.new(Path("run"), None, "dcgan", {}, BUDGETS).loss == "non-saturating"


def test_a_light_network_is_a_choice_that_its_command_names(tmp_path: Path) -> None:
    light = setup.new(Path("run"), 128, None, {}, BUDGETS, light=True)
    assert light.network == preset(128, light=True)
    assert "--light" in setup.equivalent_command(light, "x")
    assert "--light" not in setup.equivalent_command(setup.new(Path("run"), 128, None, {}, BUDGETS), "x")


def test_a_resumed_one_is_the_runs_own(tmp_path: Path) -> None:
    config = prepared(tmp_path / "run", seed=3)
    with pytest.raises(BadRequest):
        setup.resumed(config.run, None, None, {}, {})
    run_to_its_end(config, 1)
    with pytest.raises(BadRequest, match="holds a run already"):
        setup.check_unused(config.run)
    assert setup.resumed(config.run, None, None, {}, {"minutes": 2.0}) == replace(config, steps=1, minutes=2.0)
    assert setup.resumed(config.run, 64, None, {}, {}).network.size == 64


def test_on_a_cpu_work_comes_in_small_pieces_and_large_pictures_take_little_memory() -> None:
    config = TrainGenerator(Path("mine"), Path("run"), batch=32)
    cut = setup.in_small_parts(config, CPU)
    assert (cut.quantum, cut.micro_batch) == (setup.QUANTUM, None)
    assert setup.in_small_parts(config, torch.device("cuda")) == config
    large = replace(config, network=preset(256))
    assert setup.in_small_parts(large, CPU).micro_batch == 8
    assert setup.in_small_parts(replace(large, micro_batch=16), CPU).micro_batch == 16
    assert setup.in_small_parts(setup.new(Path("run"), None, "dcgan", {}, BUDGETS), CPU).micro_batch is None


def test_the_command_names_no_folder_of_the_machine() -> None:
    config = TrainGenerator(Path("/pictures/my waves"), Path("run"), begin_from=Path("/models/sea.safetensors"))
    said = setup.equivalent_command(config, "waves")
    assert said == ("sfumato train 'my waves' --name waves --size 64 --kind style --fit centre --seed 0 --from sea.safetensors")
