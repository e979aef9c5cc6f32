from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.document import edits
from desktop.document.document import Document, View
from desktop.state.session import LOOKED_AT_SECONDS, Session
from engine.api.recipe import GalleryStyle, Photo

BOAT = Photo("a" * 64, 600, 400, "boat.jpg")
PORT = Photo("b" * 64, 300, 500, "port.jpg")
INK = GalleryStyle("ink")


def strength(value: float):  # type: ignore[no-untyped-def]
    return lambda document: edits.set_strength(document, 0, value)


@pytest.fixture
def session() -> Session:
    made = Session()
    made.place_photo(BOAT)
    return made


def test_a_photo_that_was_only_opened_is_not_unsaved_work(session: Session) -> None:
    assert session.name == "boat"
    assert not session.dirty
    assert not session.history.can_undo


def test_a_drag_is_one_step_and_the_next_drag_another(session: Session) -> None:
    for value in (0.9, 0.8, 0.7):
        session.apply(strength(value), "strength", gesture="strength 1")
    session.end_gesture()
    for value in (0.6, 0.5):
        session.apply(strength(value), "strength", gesture="strength 2")
    session.end_gesture()
    session.undo()
    assert session.recipe.layers[0].strength == pytest.approx(0.7)
    session.undo()
    assert session.recipe.layers[0].strength == 1.0
    assert not session.history.can_undo


def test_the_end_of_a_drag_is_told_once(session: Session) -> None:
    session.apply(strength(0.5), "strength", gesture="strength 1")
    told: list[bool] = []
    session.recipe_changed.connect(lambda: told.append(session.dragging))
    session.end_gesture()
    session.end_gesture()
    assert told == [False]


def test_what_makes_no_sense_is_refused_and_changes_nothing(session: Session) -> None:
    refused: list[str] = []
    session.refused.connect(refused.append)
    before = session.document
    assert not session.apply(strength(math.nan), "strength")
    assert session.document == before
    assert len(refused) == 1


def test_undo_and_redo_say_what_they_did(session: Session) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    session.apply(lambda document: edits.apply_style(document, 0, INK), "style", "Painted in Ink")
    session.undo()
    session.redo()
    session.redo()
    assert said == ["Painted in Ink", "Undone: style", "Redone: style"]


def test_a_second_photo_keeps_the_styles_and_never_the_saved_file(session: Session, tmp_path: Path) -> None:
    session.apply(lambda document: edits.apply_style(document, 0, INK), "style")
    session.mark_saved(session.document, tmp_path / "picture.sfumato")
    assert not session.dirty
    session.place_photo(PORT)
    assert session.path is None
    assert session.dirty
    assert session.recipe.layers[0].styles[0].style == INK
    session.undo()
    assert session.recipe.layers[0].source == BOAT


def test_work_is_unsaved_until_it_is_what_the_file_holds(session: Session, tmp_path: Path) -> None:
    session.apply(strength(0.5), "strength")
    session.mark_saved(session.document, tmp_path / "picture.sfumato")
    assert session.name == "picture"
    told: list[bool] = []
    session.title_changed.connect(lambda: told.append(session.dirty))
    session.apply(strength(0.4), "strength")
    session.undo()
    assert told == [True, False]


def test_a_new_layer_is_the_current_one_and_undo_goes_back(session: Session) -> None:
    session.apply(lambda document: edits.add_layer(document, PORT), "layer")
    assert session.current_index == 1
    assert session.current_layer is not None
    assert session.current_layer.source == PORT
    session.select_layer(0)
    assert session.current_layer.source == BOAT
    session.select_layer(7)
    assert session.current_index == 0
    session.select_layer(1)
    session.undo()
    assert session.current_index == 0


def test_a_recovered_document_is_unsaved(session: Session) -> None:
    recovered = session.document
    other = Session()
    other.begin(recovered, None, saved=False)
    assert other.dirty
    other.begin(recovered, Path("picture.sfumato"))
    assert not other.dirty


def test_looking_elsewhere_is_no_step(session: Session) -> None:
    session.apply(strength(0.5), "strength", gesture="strength 1")
    session.look(View(2.0, (10.0, 20.0)))
    session.apply(strength(0.4), "strength", gesture="strength 1")
    assert session.document.view == View(2.0, (10.0, 20.0))
    session.undo()
    assert session.recipe.layers[0].strength == 1.0


def test_an_empty_session_has_no_layer() -> None:
    session = Session()
    assert session.current_layer is None
    assert session.document == Document()
    assert session.name == ""
    assert not session.dirty


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def drag(session: Session, value: float, gesture: str, label: str = "strength") -> str | None:
    session.apply(strength(value), label, gesture=gesture)
    session.end_gesture()
    return session.search


def test_drags_that_follow_each_other_are_one_search() -> None:
    clock = Clock()
    session = Session(clock=clock)
    session.place_photo(BOAT)
    assert session.search is None
    first = drag(session, 0.9, "a")
    clock.now += LOOKED_AT_SECONDS / 2
    assert drag(session, 0.8, "b") == first is not None


def test_a_picture_that_was_looked_at_ends_the_search() -> None:
    clock = Clock()
    session = Session(clock=clock)
    session.place_photo(BOAT)
    first = drag(session, 0.9, "a")
    clock.now += LOOKED_AT_SECONDS
    assert drag(session, 0.8, "b") != first


def test_a_long_drag_is_one_search() -> None:
    clock = Clock()
    session = Session(clock=clock)
    session.place_photo(BOAT)
    names = set()
    for value in (0.9, 0.8, 0.7):
        session.apply(strength(value), "strength", gesture="a")
        names.add(session.search)
        clock.now += 2 * LOOKED_AT_SECONDS
    assert len(names) == 1


def test_anything_else_in_between_ends_the_search(session: Session) -> None:
    searches = [drag(session, 0.9, "a"), drag(session, 0.8, "b", "stroke size"), drag(session, 0.7, "c")]
    session.undo()
    assert session.search is None
    searches.append(drag(session, 0.6, "d"))
    session.apply(strength(0.5), "reset")
    assert session.search is None
    searches.append(drag(session, 0.4, "e"))
    assert len(set(searches)) == 5
