from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.api.errors import BadRequest, FileMissing, FolderMissing, TrainingDiverged
from engine.models import checkpoint, registry
from engine.training.stepwise import METRICS_FILE, STATE_FILE
from engine.training.upscaler import losses
from engine.training.upscaler.degrading import Degradation
from engine.training.upscaler.loop import TrainUpscaler, export, train
from engine.training.upscaler.pairs import Pairs
from tests.tiny import TINY_UPSCALER, picture_file, write_tiny_teacher, write_tiny_upscaler

CPU = torch.device("cpu")


@pytest.fixture
def faithful(tmp_path: Path) -> TrainUpscaler:
    for folder in ("photos", "paintings"):
        (tmp_path / folder).mkdir()
        for index in range(2):
            picture_file(tmp_path / folder / f"{index}.png", 80, 72, index)
    folders = (tmp_path / "photos", tmp_path / "paintings")
    return TrainUpscaler(folders, tmp_path / "run", network=TINY_UPSCALER, batch=2, size=8, margin=2, preview_steps=4)


@pytest.fixture
def crisp(faithful: TrainUpscaler, tmp_path: Path) -> TrainUpscaler:
    start = write_tiny_upscaler(tmp_path, "start")
    teacher = write_tiny_teacher(tmp_path / "teacher")
    return replace(faithful, variant="crisp", teacher=teacher, begin_from=start, size=14, margin=2, critic_warm_up=2)


@pytest.fixture(params=["faithful", "crisp"])
def config(request: pytest.FixtureRequest) -> TrainUpscaler:
    made: TrainUpscaler = request.getfixturevalue(request.param)
    return made


def weights(run: Path) -> dict[str, torch.Tensor]:
    return checkpoint.read(run / STATE_FILE)[0]


def test_a_run_in_two_sittings_equals_one(config: TrainUpscaler, tmp_path: Path) -> None:
    list(train(replace(config, steps=6), CPU))
    other = replace(config, run=tmp_path / "other")
    list(train(replace(other, steps=3), CPU))
    list(train(replace(other, steps=6, resume=True, begin_from=None), CPU))
    one, two = weights(config.run), weights(other.run)
    assert one.keys() == two.keys()
    for name, value in one.items():
        assert torch.equal(value, two[name]), name


def test_a_killed_run_goes_on_from_its_last_checkpoint(faithful: TrainUpscaler, tmp_path: Path) -> None:
    list(train(replace(faithful, steps=5), CPU))
    other = replace(faithful, run=tmp_path / "other", checkpoint_minutes=0.0)
    running = train(replace(other, steps=5), CPU)
    for _ in range(3):
        next(running)
    kept = (other.run / STATE_FILE).read_bytes()
    running.close()
    (other.run / STATE_FILE).write_bytes(kept)  # as if killed before anything was said
    list(train(replace(other, steps=5, resume=True), CPU))
    assert all(torch.equal(value, weights(other.run)[name]) for name, value in weights(faithful.run).items())


def test_training_comes_nearer_to_the_pictures(faithful: TrainUpscaler) -> None:
    clean = Degradation(clean=1.0)
    metrics = [done.metrics for done in train(replace(faithful, degradation=clean, steps=80, lr=3e-3, size=12), CPU)]
    first, last = (sum(each["gain"] for each in part) for part in (metrics[:20], metrics[-20:]))
    assert last > first + 10  # half a decibel a step


def test_a_crisp_run_hears_teacher_and_critic(crisp: TrainUpscaler) -> None:
    for done in train(replace(crisp, steps=3), CPU):
        assert done.metrics.keys() == {"pixels", "features", "realness", "critic", "psnr", "gain"}
    assert done.metrics["features"] > 0
    assert done.metrics["realness"] > 0
    before, after = registry.load(registry.read_manifest(crisp.begin_from or Path())), weights(crisp.run)
    assert any(not torch.equal(value, after[f"average.{name}"]) for name, value in before.state_dict().items() if name.startswith("last"))


def test_the_model_is_folded_and_says_how_it_was_made(faithful: TrainUpscaler, tmp_path: Path) -> None:
    list(train(replace(faithful, steps=4), CPU))
    manifest = export(faithful, tmp_path / "mine.safetensors", "sfumato train-upscaler")
    found = registry.read_manifest(tmp_path / "mine.safetensors")
    assert (found.id, found.architecture, found.config) == ("mine", "upscaler", TINY_UPSCALER.to_dict())
    assert found.provenance["steps"] == 4
    assert found.provenance["recipe"]["contents"] == ["photos", "paintings"]
    assert str(tmp_path) not in json.dumps(manifest)
    network = registry.load_upscaler(found)
    assert sum(value.numel() for value in network.parameters()) == 3 * 4 * 9 + 4 * 4 * 9 + 8 + 4 * 48 * 9 + 48 + 3 * 48 * 9
    assert (faithful.run / "sheet-000004.png").is_file()


def without_gradients_in(monkeypatch: pytest.MonkeyPatch, bad: set[int]) -> None:
    """The loss is no number in these steps, counted from 1."""
    known, count = losses.charbonnier, iter(range(1, 1000))

    def broken(picture: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return known(picture, target) * (math.nan if next(count) in bad else 1.0)

    monkeypatch.setattr(losses, "charbonnier", broken)


def test_a_step_without_a_finite_gradient_is_skipped(config: TrainUpscaler, monkeypatch: pytest.MonkeyPatch) -> None:
    without_gradients_in(monkeypatch, {2, 3})
    done = list(train(replace(config, steps=5), CPU))
    assert [bool(each.metrics) for each in done] == [True, False, False, True, True]
    assert [each.step for each in done] == [1, 2, 3, 4, 5]
    assert all(bool(value.isfinite().all()) for value in weights(config.run).values())


def test_a_training_that_does_not_settle_ends_with_what_was_saved_before(faithful: TrainUpscaler, monkeypatch: pytest.MonkeyPatch) -> None:
    list(train(replace(faithful, steps=2), CPU))
    kept = (faithful.run / STATE_FILE).read_bytes()
    without_gradients_in(monkeypatch, {2, 3, 4})
    with pytest.raises(TrainingDiverged, match="does not settle"):
        list(train(replace(faithful, steps=9, resume=True), CPU))
    assert (faithful.run / STATE_FILE).read_bytes() == kept


def test_the_log_has_means_of_ten_steps(faithful: TrainUpscaler) -> None:
    done = list(train(replace(faithful, steps=20), CPU))
    lines = [json.loads(line) for line in (faithful.run / METRICS_FILE).read_text().splitlines()]
    assert [line["step"] for line in lines] == [10, 20]
    mean = sum(each.metrics["pixels"] for each in done[10:]) / 10
    assert lines[1]["pixels"] == pytest.approx(mean, abs=1e-4)


def test_the_last_steps_anneal(faithful: TrainUpscaler) -> None:
    list(train(replace(faithful, steps=20, anneal=20), CPU))
    lines = [json.loads(line) for line in (faithful.run / METRICS_FILE).read_text().splitlines()]
    assert lines[-1]["lr"] == 0


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"variant": "crisp"}, "--teacher"),
        ({"variant": "crisp", "teacher": Path("teacher")}, "--from"),
        ({"resume": True}, "no run to resume"),
        ({"size": 200}, "none of its pictures"),
    ],
)
def test_what_cannot_work_is_said_before_any_training(faithful: TrainUpscaler, changes: dict[str, object], part: str) -> None:
    with pytest.raises(BadRequest, match=part):
        next(train(replace(faithful, **changes), CPU))  # type: ignore[arg-type]
    assert not faithful.run.exists()


def test_other_bad_beginnings(faithful: TrainUpscaler, crisp: TrainUpscaler, tmp_path: Path) -> None:
    with pytest.raises(FolderMissing):
        next(train(replace(faithful, contents=(tmp_path / "nowhere",)), CPU))
    with pytest.raises(FileMissing):
        next(train(replace(crisp, teacher=tmp_path), CPU))
    wider = replace(TINY_UPSCALER, features=6)
    with pytest.raises(BadRequest, match="shape"):
        next(train(replace(faithful, network=wider, begin_from=write_tiny_upscaler(tmp_path, "narrow")), CPU))


def test_a_run_stays_what_it_is(faithful: TrainUpscaler, crisp: TrainUpscaler) -> None:
    list(train(replace(faithful, steps=1), CPU))
    with pytest.raises(BadRequest, match="--resume"):
        next(train(replace(faithful, steps=2), CPU))
    other = replace(TINY_UPSCALER, scale=2)
    with pytest.raises(BadRequest, match="another network"):
        next(train(replace(faithful, network=other, resume=True), CPU))
    with pytest.raises(BadRequest, match="another network, scale or variant"):
        next(train(replace(crisp, resume=True), CPU))


# ---- pairs ----


def test_a_pair_is_a_crop_and_the_same_made_small(faithful: TrainUpscaler) -> None:
    pairs = Pairs(faithful.contents, 4, 12, 0.5, Degradation(clean=1.0), 2**20)
    small, large = pairs.batch(np.random.default_rng(1), 6)
    assert (small.shape, large.shape) == ((6, 3, 12, 12), (6, 3, 48, 48))
    means = large.float().unfold(2, 4, 4).unfold(3, 4, 4).mean((4, 5))
    assert (means - small.float()).abs().mean() < 6
    again = pairs.batch(np.random.default_rng(1), 6)
    assert torch.equal(small, again[0]) and torch.equal(large, again[1])


def test_pictures_of_no_use_are_left_out(faithful: TrainUpscaler) -> None:
    folder = faithful.contents[0]
    (folder / "broken.png").write_bytes(b"no picture")
    picture_file(folder / "little.png", 40, 90)
    pairs = Pairs(faithful.contents, 4, 12, 1.0, Degradation(), 0)
    rng = np.random.default_rng(0)
    for _ in range(8):
        pairs.batch(rng, 4)
    assert pairs.skipped == {folder / "broken.png", folder / "little.png"}


@pytest.mark.parametrize("only", ["blur", "noise", "jpeg"])
def test_every_degradation_takes_something_away(only: str) -> None:
    nothing = Degradation(clean=0.0, blur=0.0, noise=0.0, jpeg=0.0)
    crop = np.asarray(Image.fromarray(np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)).resize((64, 64)))
    bare, changed = (each(crop, 4, np.random.default_rng(3)) for each in (nothing, replace(nothing, **{only: 1.0})))  # type: ignore[arg-type]
    assert bare.shape == changed.shape == (16, 16, 3)
    assert bare.dtype == changed.dtype == np.uint8
    assert np.abs(bare.astype(int) - changed.astype(int)).mean() > 1
