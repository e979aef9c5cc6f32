from __future__ import annotations

import sys
from collections import namedtuple
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from engine import device
from engine.api.places import places
from engine.cli import doctor
from engine.models import accelerated
from tests.engine.cli.commands import CommandLine
from tests.tiny import write_tiny_model

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _room_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10**12, 0, 10**12))


def test_a_healthy_machine_has_no_problems(sfumato: CommandLine) -> None:
    (findings,) = sfumato("doctor", "--json").events
    assert findings["problems"] == []
    assert findings["styles"] == "1 in the gallery"
    assert findings["models"] == [f"sfumato-style (stylizer), {places().models / 'sfumato-style.safetensors'}"]
    assert findings["device"] == device.describe()
    assert findings["your_folder"] == f"{places().home} (there), 1000.0 GB free"
    assert any(line.startswith("torch 2.") for line in findings["packages"])


def test_a_person_reads_one_finding_a_line(sfumato: CommandLine) -> None:
    said = sfumato("doctor")
    assert (said.code, said.err) == (0, "")
    starts = [line[:14].strip() for line in said.out.splitlines() if not line.startswith(" ")]
    assert starts == [
        "sfumato", "system", "memory", "screen", "packages", "device", "speed", "models", "styles", "your folder", "problems",
    ]  # fmt: skip
    assert said.out.splitlines()[-1].split() == ["problems", "none"]
    assert "CPU threads" in said.out


def problems(sfumato: CommandLine) -> list[str]:
    said = sfumato("doctor", "--json")
    assert said.code == 0, said.err
    found: list[str] = said.events[0]["problems"]
    return found


def test_damaged_models_are_named(sfumato: CommandLine) -> None:
    (places().models / "broken.safetensors").write_bytes(b"\0\1\2")
    (problem,) = problems(sfumato)
    assert "broken.safetensors is damaged" in problem


def test_without_a_model_it_says_so(sfumato: CommandLine) -> None:
    (places().models / "sfumato-style.safetensors").unlink()
    assert problems(sfumato) == ["No model called sfumato-style was found: install Sfumato again."]


def test_a_gallery_for_another_stylizer_is_a_problem(sfumato: CommandLine) -> None:
    write_tiny_model(places().models, seed=5)
    (problem,) = problems(sfumato)
    assert "made for another stylizer" in problem


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"styles": [{"name": 1}]}'])
def test_a_gallery_that_cannot_be_read_is_a_problem(sfumato: CommandLine, house: Path, text: str) -> None:
    (house / "gallery.json").write_text(text)
    (problem,) = problems(sfumato)
    assert problem.startswith("The gallery cannot be read")


def test_missing_parts_are_problems(sfumato: CommandLine, house: Path) -> None:
    (house / "gallery.json").unlink()
    (house / "codes.safetensors").unlink()
    first, second = problems(sfumato)
    assert "codes.safetensors does not exist" in first
    assert "gallery.json" in second


def test_it_works_without_qt(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        if package == "PySide6-Essentials":
            raise PackageNotFoundError(package)
        return "1.0"

    monkeypatch.setattr(doctor, "version", version)
    monkeypatch.setitem(sys.modules, "PySide6", None)
    assert problems(sfumato) == ["The package PySide6-Essentials is missing: install Sfumato again."]
    assert "PySide6-Essentials is not installed" in sfumato("doctor").out


def test_it_works_without_torch(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ImportError("libtorch_cpu.so: cannot open shared object file\nand more")

    monkeypatch.setattr(device, "choose", broken)
    assert problems(sfumato) == ["The engine cannot start (libtorch_cpu.so: cannot open shared object file): install Sfumato again."]


def test_it_says_whether_the_speed_extra_is_used(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "choose", lambda: device.Device("cpu", "float32", 2, 10**9))
    monkeypatch.setattr(accelerated, "is_available", lambda: False)
    assert "sfumato[speed]" in sfumato("doctor", "--json").events[0]["speed"]
    monkeypatch.setattr(accelerated, "is_available", lambda: True)
    assert "OpenVINO" in sfumato("doctor", "--json").events[0]["speed"]


def test_a_card_that_does_not_work_is_a_problem(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    note = "The device cuda is not used: the driver is too old."
    monkeypatch.setattr(device, "choose", lambda: device.Device("cpu", "float32", 2, 10**9, (note,)))
    assert problems(sfumato) == [note]


def test_a_full_disk_is_a_problem(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10**12, 10**12 - 10**8, 10**8))
    (problem,) = problems(sfumato)
    assert problem == f"The disk of {places().home} has only 0.1 GB left: free some space."


def test_a_folder_that_cannot_be_written_to_is_a_problem(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    (problem,) = problems(sfumato)
    assert "cannot be written to" in problem


def test_a_folder_that_is_not_made_yet_is_no_problem(
    sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, house: Path
) -> None:
    (places().models / "sfumato-style.safetensors").rename(house / "models" / "sfumato-style.safetensors")
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path / "not" / "yet"))
    (findings,) = sfumato("doctor", "--json").events
    assert findings["problems"] == []
    assert "made when first needed" in findings["your_folder"]
    assert not (tmp_path / "not").exists()
