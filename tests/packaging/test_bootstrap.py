"""The decisions of `packaging/bootstrap.py`; no environment is made here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bootstrap
import pytest
from system_packages import SetupError

PYPROJECT, CONSTRAINTS = b"[project]\n", b"numpy==2.4.6\n"


def nothing_found(name: str) -> None:
    return None


@pytest.mark.parametrize("running", [(3, 11), (3, 12), (3, 14)])
def test_the_running_python_is_taken_if_the_pins_are_made_for_it(running: tuple[int, int]) -> None:
    assert bootstrap.choose_python(running, "/opt/python", nothing_found) == "/opt/python"


@pytest.mark.parametrize("running", [(3, 9), (3, 15)])
def test_another_python_is_looked_for_by_name(running: tuple[int, int]) -> None:
    def found(name: str) -> tuple[int, int] | None:
        return {"python3.13": (3, 13), "python3.12": (3, 12)}.get(name)

    assert bootstrap.choose_python(running, "/opt/python", found) == "python3.13"


def test_a_command_of_another_version_than_its_name_is_not_taken() -> None:
    with pytest.raises(SetupError):
        bootstrap.choose_python((3, 9), "/opt/python", lambda name: (3, 8))


def test_no_python_says_which_one_to_install() -> None:
    with pytest.raises(SetupError, match=r"needs Python 3\.11 to 3\.14, and this is Python 3\.9: install one .* python3\.11 packaging"):
        bootstrap.choose_python((3, 9), "/opt/python", nothing_found)


def test_version_of_a_command() -> None:
    assert bootstrap.version_of(sys.executable) == sys.version_info[:2]
    assert bootstrap.version_of("no-such-python") is None


def test_version_of_a_command_that_is_no_python(tmp_path: Path) -> None:
    assert bootstrap.version_of(str(tmp_path)) is None


def test_the_fingerprint_changes_with_each_part() -> None:
    base = bootstrap.fingerprint(PYPROJECT, CONSTRAINTS, (3, 11), "/a")
    assert base == bootstrap.fingerprint(PYPROJECT, CONSTRAINTS, (3, 11), "/a")
    others = [
        bootstrap.fingerprint(PYPROJECT + b"#", CONSTRAINTS, (3, 11), "/a"),
        bootstrap.fingerprint(PYPROJECT, CONSTRAINTS + b"#", (3, 11), "/a"),
        bootstrap.fingerprint(PYPROJECT, CONSTRAINTS, (3, 12), "/a"),
        bootstrap.fingerprint(PYPROJECT, CONSTRAINTS, (3, 11), "/b"),
        bootstrap.fingerprint(PYPROJECT + CONSTRAINTS, b"", (3, 11), "/a"),
    ]
    assert base not in others
    assert len(set(others)) == len(others)


def test_a_stamp_names_its_extras_for_its_own_pins_only() -> None:
    stamp = '{"fingerprint": "abc", "extras": ["dev", "test"]}'
    assert bootstrap.installed_extras(stamp, "abc") == {"dev", "test"}
    assert bootstrap.installed_extras(stamp, "other") is None


@pytest.mark.parametrize("damaged", ["", "{", "[]", "{}", '{"fingerprint": "abc"}', '{"fingerprint": "abc", "extras": 3}', "null"])
def test_a_damaged_stamp_counts_for_nothing(damaged: str) -> None:
    assert bootstrap.installed_extras(damaged, "abc") is None


def an_environment(folder: Path, python: str = sys.executable) -> Path:
    executable = bootstrap.venv_python(folder)
    executable.parent.mkdir(parents=True)
    executable.symlink_to(python)
    (folder / "pyvenv.cfg").write_text("", encoding="utf-8")
    return folder


def test_no_environment_is_not_whole(tmp_path: Path) -> None:
    assert not bootstrap.is_whole(tmp_path)


def test_an_interrupted_environment_is_not_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "has_pip", lambda python: True)
    environment = an_environment(tmp_path / "venv")
    assert bootstrap.is_whole(environment)
    (environment / bootstrap.UNFINISHED.name).touch()
    assert not bootstrap.is_whole(environment)


def test_an_environment_whose_python_is_gone_is_not_whole(tmp_path: Path) -> None:
    assert not bootstrap.is_whole(an_environment(tmp_path / "venv", str(tmp_path / "gone")))


def test_an_environment_without_pip_is_not_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "has_pip", lambda python: False)
    assert not bootstrap.is_whole(an_environment(tmp_path / "venv"))


@pytest.mark.parametrize(
    ("system", "environ", "screen"),
    [
        ("Linux", {}, False),
        ("Linux", {"DISPLAY": ""}, False),
        ("Linux", {"DISPLAY": ":0"}, True),
        ("Linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("Linux", {"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
        ("Darwin", {}, True),
        ("Windows", {}, True),
    ],
)
def test_where_a_screen_is_seen(system: str, environ: dict[str, str], screen: bool) -> None:
    assert bootstrap.has_screen(system, environ) is screen


def test_pip_s_failure_is_told_with_its_last_lines() -> None:
    message = bootstrap.pip_failure("torch==2.13.0", 1, ["", "ERROR: No matching distribution found"])
    assert message.startswith("pip could not install torch==2.13.0 (it ended with 1): check the network")
    assert message.endswith("Its last lines:\n    ERROR: No matching distribution found")


def test_an_unknown_extra_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["install", "sped"]) == 1
    assert "no extra called sped: choose among speed, devices, foreign, test, package, dev." in capsys.readouterr().err


def test_options_after_the_command_are_passed_on() -> None:
    assert bootstrap.parse(["test", "-k", "bootstrap", "--", "-x"]).arguments == ["-k", "bootstrap", "--", "-x"]


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        bootstrap.parse(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert all(command in text for command in ("run", "test", "install", "speed"))


def test_what_was_made_is_told_by_name_and_place(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"x" * 1_500_000)
    (tmp_path / "a.png").write_bytes(b"")
    message = bootstrap.made_message(tmp_path)
    assert message.startswith(f"Made 2 files in {tmp_path.resolve()}:\n    a.png  (0.0 MB)\n    b.png  (1.5 MB)\n")


def test_it_starts_without_any_installed_package() -> None:
    script = str(bootstrap.ROOT / "packaging" / "bootstrap.py")
    answer = subprocess.run([sys.executable, "-S", "-E", "-s", script, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr


def test_the_project_has_byte_code_even_where_python_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    for name in bootstrap.PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("ONE = 1\n")
    bootstrap.compile_packages(sys.executable, tmp_path)
    assert len(list(tmp_path.glob("*/__pycache__/__init__.*.pyc"))) == len(bootstrap.PACKAGES)
