"""The memorisation watch's rule: on logits whose gap and AUC are known, and on samples that are copies or are not."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.training.watch import Verdict, Watch, WatchConfig, area_under_curve

SIZE = 32


def paintings(count: int, seed: int) -> Tensor:
    """(count, 3, SIZE, SIZE) uint8: soft fields of colour with some grain, no two alike."""
    drawn = torch.Generator().manual_seed(seed)
    fields = torch.rand(count, 3, 4, 4, generator=drawn)
    grain = torch.rand(count, 3, SIZE, SIZE, generator=drawn) * torch.rand(count, 1, 1, 1, generator=drawn)
    shown = F.interpolate(fields, (SIZE, SIZE), mode="bilinear") * 0.8 + grain * 0.2
    return shown.mul(255).byte()


@dataclass
class Folder:
    pixels: Tensor
    train: npt.NDArray[np.int64]
    held: npt.NDArray[np.int64]

    def pictures(self, indices: npt.NDArray[np.int64], /) -> npt.NDArray[np.uint8]:
        return self.pixels[torch.from_numpy(indices)].numpy()


def folder(count: int, held: int) -> Folder:
    """Held out are the first, so that places in the set and places in the training set differ."""
    return Folder(paintings(count, seed=1), np.arange(held, count), np.arange(held))


@pytest.fixture(scope="module")
def small() -> Folder:
    return folder(30, 6)


@pytest.fixture(scope="module")
def large() -> Folder:
    return folder(300, 30)


@pytest.fixture(autouse=True)
def _one_thread(_few_torch_threads: None) -> None:
    """On tensors this small two threads mostly wait for each other."""
    torch.set_num_threads(1)


UNSEEN = paintings(32, seed=2)
CALM, WARM, HOT = (0.0, 0.5), (0.28, 0.65), (0.5, 0.8)
"""(gap, AUC)"""


def show(watch: Watch, gap: float, auc: float) -> None:
    """Observe twenty training logits, and a held one between two of them, with this AUC; the made ones give the gap."""
    train = torch.arange(20.0)
    held = torch.tensor([19.5 - round(auc * 20)])
    watch.observe(train, held, train - ((train.mean() - held) / gap if gap else 10.0))


def judged(watch: Watch, gap: float, auc: float, samples: Tensor = UNSEEN, augmentation: float = 0.5) -> Verdict:
    show(watch, gap, auc)
    return watch.window(samples, augmentation)


def watching(folder: Folder, **changes: object) -> Watch:
    return Watch(folder, WatchConfig(**changes))  # type: ignore[arg-type]


# ---- the signals ----


def test_gap_and_auc_are_those_of_the_logits(small: Folder) -> None:
    watch = Watch(small)
    watch.observe(torch.tensor([3.0, 5.0]), torch.tensor([2.0, 4.0]), torch.tensor([-2.0, 2.0]))
    watch.observe(torch.tensor([4.0]), torch.tensor([1.0]), torch.tensor([0.0]))
    signals = watch.window(UNSEEN, 0.5).signals
    assert signals.gap == pytest.approx((4 - 2) / (4 - 0))
    assert signals.auc == pytest.approx((0.75 + 1.0) / 2)


def test_auc_counts_ties_half() -> None:
    assert area_under_curve(torch.tensor([1.0, 2.0]), torch.tensor([1.0])) == pytest.approx(0.75)
    assert area_under_curve(torch.zeros(4), torch.zeros(5)) == pytest.approx(0.5)


def test_each_window_begins_anew(small: Folder) -> None:
    watch = Watch(small)
    judged(watch, *HOT)
    assert judged(watch, *CALM).signals.gap == 0


def test_logits_that_are_not_finite_are_left_out(small: Folder) -> None:
    watch = Watch(small)
    watch.observe(torch.tensor([torch.nan]), torch.zeros(1), torch.zeros(1))
    show(watch, *HOT)
    assert watch.window(UNSEEN, 0.5).signals.auc == pytest.approx(0.8)


# ---- the rule ----


def test_green_in_plain_words(small: Folder) -> None:
    verdict = judged(Watch(small), *CALM)
    assert verdict.state == "green"
    assert verdict.sentence == "It learns from your 30 pictures without knowing them by heart; I lowered augmentation to 0.44."


@pytest.mark.parametrize(("gap", "auc"), [WARM, (0.28, 0.55), (0.1, 0.65)])
def test_amber_needs_two_windows_in_a_row(small: Folder, gap: float, auc: float) -> None:
    watch = Watch(small)
    states = [judged(watch, *signals).state for signals in [(gap, auc), CALM, (gap, auc), (gap, auc)]]
    assert states == ["green", "green", "green", "amber"]


def test_red_needs_both_signals_at_once(small: Folder) -> None:
    watch = Watch(small)
    assert judged(watch, 0.5, 0.65).state == "green"
    assert judged(watch, 0.35, 0.8).state == "amber"
    verdict = judged(watch, *HOT)
    assert verdict.state == "red"
    assert verdict.sentence == "The critic knows your 30 pictures by heart; I raised augmentation to 0.56."
    assert verdict.actions == ("I raised augmentation to 0.56",)


def test_three_reds_in_a_row_stop(small: Folder) -> None:
    watch = Watch(small)
    verdicts = [judged(watch, *signals) for signals in [HOT, HOT, CALM, HOT, HOT, HOT]]
    assert [verdict.stop for verdict in verdicts] == [False] * 5 + [True]
    assert verdicts[-1].actions[-1] == "I stopped and restored the best model, as it did not get better"


def test_it_only_watches_where_counter_measures_are_off(small: Folder) -> None:
    watch = watching(small, counter=False)
    verdicts = [judged(watch, *HOT, augmentation=0.3) for _ in range(4)]
    assert {verdict.state for verdict in verdicts} == {"red"}
    assert all(verdict.augmentation == 0.3 and not verdict.actions and not verdict.stop for verdict in verdicts)
    assert watch.first_augmentation == 0


# ---- the counter-measure ----


def test_augmentation_moves_toward_the_target_gap(small: Folder) -> None:
    watch = Watch(small)
    assert judged(watch, *HOT, augmentation=0.5).augmentation == pytest.approx(0.56)
    assert judged(watch, *WARM, augmentation=0.5).augmentation == pytest.approx(0.44)
    assert judged(watch, *HOT, augmentation=0.82).augmentation == 0.85
    assert judged(watch, *CALM, augmentation=0.04).augmentation == 0
    assert judged(watch, 0.3, 0.65, augmentation=0.4).augmentation == pytest.approx(0.4)


def test_nothing_moves_where_nothing_was_observed(small: Folder) -> None:
    verdict = Watch(small).window(UNSEEN, 0.5)
    assert (verdict.signals.gap, verdict.signals.auc, verdict.augmentation, verdict.actions) == (None, None, 0.5, ())


def test_a_small_set_begins_augmented(small: Folder, large: Folder) -> None:
    assert Watch(small).first_augmentation == 0.5
    assert Watch(large).first_augmentation == 0


# ---- copies ----


@pytest.mark.parametrize("held", ["small", "large"])
@pytest.mark.parametrize("axes", [(), (3,), (2,), (2, 3)])
def test_copies_are_found_however_they_are_turned(request: pytest.FixtureRequest, held: str, axes: tuple[int, ...]) -> None:
    pictures: Folder = request.getfixturevalue(held)
    chosen = pictures.train[4:24]
    copies = torch.from_numpy(pictures.pictures(chosen)).flip(axes).float().div(127.5).sub(1) * 0.97
    verdict = judged(Watch(pictures), *CALM, samples=copies)
    assert verdict.state == "red"
    assert verdict.signals.copies == 1
    assert {suspect.sample: suspect.picture for suspect in verdict.suspects} == dict(enumerate(chosen.tolist()))
    assert verdict.sentence.startswith(f"20 of 20 samples look like copies of your {len(pictures.pixels)} pictures; I raised augmentation")


@pytest.mark.parametrize("held", ["small", "large"])
def test_other_pictures_of_the_same_kind_are_no_copies(request: pytest.FixtureRequest, held: str) -> None:
    verdict = judged(Watch(request.getfixturevalue(held)), *CALM)
    assert verdict.state == "green"
    assert verdict.signals.copies <= 0.15


def test_the_nearest_suspect_comes_first(large: Folder) -> None:
    own = torch.from_numpy(large.pictures(large.train[:4])).float().div(127.5).sub(1)
    blurred = own * torch.tensor([0.9, 1.0, 0.7, 0.8])[:, None, None, None]
    suspects = Watch(large).window(blurred, 0.0).suspects
    assert [suspect.sample for suspect in suspects] == [1, 0, 3, 2][: len(suspects)]
    assert [suspect.distance for suspect in suspects] == sorted(suspect.distance for suspect in suspects)


def test_sizes_need_not_match(large: Folder) -> None:
    larger = torch.from_numpy(large.pictures(large.train[:8])).repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert Watch(large).window(larger, 0.0).signals.copies == 1


# ---- collapse, coverage, the best weights ----


def test_a_collapse_is_red_in_its_second_window(large: Folder) -> None:
    watch = Watch(large)
    assert judged(watch, *CALM, samples=paintings(64, seed=3)).signals.diversity == pytest.approx(1, abs=0.1)
    alike = paintings(1, seed=4).expand(64, -1, -1, -1)
    first, second = judged(watch, *CALM, samples=alike), judged(watch, *CALM, samples=alike)
    assert (first.state, second.state) == ("green", "red")
    assert first.signals.diversity == pytest.approx(0, abs=0.01)
    assert "collapsing" in second.sentence


def test_a_generator_that_never_becomes_varied_has_collapsed(large: Folder) -> None:
    watch = Watch(large)
    alike = paintings(1, seed=4).expand(8, -1, -1, -1)
    states = [judged(watch, *CALM, samples=alike).state for _ in range(6)]
    assert states == ["green"] * 5 + ["red"]


def test_pictures_that_are_still_to_become_varied_are_no_collapse(large: Folder) -> None:
    watch = Watch(large)
    mean = paintings(64, seed=3).float().mean(0)
    for strength in (0.05, 0.1, 0.3, 0.6):
        growing = torch.lerp(mean, paintings(64, seed=3).float(), strength).byte()
        assert judged(watch, *CALM, samples=growing).state == "green"


def test_the_best_weights_cover_most_and_do_not_copy(large: Folder) -> None:
    watch = Watch(large)
    one = paintings(1, seed=4).expand(64, -1, -1, -1)
    copies = torch.from_numpy(large.pictures(large.train))
    few, many = judged(watch, *CALM, samples=one), judged(watch, *CALM, samples=paintings(64, seed=3))
    worse, copied = judged(watch, *CALM, samples=one), judged(watch, *CALM, samples=copies)
    assert few.signals.coverage < many.signals.coverage
    assert [verdict.best for verdict in (few, many, worse, copied)] == [True, True, False, False]


def test_of_equals_the_later_weights_are_best(large: Folder) -> None:
    watch = Watch(large)
    assert [judged(watch, *CALM).best for _ in range(3)] == [True, True, True]


@pytest.mark.parametrize("held", ["small", "large"])
def test_coverage_tells_one_motif_from_many(request: pytest.FixtureRequest, held: str) -> None:
    watch = Watch(request.getfixturevalue(held))
    one, many = paintings(1, seed=4).expand(128, -1, -1, -1), paintings(128, seed=3)
    assert watch.window(one, 0.5).signals.coverage < 0.2
    assert watch.window(many, 0.5).signals.coverage > 0.5


# ---- few pictures ----


def test_too_few_to_watch_is_amber_and_says_so() -> None:
    pictures = folder(8, 0)
    watch = Watch(pictures)
    verdicts = [judged(watch, *HOT) for _ in range(4)]
    assert {verdict.state for verdict in verdicts} == {"amber"}
    assert verdicts[0].sentence == "8 pictures are too few to watch: none could be held back to tell learning from copying."
    assert all(verdict.signals.gap is None and verdict.augmentation == 0.5 and not verdict.stop for verdict in verdicts)
    assert judged(watch, *HOT, samples=pictures.pixels).sentence.endswith("copying; 8 of 8 samples look like copies.")


def test_two_pictures_can_be_looked_at() -> None:
    verdict = Watch(folder(2, 0)).window(UNSEEN, 0.5)
    assert verdict.state == "amber"


# ---- state and report ----


def test_the_state_is_plain_and_goes_on_exactly(small: Folder) -> None:
    whole = Watch(small)
    judged(whole, *HOT)
    show(whole, *WARM)
    resumed = Watch(small)
    resumed.load_dict(json.loads(json.dumps(whole.to_dict())))
    assert resumed.to_dict() == whole.to_dict()
    assert resumed.window(UNSEEN, 0.56) == whole.window(UNSEEN, 0.56)
    assert [judged(resumed, *HOT), judged(resumed, *HOT)] == [judged(whole, *HOT), judged(whole, *HOT)]


def test_the_originality_report_is_plain_and_measures_its_own_samples(large: Folder) -> None:
    watch = Watch(large)
    judged(watch, *HOT)
    copies = torch.from_numpy(large.pictures(large.train[:10]))
    report = watch.originality_report(copies, seen=6400)
    assert json.loads(json.dumps(report)) == report
    assert report["sentence"] == "10 of 10 samples came suspiciously close to one of the 270 training pictures."
    assert (report["pictures"], report["held_out"], report["copies"], report["windows"], report["red_windows"]) == (270, 30, 1.0, 1, 1)
    assert not report["too_early"]


def test_after_a_few_steps_it_is_too_early_for_a_report(large: Folder) -> None:
    report = Watch(large).originality_report(torch.from_numpy(large.pictures(large.train[:10])), seen=320)
    assert report["too_early"] and "Too early to tell" in report["sentence"] and "320 pictures" in report["sentence"]
    assert "suspiciously" not in report["sentence"]
