from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from engine.api.errors import BadRequest, FileMissing
from engine.training.generator.dataset import (
    INDEX_FILE,
    PIXELS_FILE,
    Entry,
    PictureSet,
    data_hash,
    store_pictures,
    writing,
)

SIZE = 8


def noise(count: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (count, 3, SIZE, SIZE), np.uint8)


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[PictureSet]:
    with store_pictures(tmp_path / "run", noise(40)) as made:
        yield made


def test_pictures_come_back_as_they_were_stored(pictures: PictureSet) -> None:
    assert (len(pictures), pictures.size) == (40, SIZE)
    np.testing.assert_array_equal(pictures.pictures([39, 0, 7]), noise(40)[[39, 0, 7]])
    assert pictures.pictures([]).shape == (0, 3, SIZE, SIZE)
    with pytest.raises(IndexError):
        pictures.pictures([40])


def test_what_is_held_out_stays_what_it_was(tmp_path: Path, pictures: PictureSet) -> None:
    assert sorted([*pictures.train, *pictures.held]) == list(range(40))
    index = json.loads((pictures.store / INDEX_FILE).read_text())
    assert index["held"] == pictures.held.tolist()
    (pictures.store / INDEX_FILE).write_text(json.dumps(index | {"held": [3, 5]}))
    with PictureSet(pictures.store) as again:
        assert again.held.tolist() == [3, 5] and len(again.train) == 38


def test_a_set_of_the_first_format_keeps_its_own_split(tmp_path: Path) -> None:
    names = [f"{'abcdefgh'[index // 5]}_c{index % 5}.png" for index in range(40)]
    with store_pictures(tmp_path, noise(40), names) as made:
        new, known = made.held.tolist(), made.data_hash
    index = json.loads((tmp_path / INDEX_FILE).read_text())
    del index["held"]
    (tmp_path / INDEX_FILE).write_text(json.dumps(index | {"format": 1}))
    with PictureSet(tmp_path) as old:
        by_itself = sorted(range(40), key=lambda index: hashlib.sha256(names[index].encode()).digest())[:8]
        assert old.held.tolist() == sorted(by_itself) != new
        assert old.data_hash == known


def test_batches_hold_training_pictures_only_and_none_twice(pictures: PictureSet) -> None:
    for step in range(20):
        drawn = pictures.draw(np.random.default_rng(step), 16)
        assert set(drawn) <= set(pictures.train)
        assert len(set(drawn)) == 16
    np.testing.assert_array_equal(pictures.batch(np.random.default_rng(3), 4), pictures.batch(np.random.default_rng(3), 4))


def test_a_batch_may_be_larger_than_the_set(tmp_path: Path) -> None:
    with store_pictures(tmp_path, noise(3)) as few:
        assert few.batch(np.random.default_rng(0), 16).shape == (16, 3, SIZE, SIZE)
        assert few.held.size == 0


def test_a_stream_gives_the_batches_of_its_steps(pictures: PictureSet) -> None:
    stream = pictures.stream(np.random.default_rng, 4, first=5)
    for step in (5, 6, 7, 8, 9, 10, 11, 3, 4, 20):
        np.testing.assert_array_equal(stream.take(step), pictures.batch(np.random.default_rng(step), 4))
    pictures.close()
    with pytest.raises(ValueError, match="closed"):
        stream.take(21)


def test_the_hash_names_the_contents(tmp_path: Path) -> None:
    entries = [Entry("a.png", 1, 2, "aa"), Entry("b.png", 3, 4, "bb")]
    known = data_hash(entries, 64, "centre")
    assert known == data_hash([Entry("a.png", 9, 9, "aa"), Entry("b.png", 9, 9, "bb")], 64, "centre")
    others = {
        data_hash(entries, 128, "centre"),
        data_hash(entries, 64, "pad"),
        data_hash(entries[:1], 64, "centre"),
        data_hash([entries[0], Entry("b.png", 3, 4, "cc")], 64, "centre"),
    }
    assert len(others | {known}) == 5


def test_a_set_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    store_pictures(tmp_path, noise(4)).close()
    with pytest.raises(KeyboardInterrupt), writing(tmp_path, tmp_path, SIZE, "centre") as writer:
        writer.add(Entry("a.png"), noise(1)[0])
        raise KeyboardInterrupt
    assert sorted(path.name for path in tmp_path.iterdir()) == [PIXELS_FILE]  # the old pixels, which no index names any more
    with pytest.raises(FileMissing):
        PictureSet(tmp_path)


def test_a_damaged_set_is_refused(tmp_path: Path) -> None:
    store_pictures(tmp_path / "run", noise(4)).close()
    cut = shutil.copytree(tmp_path / "run", tmp_path / "cut")
    (cut / PIXELS_FILE).write_bytes((cut / PIXELS_FILE).read_bytes()[:-1])
    with pytest.raises(BadRequest, match="767 bytes instead of 768"):
        PictureSet(cut)
    index = json.loads((tmp_path / "run" / INDEX_FILE).read_text())
    broken = (json.dumps(index | {"held": held}) for held in ("all", [4], [0, 1, 2, 3], [[0]], ["0"]))
    for text in ("{", "[]", '{"format": 99}', *broken):
        (tmp_path / "run" / INDEX_FILE).write_text(text)
        with pytest.raises(BadRequest, match="begin"):
            PictureSet(tmp_path / "run")


def test_pictures_of_another_shape_are_no_part_of_a_set(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="uint8"), writing(tmp_path, tmp_path, 16, "centre") as writer:
        writer.add(Entry("a.png"), noise(1)[0])
