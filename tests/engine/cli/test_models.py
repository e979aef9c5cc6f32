from __future__ import annotations

from pathlib import Path

import pytest

from engine.api.places import places
from engine.models import checkpoint
from tests.engine.cli.commands import CommandLine
from tests.tiny import TINY, tiny_network, write_tiny_model


@pytest.fixture
def mine() -> Path:
    path = places().models / "mine.safetensors"
    provenance = {"steps": 12, "recipe": {"batch": 4}}
    manifest = {"format": 1, "architecture": "stylizer", "id": "mine", "config": TINY.to_dict(), "licence": "CC0-1.0"}
    checkpoint.write(path, tiny_network().state_dict(), manifest | {"provenance": provenance})
    return path


def test_models_are_listed_one_a_line(sfumato: CommandLine, mine: Path, house: Path) -> None:
    theirs = write_tiny_model(house / "models", "theirs")
    said = sfumato("models", "list")
    assert (said.code, said.err) == (0, "")
    words = [line.split() for line in said.out.splitlines()]
    assert [(line[0], line[1], line[-1]) for line in words] == [
        ("mine", "stylizer", str(mine)),
        ("sfumato-style", "stylizer", str(places().models / "sfumato-style.safetensors")),
        ("theirs", "stylizer", str(theirs)),
    ]


def test_models_are_listed_as_json(sfumato: CommandLine, mine: Path) -> None:
    events = sfumato("models", "list", "--json").events
    assert [event["id"] for event in events] == ["mine", "sfumato-style"]
    assert events[0]["path"] == str(mine)
    assert events[0]["bytes"] == mine.stat().st_size
    assert events[0]["config"]["half"] == 8
    assert events[0]["provenance"]["steps"] == 12


def test_damaged_models_are_named_beside_the_others(sfumato: CommandLine, mine: Path) -> None:
    (places().models / "broken.safetensors").write_bytes(mine.read_bytes()[:300])
    for options in ((), ("--json",)):
        said = sfumato("models", "list", *options)
        assert said.code == 0
        assert len(said.out.splitlines()) == 2
        assert "broken.safetensors is damaged" in said.err
        assert said.err.count("\n") == 1


def test_no_model_at_all_is_said(sfumato: CommandLine) -> None:
    (places().models / "sfumato-style.safetensors").unlink()
    said = sfumato("models", "list")
    assert (said.code, said.out, said.err) == (0, "", "No model was found: install Sfumato again.\n")


def test_show_tells_how_a_model_was_made(sfumato: CommandLine, mine: Path) -> None:
    lines = [" ".join(line.split()) for line in sfumato("models", "show", "mine").out.splitlines()]
    assert lines[0] == "mine: a stylizer"
    assert {"Licence CC0-1.0", "How it was made", "Steps 12", "Pictures a step 4"} <= set(lines)
    assert f"File {mine}, {mine.stat().st_size / 1e6:.1f} MB" in lines
    assert lines[-1] == "All settings: sfumato models show mine --json"
    (shown,) = sfumato("models", "show", "mine", "--json").events
    assert shown["provenance"] == {"steps": 12, "recipe": {"batch": 4}}


def generator(name: str, **originality: object) -> Path:
    path = places().models / f"{name}.safetensors"
    provenance = {"command": "sfumato train boats", "pictures": 40, "steps": 1200, "seen": 38400, "hours": 2.5, "data_hash": "a" * 64}
    manifest = {"format": 1, "architecture": "generator", "id": name, "config": {"kind": "style", "size": 128}, "provenance": provenance}
    checkpoint.write(path, {}, manifest | {"originality": originality})
    return path


def test_show_tells_of_a_generator_in_plain_words(sfumato: CommandLine) -> None:
    generator("boats", sentence="3 of 256 samples came close.", copies=0.0117, coverage=0.42, held_out=5, pictures=35, red_windows=1)
    out = sfumato("models", "show", "boats").out
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[0] == "boats: a style-based generator of 128 × 128 px"
    assert {
        "Learnt from 40 pictures, each shown about 960 times", "Trained for 2.5 hours", "Command sfumato train boats",
        "In a sentence 3 of 256 samples came close.", "May be copies 1% of its samples", "Covers 42% of the pictures",
        "Red ones among them 1",
    } <= set(lines)  # fmt: skip
    assert not any(sign in out for sign in ("{", "data_hash", "red_windows", "aaaa"))


def test_show_makes_nothing_of_figures_that_are_too_early(sfumato: CommandLine) -> None:
    generator("young", sentence="Too early to tell.", copies=0.9, coverage=0.1, too_early=True)
    out = sfumato("models", "show", "young").out
    assert "Too early to tell." in out and "copies" not in out and "Covers" not in out


def test_an_unknown_model_is_told_with_the_known_ones(sfumato: CommandLine, mine: Path) -> None:
    sentence = sfumato("models", "show", "yours").sentence(2)
    assert "no model called yours" in sentence
    assert "mine, sfumato-style" in sentence
