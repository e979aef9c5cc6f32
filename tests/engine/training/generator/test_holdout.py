from __future__ import annotations

import random

import pytest

from engine.training.generator.holdout import held_count, held_out, work


@pytest.mark.parametrize(("count", "held"), [(0, 0), (1, 0), (9, 0), (10, 2), (30, 6), (79, 15), (80, 8), (200, 20), (5000, 500)])
def test_the_hold_out_rule(count: int, held: int) -> None:
    assert held_count(count) == held
    assert len(held_out([f"{index}.png" for index in range(count)])) == held


@pytest.mark.parametrize(
    "name",
    [
        "a/vase_c0.jpg",
        "a/vase_c12.png",
        "a/vase-crop3.jpg",
        "a/vase tile 7.png",
        "a/vase_x0_y128.png",
        "a/vase_R1C2.png",
        "a/vase.part2.tif",
    ],
)
def test_pieces_of_one_picture_are_one_work(name: str) -> None:
    assert work(name) == "a/vase"


@pytest.mark.parametrize("name", ["IMG_0001.jpg", "00000123.jpg", "vase (2).jpg", "untitled-2.jpg", "scene1.png", "abc3.png", "_c1.png"])
def test_other_pictures_are_works_of_their_own(name: str) -> None:
    assert work(name) == name


def crops(paintings: int, each: int) -> list[str]:
    return [f"painting {number}_c{crop}.jpg" for number in range(paintings) for crop in range(each)]


@pytest.mark.parametrize(("paintings", "each"), [(4, 3), (10, 5), (181, 3), (30, 7)])
def test_no_work_is_on_both_sides(paintings: int, each: int) -> None:
    names = crops(paintings, each)
    held = held_out(names)
    works = {work(names[index]) for index in held}
    assert works.isdisjoint(work(name) for index, name in enumerate(names) if index not in set(held))
    assert len(works) * each == len(held)
    assert held_count(len(names)) <= len(held) <= 2 * held_count(len(names))


def test_crops_of_two_paintings_are_held_out_one_by_one() -> None:
    assert len(held_out(crops(2, 50))) == held_count(100)


def test_the_order_does_not_matter() -> None:
    names = [*crops(20, 3), *(f"{index}.png" for index in range(30))]
    held = {names[index] for index in held_out(names)}
    random.Random(0).shuffle(names)
    assert {names[index] for index in held_out(names)} == held


def test_a_name_may_hold_bytes_that_are_no_text() -> None:
    assert len(held_out([f"\udcff{index}_c1.png" for index in range(10)])) == 2
