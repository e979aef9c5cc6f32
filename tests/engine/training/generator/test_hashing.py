from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.training.generator.hashing import Seen, fingerprint


def picture(seed: int, size: int = 32) -> npt.NDArray[np.uint8]:
    coarse = np.random.default_rng(seed).integers(0, 256, (3, 8, 8), np.uint8)
    return coarse.repeat(size // 8, 1).repeat(size // 8, 2)


def test_the_first_of_its_kind_is_found_again() -> None:
    seen = Seen()
    for seed in range(200):  # more than the room that it begins with
        assert seen.like(picture(seed)) is None
        seen.add(picture(seed))
    assert [seen.like(picture(seed)) for seed in (0, 63, 64, 199)] == [0, 63, 64, 199]
    assert seen.like(picture(5, 64)) == 5


def test_mirrored_noisy_and_brighter_pictures_are_the_same() -> None:
    seen = Seen()
    seen.add(picture(0))
    seen.add(picture(1))
    noisy = np.clip(picture(1) + np.random.default_rng(0).normal(0, 6, (3, 32, 32)), 0, 255).astype(np.uint8)
    brighter = np.clip(picture(1).astype(int) + 4, 0, 255).astype(np.uint8)
    for again in (picture(1)[:, :, ::-1], noisy, brighter):
        assert seen.like(again) == 1


def test_upside_down_or_in_other_colours_is_another_picture() -> None:
    seen = Seen()
    seen.add(picture(0))
    assert seen.like(picture(0)[:, ::-1]) is None
    assert seen.like(picture(0)[::-1]) is None


def test_flat_pictures_are_told_apart_by_their_colour() -> None:
    red, blue = (np.broadcast_to(np.array(colour, np.uint8).reshape(3, 1, 1), (3, 16, 16)) for colour in ((200, 0, 0), (0, 0, 200)))
    assert fingerprint(red).bits == fingerprint(blue).bits
    seen = Seen()
    seen.add(red)
    assert seen.like(blue) is None
    assert seen.like(red) == 0
