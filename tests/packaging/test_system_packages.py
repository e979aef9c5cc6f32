"""Which system libraries are asked for, and how their absence is told; nothing is installed here."""

from __future__ import annotations

import subprocess
import sys

import pytest
import system_packages as system


@pytest.mark.parametrize(
    ("environ", "on_screen", "with_x"),
    [
        ({}, False, False),
        ({"DISPLAY": ":0"}, False, False),
        ({"DISPLAY": ":0"}, True, True),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, True, False),
    ],
)
def test_x_libraries_are_wanted_for_windows_on_x_only(environ: dict[str, str], on_screen: bool, with_x: bool) -> None:
    wanted = system.wanted_libraries(environ, on_screen)
    assert set(system.QT_LIBRARIES) <= set(wanted)
    assert ("libxcb-cursor.so.0" in wanted) is with_x


def test_what_does_not_load_is_missing() -> None:
    missing = system.missing_libraries(system.QT_LIBRARIES, lambda soname: soname != "libEGL.so.1")
    assert missing == {"libEGL.so.1": "libegl1"}


def test_the_message_names_libraries_and_the_command() -> None:
    message = system.missing_message({"libGL.so.1": "libgl1", "libEGL.so.1": "libegl1"})
    assert "missing here: libEGL.so.1, libGL.so.1." in message
    assert message.endswith("sudo apt-get install libegl1 libgl1")


def test_a_library_that_is_nowhere_cannot_be_loaded() -> None:
    assert not system.can_load("libsfumato-is-not-a-library.so.7")


def test_missing_libraries_stop_where_apt_cannot_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr(system, "can_load", lambda soname: soname != "libGL.so.1")
    monkeypatch.setattr(system, "can_use_apt", lambda: False)
    with pytest.raises(system.SetupError, match=r"missing here: libGL\.so\.1\."):
        system.ensure_libraries(on_screen=False)


def test_missing_libraries_are_installed_where_apt_can(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr(system, "can_load", lambda soname: soname != "libGL.so.1" or "libgl1" in installed)
    monkeypatch.setattr(system, "can_use_apt", lambda: True)
    monkeypatch.setattr(system, "apt_install", installed.extend)
    system.ensure_libraries(on_screen=False)
    assert installed == ["libgl1"]


@pytest.mark.parametrize("name", ["Darwin", "Windows"])
def test_other_systems_need_no_libraries(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: name)
    monkeypatch.setattr(system, "can_load", lambda soname: pytest.fail("looked for a library"))
    system.ensure_libraries(on_screen=True)


def answering(code: int, output: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], code, output)


def test_apt_s_failure_is_told_with_its_last_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "run_apt", lambda *arguments: answering(100, "E: Unable to locate package libgl1\n"))
    with pytest.raises(system.SetupError, match=r"could not install libgl1: install .* by hand[^\n]*\n    E: Unable to locate"):
        system.apt_install(["libgl1"])


def test_a_failing_update_alone_does_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def run_apt(*arguments: str) -> subprocess.CompletedProcess[str]:
        asked.append(arguments)
        return answering(100 if arguments == ("update",) else 0)

    monkeypatch.setattr(system, "run_apt", run_apt)
    system.apt_install(["libgl1"])
    assert asked == [("update",), ("install", "--no-install-recommends", "libgl1")]


@pytest.mark.parametrize(("known", "name"), [(0, "libglib2.0-0t64"), (100, "libglib2.0-0")])
def test_newer_releases_have_another_name_for_glib(known: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", lambda *arguments, **options: answering(known))
    assert system.package_name("libglib2.0-0") == name
    assert system.package_name("libgl1") == "libgl1"


def test_a_python_without_ensurepip_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", lambda *arguments, **options: answering(1))
    monkeypatch.setattr(system, "can_use_apt", lambda: False)
    with pytest.raises(system.SetupError, match=r"install the package python3\.11-venv"):
        system.ensure_venv_module("python3.11", (3, 11))


def test_a_python_with_ensurepip_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "apt_install", lambda packages: pytest.fail("installed a package"))
    system.ensure_venv_module(sys.executable, (3, 11))
