from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import av
import numpy as np
import pytest
from PIL import Image

from engine.api import atomic
from engine.api.errors import BadRequest, CodecMissing, DiskFull, WouldOverwrite
from engine.imaging import film as films
from engine.imaging.film import check_film, film
from tests.tiny import picture_file


def frames(count: int, side: int = 32) -> list[np.ndarray]:
    """A square that wanders."""
    made = []
    for index in range(count):
        picture = np.full((side, side, 3), 60, np.uint8)
        picture[4:20, index % side : index % side + 10] = (220, 90, 40)
        made.append(picture)
    return made


def write(path: Path, count: int = 6, side: int = 32, fps: float = 30, *, overwrite: bool = False) -> None:
    with film(path, side, fps, overwrite=overwrite) as written:
        for frame in frames(count, side):
            written.add(frame)
        written.finish()


def read(path: Path) -> tuple[list[np.ndarray], float]:
    with av.open(str(path)) as container:
        rate = container.streams.video[0].average_rate
        assert rate is not None
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)], float(rate)


def test_an_mp4_has_its_frames_in_order_and_its_speed(tmp_path: Path) -> None:
    write(tmp_path / "film.mp4", 10, fps=25)
    back, rate = read(tmp_path / "film.mp4")
    assert (len(back), rate) == (10, 25)
    for frame, drawn in zip(back, frames(10), strict=True):
        assert np.abs(frame.astype(int) - drawn).mean() < 8


def test_an_odd_side_gains_a_row_and_a_column(tmp_path: Path) -> None:
    write(tmp_path / "film.mp4", 2, side=33)
    assert read(tmp_path / "film.mp4")[0][0].shape == (34, 34, 3)


def test_a_gif_has_its_frames_and_goes_round(tmp_path: Path) -> None:
    write(tmp_path / "film.gif", 5, fps=20)
    with Image.open(tmp_path / "film.gif") as image:
        assert (getattr(image, "n_frames", 1), image.info["duration"], image.info["loop"]) == (5, 50, 0)


def test_a_folder_gets_every_frame_as_it_was(tmp_path: Path) -> None:
    write(tmp_path / "film", 3)
    names = sorted(path.name for path in (tmp_path / "film").iterdir())
    assert names == ["frame-00001.png", "frame-00002.png", "frame-00003.png"]
    with Image.open(tmp_path / "film" / names[2]) as image:
        assert np.array_equal(np.asarray(image), frames(3)[2])


@pytest.mark.parametrize("name", ["film.mp4", "film.gif", "film"])
def test_what_breaks_off_leaves_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyboardInterrupt), film(tmp_path / name, 32, 30, overwrite=False) as written:
        written.add(frames(1)[0])
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["film.mp4", "film.gif"])
def test_a_full_disk_is_said_and_leaves_the_old_film(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    original = atomic.atomic_file

    @contextmanager
    def full(path: Path, *, overwrite: bool) -> Iterator[IO[bytes]]:
        with original(path, overwrite=overwrite):
            yield Full()

    (tmp_path / name).write_bytes(b"older")
    monkeypatch.setattr(atomic, "atomic_file", full)
    with pytest.raises(DiskFull):
        write(tmp_path / name, 40, overwrite=True)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"older")]


def test_a_missing_encoder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "ENCODERS", ("nothing",))
    with pytest.raises(CodecMissing, match=r"no encoder for it \(none of nothing\): choose .gif"):
        check_film(tmp_path / "film.mp4", 10, overwrite=False)


def test_targets_are_checked_before_the_work(tmp_path: Path) -> None:
    for name in ("there.mp4", "there.gif"):
        (tmp_path / name).write_bytes(b"older")
        with pytest.raises(WouldOverwrite):
            check_film(tmp_path / name, 10, overwrite=False)
        check_film(tmp_path / name, 10, overwrite=True)
    (tmp_path / "full").mkdir()
    check_film(tmp_path / "full", 10, overwrite=False)
    picture_file(tmp_path / "full" / "a.png")
    with pytest.raises(WouldOverwrite):
        check_film(tmp_path / "full", 10, overwrite=True)
    with pytest.raises(BadRequest, match=r"end its name with .mp4 or .gif"):
        check_film(tmp_path / "film.avi", 10, overwrite=False)
    with pytest.raises(BadRequest, match="2000 at the most"):
        check_film(tmp_path / "film.gif", 2001, overwrite=False)
