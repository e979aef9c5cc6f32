"""A document as JSON, and documents of other formats."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from desktop.document import migrations, serialization
from desktop.document.document import Document, View
from engine.api.errors import BadRequest, DocumentDamaged
from engine.api.recipe import Layer, Photo, Recipe
from tests.desktop.document.strategies import documents

DOCUMENT = Document(Recipe((Layer(Photo("a" * 64, 4, 3, "sea.jpg")),)), View(2.0, (1.0, 1.5)))


def plain(**changes: Any) -> dict[str, Any]:
    return json.loads(serialization.encode(serialization.to_plain(DOCUMENT))) | changes  # type: ignore[no-any-return]


@given(documents)
def test_round_trip(document: Document) -> None:
    data = serialization.encode(serialization.to_plain(document))
    assert serialization.from_plain(serialization.decode(data, "x"), "x") == document


def test_format_0_had_no_view() -> None:
    draft = plain(format=0)
    del draft["view"]
    assert serialization.from_plain(draft, "x") == Document(DOCUMENT.recipe, View())
    assert draft["format"] == 0 and "view" not in draft


def test_each_format_is_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = (*migrations.MIGRATIONS, lambda values: {**values, "title": values["recipe"]})
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    monkeypatch.setattr(migrations, "FORMAT", len(steps))
    migrated = migrations.migrate({"format": 0, "recipe": "r"})
    assert migrated == {"format": 2, "recipe": "r", "view": {"zoom": None, "center": None}, "title": "r"}


def test_a_newer_format() -> None:
    with pytest.raises(
        BadRequest, match=r"sky\.sfumato: it was made by a newer Sfumato \(document format 99\); update Sfumato to open it\."
    ):
        serialization.from_plain(plain(format=99, recipe="unknown to us"), "sky.sfumato")


def layer(**changes: Any) -> dict[str, Any]:
    recipe = plain()["recipe"]
    recipe["layers"][0] |= changes
    return {"recipe": recipe}


def source(**changes: Any) -> dict[str, Any]:
    return layer(source=plain()["recipe"]["layers"][0]["source"] | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "1"},
        {"format": True},
        {"format": -1},
        {"format": None},
        {"recipe": None},
        {"recipe": {"layers": 3}},
        {"view": None},
        {"view": {"zoom": "near", "center": None}},
        {"view": {"zoom": 1, "center": [1]}},
        {"view": {"zoom": float("inf"), "center": None}},
        {"view": {"zoom": 10**400, "center": None}},
        layer(strength=7),
        layer(blend=["normal"]),
        layer(styles=None),
        source(blob="../../etc/passwd"),
        source(blob="A" * 64),
        source(blob="a" * 64 + "\n"),
        source(width=0),
        source(height=-3),
        source(width=float("inf")),
    ],
)
def test_damaged(changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentDamaged, match=r"The document sky\.sfumato cannot be read"):
        serialization.from_plain(plain(**changes), "sky.sfumato")


@pytest.mark.parametrize("values", [None, [], "text", {}])
def test_no_document_at_all(values: object) -> None:
    with pytest.raises(DocumentDamaged):
        serialization.from_plain(values, "x")


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"1" * 5000])
def test_no_json(data: bytes) -> None:
    with pytest.raises(DocumentDamaged, match="no valid JSON"):
        serialization.decode(data, "x")
