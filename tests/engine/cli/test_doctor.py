from __future__ import annotations

import errno
import os
import sys
from collections import namedtuple
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import psutil
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
    starts = [line[:15].strip() for line in said.out.splitlines() if not line.startswith(" ")]
    assert starts == [
        "sfumato", "system", "memory", "screen", "language", "packages", "device", "speed", "models", "styles", "your folder",
        "temporary files", "studio", "crash reports", "problems",
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
    def refuse(dir: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    (problem,) = problems(sfumato)
    assert problem.startswith(f"The folder {places().home} cannot be written to (read-only file system)")


def test_little_memory_is_a_problem(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "free_memory", lambda name="cpu": 10**9)
    monkeypatch.setattr(device, "choose", lambda: device.Device("cpu", "float32", 2, 10**9))
    assert problems(sfumato) == ["Only 1.0 GB of memory are free: close other programs before you work on large pictures."]
    assert "this process may take 1.0 GB" in sfumato("doctor", "--json").events[0]["memory"]


def test_no_folder_for_temporary_files_is_a_problem(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("tempfile.gettempdir", none)
    (problem,) = problems(sfumato)
    assert "TMPDIR" in problem


def test_it_knows_an_open_studio_and_what_crashes_left(sfumato: CommandLine) -> None:
    crashes = places().crashes
    crashes.mkdir()
    (crashes / "crash-20260101-000000-7.txt").touch()
    places().recovery.mkdir()
    (places().recovery / "7-7.json").touch()
    (findings,) = sfumato("doctor", "--json").events
    assert findings["crash_reports"] == [str(crashes / "crash-20260101-000000-7.txt")]
    assert findings["studio"] == "not open; unsaved documents that it will offer: 1"
    (crashes / f"{os.getpid()}-1.txt").touch()  # of a process that had this number before
    assert sfumato("doctor", "--json").events[0]["studio"].startswith("not open")
    (crashes / f"{os.getpid()}-{int(psutil.Process().create_time() * 1000)}.txt").touch()
    assert sfumato("doctor", "--json").events[0]["studio"] == f"open (process {os.getpid()})"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_it_names_the_screen(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":7")
    assert sfumato("doctor", "--json").events[0]["screen"] == "yes: X11 (:7)"
    monkeypatch.delenv("DISPLAY")
    assert sfumato("doctor", "--json").events[0]["screen"].startswith("no:")


def test_the_packaged_program_says_that_it_is_one(sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "run by Python in" in sfumato("doctor", "--json").events[0]["sfumato"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(device, "choose", lambda: device.Device("cpu", "float32", 2, 10**9))
    monkeypatch.setattr(accelerated, "is_available", lambda: False)
    (findings,) = sfumato("doctor", "--json").events
    assert "the packaged program in" in findings["sfumato"]
    assert findings["speed"].endswith("the packaged program comes without OpenVINO")


def test_a_folder_that_is_not_made_yet_is_no_problem(
    sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, house: Path
) -> None:
    (places().models / "sfumato-style.safetensors").rename(house / "models" / "sfumato-style.safetensors")
    monkeypatch.setenv("SFUMATO_HOME", str(tmp_path / "not" / "yet"))
    (findings,) = sfumato("doctor", "--json").events
    assert findings["problems"] == []
    assert "made when first needed" in findings["your_folder"]
    assert not (tmp_path / "not").exists()
