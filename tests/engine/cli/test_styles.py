from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.api import gallery
from engine.cli import main
from tests.tiny import picture_file, write_tiny_model


def test_every_style_is_listed_by_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["styles"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == [card.id for card in gallery.cards()]
    assert main(["styles", "--json"]) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == [card.id for card in gallery.cards()]


def test_a_model_may_be_named_by_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = write_tiny_model(tmp_path, "mine")
    photo, style = (picture_file(tmp_path / name, 48, 40, seed) for seed, name in enumerate(("photo.png", "style.png")))
    command = ["stylize", str(photo), "--style", str(style), "-o", str(tmp_path / "out.png"), "--device", "cpu", "--model"]
    assert main([*command, str(model)]) == 0
    assert (tmp_path / "out.png").is_file()
    assert main([*command, str(tmp_path / "nowhere.safetensors")]) == 1
    assert "nowhere.safetensors does not exist" in capsys.readouterr().err
