from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.api import errors
from engine.api.errors import Failure, InternalError, SfumatoError
from engine.api.events import Body, Cancelled, Event, Failed, Finished, Frame, Learned, Progress, Started, Superseded, Tile, Tiles
from engine.api.output import Output
from engine.api.places import places
from engine.api.recipe import Layer, Photo, Recipe
from engine.api.requests import (
    ExamineFolder,
    Export,
    FindRecipe,
    FinishTraining,
    ImportPicture,
    Lane,
    Preview,
    Request,
    ResumeTraining,
    StyleSample,
    Thumbnail,
    Train,
    WarmUp,
)

KINDS = sorted(SfumatoError.__subclasses__(), key=lambda kind: kind.__name__)
PHOTO = Photo("a" * 64, 300, 200, "cat.jpg")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.__module__ == errors.__name__], ids=lambda kind: kind.__name__)
def test_every_error_is_one_sentence_about_its_subject_and_survives_as_a_failure(kind: type[SfumatoError]) -> None:
    error = kind(Path("cat {0}.jpg"), "a detail with {braces}")
    sentence = str(error)
    assert "cat {0}.jpg" in sentence and sentence.endswith(".") and "\n" not in sentence
    failure = error.failure()
    assert (failure.kind, failure.subject, failure.sentence) == (kind.__name__, "cat {0}.jpg", sentence)
    again = failure.error()
    assert type(again) is kind and again.failure() == failure


def test_there_are_errors_to_tell() -> None:
    assert InternalError in KINDS and len(KINDS) >= 20
    with pytest.raises(KeyError):
        Failure("Nonsense", "cat.jpg", "It did not work.").error()


@pytest.mark.parametrize(
    ("body", "terminal"),
    [
        (Started(), False),
        (Progress(1, 2, "working"), False),
        (Frame(np.zeros((1, 1, 4), np.uint8), 1.0), False),
        (Learned(Path("run"), 1, 8, 0.5), False),
        (Tiles((Tile(0, 0, 0, np.zeros((1, 1, 4), np.uint8)),)), False),
        (Finished(None), True),
        (Cancelled(), True),
        (Superseded(2), True),
        (Failed(Failure("DiskFull", "out.png", "No room.")), True),
    ],
)
def test_four_bodies_end_a_job(body: Body, terminal: bool) -> None:
    assert Event(1, body).is_terminal is terminal


@pytest.mark.parametrize(("done", "total", "fraction"), [(0, 4, 0.0), (1, 4, 0.25), (5, 4, 1.0), (0, 0, 0.0), (3, 0, 0.0)])
def test_a_fraction_lies_between_0_and_1(done: float, total: float, fraction: float) -> None:
    assert Progress(done, total, "working").fraction == fraction


@pytest.mark.parametrize(
    ("request_", "lane", "slot", "subject"),
    [
        (WarmUp(), Lane.INTERACTIVE, None, "the engine"),
        (ImportPicture(Path("cat.jpg")), Lane.INTERACTIVE, None, "cat.jpg"),
        (ImportPicture(data=b"pixels"), Lane.INTERACTIVE, None, "Pasted picture"),
        (FindRecipe(PHOTO), Lane.FOREGROUND, None, "cat.jpg"),
        (Thumbnail(PHOTO), Lane.FOREGROUND, None, "cat.jpg"),
        (StyleSample("b" * 64, "waves"), Lane.BACKGROUND, None, "waves"),
        (Preview(Recipe((Layer(PHOTO),))), Lane.INTERACTIVE, "preview", "cat.jpg"),
        (Preview(Recipe()), Lane.INTERACTIVE, "preview", "the picture"),
        (Export(Recipe((Layer(PHOTO),)), Output(Path("out.png"))), Lane.FOREGROUND, None, "out.png"),
        (ExamineFolder(Path("mine")), Lane.FOREGROUND, "folder", "mine"),
        (Train("waves", Path("mine")), Lane.BACKGROUND, "train", "waves"),
        (ResumeTraining("waves"), Lane.BACKGROUND, "train", "waves"),
        (FinishTraining("waves"), Lane.BACKGROUND, "train", "waves"),
    ],
)
def test_a_request_says_how_urgent_it_is_and_what_it_is_about(
    request_: Request[object], lane: Lane, slot: str | None, subject: str
) -> None:
    assert (request_.lane, request_.slot, request_.subject) == (lane, slot, subject)
    assert Lane.INTERACTIVE < Lane.FOREGROUND < Lane.PATIENT < Lane.BACKGROUND


def test_the_users_folder_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path))
    home = places()
    assert home.home == tmp_path
    assert {path.parent for path in (home.blobs, home.styles, home.models, home.recovery, home.settings, home.log)} == {tmp_path}
    monkeypatch.delenv("SFUMATO_HOME")
    assert places().home.name == "sfumato"
