from __future__ import annotations

from pathlib import Path

import pytest

from desktop.state.training.plan import Plan, suggested_name, trouble_with_name
from engine.api.requests import ExamineFolder, Train


def test_the_defaults_are_the_requests_own() -> None:
    plan = Plan(Path("boats"), "boats")
    assert plan.examination() == ExamineFolder(Path("boats"))
    assert plan.request() == Train("boats", Path("boats"), size=64, kind="style", minutes=60.0)


def test_what_begins_with_a_model_has_its_kind_and_size() -> None:
    plan = Plan(Path("boats"), " boats ", begin_from="scrolls-128", size=128, fit="smart", minutes=None)
    assert plan.request() == Train("boats", Path("boats"), begin_from="scrolls-128", fit="smart")
    assert plan.examination() == ExamineFolder(Path("boats"), 128, "smart")


def test_a_classic_brings_its_size_along() -> None:
    plan = Plan(size=256)
    assert plan.with_kind("dense").size == 32
    assert plan.with_kind("dense").with_kind("style").size == 64
    assert plan.with_kind("style") == plan


def test_nothing_is_asked_without_a_folder() -> None:
    assert Plan().examination() is None
    with pytest.raises(ValueError, match="no folder"):
        Plan().request()


@pytest.mark.parametrize("name", ["", "  ", ".hidden", "a/b", "what?", "line\nbreak", "Boats", "boats "])
def test_names_that_a_model_cannot_have(name: str) -> None:
    assert trouble_with_name(name, {"boats"}).endswith(".")


def test_a_name_is_suggested_that_is_free() -> None:
    assert suggested_name(Path("x/boats"), {"boats", "boats 2"}) == "boats 3"
    assert suggested_name(Path("x/.boats: sea."), ()) == "boats  sea"
    assert suggested_name(Path("/"), ()) == "My pictures"


@pytest.mark.parametrize(("folder", "name"), [("NUL", "My NUL"), ("com1.old", "My com1.old")])
def test_a_folder_that_is_called_like_a_device_gives_another_name(folder: str, name: str) -> None:
    assert suggested_name(Path("/pictures") / folder, ()) == name
