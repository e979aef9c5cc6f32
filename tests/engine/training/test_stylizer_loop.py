from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.api.errors import BadRequest, FileMissing, FolderMissing, TrainingDiverged
from engine.models import checkpoint, registry
from engine.training.stepwise import METRICS_FILE, STATE_FILE
from engine.training.stylizer import losses
from engine.training.stylizer.loop import TrainStyle, export, train
from tests.tiny import TINY, picture_file, write_tiny_teacher

CPU = torch.device("cpu")


@pytest.fixture
def config(tmp_path: Path) -> TrainStyle:
    for name, seed in (("contents", 0), ("styles", 10)):
        (tmp_path / name).mkdir()
        for index in range(3):
            picture_file(tmp_path / name / f"{index}.png", 80, 72, seed + index)
    return TrainStyle(
        tmp_path / "contents",
        tmp_path / "styles",
        write_tiny_teacher(tmp_path / "teacher"),
        tmp_path / "run",
        network=TINY,
        batch=2,
        content_size=64,
        style_size=64,
        smallest=40,
        preview_steps=10,
    )


def weights(run: Path) -> dict[str, torch.Tensor]:
    return checkpoint.read(run / STATE_FILE)[0]


def test_a_run_in_two_sittings_equals_one(config: TrainStyle, tmp_path: Path) -> None:
    list(train(replace(config, steps=6), CPU))
    other = replace(config, run=tmp_path / "other")
    list(train(replace(other, steps=3), CPU))
    list(train(replace(other, steps=6, resume=True), CPU))
    one, two = weights(config.run), weights(other.run)
    assert one.keys() == two.keys()
    for name, value in one.items():
        assert torch.equal(value, two[name]), name


def test_a_killed_run_goes_on_from_its_last_checkpoint(config: TrainStyle, tmp_path: Path) -> None:
    list(train(replace(config, steps=5), CPU))
    other = replace(config, run=tmp_path / "other", checkpoint_minutes=0.0)
    running = train(replace(other, steps=5), CPU)
    for _ in range(3):
        next(running)
    kept = (other.run / STATE_FILE).read_bytes()
    running.close()
    (other.run / STATE_FILE).write_bytes(kept)  # as if killed before anything was said
    list(train(replace(other, steps=5, resume=True), CPU))
    assert all(torch.equal(value, weights(other.run)[name]) for name, value in weights(config.run).items())


def test_the_losses_fall(config: TrainStyle) -> None:
    reports = list(train(replace(config, steps=48, lr=8e-3), CPU))

    def loss(part: list[float]) -> float:
        return sum(part) / len(part)

    styles = [report.metrics["style"] for report in reports]
    assert loss(styles[-12:]) < 0.6 * loss(styles[:12])


def without_gradients_in(monkeypatch: pytest.MonkeyPatch, bad: set[int]) -> None:
    """The loss is no number in these steps, counted from 1."""
    known, count = losses.total_variation, iter(range(1, 1000))

    def broken(picture: torch.Tensor) -> torch.Tensor:
        return known(picture) * (math.nan if next(count) in bad else 1.0)

    monkeypatch.setattr(losses, "total_variation", broken)


def test_a_step_without_a_finite_gradient_is_skipped(config: TrainStyle, monkeypatch: pytest.MonkeyPatch) -> None:
    without_gradients_in(monkeypatch, {2, 3})
    done = list(train(replace(config, steps=5), CPU))
    assert [(each.step, bool(each.metrics)) for each in done] == [(1, True), (2, False), (3, False), (4, True), (5, True)]
    assert all(bool(value.isfinite().all()) for value in weights(config.run).values())


def test_a_training_that_does_not_settle_ends_with_what_was_saved_before(config: TrainStyle, monkeypatch: pytest.MonkeyPatch) -> None:
    list(train(replace(config, steps=2), CPU))
    kept = (config.run / STATE_FILE).read_bytes()
    without_gradients_in(monkeypatch, {2, 3, 4})
    with pytest.raises(TrainingDiverged, match="does not settle"):
        list(train(replace(config, steps=9, resume=True), CPU))
    assert (config.run / STATE_FILE).read_bytes() == kept


def test_metrics_and_sheets_are_written(config: TrainStyle) -> None:
    list(train(replace(config, steps=10), CPU))
    lines = [json.loads(line) for line in (config.run / METRICS_FILE).read_text().splitlines()]
    assert lines[-1]["step"] == 10
    assert {"content", "style", "lr", "seconds"} <= lines[-1].keys()
    with Image.open(config.run / "grid-000010.png") as sheet:
        assert sheet.size == (64 * 7, 64 * 5)  # four photos by six paintings, with their originals


def test_the_exported_model_is_found_and_loads(config: TrainStyle, tmp_path: Path) -> None:
    list(train(replace(config, steps=2), CPU))
    out = tmp_path / "models" / "mine.safetensors"
    export(config, out, "sfumato train-style …")
    manifest = registry.find((out.parent,)).get("mine")
    assert manifest.provenance["steps"] == 2
    assert str(tmp_path) not in json.dumps(dict(manifest.provenance))
    network = registry.load(manifest)
    average = {name[8:]: value for name, value in weights(config.run).items() if name.startswith("average.")}
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, average[name], rtol=1e-3, atol=1e-4)


def test_training_begins_from_a_model(config: TrainStyle, tmp_path: Path) -> None:
    list(train(replace(config, steps=3), CPU))
    out = tmp_path / "first.safetensors"
    export(config, out, "")
    second = replace(config, run=tmp_path / "second", begin_from=out, steps=1, lr=0.0)
    list(train(second, CPU))
    for name, value in weights(second.run).items():
        if name.startswith("net."):
            torch.testing.assert_close(value, weights(config.run)["average." + name[4:]], rtol=1e-3, atol=1e-4)


def test_a_picture_that_cannot_be_read_is_left_out(config: TrainStyle) -> None:
    (config.contents / "broken.png").write_bytes(b"no picture")
    reports = list(train(replace(config, steps=8), CPU))
    assert reports[-1].step == 8
    assert [path.name for path in reports[-1].skipped] == ["broken.png"]


def test_only_broken_pictures_end_with_a_sentence(config: TrainStyle) -> None:
    for path in config.contents.iterdir():
        path.write_bytes(b"no picture")
    with pytest.raises(BadRequest, match="none of its pictures"):
        list(train(replace(config, steps=1), CPU))


def test_a_second_run_does_not_overwrite_the_first(config: TrainStyle) -> None:
    list(train(replace(config, steps=1), CPU))
    with pytest.raises(BadRequest, match="--resume"):
        list(train(replace(config, steps=1), CPU))


def test_a_crop_that_does_not_fit_the_network_is_refused(config: TrainStyle) -> None:
    with pytest.raises(BadRequest, match="multiple of 8"):
        list(train(replace(config, steps=1, content_size=100), CPU))


def test_missing_folders_are_named(config: TrainStyle, tmp_path: Path) -> None:
    with pytest.raises(FolderMissing, match="nowhere"):
        list(train(replace(config, steps=1, contents=tmp_path / "nowhere"), CPU))
    with pytest.raises(FileMissing, match="vgg19"):
        list(train(replace(config, steps=1, teacher=tmp_path), CPU))
    with pytest.raises(BadRequest, match="no run"):
        list(train(replace(config, steps=1, resume=True), CPU))
