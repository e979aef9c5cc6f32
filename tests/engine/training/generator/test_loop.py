from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.models import checkpoint
from engine.nets.generators import GeneratorConfig
from engine.training.generator.config import TrainGenerator
from engine.training.generator.dataset import store_pictures
from engine.training.generator.losses import GAMES, LossName
from engine.training.generator.runs import BEST_FILE, CONFIG_FILE, Run
from engine.training.generator.trainer import Trainer
from engine.training.generator.watching import sample_steps
from engine.training.watch import Watch
from tests.engine.training.generator.tiny_run import CPU, WINDOW, assert_the_same, prepared, run_to_its_end, tensors
from tests.tiny import TINY_GENERATOR


def mean_colour_error(run: Path, seed: int = 0) -> float:
    kept = Run(run).newest()
    trainer = Trainer(TrainGenerator(Path("pictures"), run, network=TINY_GENERATOR, batch=8), CPU)
    trainer.load_networks(kept.tensors)
    made = torch.cat(list(sample_steps(trainer.average, seed, 16, torch.float32))).float() / 127.5 - 1
    return float((made.mean((0, 2, 3)) - torch.tensor([0.8, -0.8, 0.0])).abs().mean())


def test_the_generator_finds_the_colour_of_the_pictures(config: TrainGenerator) -> None:
    noise = np.random.default_rng(0).integers(-12, 13, (24, 3, 16, 16))
    colour = np.array([230, 25, 128])[None, :, None, None]
    store_pictures(config.run, (colour + noise).astype(np.uint8)).close()
    quick = replace(config, lr=8e-3)
    run_to_its_end(quick, 1)
    before = mean_colour_error(config.run)
    run_to_its_end(quick, 16, resume=True)
    assert mean_colour_error(config.run) < 0.5 * before


@pytest.mark.parametrize("loss", list(GAMES))
def test_every_loss_trains(config: TrainGenerator, loss: LossName) -> None:
    reports = run_to_its_end(config, 2, loss=loss)
    assert all(value.isfinite().all() for value in tensors(config).values())
    assert {"critic", "regularisation", "generator"} <= {report.phase for report in reports}


@pytest.mark.parametrize("kind", ["dense", "dcgan"])
def test_the_classics_train_and_resume(config: TrainGenerator, tmp_path: Path, kind: Any) -> None:
    network = GeneratorConfig(kind, 16, base=64, widest=8, narrowest=4, latent=8, mapping_layers=0)
    config = replace(config, network=network, loss="non-saturating", gamma=0.0)
    run_to_its_end(config, 3)
    other = prepared(tmp_path / "other", network=network, loss="non-saturating", gamma=0.0)
    run_to_its_end(other, 2)
    run_to_its_end(other, 3, resume=True)
    assert_the_same(Run(config.run).newest(), Run(other.run).newest())


def test_micro_batches_add_up_to_the_batch(config: TrainGenerator, tmp_path: Path) -> None:
    """Nothing random in a picture's own noise: it is drawn in another order, and has no strength yet."""
    whole = replace(config, batch=16, precision="float32")
    parts = prepared(tmp_path / "parts", batch=16, precision="float32", micro_batch=8)
    run_to_its_end(whole, 1)
    run_to_its_end(parts, 1)
    for name, value in tensors(whole).items():
        if name.startswith("critic."):
            torch.testing.assert_close(value, tensors(parts)[name], rtol=1e-3, atol=1e-4)


def test_the_folder_tells_of_the_run(config: TrainGenerator) -> None:
    run_to_its_end(config, 10)
    assert TrainGenerator.from_plain(json.loads((config.run / CONFIG_FILE).read_text())) == replace(config, steps=10)
    assert [path.name for path in sorted(config.run.glob("grid-*.png"))] == ["grid-00000000.png", "grid-00000064.png", "grid-00000080.png"]
    with Image.open(config.run / "grid-00000000.png") as grid:
        assert grid.size == (128, 128)
    lines = Run(config.run).metrics()
    assert [line["step"] for line in lines if "watch" in line] == [4, 8]
    assert {"critic", "generator", "real", "fake", "lr", "augmentation", "seen"} <= lines[-1].keys()


def test_the_watch_sets_the_augmentation_unless_it_is_fixed(config: TrainGenerator, tmp_path: Path) -> None:
    fixed = prepared(tmp_path / "fixed", augmentation=0.3)
    verdicts = [report.verdict for report in run_to_its_end(config, 5) if report.verdict]
    run_to_its_end(fixed, 5)
    states = [Run(each.run).newest().metadata["state"] for each in (config, fixed)]
    assert len(verdicts) == 1
    assert states[0]["augmentation"] == verdicts[0].augmentation != config.watch.first_augmentation
    assert states[1]["augmentation"] == 0.3


def test_three_red_windows_stop_the_run_and_bring_back_the_best(config: TrainGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    window = Watch.window

    def red(watch: Watch, samples: Tensor, augmentation: float) -> Any:
        verdict = window(watch, samples, augmentation)
        windows = watch.to_dict()["windows"]
        return replace(verdict, state="red", best=windows == 1, stop=windows == 3)

    monkeypatch.setattr(Watch, "window", red)
    reports = run_to_its_end(config, 100)
    assert reports[-1].step == 3 * WINDOW
    best, metadata = checkpoint.read(Run(config.run).checkpoints / BEST_FILE)
    assert metadata["step"] == WINDOW
    last = tensors(config)
    assert all(torch.equal(value, last[name]) for name, value in best.items())
    assert [report.verdict.stop for report in reports if report.verdict] == [False, False, True]
