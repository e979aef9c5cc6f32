"""The fake engine keeps the protocol, so that what passes with it can pass with the real one."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

from engine.api.errors import UnknownStyle
from engine.api.events import Body, Cancelled, Event, Failed, Finished, Frame, Learned, Started, Superseded
from engine.api.output import Output
from engine.api.recipe import Layer, Photo, Recipe
from engine.api.requests import (
    ExamineFolder,
    Export,
    FinishTraining,
    ImportPicture,
    Preview,
    Request,
    StyleSample,
    Thumbnail,
    Train,
    WarmUp,
)
from tests.fake_engine import FakeEngine, StudioScript, picture_size, png

HEADER_ONLY_JPEG = bytes.fromhex("ffd8 ffe0 0004 0000 ffc4 0003 00 ffc2 0011 08 0123 0456 03")


def played(script: Any, *requests: Request[Any]) -> dict[int, list[Body]]:
    told: list[Event] = []
    engine = FakeEngine(script).start(told.append)
    jobs = [engine.submit(request) for request in requests]
    engine.pump()
    return {job: [event.body for event in told if event.job == job] for job in jobs}


def result(script: Any, request: Request[Any]) -> Any:
    last = played(script, request)[1][-1]
    assert isinstance(last, Finished), last
    return last.result


def test_each_job_begins_once_and_ends_once() -> None:
    assert played(lambda request: (), WarmUp()) == {1: [Started(), Finished(None)]}
    failure = UnknownStyle("olivs")

    def failing(request: Request[Any]) -> Any:
        raise failure
        yield

    assert played(failing, WarmUp())[1] == [Started(), Failed(failure.failure())]


def test_the_urgent_first() -> None:
    order: list[int] = []
    engine = FakeEngine(lambda request: ()).start(lambda event: order.append(event.job) if event.is_terminal else None)
    for request in (StyleSample("a", "a"), ImportPicture(data=b""), StyleSample("b", "b"), WarmUp()):
        engine.submit(request)
    engine.pump()
    assert order == [2, 4, 1, 3]


def test_a_request_that_never_began_gives_its_slot_up_at_once() -> None:
    bodies = played(lambda request: (), Preview(Recipe()), WarmUp(), Preview(Recipe()))
    assert bodies[1] == [Superseded(3)] and isinstance(bodies[3][-1], Finished)


def test_stopping_cancels_what_is_left() -> None:
    told: list[Event] = []
    engine = FakeEngine(lambda request: ()).start(told.append)
    engine.submit(WarmUp())
    engine.close()
    assert engine.closed and told == [Event(1, Cancelled())]


def test_a_thread_of_its_own() -> None:
    ended, threads = threading.Event(), set[threading.Thread]()

    def on_event(event: Event) -> None:
        threads.add(threading.current_thread())
        if event.is_terminal:
            ended.set()

    engine = FakeEngine(lambda request: (), threaded=True).start(on_event)
    engine.submit(WarmUp())
    assert ended.wait(10)
    engine.close()
    assert [thread.name for thread in threads] == ["fake-engine"]


def test_the_studio_script_takes_pictures_in(tmp_path: Path) -> None:
    data = png(40, 30)
    (tmp_path / "sea.png").write_bytes(data)
    (tmp_path / "sea.gif").write_bytes(b"GIF")
    script = StudioScript(tmp_path / "blobs", {"sea.gif": (7, 8)})
    photo = result(script, ImportPicture(path=tmp_path / "sea.png"))
    assert photo == Photo(hashlib.sha256(data).hexdigest(), 40, 30, "sea.png")
    assert (tmp_path / "blobs" / photo.blob).read_bytes() == data
    assert result(script, ImportPicture(path=tmp_path / "sea.gif")).height == 8
    assert result(script, ImportPicture(data=HEADER_ONLY_JPEG)) == Photo(
        hashlib.sha256(HEADER_ONLY_JPEG).hexdigest(), 0x456, 0x123, "Pasted picture"
    )
    for wrong in (ImportPicture(path=tmp_path / "none.png"), ImportPicture(data=b"text"), ImportPicture(data=HEADER_ONLY_JPEG[:14])):
        failed = played(script, wrong)[1][-1]
        assert isinstance(failed, Failed) and failed.failure.kind in ("FileMissing", "NotAnImage")


def test_the_studio_script_paints(tmp_path: Path) -> None:
    script = StudioScript(tmp_path)
    photo = Photo("a" * 64, 2000, 1000)
    recipe = Recipe((Layer(photo),))
    frames = [body for body in played(script, Preview(recipe))[1] if isinstance(body, Frame)]
    assert [frame.pixels.shape for frame in frames] == [(256, 512, 4), (512, 1024, 4)]
    assert [frame.scale for frame in frames] == [0.256, 0.512]
    assert not frames[0].pixels.flags.writeable and (frames[0].pixels[..., 3] == 255).all()
    (other,) = (body for body in played(script, Preview(Recipe((Layer(photo, strength=0.5),)), (512,)))[1] if isinstance(body, Frame))
    assert (other.pixels[0, 0] != frames[0].pixels[0, 0]).any() and (frames[1].pixels[0, 0] == frames[0].pixels[0, 0]).all()
    (small,) = (body for body in played(script, Thumbnail(photo))[1] if isinstance(body, Frame))
    assert small.pixels.shape == (128, 256, 4)
    exported = result(script, Export(recipe, Output(tmp_path / "out.png", 100)))
    assert (exported.width, exported.height) == (100, 50) == picture_size(exported.path.read_bytes(), "out.png")


def test_an_empty_recipe_paints_nothing(tmp_path: Path) -> None:
    assert played(StudioScript(tmp_path), Preview(Recipe()))[1] == [Started(), Finished(None)]


def test_a_training_is_told_and_makes_way_for_its_end(tmp_path: Path) -> None:
    script = StudioScript(tmp_path / "blobs")
    assert result(script, ExamineFolder(tmp_path, 128)).size == 128
    assert result(script, Train("waves", tmp_path, steps=12)).steps == 12
    told: list[Event] = []
    engine = FakeEngine(script).start(told.append)
    engine.submit(Train("waves", tmp_path))
    for _ in range(3):
        engine.step()
    engine.submit(FinishTraining("waves"))
    engine.pump()
    assert any(isinstance(event.body, Learned) for event in told)
    assert [event.body for event in told if event.job == 1][-1] == Superseded(2)
    assert isinstance(told[-1].body, Finished)
