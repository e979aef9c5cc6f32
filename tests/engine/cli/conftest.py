from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.api import gallery
from engine.api.places import places
from engine.models import codes, pool, registry
from engine.models.codes import EDGES, GalleryCodes
from tests.engine.cli.commands import CommandLine
from tests.tiny import picture_file, tiny_network, write_tiny_model

CARD: dict[str, Any] = {"id": "tiny-waves", "title": "Tiny Waves", "painter": "Nobody", "year": "1900", "tags": []}


@pytest.fixture
def sfumato(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with a gallery of one style, for the tiny model, which is in the user's own folder; nothing else."""
    house = tmp_path / "house"
    (house / "models").mkdir(parents=True)
    (house / "gallery.json").write_text(json.dumps({"styles": [CARD]}))
    model = write_tiny_model(places().models)
    codes_of = {CARD["id"]: torch.zeros(len(EDGES), tiny_network().code_size)}
    fingerprint = registry.fingerprint(registry.read_manifest(model))
    GalleryCodes(fingerprint, codes_of, {CARD["id"]: 500}).write(house / "codes.safetensors")
    monkeypatch.setattr(gallery, "GALLERY", house)
    monkeypatch.setattr(registry, "house_folder", lambda: house / "models")
    for module in (codes, pool):
        monkeypatch.setattr(module, "gallery_codes_path", lambda: house / "codes.safetensors")
    return house


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every command takes its temporary files away."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    assert list(temporary.glob("sfumato-*")) == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return picture_file(tmp_path / "photo.png", 96, 64, 1)


@pytest.fixture
def style(tmp_path: Path) -> Path:
    return picture_file(tmp_path / "style.png", 70, 70, 2)
