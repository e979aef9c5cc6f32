from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.api.events import Cancelled, Failed, Finished, Frame, Progress, Superseded
from engine.api.requests import ExamineFolder
from engine.api.training import FolderReport
from engine.context import Context
from engine.jobs.folder import COLUMNS, EDGE
from engine.training.generator import config as configuration
from engine.training.generator import doctor
from engine.training.generator.reading import read
from tests.engine.jobs.stage import Stage, picture_folder
from tests.tiny import TINY_GENERATOR

PICTURES = 8


@pytest.fixture
def stage(context: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(configuration, "recipe_for", lambda *_, **__: {"network": TINY_GENERATOR, "batch": 8})
    torch.set_num_threads(1)
    made = Stage(context)
    yield made
    context.io.close()
    made.scheduler.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = picture_folder(tmp_path, PICTURES)
    (made / "broken.png").write_bytes(b"no picture")
    (made / "notes.txt").write_text("words")
    (made / "twin.png").write_bytes((made / "0.png").read_bytes())
    return made


def test_a_folder_is_reported_in_plain_words_with_its_pictures(stage: Stage, folder: Path) -> None:
    job = stage.submit(ExamineFolder(folder, size=16))
    stage.until(lambda: stage.ended(job))
    end = stage.terminal(job)
    assert isinstance(end, Finished)
    report = end.result
    assert isinstance(report, FolderReport)
    assert (report.folder, report.size, report.usable) == (folder, 16, PICTURES)
    assert {(item.name, item.reason) for item in report.left_out} == {
        ("broken.png", "broken"),
        ("notes.txt", "other"),
        ("twin.png", "duplicate"),
    }
    assert report.sentences[0] == f"{PICTURES} pictures are ready to train on at 16 × 16."
    assert report.estimate.pace > 0
    assert 0 < report.estimate.memory < report.estimate.free
    frames = [body.pixels for body in stage.of(job) if isinstance(body, Frame)]
    last = PICTURES % COLUMNS * EDGE
    assert last > 0 and frames[-1][-1, last - 1, 3] == 255 and not frames[-1][-1, last:].any()  # beyond the last one is nothing
    shapes = [pixels.shape for pixels in frames]
    assert shapes[0] == (EDGE, COLUMNS * EDGE, 4)
    assert shapes[-1] == (2 * EDGE, COLUMNS * EDGE, 4)
    assert len(shapes) == PICTURES
    assert [body.done for body in stage.of(job) if isinstance(body, Progress) and body.total == PICTURES + 3][-1] == PICTURES + 3


def test_pictures_are_decoded_in_the_io_thread(stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set()

    def noted(*args: Any) -> Any:
        threads.add(threading.current_thread().name)
        return read(*args)

    monkeypatch.setattr(doctor, "read", noted)
    assert isinstance(stage.end_of(ExamineFolder(folder, size=16)), Finished)
    assert len(threads) == 1 and threads.pop().startswith("sfumato-io")


def test_a_newer_request_need_not_wait_for_the_end(stage: Stage, folder: Path) -> None:
    older = stage.submit(ExamineFolder(folder, size=16))
    stage.step()
    newer = stage.submit(ExamineFolder(folder, size=16, fit="pad"))
    stage.until(lambda: stage.ended(newer))
    assert stage.terminal(older) == Superseded(by=newer)
    assert len([body for body in stage.of(older) if isinstance(body, Frame)]) == 1
    assert isinstance(stage.terminal(newer), Finished)


def test_it_can_be_cancelled_between_two_files(stage: Stage, folder: Path) -> None:
    job = stage.submit(ExamineFolder(folder, size=16))
    stage.until(lambda: len(stage.of(job)) > 3)
    stage.scheduler.cancel(job)
    stage.until(lambda: stage.ended(job))
    assert isinstance(stage.terminal(job), Cancelled)


@pytest.mark.parametrize(
    ("request_", "part"),
    [
        (ExamineFolder(Path("nowhere"), size=16), "The folder nowhere does not exist"),
        (ExamineFolder(Path(), size=16, fit="stretch"), "The fit stretch"),  # type: ignore[arg-type]
    ],
)
def test_bad_requests_fail_with_a_sentence(stage: Stage, request_: ExamineFolder, part: str) -> None:
    end = stage.end_of(request_)
    assert isinstance(end, Failed) and part in end.failure.sentence


def test_a_folder_without_pictures_fails_with_a_sentence(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "a.txt").write_text("words")
    end = stage.end_of(ExamineFolder(tmp_path / "words", size=16))
    assert isinstance(end, Failed) and "it holds no picture" in end.failure.sentence
