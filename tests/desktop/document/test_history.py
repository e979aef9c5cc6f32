"""Undo and redo."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from desktop.document import edits
from desktop.document.document import Document, View
from desktop.document.history import MAX_SNAPSHOTS, History
from engine.api.recipe import Layer, Photo, Recipe
from tests.desktop.document.strategies import documents

START = Document(Recipe((Layer(Photo("a" * 64, 400, 300)),)))


def strong(strength: float) -> Document:
    return edits.set_strength(START, 0, strength)


def test_there_and_back() -> None:
    history = History.of(START).push(strong(0.5), "strength").push(edits.set_visible(strong(0.5), 0, False), "hide layer")
    assert (history.can_undo, history.undo_label, history.can_redo, history.redo_label) == (True, "hide layer", False, "")
    back = history.undo()
    assert back.document == strong(0.5)
    assert (back.undo_label, back.redo_label) == ("strength", "hide layer")
    start = back.undo()
    assert (start.document, start.can_undo, start.undo_label) == (START, False, "")
    assert start.undo() is start
    assert start.redo().redo() == history
    assert history.redo() is history


def test_a_change_after_undo_drops_what_was_undone() -> None:
    history = History.of(START).push(strong(0.5), "strength").undo().push(strong(0.2), "strength")
    assert not history.can_redo
    assert [snapshot.document for snapshot in history.snapshots] == [START, strong(0.2)]


def test_a_drag_is_one_step() -> None:
    history = History.of(START)
    for strength in (0.9, 0.8, 0.7):
        history = history.push(strong(strength), "strength", gesture="drag 1")
    history = history.push(strong(0.3), "strength", gesture="drag 2")
    assert [snapshot.document for snapshot in history.snapshots] == [START, strong(0.7), strong(0.3)]


def test_a_drag_that_comes_back_is_no_step_and_may_go_on() -> None:
    history = History.of(START).push(strong(0.9), "strength", gesture="drag").push(START, "strength", gesture="drag")
    assert not history.can_undo and history.document == START
    assert history.push(strong(0.8), "strength", gesture="drag").undo().document == START


def test_undo_ends_a_gesture() -> None:
    history = History.of(START).push(strong(0.9), "strength", "drag").push(strong(0.5), "other").undo()
    assert history.push(strong(0.8), "strength", "drag").undo().document == strong(0.9)


def test_looking_makes_no_step_and_keeps_what_was_undone() -> None:
    history = History.of(START).push(strong(0.5), "strength").undo()
    seen = history.push(replace(START, view=View(2.0, (1.0, 1.0))), "view")
    assert seen.document.view == View(2.0, (1.0, 1.0)) and not seen.can_undo and seen.can_redo
    assert seen.redo().document == replace(strong(0.5), view=View(2.0, (1.0, 1.0)))


def test_undo_keeps_the_view_unless_the_picture_has_another_size() -> None:
    zoomed = replace(START, view=View(3.0, (9.0, 9.0)))
    other = edits.place_photo(zoomed, Photo("b" * 64, 100, 900))
    history = History.of(zoomed).push(other, "photo").push(replace(other, view=View(0.5, (1.0, 2.0))), "view")
    assert history.undo().document == zoomed
    assert history.undo().redo().document.view == View(0.5, (1.0, 2.0))


def test_the_oldest_steps_are_forgotten() -> None:
    history = History.of(START)
    for number in range(MAX_SNAPSHOTS + 20):
        history = history.push(strong(number / 1000), "strength")
    assert len(history.snapshots) == MAX_SNAPSHOTS
    for _ in range(MAX_SNAPSHOTS):
        history = history.undo()
    assert history.document == strong(0.020) and not history.can_undo


@settings(max_examples=40)
@given(st.lists(documents, max_size=6))
def test_every_step_can_be_undone_and_redone(pushed: list[Document]) -> None:
    history, recipes = History.of(START), [START.recipe]
    for document in pushed:
        history = history.push(document, "change")
        if document.recipe != recipes[-1]:
            recipes.append(document.recipe)
    end = history
    for recipe in reversed(recipes):
        assert history.document.recipe == recipe
        history = history.undo()
    for recipe in recipes:
        assert history.document.recipe == recipe
        history = history.redo()
    assert history.document.recipe == end.document.recipe and not history.can_redo


class UndoLikeEverywhere(RuleBasedStateMachine):
    """Against the plainest model: two stacks of strengths, and the value that the running drag began with."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History.of(strong(0))
        self.done, self.undone = [0.0], list[float]()
        self.drags = 0

    @rule(strength=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
    def click(self, strength: float) -> None:
        self.history = self.history.push(strong(strength), "click")
        if strength != self.done[-1]:
            self.done.append(strength)
            self.undone.clear()

    @rule(path=st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=5))
    def drag(self, path: list[float]) -> None:
        self.drags += 1
        for strength in path:
            self.history = self.history.push(strong(strength), "drag", f"drag {self.drags}")
        if any(strength != self.done[-1] for strength in path):
            self.undone.clear()
        if path[-1] != self.done[-1]:
            self.done.append(path[-1])

    @precondition(lambda self: len(self.done) > 1)
    @rule()
    def undo(self) -> None:
        self.history = self.history.undo()
        self.undone.append(self.done.pop())

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self) -> None:
        self.history = self.history.redo()
        self.done.append(self.undone.pop())

    @invariant()
    def agrees(self) -> None:
        assert self.history.document == strong(self.done[-1])
        assert (self.history.can_undo, self.history.can_redo) == (len(self.done) > 1, bool(self.undone))


TestUndoLikeEverywhere = UndoLikeEverywhere.TestCase
TestUndoLikeEverywhere.settings = settings(max_examples=40, stateful_step_count=25)
