from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop import __main__ as console


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, env=dict(os.environ), timeout=120, check=False
    )


def test_a_command_runs_without_qt() -> None:
    code = "import sys; from desktop.__main__ import main; code = main(['--version']); print('PySide6' in sys.modules, code)"
    done = run_python(code)
    assert done.stdout.splitlines()[-1] == "False 0", done.stderr


def test_the_window_comes_without_what_is_slow_to_load() -> None:
    code = "import sys, desktop.app, desktop.first_light; print({'torch', 'PIL', 'numpy', 'psutil'} & set(sys.modules))"
    done = run_python(code)
    assert done.stdout.splitlines()[-1] == "set()", done.stderr


@pytest.mark.parametrize(
    ("arguments", "files"),
    [([], ()), (["picture.sfumato"], (Path("picture.sfumato"),)), (["a.jpg", "b.jpg"], (Path("a.jpg"), Path("b.jpg")))],
)
def test_nothing_or_files_open_the_studio(monkeypatch: pytest.MonkeyPatch, arguments: list[str], files: tuple[Path, ...]) -> None:
    opened: list[tuple[Path, ...]] = []

    def open_studio(given: tuple[Path, ...]) -> int:
        opened.append(given)
        return 0

    monkeypatch.setattr("desktop.app.run", open_studio)
    assert console.main(arguments) == 0
    assert opened == [files]


def test_a_bare_folder_without_proc_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "PROCESS", tmp_path / "proc" / "self" / "stat")
    monkeypatch.setattr(sys, "platform", "linux")
    assert console.main(["--version"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", console.NO_PROCESSES + "\n")


@pytest.mark.parametrize("arguments", [["doctor"], ["--help"], ["stylize", "a.jpg"], ["no-such-command"]])
def test_commands_go_to_the_command_line(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    run: list[list[str]] = []

    def command_line(given: list[str]) -> int:
        run.append(given)
        return 2

    monkeypatch.setattr("engine.cli.main", command_line)
    assert console.main(arguments) == 2
    assert run == [arguments]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], []),
        (["README.md"], []),
        (["missing.gif"], ["missing.gif does not exist: check the name, or choose another file."]),
    ],
)
def test_without_a_screen_one_sentence_says_so_before_qt_is_loaded(
    arguments: list[str], told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    done = run_python(f"import sys; from desktop.__main__ import main; code = main({arguments}); print('PySide6' in sys.modules, code)")
    assert done.stdout == "False 1\n"
    assert done.stderr.splitlines() == [*told, console.NO_SCREEN]


def test_the_self_test_goes_to_the_self_test(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []

    def self_test(arguments: list[str]) -> int:
        given.append(arguments)
        return 1

    monkeypatch.setattr("desktop.self_test.main", self_test)
    assert console.main(["--self-test", "--out", "there"]) == 1
    assert given == [["--out", "there"]]
