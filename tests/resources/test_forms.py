"""The abstract compositions: drawn the same twice, unlike each other, every family in turn, and whole files after an interruption."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resources import draw_forms as forms
from resources.draw_forms import FAMILIES, draw_form, family_of, form_path, main
from resources.drawing.palettes import MOODS, oklch, palette

SIZE = 32
COUNT = len(FAMILIES)


def run(folder: Path, count: int = 3, *more: str) -> str | None:
    return main([str(folder), "--count", str(count), "--size", str(SIZE), *more])


def test_every_family_is_drawn_the_same_twice_and_follows_its_seed() -> None:
    for index in range(COUNT):
        first = draw_form(0, index, SIZE)
        assert first.shape == (SIZE, SIZE, 3) and first.dtype == np.uint8
        assert np.array_equal(first, draw_form(0, index, SIZE)), family_of(0, index)
        assert not np.array_equal(first, draw_form(1, index, SIZE)), family_of(0, index)


def test_pictures_differ_from_each_other_and_none_is_blank() -> None:
    pictures = [draw_form(2, index, SIZE).astype(np.float32) for index in range(2 * COUNT)]
    assert min(float(np.abs(a - b).mean()) for a, b in combinations(pictures, 2)) > 8
    assert min(float(picture.std(axis=(0, 1)).max()) for picture in pictures) > 6


def test_each_group_of_pictures_holds_every_family_once_in_an_order_of_its_own() -> None:
    groups = [[family_of(5, COUNT * group + place) for place in range(COUNT)] for group in range(4)]
    assert all(Counter(group) == Counter(list(FAMILIES)) for group in groups)
    assert len({tuple(group) for group in groups}) == len(groups)


@pytest.mark.parametrize("mood", MOODS)
def test_palettes_stand_out_from_their_ground_and_climb_by_luminance(mood: str) -> None:
    for seed in range(8):
        made = palette(np.random.default_rng(seed), [mood])
        assert made.colours.min() >= 0 and made.colours.max() <= 1
        assert len(made.contrasting(made.ground)) >= 1
        assert (np.diff(made.ladder() @ np.array([0.2126, 0.7152, 0.0722])) >= 0).all()
        assert made.light.mean() - made.dark.mean() > 0.5


def test_oklch_knows_white_red_and_what_no_screen_can_show() -> None:
    shown = oklch(np.array([1.0, 0.62796, 0.5]), np.array([0.0, 0.25768, 0.4]), np.array([0.0, 29.234, 150.0]))
    assert np.abs(shown[0] - 1).max() < 0.01
    # The largest chroma tried that fits may fall a step of a twentieth short of the corner of the gamut.
    assert np.abs(shown[1] - (1, 0, 0)).max() < 0.3 and shown[1].argmax() == 0
    assert shown[2].min() >= 0 and shown[2].argmax() == 1


def test_an_interrupted_run_goes_on_and_leaves_whole_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = forms.draw_form

    def stopped(seed: int, index: int, size: int) -> object:
        if index == 4:
            raise KeyboardInterrupt
        return real(seed, index, size)

    monkeypatch.setattr(forms, "draw_form", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, 7)
    monkeypatch.undo()
    # What a kill in the middle of a write would leave behind: half a picture under its provisional name.
    form_path(tmp_path, 4).with_suffix(".part").write_bytes(b"RIFF")
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.webp")}
    assert len(kept) == 4
    assert run(tmp_path, 7) is None
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert sorted(path.name for path in tmp_path.iterdir()) == [*(form_path(tmp_path, i).name for i in range(7)), "forms.json"]
    for index in range(7):
        with Image.open(form_path(tmp_path, index)) as image:
            assert image.size == (SIZE, SIZE)
            assert np.array_equal(np.asarray(image), draw_form(0, index, SIZE))


def test_two_processes_draw_what_one_does(tmp_path: Path) -> None:
    assert run(tmp_path / "one") is None
    assert run(tmp_path / "two", 3, "--processes", "2") is None
    for index in range(3):
        assert form_path(tmp_path / "one", index).read_bytes() == form_path(tmp_path / "two", index).read_bytes()


def test_a_folder_of_another_seed_or_size_is_refused(tmp_path: Path) -> None:
    assert run(tmp_path, 1) is None
    said = run(tmp_path, 1, "--seed", "9")
    assert said is not None and "choose another folder" in said
    (tmp_path / "forms.json").write_text("{")
    said = run(tmp_path, 1)
    assert said is not None and "cannot be read" in said


@pytest.mark.parametrize(
    "wrong", [["--count", "0"], ["--count", "-3"], ["--size", "8"], ["--size", "5000"], ["--seed", "-1"], ["--processes", "0"]]
)
def test_bad_numbers_are_refused_before_anything_is_written(wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([str(tmp_path / "out"), *wrong])
    assert stop.value.code == 2
    assert wrong[0] in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
