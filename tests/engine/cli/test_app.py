from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from engine.api.errors import BadRequest, DiskFull
from engine.api.events import Progress
from engine.cli import app, doctor, main
from engine.cli.report import Report, peak_rss_mb
from tests.engine.cli.commands import CommandLine

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = [("stylize",), ("generate",), ("train",), ("train-style",), ("models",), ("models", "list"), ("models", "show"), ("doctor",)]


def test_version(sfumato: CommandLine) -> None:
    said = sfumato("--version")
    assert (said.code, said.out, said.err) == (0, f"Sfumato {version('sfumato')}\n", "")


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", [(), *COMMANDS])
def test_every_command_has_help(sfumato: CommandLine, command: tuple[str, ...], flag: str) -> None:
    said = sfumato(*command, flag)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: {' '.join(('sfumato', *command))} ")


def test_help_names_every_command(sfumato: CommandLine) -> None:
    out = sfumato("--help").out
    assert all(command[0] in out for command in COMMANDS)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((), "Missing command"),
        (("models",), "Missing command"),
        (("paint",), "No such command 'paint'"),
        (("models", "burn"), "No such command 'burn'"),
        (("models", "show"), "Missing argument 'ID'"),
        (("doctor", "--fast"), "No such option: --fast"),
        (("stylize",), "Missing argument 'CONTENT'"),
        (("stylize", "a.jpg", "-o", "b.png"), "Missing option '--style'"),
        (("stylize", "a.jpg", "--style", "b.jpg"), "Missing option '-o' / '--out'"),
        (("stylize", "a.jpg", "b.jpg", "--style", "c.jpg", "-o", "d.png"), "b.jpg"),
        (("stylize", "a.jpg", "--style", "b.jpg", "-o", "c.png", "--size", "big"), "--size must be a whole number, not big"),
        (("train", "mine", "--name", "x", "--minutes", "-1"), "--minutes must be 0 or more, not -1"),
        (("train", "mine", "--name", "x", "--augmentation", "1.5"), "--augmentation must be 1 or less, not 1.5"),
        (("train", "mine", "--name", "x", "--lr", "fast"), "--lr must be a number, not fast"),
        (("stylize", "a.jpg", "--style", "b.jpg", "-o", "c.png", "--device", "gpu"), "'gpu' is not one of 'auto', 'cpu'"),
        (("stylize", "a.jpg", "--style", "b.jpg", "-o"), "'-o' requires an argument"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(sfumato: CommandLine, words: tuple[str, ...], part: str) -> None:
    assert part in sfumato(*words).sentence(2)


def test_bad_usage_says_where_help_is(sfumato: CommandLine) -> None:
    assert sfumato("stylize").sentence(2).endswith(": see `sfumato stylize --help`.")


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (BadRequest("Strength 2", "it must lie between 0 and 1"), 2, "Strength 2: it must lie between 0 and 1."),
        (DiskFull("out.png"), 1, "There is no room on the disk for out.png: free some space and try again."),
        (OSError(errno.ENOSPC, "No space left on device", "/there"), 1, "There is no room on the disk for /there: free"),
        (PermissionError(errno.EACCES, "Permission denied", "/there"), 1, "/there cannot be opened (Permission denied): check"),
        (MemoryError(), 1, "There is not enough memory for this command"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), 1, "There is not enough memory"),
        (KeyboardInterrupt(), 130, "stopped."),
    ],
)
def test_errors_become_one_line_and_an_exit_code(
    sfumato: CommandLine, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, sentence: str
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(doctor, "examine", fail)
    assert sfumato("doctor").sentence(code).startswith(sentence)


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(doctor, "examine", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        main(["doctor"])


def test_a_program_without_a_console_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["--version"]) == 0
    assert main(["models", "show", "nobody"]) == 2
    for stream in (sys.stdout, sys.stderr):
        stream.close()


def test_names_that_the_terminal_cannot_show_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    terminal = io.TextIOWrapper(written, encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(doctor, "examine", lambda: {"your_folder": "D:/Bücher/Σ"})
    assert main(["doctor"]) == 0
    terminal.flush()
    assert written.getvalue().split() == [b"your", b"folder", b"D:/B\xfccher/\\u03a3"]


# ---- in a process of its own ----


def fresh(program: str) -> subprocess.Popen[str]:
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", program], env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def test_help_needs_neither_torch_nor_qt_nor_pillow() -> None:
    program = "import sys; from engine.cli import main; main(['--version']); main(['stylize', '--help']); print(*sys.modules)"
    out, err = fresh(program).communicate(timeout=60)
    assert err == ""
    loaded = set(out.splitlines()[-1].split())
    assert "engine.cli.stylize" in loaded
    assert not loaded & {"torch", "PySide6", "shiboken6", "qasync", "PIL", "rich"}


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = fresh("import sys; sys.stdin.readline(); from engine.cli import main; sys.exit(main(['--help']))")
    assert process.stdout is not None
    process.stdout.close()  # as `| head` does when it has seen enough
    process.stdout = None
    assert process.communicate("now\n", timeout=60)[1] == ""
    assert process.returncode == 1


# ---- reports ----


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_progress_is_overwritten_in_place(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    report = Report(as_json=False)
    for done in (1, 1, 2):
        report.progress(Progress(done, 2, "rendering"))
    report.note("a sentence")
    report.finished("done")
    assert terminal.getvalue() == "\r\033[Krendering  50%\r\033[Krendering 100%\r\033[Ka sentence\n"
    assert capsys.readouterr().out == "done\n"


def test_what_is_told_with_progress_is_a_line_or_a_part_of_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    step = Progress(2, 5, "rendering", "Goes on from 40%.")
    Report(as_json=False).progress(step)
    assert capsys.readouterr() == ("", "Goes on from 40%.\n")
    Report(as_json=True).progress(step)
    told = capsys.readouterr()
    assert json.loads(told.out) == {"event": "progress", "stage": "rendering", "fraction": 0.4, "note": "Goes on from 40%."}
    assert told.err == ""


def test_in_a_file_there_is_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=False)
    report.progress(Progress(1, 2, "rendering"))
    report.finished("done")
    assert capsys.readouterr() == ("done\n", "")


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=True)
    for done in range(2001):
        report.progress(Progress(done, 2000, "rendering"))
    report.step("step 3", step=3)
    report.finished("done", path="Bücher.png")
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(events) == 103  # a line for every whole percent
    assert events[0] == {"event": "progress", "stage": "rendering", "fraction": 0.0}
    assert events[-2:] == [{"event": "progress", "step": 3}, {"event": "finished", "path": "Bücher.png"}]


def test_the_peak_is_this_processs_own() -> None:
    before = peak_rss_mb()
    held = bytearray(64_000_000)
    held[::4096] = b"x" * len(held[::4096])
    assert peak_rss_mb() >= before
    assert 30 < peak_rss_mb() < 100_000
    assert app.INTERRUPTED == 130
