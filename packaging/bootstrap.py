"""Sets Sfumato up on this machine, then opens it or tests it: `python3 packaging/bootstrap.py run` (or `test`).

Needs nothing but Python's standard library: the environment is made in `.venv` beside this folder, with the versions of
`constraints.txt`. All commands may be repeated; where nothing has changed they start at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from system_packages import SetupError, ensure_libraries, ensure_venv_module, indented

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYPROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
STAMP = VENV / "sfumato-installed.json"
UNFINISHED = VENV / "sfumato-unfinished"  # there while pip writes into the environment: if it stays, that was interrupted
FIRST_LIGHT = Path("sfumato-first-light")

OLDEST, NEWEST = (3, 11), (3, 14)  # the Pythons for which every pinned package has a build
TORCH = "torch==2.13.0"
PACKAGES = ("desktop", "engine", "resources")
EXTRAS = {
    "speed": {"speed"},
    "devices": {"devices"},
    "foreign": {"foreign"},
    "test": {"test", "devices", "foreign"},
    "package": {"package"},
    "dev": {"dev", "test", "devices", "foreign", "package"},
}


def main(argv: Sequence[str]) -> int:
    options = parse(argv)
    command = {"run": run, "test": test, "install": install}[options.command]
    try:
        return command(options.arguments)
    except SetupError as error:
        print(f"sfumato: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sfumato: stopped; run the same command again to go on.", file=sys.stderr)
        return 130


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bootstrap.py",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Sets Sfumato up in .venv (only the first time), then:\n\n"
        f"  run [ARGUMENT …]   opens the studio; without a screen it fills ./{FIRST_LIGHT} with pictures instead\n"
        "  test [ARGUMENT …]  runs the tests\n"
        f"  install [EXTRA …]  does no more than the set-up; extras: {', '.join(EXTRAS)}",
    )
    parser.add_argument("command", choices=("run", "test", "install"))
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on to the studio or to pytest")
    return parser.parse_args(argv)


def run(arguments: Sequence[str]) -> int:
    """Opens the studio; without a screen it makes the first pictures headless and says where they are."""
    on_screen = has_screen(platform.system(), os.environ)
    ensure_libraries(on_screen)
    ensure_environment([])
    if on_screen:
        return subprocess.call([str(venv_python(VENV)), "-m", "desktop", *arguments])
    say("There is no screen here, so Sfumato works without a window: it paints its own picture in three styles …")
    command = [str(venv_python(VENV)), "-m", "desktop", "first-light", "--out", str(FIRST_LIGHT), *arguments]
    code = subprocess.call(command, env=offscreen(os.environ))
    if code == 0:
        say(made_message(FIRST_LIGHT))
    return code


def test(arguments: Sequence[str]) -> int:
    """Runs the tests; returns pytest's exit code."""
    ensure_libraries(on_screen=False)
    ensure_environment(["test"])
    return subprocess.call([str(venv_python(VENV)), "-m", "pytest", "-q", *arguments], cwd=ROOT, env=offscreen(os.environ))


def install(extras: Sequence[str]) -> int:
    """Only makes the environment, with the named extras."""
    unknown = [name for name in extras if name not in EXTRAS]
    if unknown:
        raise SetupError(f"There is no extra called {', '.join(unknown)}: choose among {', '.join(EXTRAS)}.")
    ensure_libraries(on_screen=False)
    ensure_environment(extras)
    say(f"Installed in {VENV}")
    return 0


def say(text: str) -> None:
    print(text, flush=True)


def has_screen(system: str, environ: Mapping[str, str]) -> bool:
    """Whether a window can be shown; `system` is what `platform.system()` returns."""
    if environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    return system != "Linux" or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def offscreen(environ: Mapping[str, str]) -> dict[str, str]:
    return {**environ, "QT_QPA_PLATFORM": "offscreen"}


def made_message(folder: Path) -> str:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    lines = [f"{path.name}  ({path.stat().st_size / 1e6:.1f} MB)" for path in files]
    return (
        f"Made {len(files)} files in {folder.resolve()}:\n{indented(lines)}\nOn a machine with a screen the same command opens the studio."
    )


# --- The environment --------------------------------------------------------------------------------------------------


def ensure_environment(extras: Iterable[str]) -> None:
    """Makes `.venv` hold the pinned packages, the project (editable) and at least `extras`; returns at once if it does."""
    if not is_whole(VENV):
        make_venv()
    python = str(venv_python(VENV))
    expected = fingerprint(PYPROJECT.read_bytes(), CONSTRAINTS.read_bytes(), version_of(python), str(ROOT))
    present = installed_extras(STAMP.read_text(encoding="utf-8"), expected) if STAMP.exists() else None
    wanted = (present or set()).union(*(EXTRAS[extra] for extra in extras))
    if present is not None and wanted <= present:
        return
    say("Installing the pinned packages; the first time this downloads several hundred megabytes …")
    pip_install(python, [TORCH])  # alone and first, by its exact version: an installed or offered CPU build is then taken as it is
    pip_install(python, ["--editable", f"{ROOT}[{','.join(sorted(wanted))}]" if wanted else str(ROOT)])
    compile_packages(python, ROOT)
    STAMP.write_text(json.dumps({"fingerprint": expected, "extras": sorted(wanted)}), encoding="utf-8")


def is_whole(venv: Path) -> bool:
    """Whether an environment is there, was not interrupted, and has pip and a Python that the pins are made for."""
    python = venv_python(venv)
    if (venv / UNFINISHED.name).exists() or not python.exists():
        return False
    version = version_of(str(python))
    return version is not None and OLDEST <= version <= NEWEST and (venv / "pyvenv.cfg").exists() and has_pip(str(python))


def has_pip(python: str) -> bool:
    return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def venv_python(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_venv() -> None:
    # Started by the very environment that is to be made anew, only the Python behind it can do that.
    running = getattr(sys, "_base_executable", None) or sys.executable
    python = choose_python((sys.version_info.major, sys.version_info.minor), running, version_of)
    ensure_venv_module(python, version_of(python) or OLDEST)
    say(f"Making the environment {VENV} …")
    command = [python, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if made.returncode != 0:
        reason = indented(made.stdout.splitlines()[-8:])
        raise SetupError(f"{VENV} could not be made: remove that folder, check the free disk space and try again. Python says:\n{reason}")


def choose_python(running: tuple[int, int], executable: str, version_of: Callable[[str], tuple[int, int] | None]) -> str:
    """The Python that makes the environment: the running one if the pins are made for it, else the newest found by name.

    `version_of` returns a command's (major, minor), or None where it does not run. Raises SetupError if there is none.
    """
    if OLDEST <= running <= NEWEST:
        return executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        if version_of(f"python3.{minor}") == (3, minor):
            return f"python3.{minor}"
    oldest, newest, found = (f"{major}.{minor}" for major, minor in (OLDEST, NEWEST, running))
    raise SetupError(
        f"Sfumato needs Python {oldest} to {newest}, and this is Python {found}: install one of them, from python.org or as a package of "
        f"your system, and start it by its name, for instance: python{oldest} packaging/bootstrap.py run"
    )


def version_of(python: str) -> tuple[int, int] | None:
    """(major, minor) of a Python command, or None if it does not run."""
    try:
        command = [python, "-c", "import sys; print(*sys.version_info[:2])"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = answer.stdout.split()
    return (int(words[0]), int(words[1])) if answer.returncode == 0 and len(words) == 2 else None


def fingerprint(pyproject: bytes, constraints: bytes, python: tuple[int, int] | None, root: str) -> str:
    """SHA-256 over all that decides what pip installs. The project's own folder is part of it: an editable install names it."""
    parts = (pyproject, constraints, repr(python).encode(), root.encode())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def installed_extras(stamp: str, expected: str) -> set[str] | None:
    """The extras that a stamp says are installed, or None if the stamp is damaged or was made for other pins."""
    try:
        content = json.loads(stamp)
        return {str(extra) for extra in content["extras"]} if content["fingerprint"] == expected else None
    except (ValueError, KeyError, TypeError):
        return None


def pip_install(python: str, arguments: Sequence[str]) -> None:
    command = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--constraint", str(CONSTRAINTS), *arguments]
    tail: deque[str] = deque(maxlen=12)
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            tail.append(line.rstrip())
            if line.startswith("Installing collected packages"):
                UNFINISHED.touch()
            if line.startswith(("  Downloading", "Installing collected", "Successfully")):
                say(f"  {line.strip():.120}")
    if pip.returncode != 0:
        raise SetupError(pip_failure(arguments[-1], pip.returncode, list(tail)))
    UNFINISHED.unlink(missing_ok=True)


def compile_packages(python: str, root: Path) -> None:
    """Makes the byte code of the project's own packages, as pip does of all others. Without it the first start is slow, and every
    one where Python may not write it (PYTHONDONTWRITEBYTECODE). A folder that cannot be written is no reason to stop."""
    subprocess.run([python, "-m", "compileall", "-qq", *PACKAGES], cwd=root, stdout=subprocess.DEVNULL, check=False)


def pip_failure(target: str, code: int, tail: Sequence[str]) -> str:
    return (
        f"pip could not install {target} (it ended with {code}): check the network and the free disk space, then run the same command "
        f"again. Its last lines:\n{indented(tail)}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
